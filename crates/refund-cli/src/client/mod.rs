//! How the desk speaks to the server: HTTP, and nothing else.

mod answer;
mod proxy;
mod stream;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use ureq::http::{HeaderValue, Request, Response, Uri};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body};

pub(crate) use answer::{Reply, seen};
pub(crate) use stream::Stream;

use crate::failure::Failure;
use crate::interrupt::UnderWay;
use crate::output::Said;
use crate::output::time::{Instant, instant};
use answer::{broken_off, not_connected};

/// A server and the key that opens it.
pub(crate) struct Client {
    agent: Agent,
    url: String,
    authorization: HeaderValue,
    under_way: UnderWay,
    /// The latest `Date` of its answers.
    dated: Mutex<Option<Instant>>,
}

/// A call that changes something.
pub(crate) struct Change {
    method: &'static str,
    path: String,
    query: Query,
    media_type: &'static str,
    body: Vec<u8>,
    if_match: Option<String>,
    idempotency_key: Option<String>,
}

impl Change {
    fn new(method: &'static str, path: impl Into<String>, body: impl ToString) -> Self {
        let (query, body) = (Query::new(), body.to_string().into_bytes());
        let (path, media_type) = (path.into(), "application/json");
        Self { method, path, query, media_type, body, if_match: None, idempotency_key: None }
    }

    /// That sends a file as it is.
    pub(crate) fn sending_file(path: String, query: Query, file: Vec<u8>) -> Self {
        Self { query, media_type: "application/octet-stream", body: file, ..Self::post(path, "") }
    }

    pub(crate) fn post(path: impl Into<String>, body: impl ToString) -> Self {
        Self::new("POST", path, body)
    }

    pub(crate) fn put(path: impl Into<String>, body: impl ToString) -> Self {
        Self::new("PUT", path, body)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path, "")
    }

    /// With the `ETag` of what it is about, so that nothing is overwritten that was never seen.
    pub(crate) fn matching(self, tag: Option<String>) -> Self {
        Self { if_match: tag, ..self }
    }

    /// With what makes it safe to send again.
    pub(crate) fn under(self, idempotency_key: String) -> Self {
        Self { idempotency_key: Some(idempotency_key), ..self }
    }
}

/// Parameters of a query.
pub(crate) type Query = Vec<(&'static str, String)>;

/// Some items of a list, as the server said them.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) items: Vec<String>,
    pub(crate) next_cursor: Option<String>,
}

impl Page {
    /// The page as it was said.
    pub(crate) fn said(&self) -> Said<'_> {
        Said::Items { items: &self.items, next_cursor: self.next_cursor.as_deref() }
    }

    /// The items for people.
    pub(crate) fn seen<T: DeserializeOwned>(&self) -> Result<Vec<T>, Failure> {
        let items: Result<Vec<T>, _> = self.items.iter().map(|item| seen(item)).collect();
        items.map_err(|error| Failure::Broken(format!("an item of the list can't be read: {error}")))
    }
}

const CONNECTING_MAX: Duration = Duration::from_secs(10);
/// The server says that it lives every 15 seconds while a stream is idle.
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// The most items of one page.
const PAGE_MAX: usize = 100;

