//! What a message says, and how it is named.

use refund_core::{Event, Timestamp};
use refund_store::EventPosition;
use serde::Serialize;

use super::endpoint::Endpoint;
use crate::wire::EventOut;

/// What is said of an event, as the specification has it.
#[derive(Serialize)]
struct Envelope<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Timestamp,
    data: T,
}

/// What a test message says.
#[derive(Serialize)]
struct Ping<'e> {
    webhook_id: &'e str,
}

/// A message before it is signed.
pub(super) struct Unsigned {
    /// The same each time that it is sent, so that its receiver knows it again.
    pub(super) id: String,
    pub(super) body: String,
}

impl Unsigned {
    /// What an endpoint is told of an event.
    pub(super) fn event(
        endpoint: &Endpoint,
        position: EventPosition,
        event: &Event,
    ) -> Result<Self, serde_json::Error> {
        let kind = event.fact.event_type().as_str();
        let event_id = EventOut::id(position);
        let id = format!("msg_{}_{}", digits(&event_id), digits(endpoint.id()));
        let envelope = Envelope { kind, timestamp: event.at, data: EventOut::new(event_id, event) };
        Ok(Self { id, body: serde_json::to_string(&envelope)? })
    }

    /// A message that only tries whether messages arrive.
    pub(super) fn ping(endpoint: &Endpoint, id: String, now: Timestamp) -> Result<Self, serde_json::Error> {
        let envelope = Envelope { kind: "webhook.ping", timestamp: now, data: Ping { webhook_id: endpoint.id() } };
        Ok(Self { id, body: serde_json::to_string(&envelope)? })
    }
}

/// An id without what says of which kind it is.
fn digits(id: &str) -> &str {
    id.split_once('_').map_or(id, |(_, digits)| digits)
}
