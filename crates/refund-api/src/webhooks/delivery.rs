//! One event on its way to one endpoint.

use refund_core::{EventType, RefundId, Timestamp};
use refund_store::EventPosition;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schedule::later;

/// How many attempts are remembered of a delivery: all of a schedule, and some before.
const ATTEMPTS_KEPT: usize = 20;

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryState {
    /// It is to be tried, or tried again.
    Pending,
    /// The receiver took it.
    Succeeded,
    /// It had all its attempts.
    Failed,
}

impl DeliveryState {
    /// As JSON spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// One attempt, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Attempt {
    /// When it began.
    pub(crate) at: Timestamp,
    /// The receiver's answer, if there was one.
    #[schema(required)]
    pub(crate) status: Option<u16>,
    /// Why there was no answer.
    #[schema(required)]
    pub(crate) error: Option<String>,
    /// How long it took, in milliseconds.
    pub(crate) duration_ms: u64,
    /// The beginning of what the receiver said.
    pub(crate) response: String,
}

impl Attempt {
    /// Whether the receiver took the message.
    pub(crate) fn has_succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// When it was over. The engine's clock may have moved far meanwhile, where it is a test clock.
    pub(crate) fn ended_at(&self) -> Timestamp {
        later(self.at, i64::try_from(self.duration_ms).unwrap_or(i64::MAX))
    }

    /// Whether the receiver is gone and says so.
    pub(crate) fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// An event for an endpoint. The event itself is the store's: here is where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) event: EventPosition,
    pub(crate) refund_id: RefundId,
    pub(crate) sequence: u64,
    pub(crate) event_type: EventType,
    /// When the event was recorded; nothing in a row of before this was written down.
    #[serde(default)]
    pub(crate) recorded_at: Option<Timestamp>,
    /// When it was last asked for: by the event itself, or by somebody later.
    pub(crate) asked_at: Timestamp,
    pub(crate) state: DeliveryState,
    /// When it is tried next, while it is pending.
    pub(crate) next_at: Option<Timestamp>,
    /// How often it was tried since it was last asked for.
    pub(crate) tries: usize,
    /// When it was first tried since then.
    pub(crate) first_try_at: Option<Timestamp>,
    /// The last attempts, the latest at the end.
    pub(crate) attempts: Vec<Attempt>,
}

impl Delivery {
    /// A delivery that is to be tried at once.
    pub(crate) fn new(position: EventPosition, event: &refund_core::Event, now: Timestamp) -> Self {
        Self {
            event: position,
            refund_id: event.refund_id.clone(),
            sequence: event.sequence,
            event_type: event.fact.event_type(),
            recorded_at: Some(event.recorded_at),
            asked_at: now,
            state: DeliveryState::Pending,
            next_at: Some(now),
            tries: 0,
            first_try_at: None,
            attempts: Vec::new(),
        }
    }

    /// When the event was recorded, or else when it was asked for, which is the same for what was never sent again.
    pub(crate) fn recorded_at(&self) -> Timestamp {
        self.recorded_at.unwrap_or(self.asked_at)
    }

    /// The same, to be tried anew from now on.
    pub(crate) fn again(self, now: Timestamp) -> Self {
        Self { state: DeliveryState::Pending, asked_at: now, next_at: Some(now), tries: 0, first_try_at: None, ..self }
    }

    /// The same after an attempt; `next_at` is when to try again, if at all.
    pub(crate) fn tried(mut self, attempt: Attempt, next_at: Option<Timestamp>) -> Self {
        self.state = match (attempt.has_succeeded(), next_at) {
            (true, _) => DeliveryState::Succeeded,
            (false, Some(_)) => DeliveryState::Pending,
            (false, None) => DeliveryState::Failed,
        };
        self.next_at = next_at.filter(|_| self.state == DeliveryState::Pending);
        self.tries = self.tries.saturating_add(1);
        self.first_try_at = self.first_try_at.or(Some(attempt.at));
        self.attempts.push(attempt);
        let too_many = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        self.attempts.drain(..too_many);
        self
    }
}
