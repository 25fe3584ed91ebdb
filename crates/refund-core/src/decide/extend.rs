//! Moving a running deadline to a later instant (R6).

use super::case::{Case, Decision};
use crate::{DeadlineKind, Fact, Refund, Refusal, Span, Timestamp};

pub(super) fn extend(case: &Case<'_>, kind: DeadlineKind, to: Timestamp) -> Decision {
    let Case { refund, now, .. } = *case;
    let running = refund.timers().find(|running| running.kind == kind && running.next.is_some());
    let Some(running) = running else { return Err(Refusal::DeadlineNotRunning { kind }) };
    let after = running.timer.by.max(now);
    if to <= after {
        return Err(Refusal::ExtensionNotLater { kind, after });
    }
    let limit = latest(refund, kind, now);
    if to > limit {
        return Err(Refusal::ExtensionTooFar { kind, limit });
    }
    let timer = running.timer.moved(now, to, &case.grounds.policy.reminders_seconds);
    Ok(vec![Fact::DeadlineExtended { kind, timer, because: None }])
}

/// The latest instant that a deadline may move to: an offer's end never passes the seller's own
/// deadline; nothing runs longer than the longest span from now (R5).
fn latest(refund: &Refund, kind: DeadlineKind, now: Timestamp) -> Timestamp {
    match kind {
        DeadlineKind::BuyerAnswer => refund.seller_decides_by().unwrap_or(now.plus(Span::MAX)),
        DeadlineKind::SellerDecide
        | DeadlineKind::BuyerRespond
        | DeadlineKind::BuyerShip
        | DeadlineKind::SellerConfirm
        | DeadlineKind::OperatorRule
        | DeadlineKind::PayoutReport => now.plus(Span::MAX),
    }
}
