//! The names of JSON fields, once, in both directions.

mod audit;
mod bulk;
pub(crate) mod code;
mod contact;
mod erasure;
mod event;
mod event_message;
mod evidence;
mod explanation;
mod hex;
pub(crate) mod json;
mod line;
mod message;
mod money;
pub(crate) mod notice;
mod offer_check;
mod options;
mod policy;
mod problem;
mod refund;
mod requests;
mod saved_offer;
mod settings;
mod stats;
mod unusable;
mod webhooks;

pub(crate) use audit::{AuditOut, ChangeOut};
pub(crate) use bulk::{BULK_MAX, BulkCommand, BulkIn, BulkOut, ResultOut};
pub(crate) use contact::zones_are_known;
pub(crate) use erasure::ErasureIn;
pub(crate) use event::{EventOut, each_type, schemas as event_schemas};
pub(crate) use event_message::{EventMessageOut, PingMessageOut};
pub(crate) use evidence::{EvidenceAddedData, FileOut};
pub(crate) use explanation::{ExplanationOut, HappenedOut, prospect_out};
pub(crate) use hex::is_hex;
pub(crate) use message::{MessageIn, MessageOut};
pub(crate) use money::{MoneyIn, MoneyOut};
pub(crate) use offer_check::{OfferCheckIn, OfferCheckOut};
pub(crate) use options::{OptionsOut, SavedOptionOut};
pub(crate) use policy::PolicyCheckOut;
pub(crate) use problem::{Pointed, ProblemOut};
pub(crate) use refund::{BuyerLink, RefundOut};
pub(crate) use requests::{
    AdvanceIn, AgreeIn, AnswerIn, CancelIn, ClockOut, ExtendIn, ModifyIn, Nothing, OfferIn, OpenIn, PayoutIn, ReasonIn,
    RuleIn, ShipIn,
};
pub(crate) use saved_offer::{SavedOfferIn, SavedOfferOut};
pub(crate) use settings::{CheckIn, KeyIn, KeyOut, SellerIn, SellerOut, VerdictOut};
pub(crate) use stats::{Date, DayOut, NumbersOut, ReasonCountOut, StatsOut};
pub(crate) use unusable::Unusable;
pub(crate) use webhooks::{
    AttemptOut, DeliveryOut, DeliveryStateIn, RedeliverIn, RedeliveredOut, WebhookIn, WebhookOut,
};

use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Items<T> {
    /// What it shows.
    pub items: Vec<T>,
    /// Where the list goes on, if it does.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> Items<T> {
    /// A page of what each item becomes.
    pub(crate) fn map<U>(self, to: impl FnMut(T) -> U) -> Items<U> {
        Items { items: self.items.into_iter().map(to).collect(), next_cursor: self.next_cursor }
    }
}
