//! Whatever is due happens, at the instant that it was due (R3, R4, R7, S11). What silence leads to is said with the
//! deadline, by [`Refund::timers`].

use crate::agreement::{agreement, payment, ruled_by};
use crate::deadline::Running;
use crate::telling::with_notices;
use crate::{
    Actor, ClosedReason, DeadlineKind, Event, ExtendedBecause, Fact, Grounds, OnSilence, Refund, Terms, Timer,
    Timestamp, evolve,
};

/// If we settle later than this, new deadlines start now and not at the missed instant (R36).
const LATE_AFTER_MILLIS: i64 = 5 * 60 * 1000;

/// Everything that is due on a refund by `now`, in order, each event at the instant that it was
/// due, by the clock. Empty where nothing is due.
///
/// Settling in many small steps gives the same events as in one large step, but for
/// `recorded_at` and, more than five minutes late, the deadlines that run from it (R36).
#[must_use]
pub fn settle(refund: &Refund, grounds: &Grounds<'_>, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    let mut refund = std::borrow::Cow::Borrowed(refund);
    while let Some(at) = refund.next_due().filter(|at| *at <= now) {
        let happened = refund.next_events(due(&refund, grounds, at, now), &Actor::system(), at, now);
        let happened = with_notices(Some(&refund), grounds.policy, grounds.notice_leap, happened);
        for event in happened {
            refund = std::borrow::Cow::Owned(evolve(refund.into_owned(), &event));
            events.push(event);
        }
    }
    events
}

/// What happens to the refund at that instant, which is its next due one.
fn due(refund: &Refund, grounds: &Grounds<'_>, at: Timestamp, now: Timestamp) -> Vec<Fact> {
    let Some(due) = refund.timers().find(|running| running.next == Some(at)) else { return Vec::new() };
    let (kind, by) = (due.kind, due.timer.by);
    if by == at { silence(refund, grounds, &due, starts_from(at, now)) } else { vec![Fact::Reminded { kind, by }] }
}

/// The facts that follow when this deadline passes.
fn silence(refund: &Refund, grounds: &Grounds<'_>, due: &Running<'_>, from: Timestamp) -> Vec<Fact> {
    let kind = due.kind;
    if let Some(needed) = due.timer.lacks() {
        // Once: the clock that begins needs no notice any more (R42).
        let timer = Timer::running(from, needed.grace, &grounds.policy.reminders_seconds);
        return vec![Fact::DeadlineExtended { kind, timer, because: Some(ExtendedBecause::Unnotified) }];
    }
    match due.on_silence {
        OnSilence::OfferExpires => vec![Fact::OfferExpired],
        OnSilence::AgreedAsRequested => {
            let default_address = grounds.addresses.default_address().clone();
            let terms = Terms::new(refund.requested.kind, refund.requested.amount, default_address);
            let expired = refund.pending().map(|_| Fact::OfferExpired);
            expired.into_iter().chain(agreement(terms, from, grounds.policy)).collect()
        }
        OnSilence::RefundClosed => {
            let ships = kind == DeadlineKind::BuyerShip;
            let reason = if ships { ClosedReason::BuyerDidNotShip } else { ClosedReason::BuyerDidNotRespond };
            vec![Fact::Closed { reason, comment: None }]
        }
        OnSilence::RefundPaid => {
            let paid = refund.status.agreed().map(|agreed| payment(agreed, from, grounds.policy));
            std::iter::once(Fact::ReceiptConfirmed).chain(paid).collect()
        }
        OnSilence::OperatorCalledIn => {
            vec![Fact::Escalated { reason: None, rule: Some(ruled_by(from, grounds.policy)) }]
        }
        OnSilence::Overdue => vec![Fact::Overdue { kind, by: due.timer.by }],
    }
}

/// Whether what was due at that instant is settled so late that what it sets in motion runs from now (R36).
pub(crate) fn is_late(at: Timestamp, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(at.as_millis()) > LATE_AFTER_MILLIS
}

/// When a new deadline starts: at the due instant, or now if we were late. An outage must not shorten anybody's time
/// (R36).
fn starts_from(at: Timestamp, now: Timestamp) -> Timestamp {
    if is_late(at, now) { now } else { at }
}
