//! Where a form comes from that a browser sends.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

/// The header that says where a form comes from. Every browser of today sends it over TLS.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether the browser says that the form stood on somebody else's page. An old one, or one that came without TLS, says
/// no more than the page's origin; and `null`, because our pages tell nobody where they are, as others can too.
pub(super) fn sent_from_elsewhere(public_url: &str, headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site != "same-origin" && site != "none";
    }
    headers.get(header::ORIGIN).is_some_and(|origin| origin != "null" && !is_own_origin(origin, public_url, headers))
}

/// Whether an origin is the one by which the server is told of, or the one under which it was called just now.
fn is_own_origin(origin: &HeaderValue, public_url: &str, headers: &HeaderMap) -> bool {
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    let called = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let called = called.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    let own = Url::parse(public_url).ok().into_iter().chain(called);
    own.map(|own| own.origin()).any(|own| own == origin.origin())
}
