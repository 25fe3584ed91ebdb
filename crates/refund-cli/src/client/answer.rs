//! What comes back: an answer, a problem, or something that is no refund server's.

use chrono::DateTime;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use ureq::http::Response;
use ureq::{Body, Error, Timeout};

use super::Page;
use crate::failure::{Failure, Problem};
use crate::output::clean;
use crate::output::time::Instant;

/// What the server said.
pub(crate) struct Reply {
    url: String,
    status: u16,
    text: String,
    /// In how many seconds to come again, where the server says so.
    retry_after: Option<u64>,
    /// What it shows has this `ETag`.
    pub(crate) tag: Option<String>,
    /// Whether it was given before, to the same idempotency key.
    pub(crate) replayed: bool,
    /// Whether something was made.
    pub(crate) created: bool,
}

/// A body of a list.
#[derive(serde::Deserialize)]
struct Items {
    items: Vec<Box<RawValue>>,
    #[serde(default)]
    next_cursor: Option<String>,
}

/// The longest answer that is read: a hundred refunds with all that they say are about 1 MiB.
const ANSWER_MAX: u64 = 64 * 1024 * 1024;

impl Reply {
    /// Reads the answer to its end.
    pub(super) fn read(url: &str, mut response: Response<Body>) -> Result<Self, Failure> {
        let foreign = |detail: String| Failure::Foreign { url: url.to_owned(), detail };
        let status = response.status();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let media_type = header("content-type").unwrap_or("nothing").to_owned();
        let is_json = media_type.starts_with("application/json") || media_type.starts_with("application/problem+json");
        if status.is_redirection() {
            let to = clean::text(header("location").unwrap_or("elsewhere"));
            return Err(foreign(format!(
                "it answers {status} and points to {to}; a key is sent nowhere else by itself"
            )));
        }
        if !is_json {
            return Err(foreign(format!("it answers {status} with {}", clean::text(&media_type))));
        }
        let retry_after = header("retry-after").and_then(|seconds| seconds.parse().ok());
        let tag = header("etag").map(str::to_owned);
        let replayed = header("idempotency-replayed").is_some();
        let body = response.body_mut().with_config().limit(ANSWER_MAX).read_to_string();
        let text = body.map_err(|error| foreign(format!("its answer broke off: {error}")))?;
        let (url, status) = (url.to_owned(), status.as_u16());
        Ok(Self { url, status, text, retry_after, tag, replayed, created: status == 201 })
    }

    /// The answer, or the problem that it is.
    pub(super) fn checked(self) -> Result<Self, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let problem: Problem = self.seen()?;
        if problem.code.is_empty() {
            return Err(self.strange(&format!("it answers {} without a problem's code", self.status)));
        }
        Err(Failure::Problem(Box::new(Problem { status: self.status, retry_after: self.retry_after, ..problem })))
    }

    /// Exactly what the server said.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What it says, for people: every text in it is harmless for a terminal.
    pub(crate) fn seen<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        seen(&self.text).map_err(|error| self.strange(&format!("its answer can't be read: {error}")))
    }

    /// What it says, as it was said.
    pub(crate) fn raw<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.text).map_err(|error| self.strange(&format!("its answer can't be read: {error}")))
    }

    /// What it says, where it is a list.
    pub(crate) fn page(&self) -> Result<Page, Failure> {
        let Items { items, next_cursor } = self.raw()?;
        Ok(Page { items: items.into_iter().map(|item| item.get().to_owned()).collect(), next_cursor })
    }

    /// One text of the answer.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.seen::<Value>().ok()?.get(name)?.as_str().map(str::to_owned)
    }

    fn strange(&self, detail: &str) -> Failure {
        Failure::Foreign { url: self.url.clone(), detail: clean::text(detail) }
    }
}

/// The bytes of an answer that is a file, or the problem that it is.
pub(super) fn file(url: &str, mut response: Response<Body>) -> Result<Vec<u8>, Failure> {
    if !response.status().is_success() {
        let detail = || "it answers a file's address with something else".to_owned();
        return Reply::read(url, response)?
            .checked()
            .and(Err(Failure::Foreign { url: url.to_owned(), detail: detail() }));
    }
    let foreign =
        |error: Error| Failure::Foreign { url: url.to_owned(), detail: format!("the file broke off: {error}") };
    response.body_mut().with_config().limit(ANSWER_MAX).read_to_vec().map_err(foreign)
}

/// JSON of the server's as it can be shown.
pub(crate) fn seen<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(clean::value(serde_json::from_str(text)?))
}

/// The server's `Date`.
pub(super) fn date(response: &Response<Body>) -> Option<Instant> {
    let date = response.headers().get("date")?.to_str().ok()?;
    DateTime::parse_from_rfc2822(date).ok().map(|date| date.to_utc())
}

/// Whether a call may have arrived although its answer did not come back.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library's list of errors may grow")]
pub(super) fn broken_off(error: &Error) -> bool {
    use std::io::ErrorKind as Io;
    match error {
        Error::Io(error) => !matches!(
            error.kind(),
            Io::ConnectionRefused | Io::AddrNotAvailable | Io::HostUnreachable | Io::NetworkUnreachable
        ),
        Error::Timeout(timeout) => !matches!(timeout, Timeout::Connect | Timeout::Resolve),
        Error::Protocol(_) | Error::BodyStalled | Error::LargeResponseHeader(..) => true,
        // All else goes wrong before anything is sent; a kind that is added later is taken for the worse.
        Error::HostNotFound | Error::ConnectionFailed | Error::Tls(_) | Error::Rustls(_) => false,
        Error::Http(_) | Error::BadUri(_) | Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => false,
        Error::TlsRequired => false,
        _ => true,
    }
}

/// Why there was no connection, in words.
pub(super) fn not_connected(url: &str, error: &Error) -> Failure {
    let detail = clean::text(&error.to_string());
    if matches!(error, Error::Protocol(_)) {
        return Failure::Foreign { url: url.to_owned(), detail: format!("what it answers is not HTTP ({detail})") };
    }
    Failure::Unreachable { url: url.to_owned(), detail }
}

impl Failure {
    /// What there is to say about what came back.
    pub(super) fn detail(&self) -> String {
        match self {
            Self::Foreign { url, detail } | Self::Unreachable { url, detail } => format!("{url}: {detail}"),
            Self::Unknown { detail, .. } => detail.clone(),
            Self::Problem(problem) => problem.detail.clone(),
            Self::Usage(text) | Self::Broken(text) | Self::Partly(text) => text.clone(),
            Self::ReaderGone => String::new(),
        }
    }
}
