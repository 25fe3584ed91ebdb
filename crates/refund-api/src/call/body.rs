//! A body is read once it is known who calls. Of whom nothing is taken it is passed over, so that the connection can
//! be used again and the caller gets to read why.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;

use crate::callers::Tenant;
use crate::callers::admission::Admission;
use crate::callers::places::Place;
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
/// What is no longer than that, in bytes, needs no room of its own: there are only so many connections.
const SHORT: usize = 4 * 1024;
/// How much is read of a body that is too large, before the connection is given up.
const READ_MAX: usize = 32 * 1024 * 1024;
/// How long a body may take to arrive, and one of which nothing is taken.
const READING_MAX: Duration = Duration::from_secs(30);
const PASSING_MAX: Duration = Duration::from_secs(10);

/// A body that came whole, and the room that it takes as long as it is held.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) bytes: Bytes,
    _room: Option<Place<String>>,
}

/// Whose body is read, and where there is room for it.
pub(crate) struct Sender<'a> {
    pub(crate) admission: &'a Admission,
    /// Whose room it takes.
    pub(crate) who: Tenant<'a>,
    /// Much is taken only of whoever is known.
    pub(crate) is_known: bool,
}

/// The body of a call on that path, where it came whole and is not longer than the call takes.
pub(crate) async fn received(path: &str, body: Body, sender: Sender<'_>) -> Result<Received, Problem> {
    let is_long = sender.is_known && (WITH_LONG_BODY.contains(&path) || path.starts_with(LONG_PAGES));
    let max = if is_long { LONG_BODY_MAX } else { BODY_MAX };
    let mut room = None;
    let bytes = read(body, max, |bytes| sender.admission.body(sender.who, &mut room, bytes));
    let bytes = tokio::time::timeout(READING_MAX, bytes).await.unwrap_or_else(|_| {
        let detail = format!("the body took more than {} seconds", READING_MAX.as_secs());
        Err(Problem::new(ApiCode::BodyTooSlow, detail))
    })?;
    Ok(Received { bytes, _room: room })
}

/// Bodies are taken as they are: nothing is unpacked that may be a thousandfold.
pub(crate) fn as_it_is(headers: &HeaderMap) -> Result<(), Problem> {
    let is_plain = |coding: &str| coding.trim().is_empty() || coding.trim().eq_ignore_ascii_case("identity");
    let is_coded = |codings: &&HeaderValue| !codings.to_str().is_ok_and(|codings| codings.split(',').all(is_plain));
    let Some(coded) = headers.get_all(header::CONTENT_ENCODING).iter().find(is_coded) else { return Ok(()) };
    let detail = format!("Content-Encoding is {coded:?}, and bodies are taken as they are");
    Err(Problem::new(ApiCode::UnsupportedContentEncoding, detail))
}

/// Lets the body of a call go by of which nothing is kept. Whoever asks before they send it is told not to, by the answer.
pub(crate) fn pass_over(request: Request) -> impl Future<Output = ()> + Send {
    let (head, body) = request.into_parts();
    pass_over_body(&head.headers, body)
}

/// The same of a body whose head was read before.
pub(crate) fn pass_over_body(headers: &HeaderMap, body: Body) -> impl Future<Output = ()> + Send + use<> {
    // Nothing but the body is kept on the way: the future's room is a part of every call's.
    let body = (!headers.contains_key(header::EXPECT)).then_some(body);
    async {
        if let Some(body) = body {
            // Whether it came whole changes nothing.
            let _ = tokio::time::timeout(PASSING_MAX, read(body, 0, |_| Ok(()))).await;
        }
    }
}

/// A body of so many bytes at the most, for which room is made as it comes; what is longer, or has no room, is read
/// and not kept.
async fn read(
    mut body: Body,
    max: usize,
    mut make_room: impl FnMut(usize) -> Result<(), Problem>,
) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    let mut length = 0_usize;
    let mut has_room = Ok(());
    while let Some(frame) = body.frame().await {
        let broke_off = |error| Problem::new(ApiCode::MalformedBody, format!("the body broke off: {error}"));
        let frame = frame.map_err(broke_off)?;
        // Trailers have nothing that a call would want.
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > READ_MAX {
            break;
        }
        if length > SHORT && length <= max && has_room.is_ok() {
            has_room = make_room(length);
        }
        if length <= max && has_room.is_ok() {
            bytes.extend_from_slice(&data);
        } else {
            bytes = Vec::new();
        }
    }
    has_room?;
    if length > max {
        return Err(Problem::new(ApiCode::BodyTooLarge, format!("the body has more than {max} bytes")));
    }
    Ok(bytes.into())
}
