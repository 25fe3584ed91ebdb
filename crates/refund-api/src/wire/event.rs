//! An event in JSON.

mod data;

use refund_core::{
    BuyerId, Disclosed, EventType, ExternalReference, LineId, OrderId, RefundId, SellerId, Timestamp, Whose,
};
use refund_store::EventPosition;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::data::{EventData, each_type, schemas};
use super::hex::is_hex;
use super::refund::ActorOut;

/// Something that happened, as answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventOut {
    id: String,
    refund_id: RefundId,
    seller_id: SellerId,
    buyer_id: BuyerId,
    order_id: OrderId,
    line_id: LineId,
    /// What the platform calls the refund: for the platform and the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_reference: Option<ExternalReference>,
    /// Its number within the refund, from 1.
    sequence: u64,
    #[serde(rename = "type")]
    event_type: EventType,
    /// When it happened.
    at: Timestamp,
    /// When it was written down: later where what was due was settled late.
    recorded_at: Timestamp,
    actor: ActorOut,
    // Which it is the type decides: the contract says so in `contract/events.rs`.
    #[schema(value_type = Object)]
    data: EventData,
}

impl EventOut {
    /// An event under its id, as far as it may be known, and whose it is.
    pub(crate) fn new(id: String, event: Disclosed<'_>, whose: &Whose) -> Self {
        let data = EventData::new(event, whose);
        Self {
            id,
            refund_id: event.refund_id().clone(),
            seller_id: whose.seller_id.clone(),
            buyer_id: whose.buyer_id.clone(),
            order_id: whose.order_id.clone(),
            line_id: whose.line_id.clone(),
            external_reference: event.external_reference(whose).cloned(),
            sequence: event.sequence(),
            event_type: data.event_type(),
            at: event.at(),
            recorded_at: event.recorded_at(),
            actor: event.actor().into(),
            data,
        }
    }

    /// The id of the event at that position, for operators and the platform. Ids sort as the events do.
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

    pub(super) fn happened_at(&self) -> Timestamp {
        self.at
    }

    /// The position that an id names, if it is one.
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

    /// Whether somebody was given that once as a place that is not sealed.
    pub(crate) fn is_place(id: &str) -> bool {
        Self::position(id).is_some() || Self::place_before_counting(id).is_some()
    }

    /// The place in the journal, in bytes, and the entry that an id names which was given before records were counted.
    pub(crate) fn place_before_counting(id: &str) -> Option<(u64, u32)> {
        let digits = id.strip_prefix("evt_").filter(|digits| is_hex(digits, 20))?;
        let (place, entry) = digits.split_at_checked(14)?;
        Some((u64::from_str_radix(place, 16).ok()?, u32::from_str_radix(entry, 16).ok()?))
    }
}
