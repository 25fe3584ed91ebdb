//! Entity tags as they come back, also through what compresses on the way.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

/// How a proxy marks the tag of what it compressed: what it puts before its coding's name, and the names.
const MARKS: [&str; 3] = ["--", "-", ";"];
const CODINGS: [&str; 4] = ["gzip", "br", "zstd", "deflate"];

/// What stands in our tag. A proxy that compressed the answer made a weak tag of it, or put its coding behind it, and
/// the caller knows no other: they mean what we said all the same.
pub(crate) fn own(tag: &str) -> Option<&str> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
    let marked = CODINGS.iter().find_map(|coding| tag.strip_suffix(coding));
    let own = marked.and_then(|tag| MARKS.iter().find_map(|mark| tag.strip_suffix(mark)));
    Some(own.unwrap_or(tag))
}

/// The tags of what a caller who reads has already, as `If-None-Match` names them.
pub(crate) struct Known(Vec<HeaderValue>);

impl Known {
    pub(crate) fn by(request: &Request) -> Self {
        let reads = request.method().is_safe();
        Self(request.headers().get_all(header::IF_NONE_MATCH).iter().filter(|_| reads).cloned().collect())
    }

    /// The answer, or no more than that its caller has it already.
    pub(crate) fn or_not_modified(self, mut response: Response) -> Response {
        let tag = response.headers().get(header::ETAG).and_then(text).and_then(own);
        let is_known = tag.is_some_and(|tag| self.0.iter().filter_map(text).any(|known| names(known, tag)));
        if is_known && response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            for of_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
                response.headers_mut().remove(of_body);
            }
        }
        response
    }
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// Whether that tag stands in such a list. None of ours has a comma.
fn names(list: &str, tag: &str) -> bool {
    list.split(',').map(str::trim).any(|known| known == "*" || own(known) == Some(tag))
}

#[cfg(test)]
mod tests {
    use super::own;

    #[test]
    fn what_a_proxy_makes_of_a_tag_is_still_ours() {
        for tag in [
            r#""1""#,
            r#"W/"1""#,
            r#""1-gzip""#,
            r#""1--gzip""#,
            r#""1;gzip""#,
            r#"W/"1-br""#,
            r#""1-zstd""#,
            r#""1-deflate""#,
        ] {
            assert_eq!(own(tag), Some("1"), "{tag}");
        }
        for (tag, expected) in [
            (r#""1gzip""#, Some("1gzip")),
            (r#""1-gzip-gzip""#, Some("1-gzip")),
            (r#""1-rot13""#, Some("1-rot13")),
            (r#""1---gzip""#, Some("1-")),
            (r#""""#, Some("")),
            (r#""-gzip""#, Some("")),
            (r#"w/"1""#, None),
            (r#"W/ "1""#, None),
            ("1-gzip", None),
            (r#"""#, None),
            ("W/", None),
            ("", None),
        ] {
            assert_eq!(own(tag), expected, "{tag}");
        }
    }
}
