//! A receiver of webhooks that answers at once or, where it is told so, holds its answer back.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use standardwebhooks::Webhook;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::crash::client::text;
use crate::crash::said;

/// How long something that has to come may take before it counts as missing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A message as it arrived.
pub(crate) struct Message {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Message {
    /// By what a receiver tells one that it has had.
    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The event in it, if it was signed with that secret.
    pub(crate) fn event(&self, secret: &str) -> Result<Value, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("message {}: {error}", self.id());
        let signer = Webhook::new(secret).map_err(|error| wrong(&error))?;
        let signed_at = self.header("webhook-timestamp").parse::<i64>().map_err(|error| wrong(&error))?;
        // Not `verify`, which wants it to be of the last five minutes: a long run is looked at when it is over.
        let signature = signer.sign(self.id(), signed_at, &self.body).map_err(|error| wrong(&error))?;
        if !self.header("webhook-signature").split(' ').any(|given| given == signature) {
            return Err(wrong(&"it was signed otherwise"));
        }
        let body: Value = serde_json::from_slice(&self.body).map_err(|error| wrong(&error))?;
        Ok(body.get("data").cloned().unwrap_or_default())
    }

    /// The id of the event in it, whoever signed it.
    fn event_id(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        text(&body, "/data/id").to_owned()
    }
}

/// What has arrived, and what becomes of it.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) messages: Vec<Message>,
    pub(crate) events: BTreeSet<String>,
    /// How many were answered.
    pub(crate) answered: usize,
    /// Whether answers are held back.
    holds: bool,
}

/// The receiver, for as long as the process lives.
pub(crate) struct Receiver {
    shared: Arc<(Mutex<State>, Condvar)>,
    pub(crate) url: String,
}

fn locked(shared: &(Mutex<State>, Condvar)) -> MutexGuard<'_, State> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Receiver {
    pub(crate) fn start() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(said)?;
        let url = format!("http://{}/hook", listener.local_addr().map_err(said)?);
        let shared: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&theirs);
                // What was cut off half way did not arrive.
                std::thread::spawn(move || receive(stream, &shared).ok());
            }
        });
        Ok(Self { shared, url })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.shared)
    }

    /// How many messages have arrived, and how many were answered.
    pub(crate) fn so_far(&self) -> (usize, usize) {
        let state = self.state();
        (state.messages.len(), state.answered)
    }

    /// Holds answers back from now on, or gives those that it held and all that come.
    pub(crate) fn hold(&self, holds: bool) {
        self.state().holds = holds;
        self.shared.1.notify_all();
    }

    /// Waits until so much has arrived.
    pub(crate) fn wait(&self, what: &str, is_there: impl Fn(&State) -> bool) -> Result<(), String> {
        let waiting = self.shared.1.wait_timeout_while(self.state(), PATIENCE, |state| !is_there(state));
        let (state, timeout) = waiting.unwrap_or_else(PoisonError::into_inner);
        if !timeout.timed_out() {
            return Ok(());
        }
        Err(format!("{what} did not come within {PATIENCE:?}; {} messages had", state.messages.len()))
    }
}

/// Takes one message in and answers it, when it is time to.
fn receive(stream: TcpStream, shared: &(Mutex<State>, Condvar)) -> Result<(), String> {
    let mut reader = BufReader::new(stream);
    let (mut headers, mut length, mut is_whole) = (HeaderMap::new(), 0, false);
    for line in reader.by_ref().lines().skip(1) {
        let line = line.map_err(said)?;
        let Some((name, value)) = line.split_once(": ") else {
            is_whole = line.is_empty();
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().map_err(said)?;
        }
        headers.insert(name.parse::<HeaderName>().map_err(said)?, value.parse::<HeaderValue>().map_err(said)?);
    }
    if !is_whole {
        return Err("its head was cut off".to_owned());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).map_err(said)?;
    let message = Message { headers, body };
    let mut state = locked(shared);
    state.events.insert(message.event_id());
    state.messages.push(message);
    shared.1.notify_all();
    let state = shared.1.wait_while(state, |state| state.holds).unwrap_or_else(PoisonError::into_inner);
    drop(state);
    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    reader.get_mut().write_all(answer).map_err(said)?;
    let mut state = locked(shared);
    state.answered = state.answered.saturating_add(1);
    shared.1.notify_all();
    Ok(())
}
