//! Entity tags as they come back, also through what compresses on the way.

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
