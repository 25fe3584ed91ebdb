//! The aggregate: one after-sale request on one order line.

use serde::{Deserialize, Serialize};

use crate::deadline::Running;
use crate::{
    Actor, BuyerId, Contact, Deadline, DeadlineKind, Dispute, Erased, Escalation, Event, Evidence, ExternalReference,
    Fact, LineId, LineKey, MessageCounts, Negotiation, NegotiationId, OnSilence, OrderId, OrderLine, Payout,
    QueuedNotices, References, RefundId, Request, SellerId, Shipment, Status, Terms, Timestamp, Watch, Why,
};

/// One after-sale request on one order line. It is what its events make of it and changes in
/// no other way: see [`evolve`](crate::evolve).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its name, and that of its one payout (R26).
    pub id: RefundId,
    /// Counts changes of state, from 1; reminders and messages leave it.
    pub version: u64,
    /// The number of its latest event, from 1.
    pub sequence: u64,
    /// Against whom.
    pub seller_id: SellerId,
    /// For whom.
    pub buyer_id: BuyerId,
    /// On what.
    pub line: OrderLine,
    /// What the buyer asks for.
    pub requested: Request,
    /// Where it stands.
    pub status: Status,
    /// The one negotiation, once there is one (S5).
    pub negotiation: Option<Negotiation>,
    /// Why the seller refused, the request as it stands or the parcel: the latest time.
    pub seller_refusal: Option<Why>,
    /// The parcel, once the goods are on their way back.
    pub shipment: Option<Shipment>,
    /// The payout, once there is one.
    pub payout: Option<Payout>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its state last changed.
    pub updated_at: Timestamp,
    /// How many messages there are; what they say is in the events.
    #[serde(default)]
    pub messages: MessageCounts,
    /// By what the platform finds it again.
    #[serde(default)]
    pub references: References,
    /// How the buyer is reached, where the platform said so.
    #[serde(default)]
    pub buyer_contact: Option<Box<Contact>>,
    /// Notices that nobody has reported on yet, the oldest first.
    #[serde(default)]
    pub notices: QueuedNotices,
    /// The files that its sides have added (R43). Like messages they leave its version.
    #[serde(default)]
    pub evidence: Evidence,
    /// What was erased of it, each kind once (R46). Like files it leaves the version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<Erased>,
}

/// Whose a refund is, on which order line, and by which name its negotiation goes: whoever is told of an event of
/// it is told this too, and has to ask nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// Against whom it is.
    pub seller_id: SellerId,
    /// For whom.
    pub buyer_id: BuyerId,
    /// On which order.
    pub order_id: OrderId,
    /// On which line of it.
    pub line_id: LineId,
    /// What the platform calls it.
    pub external_reference: Option<ExternalReference>,
    /// The one negotiation, once there is one.
    pub negotiation_id: Option<NegotiationId>,
}

impl Refund {
    /// These facts as the next events of the refund, one behind the other.
    pub(crate) fn next_events(
        &self,
        facts: impl IntoIterator<Item = Fact>,
        actor: &Actor,
        at: Timestamp,
        recorded_at: Timestamp,
    ) -> Vec<Event> {
        let event = |(fact, sequence)| Event {
            refund_id: self.id.clone(),
            sequence,
            at,
            recorded_at,
            actor: actor.clone(),
            fact,
        };
        facts.into_iter().zip(self.sequence.saturating_add(1)..).map(event).collect()
    }

    /// Whose it is.
    #[must_use]
    pub fn whose(&self) -> Whose {
        Whose {
            seller_id: self.seller_id.clone(),
            buyer_id: self.buyer_id.clone(),
            order_id: self.line.order_id.clone(),
            line_id: self.line.line_id.clone(),
            external_reference: self.references.external_reference.clone(),
            negotiation_id: self.negotiation.as_ref().map(|negotiation| negotiation.id.clone()),
        }
    }

    /// The order line's name over all sellers.
    #[must_use]
    pub fn line_key(&self) -> LineKey {
        self.line.key(&self.seller_id)
    }

    /// Whether it is on that order line.
    #[must_use]
    pub fn is_on(&self, line: &LineKey) -> bool {
        self.seller_id == line.seller_id && self.line.order_id == line.order_id && self.line.line_id == line.line_id
    }

    /// What is or was carried out, from the moment it is agreed.
    #[must_use]
    pub fn effective(&self) -> Option<&Terms> {
        self.status.agreed().map(|agreed| &agreed.terms)
    }

