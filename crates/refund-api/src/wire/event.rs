//! An event in JSON.

use refund_core::{Agreed, Event, EventType, Fact, RefundId, Terms, Timer, Timestamp};
use refund_store::EventPosition;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::MoneyOut;
use super::hex::is_hex;
use super::message::WrittenOut;
use super::refund::{ActorOut, TermsOut};

/// Something that happened, as answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventOut {
    id: String,
    refund_id: RefundId,
    sequence: u64,
    #[serde(rename = "type")]
    event_type: EventType,
    at: Timestamp,
    recorded_at: Timestamp,
    actor: ActorOut,
    data: Value,
}

impl EventOut {
    /// An event under its id.
    #[must_use]
    pub(crate) fn new(id: String, event: &Event) -> Self {
        Self {
            id,
            refund_id: event.refund_id.clone(),
            sequence: event.sequence,
            event_type: event.fact.event_type(),
            at: event.at,
            recorded_at: event.recorded_at,
            actor: (&event.actor).into(),
            data: data(&event.fact),
        }
    }

    /// The id of the event at that position, for everybody but buyers. Ids sort as the events do.
    #[must_use]
    pub(crate) fn id(position: EventPosition) -> String {
        let EventPosition { record, epoch, entry } = position;
        format!("evt_{record:016x}{epoch:08x}{entry:06x}")
    }

    pub(crate) fn id_text(&self) -> &str {
        &self.id
    }

    pub(crate) fn event_type(&self) -> EventType {
        self.event_type
    }

    /// The position that an id names, if it is one.
    #[must_use]
    pub(crate) fn position(id: &str) -> Option<EventPosition> {
        let digits = id.strip_prefix("evt_").filter(|digits| is_hex(digits, 30))?;
        let ((record, rest), number) = (digits.split_at_checked(16)?, |digits| u64::from_str_radix(digits, 16).ok());
        let (epoch, entry) = rest.split_at_checked(8)?;
        Some(EventPosition {
            record: number(record)?,
            epoch: number(epoch)?.try_into().ok()?,
            entry: number(entry)?.try_into().ok()?,
        })
    }

    /// The place in the journal, in bytes, and the entry that an id names which was given before records were counted.
    #[must_use]
    pub(crate) fn place_before_counting(id: &str) -> Option<(u64, u32)> {
        let digits = id.strip_prefix("evt_").filter(|digits| is_hex(digits, 20))?;
        let (place, entry) = digits.split_at_checked(14)?;
        Some((u64::from_str_radix(place, 16).ok()?, u32::from_str_radix(entry, 16).ok()?))
    }
}

/// What an event says beside its type.
pub(super) fn data(fact: &Fact) -> Value {
    match fact {
        Fact::Opened { opening, decide } => {
            let request = &opening.request;
            json!({
                "seller_id": opening.seller_id, "buyer_id": opening.buyer_id,
                "order_id": opening.line.order_id, "line_id": opening.line.line_id,
                "type": request.kind, "amount": MoneyOut::from(request.amount), "reason": request.reason,
                "seller_decides_by": decide.by,
            })
        }
        Fact::Modified { request, decide } => json!({
            "type": request.kind, "amount": MoneyOut::from(request.amount), "reason": request.reason,
            "seller_decides_by": decide.by,
        }),
        Fact::Agreed { agreed, ship } => json!({
            "effective": effective(agreed), "payout": agreed.payout, "buyer_ships_by": by(ship.as_ref()),
        }),
        Fact::Refused { reason, respond } | Fact::ReceiptRefused { reason, respond } => {
            json!({ "reason": reason, "buyer_responds_by": respond.by })
        }
        Fact::ReturnShipped { shipment, confirm } => json!({
            "carrier": shipment.carrier, "tracking_number": shipment.tracking_number, "corrected": false,
            "seller_confirms_by": confirm.by,
        }),
        Fact::TrackingCorrected { carrier, tracking_number } => {
            json!({ "carrier": carrier, "tracking_number": tracking_number, "corrected": true })
        }
        Fact::ReceiptConfirmed => json!({ "waived": false }),
        Fact::ReturnWaived => json!({ "waived": true }),
        Fact::Escalated { reason } | Fact::PayoutFailed { reason } => json!({ "reason": reason }),
        Fact::Ruled { agreed, reason } => json!({
            "decision": if agreed.is_some() { "REFUND" } else { "CLOSE" },
            "effective": agreed.as_ref().map(effective), "reason": reason,
        }),
        Fact::PayoutStarted { amount } | Fact::Succeeded { amount } => json!({ "amount": MoneyOut::from(*amount) }),
        Fact::Closed { reason, comment } => json!({ "closed_reason": reason, "reason": comment }),
        Fact::OfferMade { negotiation } => json!({
            "negotiation_id": negotiation.id, "offer": TermsOut::from(&negotiation.offer.terms),
            "message": negotiation.offer.message, "agreed_offline": negotiation.offer.agreed_offline,
            "expires_at": negotiation.answer.by,
        }),
        Fact::OfferAccepted | Fact::OfferRejected | Fact::OfferExpired => json!({}),
        Fact::OfferWithdrawn { reason } => json!({ "withdrawn_reason": reason }),
        Fact::DeadlineExtended { kind, timer } => json!({ "kind": kind, "to": timer.by }),
        Fact::MessagePosted { message } => json!(WrittenOut::from(&**message)),
        Fact::Reminded { kind, by } => json!({ "kind": kind, "deadline_at": by, "who": kind.who() }),
    }
}

fn effective(agreed: &Agreed) -> TermsOut {
    let terms: &Terms = &agreed.terms;
    terms.into()
}

fn by(timer: Option<&Timer>) -> Option<Timestamp> {
    timer.map(|timer| timer.by)
}
