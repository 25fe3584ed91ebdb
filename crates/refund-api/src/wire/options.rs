//! What the seller may offer (R18), in JSON.

use refund_core::{Address, AddressId, Label, MakeOffer, Options, RefundType, Refusal, Rule, SavedOffer, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::MoneyOut;
use super::code::Code;
use super::refund::DeadlineOut;

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
    /// What each offer that the seller has prepared would be here.
    saved_offers: Vec<SavedOptionOut>,
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

/// What a prepared offer comes to on this refund (R45).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedOption)]
pub(crate) struct SavedOptionOut {
    id: String,
    name: Label,
    #[serde(rename = "type")]
    kind: RefundType,
    /// The exact amount that would be offered.
    amount: MoneyOut,
    #[schema(required)]
    return_address_id: Option<AddressId>,
    possible: bool,
    objections: Vec<ObjectionOut>,
}

impl SavedOptionOut {
    /// A prepared offer, its terms here, and what stands against these.
    pub(crate) fn new(saved: &SavedOffer, terms: MakeOffer, against: &[Refusal]) -> Self {
        Self {
            id: saved.id.clone(),
            name: saved.name.clone(),
            kind: terms.kind,
            amount: terms.amount.into(),
            return_address_id: terms.return_address_id,
            possible: against.is_empty(),
            objections: against.iter().map(ObjectionOut::from).collect(),
        }
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

impl OptionsOut {
    /// What may be offered, and what the seller has prepared.
    pub(crate) fn new(options: Options, saved_offers: Vec<SavedOptionOut>) -> Self {
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
            saved_offers,
        }
    }
}
