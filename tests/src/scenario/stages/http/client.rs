//! One call after the other, as a client makes them.

use std::net::SocketAddr;
use std::time::Duration;

use refund_core::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

use crate::contract::{self, Exchange};
use crate::scenario::files::StoryFile;
use crate::scenario::stages::{No, Not};

/// Longer than any answer takes: a server that hangs fails the story instead of holding it up.
const ANSWER_MAX: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

/// A client of one server.
pub(super) struct Client {
    agent: Agent,
    base: String,
}

/// An answer, whatever it says.
pub(super) struct Reply {
    pub(super) status: u16,
    body: String,
}

/// A problem as the server tells it.
#[derive(Deserialize)]
struct Problem {
    code: String,
    rule: Option<String>,
    possible_at: Option<Timestamp>,
    detail: String,
}

impl Client {
    pub(super) fn new(server: SocketAddr) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(ANSWER_MAX)).build();
        Self { agent: config.into(), base: format!("http://{server}") }
    }

    pub(super) fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        version: Option<u64>,
        body: Value,
    ) -> Result<Reply, Not> {
        let method = match method {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
        };
        let sent = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let mut request = request.header("authorization", format!("Bearer {token}"));
        if let Some(version) = version {
            request = request.header("if-match", format!("\"{version}\""));
        }
        let response = if body.is_null() {
            self.agent.run(request.body(()).map_err(Not::broken)?)
        } else {
            let request = request.header("content-type", "application/json");
            self.agent.run(request.body(sent.clone()).map_err(Not::broken)?)
        };
        read(method, path, sent.as_bytes(), response.map_err(Not::broken)?)
    }

    /// Sends a file as it is.
    pub(super) fn send_file(&self, path: &str, token: &str, file: StoryFile) -> Result<Reply, Not> {
        let path = format!("{path}?name={}.pdf", file.as_str());
        let request = Request::builder().method("POST").uri(format!("{}{path}", self.base));
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/octet-stream");
        let response = self.agent.run(request.body(file.bytes()).map_err(Not::broken)?).map_err(Not::broken)?;
        read("POST", &path, &file.bytes(), response)
    }
}

/// The answer, which has to be what the contract says.
fn read(method: &str, path: &str, sent: &[u8], mut response: Response<Body>) -> Result<Reply, Not> {
    let body = response.body_mut().read_to_string().map_err(Not::broken)?;
    let status = response.status().as_u16();
    let media_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or("");
    contract::check(&Exchange { method, path, sent, status, media_type, answered: &body }).map_err(Not::Broken)?;
    Ok(Reply { status, body })
}

impl Reply {
    /// What was answered; a rule's no where the server says which.
    pub(super) fn done<T: DeserializeOwned>(self) -> Result<T, Not> {
        let Self { status, body } = self;
        if (200..300).contains(&status) {
            return serde_json::from_str(&body).map_err(|error| Not::Broken(format!("{error} in {body}")));
        }
        let unexpected = || Not::Broken(format!("{status}: {body}"));
        let told: Value = serde_json::from_str(&body).map_err(|_| unexpected())?;
        let problem = Problem::deserialize(&told).map_err(|_| unexpected())?;
        let code = problem.code.parse().map_err(|_| unexpected())?;
        let rule = problem.rule.ok_or_else(unexpected)?;
        let Problem { possible_at, detail, .. } = problem;
        Err(Not::Refused(No { code, rule, possible_at, detail, problem: Some(told) }))
    }
}
