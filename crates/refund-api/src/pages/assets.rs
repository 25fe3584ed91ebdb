//! The files that pages load: the style and the scripts, all of this server.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// Each by its name, with its media type.
const FILES: [(&str, &str, &str); 4] = [
    ("pages.css", "text/css; charset=utf-8", include_str!("../../assets/pages.css")),
    ("htmx.min.js", SCRIPT, include_str!("../../assets/vendor/htmx.min.js")),
    ("pages.js", SCRIPT, include_str!("../../assets/pages.js")),
    ("icon.svg", "image/svg+xml", include_str!("../../assets/icon.svg")),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The addresses, each with a part of its file's hash: a file that changes has another.
static ADDRESSES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let address = |name: &str, text: &str| {
        let hash = HEXLOWER.encode(&Sha256::digest(text));
        format!("/assets/{name}?v={}", hash.get(..12).unwrap_or_default())
    };
    FILES.iter().map(|(name, _, text)| address(name, text)).collect()
});

pub(super) fn style() -> &'static str {
    ADDRESSES.first().map_or("", String::as_str)
}

pub(super) fn scripts() -> &'static [String] {
    ADDRESSES.get(1..3).unwrap_or_default()
}

pub(super) fn icon() -> &'static str {
    ADDRESSES.get(3).map_or("", String::as_str)
}

pub(super) async fn show(Path(name): Path<String>) -> Result<Response, Problem> {
    let (_, media_type, text) = FILES.iter().find(|(known, ..)| *known == name).ok_or_else(Problem::not_found)?;
    let mut response = (*text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    // Its address says which version it is.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_vendored_is_what_was_published() {
        let listed = include_str!("../../assets/vendor/README.md");
        let (name, _, text) = FILES.iter().find(|(name, ..)| name.contains("min.js")).expect("what is vendored");
        let hash = HEXLOWER.encode(&Sha256::digest(text));
        let row = listed.lines().find(|line| line.contains(&format!("`{name}`"))).expect("a row");
        assert!(row.contains(&hash), "{name} has the hash {hash}");
    }
}
