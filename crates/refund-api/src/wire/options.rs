//! What the seller may offer (R18), in JSON.

use refund_core::{Address, Negotiation, Options, RefundType, Refusal, Rule, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::MoneyOut;
use super::code::Code;
use super::refund::{DeadlineOut, OfferOut};

/// What the seller may offer, as answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OptionsOut {
    may_offer: bool,
    objections: Vec<ObjectionOut>,
    types: Vec<TypeOut>,
    return_addresses: Vec<Address>,
    freight_insurance: bool,
    #[schema(required)]
    expires_at: Option<Timestamp>,
    deadlines: Vec<DeadlineOut>,
}

/// Whether offers of one type are possible, and between which amounts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TypeOption)]
struct TypeOut {
    #[serde(rename = "type")]
    kind: RefundType,
    possible: bool,
    objections: Vec<ObjectionOut>,
    amount_min: MoneyOut,
    amount_max: MoneyOut,
}

/// What would come of an offer of these terms (R45).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferCheckOut {
    /// Whether it can be made now.
    possible: bool,
    /// Every rule that stands against it, the one first that it would be refused by.
    objections: Vec<ObjectionOut>,
    /// What the buyer would be shown.
    #[schema(required)]
    offer: Option<OfferOut>,
    /// Until when the buyer could answer it.
    #[schema(required)]
    expires_at: Option<Timestamp>,
}

impl From<Result<Negotiation, Vec<Refusal>>> for OfferCheckOut {
    fn from(checked: Result<Negotiation, Vec<Refusal>>) -> Self {
        let objections = checked.as_ref().err().into_iter().flatten().map(ObjectionOut::from).collect();
        let expires_at = checked.as_ref().ok().map(|negotiation| negotiation.answer.by);
        let offer = checked.ok().map(|negotiation| (&negotiation.offer).into());
        Self { possible: offer.is_some(), objections, offer, expires_at }
    }
}

/// Why not.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ObjectionOut {
    pub(super) code: Code,
    pub(super) rule: Rule,
    pub(super) detail: String,
    #[schema(required)]
    pub(super) possible_at: Option<Timestamp>,
}

impl From<&Refusal> for ObjectionOut {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: Code::Rule(refusal.code()),
            rule: refusal.rule(),
            detail: refusal.to_string(),
            possible_at: refusal.possible_at(),
        }
    }
}

impl From<Options> for OptionsOut {
    fn from(options: Options) -> Self {
        let types = options.types.iter().map(|option| TypeOut {
            kind: option.kind,
            possible: option.objections.is_empty(),
            objections: option.objections.iter().map(ObjectionOut::from).collect(),
            amount_min: option.amount_min.into(),
            amount_max: option.amount_max.into(),
        });
        Self {
            may_offer: options.may_offer,
            objections: options.objections.iter().map(ObjectionOut::from).collect(),
            types: types.collect(),
            return_addresses: options.addresses,
            freight_insurance: options.freight_insurance,
            expires_at: options.expires_at,
            deadlines: options.deadlines.into_iter().map(DeadlineOut::from).collect(),
        }
    }
}
