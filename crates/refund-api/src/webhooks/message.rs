//! What a message says, and how it is named.

use refund_core::Timestamp;

use super::endpoint::Endpoint;
use crate::wire::{EventMessageOut, EventOut, PingMessageOut};

/// A message before it is signed.
pub(super) struct Unsigned {
    /// The same each time that it is sent, so that its receiver knows it again.
    pub(super) id: String,
    pub(super) body: String,
}

impl Unsigned {
    /// What an endpoint is told of an event.
    pub(super) fn event(endpoint: &Endpoint, event: EventOut) -> Result<Self, serde_json::Error> {
        let id = format!("msg_{}_{}", digits(event.id_text()), digits(endpoint.id()));
        Ok(Self { id, body: serde_json::to_string(&EventMessageOut::new(event))? })
    }

    /// A message that only tries whether messages arrive.
    pub(super) fn ping(endpoint: &Endpoint, id: String, now: Timestamp) -> Result<Self, serde_json::Error> {
        Ok(Self { id, body: serde_json::to_string(&PingMessageOut::new(endpoint.id(), now))? })
    }
}

/// An id without what says of which kind it is.
fn digits(id: &str) -> &str {
    id.split_once('_').map_or(id, |(_, digits)| digits)
}
