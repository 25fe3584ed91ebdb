//! One event on its way to one endpoint.

use refund_core::{Event, EventType, RefundId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::EventPosition;

/// How many attempts are remembered of a delivery: all of a schedule, and some before.
const ATTEMPTS_KEPT: usize = 20;

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is to be tried, or tried again.
    Pending,
    /// The receiver took it.
    Succeeded,
    /// It had all its attempts.
    Failed,
}

impl DeliveryState {
    /// Its name, as it is stored and spelled in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

/// One attempt, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// The receiver's answer, if there was one.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The beginning of what the receiver said.
    pub response: String,
    /// Who of several that share a delivery has it since, as whoever sends it names them: they get it no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<String>,
    /// Who of them never will: they are asked no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given_up: Vec<String>,
    /// Whether whoever sends stopped before it was over: then it is none of those that a delivery has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut_off: bool,
}

impl Attempt {
    /// One that began then, of which nothing is known yet.
    #[must_use]
    pub fn begun(at: Timestamp) -> Self {
        Self {
            at,
            status: None,
            error: None,
            duration_ms: 0,
            response: String::new(),
            reached: Vec::new(),
            given_up: Vec::new(),
            cut_off: false,
        }
    }

    /// Whether the receiver took the message.
    #[must_use]
    pub fn has_succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the receiver is gone and says so.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// An event for an endpoint. The event itself is the store's: here is where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Where it stands in the feed.
    pub event: EventPosition,
    /// On which refund it happened.
    pub refund_id: RefundId,
    /// Its number within the refund.
    pub sequence: u64,
    /// What it is.
    pub event_type: EventType,
    /// When the event was recorded; nothing in a row of before this was written down.
    #[serde(default)]
    pub recorded_at: Option<Timestamp>,
    /// When it was last asked for: by the event itself, or by somebody later.
    pub asked_at: Timestamp,
    /// How often somebody asked for it again.
    #[serde(default)]
    pub asked_again: u32,
    /// How it stands.
    pub state: DeliveryState,
    /// When it is tried next, while it is pending.
    pub next_at: Option<Timestamp>,
    /// How often it was tried since it was last asked for.
    pub tries: usize,
    /// When it was first tried since then.
    pub first_try_at: Option<Timestamp>,
    /// The last attempts, the latest at the end.
    pub attempts: Vec<Attempt>,
}

impl Delivery {
    /// A delivery that is to be tried at once.
    #[must_use]
    pub fn new(position: EventPosition, event: &Event, now: Timestamp) -> Self {
        Self {
            event: position,
            refund_id: event.refund_id.clone(),
            sequence: event.sequence,
            event_type: event.fact.event_type(),
            recorded_at: Some(event.recorded_at),
            asked_at: now,
            asked_again: 0,
            state: DeliveryState::Pending,
            next_at: Some(now),
            tries: 0,
            first_try_at: None,
            attempts: Vec::new(),
        }
    }

    /// When the event was recorded, or else when it was asked for, which is the same for what was never sent again.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.recorded_at.unwrap_or(self.asked_at)
    }

    /// Who of several that share it has it, as the attempts name them.
    pub fn reached(&self) -> impl Iterator<Item = &str> {
        self.attempts.iter().flat_map(|attempt| &attempt.reached).map(String::as_str)
    }

    /// Who of them never will have it.
    pub fn given_up(&self) -> impl Iterator<Item = &str> {
        self.attempts.iter().flat_map(|attempt| &attempt.given_up).map(String::as_str)
    }

    /// Whether nothing is to come of it any more.
    pub(crate) fn is_over(&self) -> bool {
        self.state != DeliveryState::Pending
    }

    /// A delivery that is to be tried anew from now on.
    pub(crate) fn again(self, now: Timestamp) -> Self {
        Self {
            state: DeliveryState::Pending,
            asked_at: now,
            asked_again: self.asked_again.saturating_add(1),
            next_at: Some(now),
            tries: 0,
            first_try_at: None,
            ..self
        }
    }

    /// How it stands after an attempt at it as it was when it was claimed. Where somebody asked for it again since,
    /// the attempt is kept, and what they asked for is still to be done.
    pub(crate) fn after(self, claimed: &Self, attempt: Attempt, next_at: Option<Timestamp>) -> Self {
        if self.asked_again == claimed.asked_again { self.tried(attempt, next_at) } else { self.with(attempt) }
    }

    /// How it stands after an attempt; `next_at` is when to try again, if at all. One that succeeded is tried again for
    /// those who share the delivery and were not reached.
    fn tried(mut self, attempt: Attempt, next_at: Option<Timestamp>) -> Self {
        self.state = match (attempt.has_succeeded(), next_at) {
            (_, Some(_)) => DeliveryState::Pending,
            (true, None) => DeliveryState::Succeeded,
            (false, None) => DeliveryState::Failed,
        };
        self.next_at = next_at;
        self.tries = self.tries.saturating_add(usize::from(!attempt.cut_off));
        self.first_try_at = self.first_try_at.or(Some(attempt.at));
        self.with(attempt)
    }

    fn with(mut self, attempt: Attempt) -> Self {
        self.attempts.push(attempt);
        let too_many = self.attempts.len().saturating_sub(ATTEMPTS_KEPT);
        let forgotten: Vec<_> = self.attempts.drain(..too_many).collect();
        // Not who has it.
        if let Some(first) = self.attempts.first_mut() {
            for attempt in forgotten {
                first.reached.extend(attempt.reached);
                first.given_up.extend(attempt.given_up);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(reached: &str, cut_off: bool) -> Attempt {
        Attempt { reached: vec![reached.to_owned()], cut_off, ..Attempt::begun(Timestamp::MIN) }
    }

    #[test]
    fn who_has_it_is_known_however_often_it_is_tried_and_no_stop_uses_up_a_try() {
        let mut delivery = Delivery {
            event: EventPosition { record: 1, epoch: 1, entry: 0 },
            refund_id: "r".parse().unwrap(),
            sequence: 1,
            event_type: EventType::NoticeRequested,
            recorded_at: None,
            asked_at: Timestamp::MIN,
            asked_again: 0,
            state: DeliveryState::Pending,
            next_at: None,
            tries: 0,
            first_try_at: None,
            attempts: Vec::new(),
        };
        for number in 0..50 {
            delivery = delivery.tried(attempt(&number.to_string(), number % 10 > 0), Some(Timestamp::MIN));
        }
        assert_eq!((delivery.tries, delivery.attempts.len()), (5, ATTEMPTS_KEPT));
        let mut reached: Vec<usize> = delivery.reached().map(|name| name.parse().unwrap()).collect();
        reached.sort_unstable();
        assert!(reached.into_iter().eq(0..50));
    }
}
