//! Under which keys answers are remembered, and what of them.

use refund_core::{CommandKind, RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Seller, Webhook};

/// A caller and the key that they chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The id of the API key that the caller used.
    pub caller: String,
    /// What they chose: 1 to 64 visible ASCII characters.
    pub key: String,
}

impl IdempotencyKey {
    /// The key of one item of a call that has many.
    #[must_use]
    pub fn of_item(&self, index: usize) -> Self {
        // No caller's own key has a space.
        Self { caller: self.caller.clone(), key: format!("{} {index}", self.key) }
    }

    /// The key of the whole call, where this is an item's.
    pub(crate) fn of_whole_call(&self) -> Option<Self> {
        let (key, _) = self.key.split_once(' ')?;
        Some(Self { caller: self.caller.clone(), key: key.to_owned() })
    }
}

/// The SHA-256 of method, path and body: whether a second request with the same key is the same.
pub type Fingerprint = [u8; 32];

/// How long an answer is remembered: 31 days.
pub(crate) const REMEMBERED_FOR_MILLIS: i64 = 31 * 86_400_000;

/// Whether an answer of that instant is given no more.
pub(crate) fn is_over(at: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(at.as_millis()) > REMEMBERED_FOR_MILLIS
}

/// What is remembered of a request that was carried out: enough to give its answer again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Of which request.
    pub fingerprint: Fingerprint,
    /// When it was answered.
    pub at: Timestamp,
    /// What the answer was.
    pub outcome: Outcome,
}

/// An answer, without what can be had from the events again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// A refund as it was after that event.
    Refund {
        /// Which refund.
        refund_id: RefundId,
        /// The number of its latest event then.
        sequence: u64,
        /// What the caller could do then.
        actions: Vec<CommandKind>,
        /// Whether this request opened it.
        created: bool,
    },
    /// A key was made or revoked.
    Key {
        /// Which.
        key_id: String,
    },
    /// The test clock was moved there.
    Clock {
        /// To when.
        now: Timestamp,
    },
    /// Settings were changed; whoever changed them knows to what.
    Settings,
    /// A seller was set up or changed.
    Seller {
        /// As it was then.
        seller: Box<Seller>,
        /// Whether that request set it up.
        created: bool,
    },
    /// An endpoint of webhooks was made or changed.
    Webhook {
        /// As it was then.
        webhook: Box<Webhook>,
    },
    /// A message was posted.
    Message {
        /// On which refund.
        refund_id: RefundId,
        /// Its number among the refund's events.
        sequence: u64,
    },
}
