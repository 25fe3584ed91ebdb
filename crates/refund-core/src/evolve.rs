//! What is true after a fact. Total: it never refuses, whatever the event says.

use crate::policy::OPERATOR_RULE;
use crate::{
    AcceptedNotice, Agreed, Dispute, Erasure, Escalation, Event, Evidence, Fact, MessageCounts, NegotiationState,
    Payout, QueuedNotices, Refund, Status, StatusKind, Timer, Timestamp, Watch,
};

/// The refund after one more event.
///
/// It asks no rule whether the event may be: that was decided when the event was made.
#[must_use]
pub fn evolve(refund: Refund, event: &Event) -> Refund {
    let mut after = apply(refund, event);
    after.sequence = event.sequence;
    if event.fact.changes_state() {
        after.version = after.version.saturating_add(1);
        // An extension while settling was held comes before what was due earlier (R36).
        after.updated_at = after.updated_at.max(event.at);
    }
    after
}

/// The refund that a whole history makes (law 7); nothing where it does not begin with an opening.
#[must_use]
pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Refund> {
    events.into_iter().fold(None, |refund, event| match refund {
        Some(refund) => Some(evolve(refund, event)),
        None => opened(event),
    })
}

/// The refund that an opening event makes; nothing for any other event.
#[must_use]
pub fn opened(event: &Event) -> Option<Refund> {
    let Fact::Opened { opening, decide } = &event.fact else { return None };
    Some(Refund {
        id: opening.refund_id.clone(),
        version: 1,
        sequence: event.sequence,
        seller_id: opening.seller_id.clone(),
        buyer_id: opening.buyer_id.clone(),
        line: opening.line.clone(),
        requested: opening.request.clone(),
        status: Status::WaitSellerAgree { decide: decide.clone() },
        negotiation: None,
        seller_refusal: None,
        shipment: None,
        payout: None,
        opened_at: event.at,
        updated_at: event.at,
        messages: MessageCounts::default(),
        references: opening.references.clone(),
        buyer_contact: opening.buyer_contact.clone(),
        notices: QueuedNotices::default(),
        evidence: Evidence::default(),
        erased: Vec::new(),
    })
}

/// Where a refund that stood there stands after a fact: what [`evolve`] makes of it, for whoever knows nothing else of
/// the refund.
#[must_use]
pub fn status_after(before: StatusKind, fact: &Fact) -> StatusKind {
    match fact {
        Fact::Opened { .. } | Fact::Modified { .. } => StatusKind::WaitSellerAgree,
        Fact::Refused { .. } => StatusKind::SellerRefuseBuyer,
        Fact::Agreed { ship: Some(_), .. } => StatusKind::WaitBuyerReturnGoods,
        Fact::Agreed { ship: None, .. }
        | Fact::Ruled { agreed: Some(_), .. }
        | Fact::ReceiptConfirmed
        | Fact::ReturnWaived => StatusKind::Refunding,
        Fact::ReturnShipped { .. } => StatusKind::WaitSellerConfirmGoods,
        Fact::ReceiptRefused { .. } => StatusKind::SellerRefuseReceipt,
        Fact::Closed { .. } => StatusKind::Closed,
        // The payout goes on being told of when a refund has ended.
        Fact::PayoutStarted { .. } if !before.is_final() => StatusKind::Refunding,
        Fact::PayoutFailed { .. } if !before.is_final() => StatusKind::RefundFailed,
        Fact::Succeeded { .. } | Fact::PayoutReversed { .. } | Fact::PaidTwice { .. } if !before.is_final() => {
            StatusKind::Success
        }
        Fact::PayoutStarted { .. }
        | Fact::PayoutFailed { .. }
        | Fact::Succeeded { .. }
        | Fact::PayoutReversed { .. }
        | Fact::PaidTwice { .. }
        | Fact::Ruled { agreed: None, .. }
        | Fact::TrackingCorrected { .. }
        | Fact::Escalated { .. }
        | Fact::OfferMade { .. }
        | Fact::OfferAccepted
        | Fact::OfferRejected
        | Fact::OfferExpired
        | Fact::OfferWithdrawn { .. }
        | Fact::DeadlineExtended { .. }
        | Fact::MessagePosted { .. }
        | Fact::Reminded { .. }
        | Fact::Overdue { .. }
        | Fact::LineShipped
        | Fact::NoticeRequested { .. }
        | Fact::NoticeAccepted { .. }
        | Fact::NoticeFailed { .. }
        | Fact::EvidenceAdded { .. }
        | Fact::EvidenceErased { .. }
        | Fact::Erased { .. } => before,
    }
}

