//! What happened, as far as the desk shows it.

use serde::{Deserialize, Deserializer};

use super::refund::Terms;
use super::{Actor, Money};

/// Something that happened.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) refund_id: String,
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    pub(crate) at: String,
    pub(crate) actor: Actor,
    #[serde(deserialize_with = "as_far_as_known")]
    pub(crate) data: EventData,
}

/// What events say beside their type: each what it has of this.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EventData {
    pub(crate) decision: Option<String>,
    pub(crate) offer: Option<Terms>,
    pub(crate) effective: Option<Terms>,
    #[serde(rename = "type")]
    pub(crate) requested: Option<String>,
    pub(crate) amount: Option<Money>,
    pub(crate) attempt: Option<u32>,
    pub(crate) carrier: Option<String>,
    pub(crate) tracking_number: Option<String>,
    pub(crate) closed_reason: Option<String>,
    pub(crate) withdrawn_reason: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) deadline_at: Option<String>,
    pub(crate) internal: bool,
    pub(crate) for_operators: bool,
    pub(crate) text: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) reason_code: Option<String>,
}

/// What an event says. A newer server has types of events in which the same name is something else: of those
/// nothing is shown but that they happened.
pub(super) fn as_far_as_known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EventData, D::Error> {
    let data = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(data).unwrap_or_default())
}
