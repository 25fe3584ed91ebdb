//! Where a browser is led, and whether it asks by itself or because somebody opened a page.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

/// Says that a page is brought up to date, and not opened.
const BY_HTMX: HeaderName = HeaderName::from_static("hx-request");
/// Where it sends the browser.
const SENT_BY_HTMX: HeaderName = HeaderName::from_static("hx-redirect");

/// Sends the browser to another page, by GET.
pub(crate) fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Whether it is asked for by a page that is open, to be up to date.
pub(super) fn is_behind_a_page(headers: &HeaderMap) -> bool {
    let is_stream = headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream");
    is_stream || headers.contains_key(BY_HTMX)
}

/// Then no other can be shown in its place: the stream ends for good, and the browser goes to see for itself.
pub(super) fn opened_anew(here: &str) -> Response {
    let here = HeaderValue::from_str(here).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::NO_CONTENT, [(SENT_BY_HTMX, here)]).into_response()
}