fn apply(mut refund: Refund, event: &Event) -> Refund {
    let at = event.at;
    match &event.fact {
        // What follows on a ruling in the same step, a closing, says what becomes of it.
        Fact::Opened { .. } | Fact::Ruled { agreed: None, .. } => {}
        Fact::Modified { request, decide } => {
            refund.requested = request.clone();
            refund.seller_refusal = None;
            refund.status = Status::WaitSellerAgree { decide: decide.clone() };
        }
        Fact::Refused { reason, respond } => {
            refund.seller_refusal = Some(reason.clone());
            refund.status = Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(respond.clone()) };
        }
        Fact::Agreed { agreed, ship: Some(ship) } => {
            refund.status = Status::WaitBuyerReturnGoods { agreed: agreed.clone(), ship: ship.clone() };
        }
        Fact::Agreed { agreed, ship: None } | Fact::Ruled { agreed: Some(agreed), .. } => {
            refund.status = Status::Refunding { agreed: agreed.clone() };
        }
        Fact::Closed { reason, .. } => {
            let agreed = refund.status.agreed().cloned();
            refund.status = Status::Closed { reason: *reason, agreed };
        }
        Fact::ReturnShipped { .. } | Fact::TrackingCorrected { .. } | Fact::ReceiptRefused { .. } => {
            returned(&mut refund, &event.fact);
        }
        Fact::ReceiptConfirmed | Fact::ReturnWaived => {
            refund.status = with_agreed(&refund.status, |agreed| Status::Refunding { agreed });
        }
        Fact::PayoutStarted { .. }
        | Fact::Succeeded { .. }
        | Fact::PayoutFailed { .. }
        | Fact::PayoutReversed { .. }
        | Fact::PaidTwice { .. } => paid(&mut refund, event),
        Fact::Escalated { reason, rule } => {
            let (by, rule) = (event.actor.clone(), Watch::of(rule.as_ref(), at, OPERATOR_RULE));
            set_dispute(&mut refund.status, Escalation { at, by, reason: reason.clone(), rule });
        }
        Fact::OfferMade { negotiation } => refund.negotiation = Some((**negotiation).clone()),
        Fact::OfferAccepted => resolve(&mut refund, NegotiationState::Accepted { at }),
        Fact::OfferRejected => resolve(&mut refund, NegotiationState::Rejected { at }),
        Fact::OfferExpired => resolve(&mut refund, NegotiationState::Expired { at }),
        Fact::OfferWithdrawn { reason } => resolve(&mut refund, NegotiationState::Withdrawn { at, reason: *reason }),
        Fact::DeadlineExtended { kind, timer, .. } => {
            if let Some(running) = timer_mut(&mut refund, *kind) {
                *running = timer.clone();
            }
        }
        Fact::MessagePosted { .. } => refund.messages.count(event.actor.role),
        Fact::Reminded { kind, .. } => {
            if let Some(running) = timer_mut(&mut refund, *kind) {
                running.reminders.retain(|reminder| *reminder > at);
            }
        }
        Fact::Overdue { kind, .. } => {
            if let Some(watch) = watch_mut(&mut refund, *kind) {
                watch.is_overdue = true;
            }
        }
        Fact::LineShipped => refund.line.shipped = true,
        Fact::NoticeRequested { notice } => refund.notices.put(notice.number(event.sequence), at, notice),
        Fact::NoticeAccepted { number, .. } => accepted(&mut refund, *number, at),
        Fact::NoticeFailed { number, .. } => drop(refund.notices.take(*number)),
        Fact::EvidenceAdded { file } => refund.evidence.add((**file).clone(), event.actor.role, at),
        Fact::EvidenceErased { sha256 } => refund.evidence.erase(*sha256, &Erasure { at, by: event.actor.clone() }),
        Fact::Erased { what, .. } => refund.erase(what, event),
    }
    refund
}

/// A notice was accepted: of the deadlines that it names those that run still have been told (R42).
fn accepted(refund: &mut Refund, number: u64, at: Timestamp) {
    for named in refund.notices.take(number).map(|notice| notice.deadlines).unwrap_or_default() {
        if let Some(running) = timer_mut(refund, named.kind).filter(|running| running.by == named.at) {
            running.named_by(AcceptedNotice { number, at });
        }
    }
}

