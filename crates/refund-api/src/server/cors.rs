//! Which pages of others may call from a browser, with a buyer's link in hand.

use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::CorsLayer;
use url::{Origin as UrlOrigin, Url};

/// How long a browser remembers what it may send.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// Where a page is from: scheme, host and port, as browsers send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let origin =
            Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(|url| url.origin());
        let plain = origin.filter(UrlOrigin::is_tuple).map(|origin| origin.ascii_serialization());
        let plain = plain.filter(|plain| plain == text).and_then(|plain| HeaderValue::from_str(&plain).ok());
        plain.map(Self).ok_or("an origin such as https://shop.example.com, with nothing behind it")
    }
}

/// Lets pages from there call; no other page gets an answer to read. No cookie goes with such a call.
pub(super) fn open_to(origins: Vec<Origin>) -> Option<CorsLayer> {
    let sent = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        header::IF_MATCH,
        header::IF_NONE_MATCH,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("last-event-id"),
        HeaderName::from_static("traceparent"),
        HeaderName::from_static("x-request-id"),
    ];
    let told = [
        header::DATE,
        header::ETAG,
        header::RETRY_AFTER,
        HeaderName::from_static("idempotency-replayed"),
        HeaderName::from_static("x-request-id"),
    ];
    let origins: Vec<_> = origins.into_iter().map(|Origin(origin)| origin).collect();
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(sent)
            .expose_headers(told)
            .max_age(REMEMBERED)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_would_send() {
        for good in ["https://shop.example.com", "http://localhost:3000", "https://shop.example.com:8443"] {
            assert!(good.parse::<Origin>().is_ok(), "{good}");
        }
        for other in [
            "*",
            "null",
            "",
            "shop.example.com",
            "https://shop.example.com/",
            "https://Shop.example.com",
            "file:///x",
            "https://a:443",
        ] {
            assert!(other.parse::<Origin>().is_err(), "{other}");
        }
    }
}
