//! What silence means (R3, R4, R7, R11): whatever is due happens, at the instant that it was due.

use crate::agreement::{agreement, payment};
use crate::{Actor, ClosedReason, DeadlineKind, Dispute, Event, Fact, Facts, Refund, Status, Terms, Timestamp, evolve};

/// How late a settlement may be before what it sets in motion runs from now instead of from then (R36).
const LATE_AFTER_MILLIS: i64 = 5 * 60 * 1000;

/// Everything that is due on a refund by `now`, in order, each event at the instant that it was
/// due, by the clock. Empty where nothing is due.
///
/// Settling in many small steps gives the same events as in one large step, but for
/// `recorded_at` and, more than five minutes late, the deadlines that run from it (R36).
#[must_use]
pub fn settle(refund: &Refund, facts: &Facts<'_>, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let mut refund = std::borrow::Cow::Borrowed(refund);
    while let Some(at) = refund.next_due().filter(|at| *at <= now) {
        for fact in due(&refund, facts, at, now) {
            let event = Event {
                refund_id: refund.id.clone(),
                sequence: refund.sequence.saturating_add(1),
                at,
                recorded_at: now,
                actor: Actor::system(),
                fact,
            };
            refund = std::borrow::Cow::Owned(evolve(refund.into_owned(), &event));
            events.push(event);
        }
    }
    events
}

/// What happens to the refund at that instant, which is its next due one.
fn due(refund: &Refund, facts: &Facts<'_>, at: Timestamp, now: Timestamp) -> Vec<Fact> {
    let timer = refund.timers().find(|(_, timer, _)| timer.next() == at);
    match timer {
        None => Vec::new(),
        Some((kind, timer, _)) if timer.by != at => vec![Fact::Reminded { kind, by: timer.by }],
        Some((DeadlineKind::BuyerAnswer, ..)) => vec![Fact::OfferExpired],
        Some((
            DeadlineKind::SellerDecide
            | DeadlineKind::BuyerRespond
            | DeadlineKind::BuyerShip
            | DeadlineKind::SellerConfirm,
            ..,
        )) => silence(refund, facts, starts_from(at, now)),
    }
}

/// What the silence of whoever the status waits for leads to.
fn silence(refund: &Refund, facts: &Facts<'_>, from: Timestamp) -> Vec<Fact> {
    match &refund.status {
        Status::WaitSellerAgree { .. } => {
            let default_address = facts.addresses.default_address().clone();
            let terms = Terms::new(refund.requested.kind, refund.requested.amount, default_address);
            let expired = refund.pending().map(|_| Fact::OfferExpired);
            expired.into_iter().chain(agreement(terms, from, facts.policy)).collect()
        }
        Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(_), .. } => {
            vec![Fact::Closed { reason: ClosedReason::BuyerDidNotRespond, comment: None }]
        }
        Status::WaitBuyerReturnGoods { .. } => {
            vec![Fact::Closed { reason: ClosedReason::BuyerDidNotShip, comment: None }]
        }
        Status::WaitSellerConfirmGoods { agreed, .. } => vec![Fact::ReceiptConfirmed, payment(agreed)],
        Status::SellerRefuseReceipt { dispute: Dispute::BuyerResponds(_), .. } => {
            vec![Fact::Escalated { reason: None }]
        }
        Status::SellerRefuseBuyer { dispute: Dispute::Escalated(_), .. }
        | Status::SellerRefuseReceipt { dispute: Dispute::Escalated(_), .. }
        | Status::Refunding { .. }
        | Status::RefundFailed { .. }
        | Status::Success { .. }
        | Status::Closed { .. } => Vec::new(),
    }
}

/// Whether what was due at that instant is settled so late that what it sets in motion runs from now (R36).
pub(crate) fn is_late(at: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(at.as_millis()) > LATE_AFTER_MILLIS
}

/// From when a deadline runs that a settlement sets in motion: nobody loses time that they
/// never had because the engine was away (R36).
fn starts_from(at: Timestamp, now: Timestamp) -> Timestamp {
    if is_late(at, now) { now } else { at }
}