fn with_agreed(status: &Status, next: impl FnOnce(Agreed) -> Status) -> Status {
    match status.agreed() {
        Some(agreed) => next(agreed.clone()),
        None => status.clone(),
    }
}

/// A fact about the payout. That the refund is paid is a decision: it stands also where the money came back (R39).
fn paid(refund: &mut Refund, event: &Event) {
    refund.payout = Payout::after(refund.payout.take(), event);
    let next: fn(Agreed) -> Status = if matches!(event.fact, Fact::PayoutStarted { .. }) {
        |agreed| Status::Refunding { agreed }
    } else if matches!(event.fact, Fact::PayoutFailed { .. }) {
        |agreed| Status::RefundFailed { agreed }
    } else {
        |agreed| Status::Success { agreed }
    };
    if !refund.status.kind().is_final() {
        refund.status = with_agreed(&refund.status, next);
    }
}

/// The return leg: what shipping, correcting and refusing the parcel make of the refund.
fn returned(refund: &mut Refund, fact: &Fact) {
    match (&refund.status, fact) {
        (Status::WaitBuyerReturnGoods { agreed, .. }, Fact::ReturnShipped { shipment, confirm }) => {
            refund.shipment = Some(shipment.clone());
            refund.status = Status::WaitSellerConfirmGoods { agreed: agreed.clone(), confirm: confirm.clone() };
        }
        (Status::WaitSellerConfirmGoods { .. }, Fact::TrackingCorrected { carrier, tracking_number }) => {
            if let Some(shipment) = &mut refund.shipment {
                shipment.carrier = carrier.clone();
                shipment.tracking_number = tracking_number.clone();
            }
        }
        (Status::WaitSellerConfirmGoods { agreed, .. }, Fact::ReceiptRefused { reason, respond }) => {
            let dispute = Dispute::BuyerResponds(respond.clone());
            refund.seller_refusal = Some(reason.clone());
            refund.status = Status::SellerRefuseReceipt { agreed: agreed.clone(), dispute };
        }
        _ => {}
    }
}

fn set_dispute(status: &mut Status, escalation: Escalation) {
    if let Status::SellerRefuseBuyer { dispute } | Status::SellerRefuseReceipt { dispute, .. } = status {
        *dispute = Dispute::Escalated(escalation);
    }
}

fn resolve(refund: &mut Refund, state: NegotiationState) {
    if let Some(negotiation) = &mut refund.negotiation {
        negotiation.state = state;
        negotiation.answer.reminders.clear();
    }
}

fn timer_mut(refund: &mut Refund, kind: crate::DeadlineKind) -> Option<&mut Timer> {
    use crate::DeadlineKind as Kind;
    if kind.is_watched() {
        return watch_mut(refund, kind).map(|watch| &mut watch.timer);
    }
    match (&mut refund.status, kind) {
        (_, Kind::BuyerAnswer) => refund
            .negotiation
            .as_mut()
            .filter(|negotiation| negotiation.is_pending())
            .map(|pending| &mut pending.answer),
        (Status::WaitSellerAgree { decide }, Kind::SellerDecide) => Some(decide),
        (Status::WaitBuyerReturnGoods { ship, .. }, Kind::BuyerShip) => Some(ship),
        (Status::WaitSellerConfirmGoods { confirm, .. }, Kind::SellerConfirm) => Some(confirm),
        (
            Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(timer) }
            | Status::SellerRefuseReceipt { dispute: Dispute::BuyerResponds(timer), .. },
            Kind::BuyerRespond,
        ) => Some(timer),
        _ => None,
    }
}

fn watch_mut(refund: &mut Refund, kind: crate::DeadlineKind) -> Option<&mut Watch> {
    use crate::DeadlineKind as Kind;
    match (&mut refund.status, kind) {
        (
            Status::SellerRefuseBuyer { dispute: Dispute::Escalated(escalation) }
            | Status::SellerRefuseReceipt { dispute: Dispute::Escalated(escalation), .. },
            Kind::OperatorRule,
        ) => Some(&mut escalation.rule),
        (_, Kind::PayoutReport) => refund.payout.as_mut()?.report.as_mut(),
        _ => None,
    }
}
