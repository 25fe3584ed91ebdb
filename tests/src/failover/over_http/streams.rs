//! Whoever follows the feed as it comes, on whichever server is there.

use std::io::{BufRead, BufReader};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::servers::Servers;
use crate::crash::client::text;
use crate::crash::said;

/// How long a stream is read; then another server is asked for what comes behind.
const STREAM_MAX: Duration = Duration::from_secs(4);

/// The event up to which streams are read, once that is known. Ids ascend.
#[derive(Default)]
pub(super) struct End(Mutex<Option<String>>);

impl End {
    pub(super) fn is(&self, id: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
    }

    fn is_reached(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_deref().is_some_and(|end| id >= end)
    }
}

/// All events behind `from`, as the streams of one server after the other told them.
pub(super) fn follow(servers: &Servers, key: &str, from: &str, end: &End, mut server: usize) -> Vec<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(STREAM_MAX)).build().into();
    let (mut last, mut events) = (from.to_owned(), Vec::new());
    while !end.is_reached(&last) {
        // However it ends, another goes on from there.
        let _ = read(&agent, &servers.url(server), key, end, &mut last, &mut events);
        server = server.saturating_add(1);
    }
    events
}

/// Reads a stream to its end, or to that of all.
fn read(
    agent: &ureq::Agent,
    url: &str,
    key: &str,
    end: &End,
    last: &mut String,
    events: &mut Vec<Value>,
) -> Result<(), String> {
    let request = agent.get(format!("{url}/v1/events/stream")).header("Authorization", format!("Bearer {key}"));
    let response = request.header("Last-Event-ID", last.as_str()).call().map_err(said)?;
    for line in BufReader::new(response.into_body().into_reader()).lines() {
        let line = line.map_err(said)?;
        let Some(data) = line.strip_prefix("data: ") else { continue };
        let event: Value = serde_json::from_str(data).map_err(said)?;
        text(&event, "/id").clone_into(last);
        events.push(event);
        if end.is_reached(last) {
            break;
        }
    }
    Ok(())
}
