//! Endpoints of webhooks, and what is sent to them.

use serde::Deserialize;

/// An endpoint.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) seller_id: Option<String>,
    pub(crate) url: String,
    pub(crate) description: Option<String>,
    pub(crate) types: Vec<String>,
    pub(crate) created_at: String,
    pub(crate) enabled_at: String,
    pub(crate) disabled: Option<Disabled>,
    pub(crate) both_secrets_until: Option<String>,
    pub(crate) waiting: Option<Waiting>,
    pub(crate) secret: Option<String>,
}

impl Webhook {
    /// "seller seller-homeware", "platform".
    pub(crate) fn owner(&self) -> String {
        let seller = self.seller_id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
        format!("{}{seller}", self.role)
    }
}

/// Since when nothing is sent, and why.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Disabled {
    pub(crate) at: String,
    pub(crate) because: String,
}

/// What waits to be sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Waiting {
    pub(crate) count: u64,
    pub(crate) oldest_at: Option<String>,
}

/// An event on its way to an endpoint.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Delivery {
    pub(crate) event_id: String,
    pub(crate) refund_id: String,
    pub(crate) event_type: String,
    pub(crate) state: String,
    pub(crate) asked_at: String,
    pub(crate) next_attempt_at: Option<String>,
    pub(crate) attempts: Vec<Attempt>,
}

/// One attempt, and what came of it.
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Attempt {
    pub(crate) at: String,
    pub(crate) status: Option<u16>,
    pub(crate) error: Option<String>,
    pub(crate) duration_ms: u64,
    pub(crate) response: String,
}

impl Attempt {
    /// Whether the receiver took the message.
    pub(crate) fn has_succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// How many are sent again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Redelivered {
    pub(crate) count: u64,
    pub(crate) next_from: Option<String>,
}
