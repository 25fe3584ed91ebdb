//! Which deadline it was that an event settled.

use refund_core::{ClosedReason, DeadlineKind, Event, Fact, Role};

/// What a reminder is called among the deadlines.
const REMINDER: &str = "reminder";

/// Everything that settles by itself.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    DeadlineKind::ALL.iter().map(|kind| kind.as_str()).chain([REMINDER])
}

/// What was due, where the clock brought the event about. What only follows from it is not counted again.
pub(super) fn settles(event: &Event) -> Option<&'static str> {
    if event.actor.role != Role::System {
        return None;
    }
    let kind = match &event.fact {
        Fact::OfferExpired => DeadlineKind::BuyerAnswer,
        Fact::Agreed { .. } => DeadlineKind::SellerDecide,
        Fact::ReceiptConfirmed => DeadlineKind::SellerConfirm,
        Fact::Escalated { .. } => DeadlineKind::BuyerRespond,
        Fact::Closed { reason, .. } => match reason {
            ClosedReason::BuyerDidNotRespond => DeadlineKind::BuyerRespond,
            ClosedReason::BuyerDidNotShip => DeadlineKind::BuyerShip,
            ClosedReason::Cancelled | ClosedReason::OperatorRuled => return None,
        },
        Fact::Overdue { kind, .. } => *kind,
        Fact::Reminded { .. } => return Some(REMINDER),
        Fact::Opened { .. }
        | Fact::Modified { .. }
        | Fact::Refused { .. }
        | Fact::ReturnShipped { .. }
        | Fact::TrackingCorrected { .. }
        | Fact::ReturnWaived
        | Fact::ReceiptRefused { .. }
        | Fact::Ruled { .. }
        | Fact::PayoutStarted { .. }
        | Fact::Succeeded { .. }
        | Fact::PayoutFailed { .. }
        | Fact::PayoutReversed { .. }
        | Fact::PaidTwice { .. }
        | Fact::LineShipped
        | Fact::OfferMade { .. }
        | Fact::OfferAccepted
        | Fact::OfferRejected
        | Fact::OfferWithdrawn { .. }
        | Fact::DeadlineExtended { .. }
        | Fact::NoticeRequested { .. }
        | Fact::NoticeAccepted { .. }
        | Fact::NoticeFailed { .. }
        | Fact::EvidenceAdded { .. }
        | Fact::EvidenceErased { .. }
        | Fact::Erased { .. }
        | Fact::MessagePosted { .. } => return None,
    };
    Some(kind.as_str())
}
