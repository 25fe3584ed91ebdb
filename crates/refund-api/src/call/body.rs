//! A body is read once it is known who calls. Of whom nothing is taken it is passed over, so that the connection can
//! be used again and the caller gets to read why.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;

use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// The most that a body may have, in bytes.
const BODY_MAX: usize = 64 * 1024;
/// The most of a body, in bytes, where there may be much in one call: the roll-out names sellers one by one, and a
/// hundred offers may each have a message.
const LONG_BODY_MAX: usize = 1024 * 1024;
const WITH_LONG_BODY: [&str; 3] = ["/v1/rollout", "/v1/refunds/bulk", "/settings"];
/// The pages on which the same is typed.
const LONG_PAGES: &str = "/operator/";
/// How much is read of a body that is too large, before the connection is given up.
const READ_MAX: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive.
const READING_MAX: Duration = Duration::from_secs(30);

/// The body of a call on that path, where it came whole and is not longer than the call takes; much is taken only of
/// whoever is known.
pub(crate) async fn received(path: &str, body: Body, is_known: bool) -> Result<Bytes, Problem> {
    let is_long = is_known && (WITH_LONG_BODY.contains(&path) || path.starts_with(LONG_PAGES));
    let max = if is_long { LONG_BODY_MAX } else { BODY_MAX };
    let received = tokio::time::timeout(READING_MAX, read(body, max)).await;
    let received = received.unwrap_or_else(|_| {
        Err((ApiCode::BodyTooSlow, format!("the body took more than {} seconds", READING_MAX.as_secs())))
    });
    received.map_err(|(code, detail)| Problem::new(code, detail))
}

/// Lets a body go by of which nothing is kept.
pub(crate) async fn pass_over(body: Body) {
    // Whether it came whole changes nothing.
    let _ = tokio::time::timeout(READING_MAX, read(body, 0)).await;
}

/// A body of so many bytes at the most; what is longer is read and not kept.
async fn read(mut body: Body, max: usize) -> Result<Bytes, (ApiCode, String)> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| (ApiCode::MalformedBody, format!("the body broke off: {error}")))?;
        // Trailers have nothing that a call would want.
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > READ_MAX {
            break;
        }
        if length <= max {
            bytes.extend_from_slice(&data);
        }
    }
    if length > max {
        return Err((ApiCode::BodyTooLarge, format!("the body has more than {max} bytes")));
    }
    Ok(bytes.into())
}