impl Client {
    /// A client of the server at that address.
    pub(crate) fn new(url: &str, key: &str, under_way: UnderWay) -> Result<Self, Failure> {
        let url = checked(url)?;
        let authorization = HeaderValue::from_str(&format!("Bearer {}", key.trim())).ok();
        let authorization = authorization
            .filter(|_| !key.trim().is_empty() && key.trim().bytes().all(|byte| byte.is_ascii_graphic()))
            .ok_or_else(|| Failure::Usage("the key is malformed: a key is one word of visible ASCII".to_owned()))?;
        // A company's own authority is known to the machine and not to a list that was compiled in.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let proxy = url.parse().ok().and_then(|server| proxy::proxy(&server));
        let config = Agent::config_builder()
            .proxy(proxy)
            .http_status_as_error(false)
            // The key is for this server and no other.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECTING_MAX))
            .timeout_per_read(Some(SILENCE_MAX))
            .user_agent(concat!("refund/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        Ok(Self { agent: config.into(), url, authorization, under_way, dated: Mutex::new(None) })
    }

    /// Reads.
    pub(crate) fn get(&self, path: &str, query: &Query) -> Result<Reply, Failure> {
        let request = Request::get(self.address(path, query)).header("Authorization", &self.authorization);
        let request = request.body(()).map_err(|error| Failure::Usage(error.to_string()))?;
        let response = self.run(request).map_err(|error| not_connected(&self.url, &error))?;
        Reply::read(&self.url, response)?.checked()
    }

    /// A file that is there, whatever it is.
    pub(crate) fn file(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let request = Request::get(self.address(path, &Query::new())).header("Authorization", &self.authorization);
        let request = request.body(()).map_err(|error| Failure::Usage(error.to_string()))?;
        let response = self.run(request).map_err(|error| not_connected(&self.url, &error))?;
        answer::file(&self.url, response)
    }

    /// Changes something, once at the most for one idempotency key. `repeat` is what to do where it can't be known whether
    /// it was carried out.
    pub(crate) fn change(&self, change: &Change, repeat: &str) -> Result<Reply, Failure> {
        let mut request = Request::builder().method(change.method).uri(self.address(&change.path, &change.query));
        request = request.header("Authorization", &self.authorization).header("Content-Type", change.media_type);
        if let Some(tag) = &change.if_match {
            request = request.header("If-Match", tag);
        }
        if let Some(key) = &change.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        let request = request.body(change.body.as_slice()).map_err(|error| Failure::Usage(error.to_string()))?;
        let _sent = self.under_way.sending(repeat);
        let unknown = |detail: String| Failure::Unknown { detail, repeat: repeat.to_owned() };
        let response = match self.run(request) {
            Err(error) if broken_off(&error) => return Err(unknown(format!("{}: {error}", self.url))),
            response => response.map_err(|error| not_connected(&self.url, &error))?,
        };
        let status = response.status();
        let answer = match Reply::read(&self.url, response) {
            // Carried out or passed on, and then the answer was lost: a gateway that gives up says the same.
            Err(error) if status.is_success() || status.is_server_error() => return Err(unknown(error.detail())),
            answer => answer?,
        };
        match answer.checked() {
            Err(Failure::Problem(problem)) if matches!(problem.code.as_str(), "unsure" | "internal") => {
                Err(unknown(format!("{} ({}, {})", problem.detail, problem.code, problem.request_id)))
            }
            checked => checked,
        }
    }

    /// A list from its start, page by page, until it has `limit` items or ends.
    pub(crate) fn pages(&self, path: &str, query: &Query, limit: Option<usize>) -> Result<Page, Failure> {
        self.pages_behind(path, "cursor", None, query, limit)
    }

    /// The feed behind an event, or from its start. Where it goes on, `next_cursor` is the last event's id.
    pub(crate) fn feed(&self, after: Option<&str>, limit: Option<usize>) -> Result<Page, Failure> {
        self.pages_behind("/v1/events", "after", after, &Query::new(), limit)
    }

    /// A list behind what `cursor` is there called.
    fn pages_behind(
        &self,
        path: &str,
        cursor: &'static str,
        last: Option<&str>,
        query: &Query,
        limit: Option<usize>,
    ) -> Result<Page, Failure> {
        let mut page = Page { items: Vec::new(), next_cursor: last.map(str::to_owned) };
        loop {
            let left = limit.map_or(PAGE_MAX, |limit| limit.saturating_sub(page.items.len()).min(PAGE_MAX));
            if left == 0 {
                return Ok(page);
            }
            let mut query = query.clone();
            query.push(("limit", left.to_string()));
            query.extend(page.next_cursor.take().map(|last| (cursor, last)));
            let Page { items, next_cursor } = self.get(path, &query)?.page()?;
            page.items.extend(items);
            page.next_cursor = next_cursor;
            if page.next_cursor.is_none() {
                return Ok(page);
            }
        }
    }

    /// Where the feed ends now: what happens comes behind it.
    pub(crate) fn feed_end(&self) -> Result<Option<String>, Failure> {
        let query = vec![("after", "latest".to_owned()), ("limit", "1".to_owned())];
        Ok(self.get("/v1/events", &query)?.field("after"))
    }

    /// What time it is for the server, by the `Date` of its answers, which is the engine's own time.
    /// That is never before what it has recorded (R35), and `recorded` says it to the millisecond.
    /// This machine's own clock is never asked: it may be wrong, and has nothing to say here.
    pub(crate) fn now<'a>(&self, recorded: impl IntoIterator<Item = &'a str>) -> Result<Instant, Failure> {
        let recorded = recorded.into_iter().filter_map(instant).max();
        if let Some(now) = self.dated().max(recorded) {
            return Ok(now);
        }
        let request = Request::get(self.address("/livez", &Query::new())).body(());
        let request = request.map_err(|error| Failure::Usage(error.to_string()))?;
        self.run(request).map_err(|error| not_connected(&self.url, &error))?;
        let detail = || "it does not say what time it is: its answers have no Date".to_owned();
        self.dated().ok_or_else(|| Failure::Foreign { url: self.url.clone(), detail: detail() })
    }

    /// What time it was when the server last answered.
    pub(crate) fn dated(&self) -> Option<Instant> {
        *self.dated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the server is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Sends it, whatever it is, and keeps what time the answer says it is.
    fn run(&self, request: Request<impl AsSendBody>) -> Result<Response<Body>, ureq::Error> {
        let response = self.agent.run(request)?;
        let mut dated = self.dated.lock().unwrap_or_else(PoisonError::into_inner);
        *dated = (*dated).max(answer::date(&response));
        drop(dated);
        Ok(response)
    }

    fn address(&self, path: &str, query: &Query) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{}", self.url, query.join("&"))
    }
}

/// What can't stand in one part of a path.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'/')
    .add(b'%')
    .add(b'\\')
    .add(b'^')
    .add(b'|')
    .add(b'[')
    .add(b']');

/// An id as one part of a path.
pub(crate) fn segment(id: &str) -> String {
    utf8_percent_encode(id, SEGMENT).to_string()
}

/// The address of a server, if it is one.
pub(crate) fn checked(url: &str) -> Result<String, Failure> {
    let wrong = |why: &str| Err(Failure::Usage(format!("{url:?} is not a server's address: {why}")));
    let Ok(parsed) = url.parse::<Uri>() else { return wrong("write it like https://refunds.example.com") };
    if !matches!(parsed.scheme_str(), Some("http" | "https")) {
        return wrong("it begins with https:// or http://");
    }
    let Some(authority) = parsed.authority() else { return wrong("it names no host") };
    if authority.as_str().contains('@') {
        return Err(Failure::Usage("a server's address holds no name and password: keys are kept apart".to_owned()));
    }
    if parsed.query().is_some() {
        return wrong("it ends before a question mark");
    }
    Ok(url.trim_end_matches('/').to_owned())
}
