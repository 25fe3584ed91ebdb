//! Every body is read to its end before anything is answered, so that the connection can be used
//! again and the caller gets to read why a call was refused.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use http_body_util::BodyExt;

/// The most that is kept of a body, in bytes; each call takes less or as much.
const KEPT_MAX: usize = 1024 * 1024;
/// How much is read of a body that is too large, before the connection is given up.
const READ_MAX: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive.
const READING_MAX: Duration = Duration::from_secs(30);

/// A body as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// What was kept of it: all, unless it is longer than any call takes.
    pub(crate) bytes: Bytes,
    /// How long it was, as far as it was read.
    pub(crate) length: usize,
    /// Why it ended before its end, if it did.
    pub(crate) broke_off: Option<String>,
}

/// The request with its body read, and put where the routes find it.
pub(super) async fn received(request: Request) -> Request {
    let (mut parts, body) = request.into_parts();
    let received = tokio::time::timeout(READING_MAX, read(body)).await;
    parts.extensions.insert(received.unwrap_or_else(|_| Received {
        bytes: Bytes::new(),
        length: 0,
        broke_off: Some(format!("it took more than {} seconds", READING_MAX.as_secs())),
    }));
    Request::from_parts(parts, Body::empty())
}

async fn read(mut body: Body) -> Received {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    let mut broke_off = None;
    while let Some(frame) = body.frame().await {
        match frame.map(http_body::Frame::into_data) {
            Ok(Ok(data)) => {
                length = length.saturating_add(data.len());
                if length <= KEPT_MAX {
                    bytes.extend_from_slice(&data);
                }
            }
            // Trailers: nothing that a call would want.
            Ok(Err(_)) => {}
            Err(error) => broke_off = Some(error.to_string()),
        }
        if length > READ_MAX || broke_off.is_some() {
            break;
        }
    }
    Received { bytes: bytes.into(), length, broke_off }
}
