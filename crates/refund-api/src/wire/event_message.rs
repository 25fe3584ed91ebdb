//! What is sent to webhooks, in JSON, as the Standard Webhooks specification has it.

use refund_core::{EventType, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::EventOut;

/// A message that tells of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventMessageOut {
    /// The event's type.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    event_type: EventType,
    /// When the event happened.
    timestamp: Timestamp,
    data: EventOut,
}

impl EventMessageOut {
    pub(crate) fn new(event: EventOut) -> Self {
        Self { event_type: event.event_type(), timestamp: event.happened_at(), data: event }
    }
}

/// A message that only tries whether messages arrive.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PingMessageOut {
    #[serde(rename = "type")]
    #[schema(inline)]
    kind: PingType,
    timestamp: Timestamp,
    data: PingOut,
}

#[derive(Debug, Serialize, ToSchema)]
enum PingType {
    #[serde(rename = "webhook.ping")]
    Ping,
}

/// To which endpoint it was sent.
#[derive(Debug, Serialize, ToSchema)]
struct PingOut {
    webhook_id: String,
}

impl PingMessageOut {
    pub(crate) fn new(webhook_id: &str, timestamp: Timestamp) -> Self {
        Self { kind: PingType::Ping, timestamp, data: PingOut { webhook_id: webhook_id.to_owned() } }
    }
}
