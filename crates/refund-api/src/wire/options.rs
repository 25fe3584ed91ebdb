//! What the seller may offer (R18), in JSON.

use refund_core::{Address, Options, RefundType, Refusal, Timestamp};
use serde::Serialize;

use super::MoneyOut;
use super::refund::DeadlineOut;

/// What the seller may offer, as answered.
#[derive(Debug, Serialize)]
pub(crate) struct OptionsOut {
    may_offer: bool,
    objections: Vec<ObjectionOut>,
    types: Vec<TypeOut>,
    return_addresses: Vec<Address>,
    freight_insurance: bool,
    expires_at: Option<Timestamp>,
    deadlines: Vec<DeadlineOut>,
}

#[derive(Debug, Serialize)]
struct TypeOut {
    #[serde(rename = "type")]
    kind: RefundType,
    possible: bool,
    objections: Vec<ObjectionOut>,
    amount_min: MoneyOut,
    amount_max: MoneyOut,
}

#[derive(Debug, Serialize)]
struct ObjectionOut {
    code: &'static str,
    rule: &'static str,
    detail: String,
    possible_at: Option<Timestamp>,
}

impl From<&Refusal> for ObjectionOut {
    fn from(refusal: &Refusal) -> Self {
        Self {
            code: refusal.code().as_str(),
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
