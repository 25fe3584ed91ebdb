//! Where a browser is led, and whether it asks by itself or because somebody opened a page.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

/// With this header an open page asks how things stand: nobody has opened it anew.
const BY_HTMX: HeaderName = HeaderName::from_static("hx-request");
/// Where an open page has the browser go.
const SENT_BY_HTMX: HeaderName = HeaderName::from_static("hx-redirect");

/// Sends the browser to another page, by GET.
pub(crate) fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Whether an open page asks, to be up to date, and not somebody who opens one.
pub(super) fn is_behind_a_page(headers: &HeaderMap) -> bool {
    let is_stream = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream");
    is_stream || headers.contains_key(BY_HTMX)
}

/// For an open page that can't be brought up to date: its stream ends for good, and the browser opens the page anew.
pub(super) fn opened_anew(here: &str) -> Response {
    let here = HeaderValue::from_str(here).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::NO_CONTENT, [(SENT_BY_HTMX, here)]).into_response()
}

/// The same answer for an open page that sent a form by itself: it goes where the answer leads, instead of following it
/// behind the page.
pub(super) fn gone_to(mut led: Response) -> Response {
    let Some(to) = led.headers_mut().remove(header::LOCATION) else { return led };
    led.headers_mut().insert(SENT_BY_HTMX, to);
    *led.status_mut() = StatusCode::NO_CONTENT;
    led
}
