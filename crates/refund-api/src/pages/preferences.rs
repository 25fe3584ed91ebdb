//! How somebody likes to read: language, theme, time zone. It has nothing to do with who they are.

use axum::http::header;
use axum::response::Response;

use super::cookies;
use super::frame::{is_plain, own_path};
use super::leading::go_to;
use super::reader::Theme;
use super::text::Language;
use super::visit::Visit;
use crate::problem::Problem;

/// Keeps what was chosen, and goes back to where it was.
pub(super) async fn keep(visit: Visit) -> Result<Response, Problem> {
    let (form, reader) = (&visit.form, &visit.reader);
    let language = Language::from_tag(form.get("language")).unwrap_or(reader.language);
    let theme = Theme::from_name(form.get("theme")).unwrap_or(reader.theme);
    let mut response = go_to(back(&visit));
    let zone = form.get("zone").trim().parse().ok().and_then(cookies::set_zone);
    for cookie in cookies::set_reader(language, theme).into_iter().chain(zone) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A buyer comes back to the page of their link, also where it is good for nothing any more and only says so. Its address
/// the server has from this call alone.
pub(super) fn back(visit: &Visit) -> &str {
    let back = visit.form.get("back");
    if link(visit).is_some() && is_plain(back) { back } else { own_path(back) }
}

/// The token of the link by which whoever sent the form comes back, if it stood on such a page.
pub(super) fn link(visit: &Visit) -> Option<&str> {
    visit.form.get("back").strip_prefix("/b/")?.split(['/', '?']).next()
}
