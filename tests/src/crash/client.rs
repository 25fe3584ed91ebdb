//! One caller's way of speaking to the server, over connections that are kept.

use std::time::Duration;

use serde_json::Value;

use super::said;

/// With whose key a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Operator,
    Platform,
    /// A seller whose refunds are paid at once.
    Homeware,
    /// A seller whose refunds are paid when the payment adapter reports it.
    Lights,
}

/// The keys of the first start. Later starts must know them too; idempotency is by key.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) operator: String,
    pub(crate) platform: String,
    pub(crate) homeware: String,
    pub(crate) lights: String,
}

impl Keys {
    /// Those that a demo wrote down.
    pub(crate) fn written(written: &Value) -> Self {
        let key = |name: &str| text(written, &format!("/keys/{name}")).to_owned();
        Self { operator: key("operator"), platform: key("platform"), homeware: key("seller"), lights: String::new() }
    }
}

/// A call, to be made once or again.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) who: Who,
    pub(crate) version: Option<u64>,
    pub(crate) key: Option<String>,
    pub(crate) body: Value,
}

impl Call {
    pub(crate) fn get(who: Who, path: impl Into<String>) -> Self {
        Self { method: "GET", path: path.into(), who, version: None, key: None, body: Value::Null }
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) replayed: bool,
}

impl Reply {
    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{} {}", self.status, if self.replayed { " replayed" } else { "" }, self.body)
    }
}

/// No answer.
#[derive(Debug)]
pub(crate) enum Lost {
    /// None of it came.
    Whole(String),
    /// It began and broke off.
    Rest(String),
    /// An answer was lost, and whoever was asked again refused: the first may still have been carried out.
    Refused(Reply),
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(why) => write!(f, "no answer: {why}"),
            Self::Rest(why) => write!(f, "half an answer: {why}"),
            Self::Refused(reply) => write!(f, "no answer, and again {reply}"),
        }
    }
}

/// Whoever can be asked: a server, or whichever of several answers.
pub(crate) trait Ask {
    fn send(&self, call: &Call) -> Result<Reply, Lost>;
}

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    agent: ureq::Agent,
    base_url: String,
    keys: Keys,
}

impl Client {
    pub(crate) fn new(base_url: &str, keys: &Keys) -> Self {
        Self::with_patience(base_url, keys, PATIENCE)
    }

    /// One who waits so long for an answer.
    pub(crate) fn with_patience(base_url: &str, keys: &Keys, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true);
        let config = config.timeout_global(Some(patience)).build();
        Self { agent: config.into(), base_url: base_url.to_owned(), keys: keys.clone() }
    }

    /// Another caller to the same server, on connections of its own.
    pub(crate) fn another(&self) -> Self {
        Self::new(&self.base_url, &self.keys)
    }

    /// What is there; it has to be there.
    pub(crate) fn read(&self, who: Who, path: &str) -> Result<Value, String> {
        let reply = self.send(&Call::get(who, path)).map_err(said)?;
        if reply.status == 200 { Ok(reply.body) } else { Err(format!("GET {path}: {} {}", reply.status, reply.body)) }
    }

    /// What a call of the operator's answers; it has to succeed.
    pub(crate) fn done(&self, method: &'static str, path: &str, body: Value) -> Result<Value, String> {
        let reply = self.send(&Call { method, body, ..Call::get(Who::Operator, path) }).map_err(said)?;
        if reply.is_done() { Ok(reply.body) } else { Err(format!("{method} {path}: {reply}")) }
    }
}

impl Ask for Client {
    fn send(&self, call: &Call) -> Result<Reply, Lost> {
        let key = match call.who {
            Who::Operator => &self.keys.operator,
            Who::Platform => &self.keys.platform,
            Who::Homeware => &self.keys.homeware,
            Who::Lights => &self.keys.lights,
        };
        let mut request = ureq::http::Request::builder().method(call.method);
        request =
            request.uri(format!("{}{}", self.base_url, call.path)).header("Authorization", format!("Bearer {key}"));
        if let Some(version) = call.version {
            request = request.header("If-Match", format!("\"{version}\""));
        }
        if let Some(key) = &call.key {
            request = request.header("Idempotency-Key", key);
        }
        let body = if call.body.is_null() { String::new() } else { call.body.to_string() };
        let request = request.header("Content-Type", "application/json").body(body);
        let whole = |error: &dyn std::fmt::Display| Lost::Whole(error.to_string());
        let mut response = self.agent.run(request.map_err(|error| whole(&error))?).map_err(|error| whole(&error))?;
        let replayed = response.headers().contains_key("idempotency-replayed");
        let text = response.body_mut().read_to_string().map_err(|error| Lost::Rest(error.to_string()))?;
        let body = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&text) };
        let body = body.map_err(|error| Lost::Rest(format!("{error} in {text:?}")))?;
        Ok(Reply { status: response.status().as_u16(), body, replayed })
    }
}

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a JSON pointer; 0 where there is none.
pub(crate) fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// The items of a list.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
