//! A file on its way out: whoever opens it gets what was added, and it can do nothing.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use refund_core::{EvidenceFile, EvidenceType, FileHash, Refund};

use super::{Evidence, Size, is_picture};
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// What a name may have in a header as it is (RFC 8187).
const IN_HEADER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
/// A browser may show it, and nothing else.
const SHUT_IN: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'");
/// Others' pages can't have it, and it can be erased: so it is asked for each time.
const OWN: HeaderValue = HeaderValue::from_static("same-origin");
const ASKED_FOR: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A file of a refund, in an answer.
///
/// # Errors
/// Where the refund has no such file, it was erased, or it can't be read.
pub(crate) async fn sent(
    evidence: &Evidence,
    refund: &Refund,
    sha256: FileHash,
    size: Size,
) -> Result<Response, Problem> {
    let added = refund.evidence.get(sha256).ok_or_else(Problem::not_found)?;
    if let Some(erasure) = &added.erased {
        return Err(Problem::new(ApiCode::FileErased, format!("the file was erased at {}", erasure.at)));
    }
    let file = &added.file;
    if size == Size::Small && !is_picture(file.media_type) {
        return Err(Problem::not_found());
    }
    let body = evidence.open(&refund.id, &sha256, size).await?.ok_or_else(|| {
        tracing::error!(refund = %refund.id, %sha256, "a file that was added is not where evidence is kept");
        Problem::new(ApiCode::FilesAway, "the file is not where it was kept")
    })?;
    Ok(with_head(body, file, size))
}

fn with_head(body: Body, file: &EvidenceFile, size: Size) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let media_type = if size == Size::Small { "image/jpeg" } else { file.media_type.as_str() };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if size == Size::Whole {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.bytes.as_bytes()));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, SHUT_IN);
    headers.insert("cross-origin-resource-policy", OWN);
    headers.insert(header::CACHE_CONTROL, ASKED_FOR);
    headers.extend(HeaderValue::from_str(&disposition(file)).ok().map(|value| (header::CONTENT_DISPOSITION, value)));
    let tag = HeaderValue::from_str(&format!("\"{}{}\"", file.sha256, if size == Size::Small { "-small" } else { "" }));
    headers.extend(tag.ok().map(|tag| (header::ETAG, tag)));
    response
}

/// A picture is shown; all else is saved, and opened by whatever its reader trusts.
fn disposition(file: &EvidenceFile) -> String {
    let how = if is_picture(file.media_type) { "inline" } else { "attachment" };
    format!("{how}; filename*=UTF-8''{}", utf8_percent_encode(&saved_as(file), IN_HEADER))
}

/// What a file is called where it is saved: it ends as what it is, because by that a machine chooses what opens it.
fn saved_as(file: &EvidenceFile) -> String {
    let name = if file.name.as_str().is_empty() { "evidence" } else { file.name.as_str() };
    let endings: &[&str] = match file.media_type {
        EvidenceType::Jpeg => &[".jpg", ".jpeg"],
        EvidenceType::Png => &[".png"],
        EvidenceType::Pdf => &[".pdf"],
    };
    let lower = name.to_lowercase();
    let first = endings.first().filter(|_| !endings.iter().any(|ending| lower.ends_with(ending)));
    format!("{name}{}", first.copied().unwrap_or_default())
}