    /// The operator's being called in, while it stands (R25).
    #[must_use]
    pub fn escalated(&self) -> Option<&Escalation> {
        match self.status.dispute() {
            Some(Dispute::Escalated(escalation)) => Some(escalation),
            Some(Dispute::BuyerResponds(_)) | None => None,
        }
    }

    /// The negotiation, while the buyer may answer it.
    #[must_use]
    pub fn pending(&self) -> Option<&Negotiation> {
        self.negotiation.as_ref().filter(|negotiation| negotiation.is_pending())
    }

    /// The deadlines that run or are overdue, the earliest first.
    #[must_use]
    pub fn deadlines(&self) -> Vec<Deadline> {
        self.running().collect()
    }

    /// The same, one after the other.
    pub(crate) fn running(&self) -> impl Iterator<Item = Deadline> {
        self.timers().map(|running| Deadline {
            kind: running.kind,
            at: running.timer.by,
            on_silence: running.on_silence,
        })
    }

    /// The deadline that comes first, if there is any.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Deadline> {
        self.running().next()
    }

    /// The deadline that has come without what it waits for, if there is one (R38).
    #[must_use]
    pub fn overdue(&self) -> Option<Deadline> {
        self.watch().filter(|(_, watch)| watch.is_overdue).map(|(kind, watch)| Deadline {
            kind,
            at: watch.timer.by,
            on_silence: OnSilence::Overdue,
        })
    }

    /// The next instant at which time alone changes something: a deadline, or a reminder of one.
    /// Whoever keeps the refund calls [`settle`](crate::settle) then. This is the only timer there is.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        self.timers().filter_map(|running| running.next).min()
    }

    /// When the seller has to have decided, while that is what the refund waits for.
    pub(crate) fn seller_decides_by(&self) -> Option<Timestamp> {
        if let Status::WaitSellerAgree { decide } = &self.status { Some(decide.by) } else { None }
    }

    /// The timers that run, with what silence leads to, in the order in which they act: of two at the same instant the
    /// seller's decision comes first, because it settles the offer too (R4).
    pub(crate) fn timers(&self) -> impl Iterator<Item = Running<'_>> {
        let own = match &self.status {
            Status::WaitSellerAgree { decide } => {
                Some(Running::decides(DeadlineKind::SellerDecide, decide, OnSilence::AgreedAsRequested))
            }
            Status::SellerRefuseBuyer { dispute: Dispute::BuyerResponds(timer) } => {
                Some(Running::decides(DeadlineKind::BuyerRespond, timer, OnSilence::RefundClosed))
            }
            Status::SellerRefuseReceipt { dispute: Dispute::BuyerResponds(timer), .. } => {
                Some(Running::decides(DeadlineKind::BuyerRespond, timer, OnSilence::OperatorCalledIn))
            }
            Status::WaitBuyerReturnGoods { ship, .. } => {
                Some(Running::decides(DeadlineKind::BuyerShip, ship, OnSilence::RefundClosed))
            }
            Status::WaitSellerConfirmGoods { confirm, .. } => {
                Some(Running::decides(DeadlineKind::SellerConfirm, confirm, OnSilence::RefundPaid))
            }
            Status::SellerRefuseBuyer { dispute: Dispute::Escalated(_) }
            | Status::SellerRefuseReceipt { dispute: Dispute::Escalated(_), .. }
            | Status::Refunding { .. }
            | Status::RefundFailed { .. }
            | Status::Success { .. }
            | Status::Closed { .. } => self.watch().map(|(kind, watch)| Running::watches(kind, watch)),
        };
        let offer = self.pending();
        let offer =
            offer.map(|offer| Running::decides(DeadlineKind::BuyerAnswer, &offer.answer, OnSilence::OfferExpires));
        let offer_first = matches!((&offer, &own), (Some(offer), Some(own)) if offer.timer.by < own.timer.by);
        let (first, second) = if offer_first { (offer, own) } else { (own, offer) };
        first.into_iter().chain(second)
    }

    /// What is waited for of the operator or of the payment (R38).
    fn watch(&self) -> Option<(DeadlineKind, &Watch)> {
        let ruling = self.escalated().map(|escalation| (DeadlineKind::OperatorRule, &escalation.rule));
        let payout = || self.payout.as_ref()?.report.as_ref().map(|watch| (DeadlineKind::PayoutReport, watch));
        ruling.or_else(payout)
    }
}
