//! What is possible, answered before anything is tried (R18). Derived from the rules that decide:
//! nothing is written twice.

use crate::decide::case::{permitted, possible_while_held};
use crate::decide::offer;
use crate::objections::Objections;
use crate::{
    Actor, Address, CommandKind, Deadline, DeadlineKind, Grounds, MakeOffer, Money, Negotiation, OnSilence, Refund,
    RefundType, Refusal, Timestamp,
};

/// What the seller may offer, and what each side's silence leads to (R18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whether an offer can be made now.
    pub may_offer: bool,
    /// Every rule that stands against any offer, in the order of R32.
    pub objections: Vec<Refusal>,
    /// Each type with what stands against it and how much may be offered.
    pub types: Vec<TypeOption>,
    /// The addresses that an offered return may name, the default first.
    pub addresses: Vec<Address>,
    /// Whether the order carries freight insurance (S4, R12).
    pub freight_insurance: bool,
    /// When an offer made now would end (R1).
    pub expires_at: Option<Timestamp>,
    /// The deadlines that run, and that of an offer made now, each with what silence leads to.
    pub deadlines: Vec<Deadline>,
}

/// Whether offers of one type are possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeOption {
    /// The type.
    pub kind: RefundType,
    /// Every rule that stands against offers of this type; none where it can be offered.
    pub objections: Vec<Refusal>,
    /// The least that may be offered: one minor unit.
    pub amount_min: Money,
    /// The most that may be offered (R10).
    pub amount_max: Money,
}

/// What the seller may offer on a refund that has been settled up to `now`, or on which settling is held (R18).
#[must_use]
pub fn options(refund: &Refund, grounds: &Grounds<'_>, actor: &Actor, now: Timestamp) -> Options {
    let mut standing = Objections::default();
    standing.add_err(permitted(refund, actor, CommandKind::MakeOffer.roles()));
    standing.add_err(possible_while_held(grounds, actor, CommandKind::MakeOffer));
    offer::standing(&mut standing, refund, grounds);
    let objections = standing.into_sorted();
    let types: Vec<_> = RefundType::ALL.iter().map(|kind| type_option(refund, grounds, *kind)).collect();
    let may_offer = objections.is_empty() && types.iter().any(|option| option.objections.is_empty());
    let expires_at = offer::expires_at(refund, grounds, now);
    let of_the_offer = expires_at.filter(|_| may_offer).map(|at| {
        let (kind, on_silence) = (DeadlineKind::BuyerAnswer, OnSilence::OfferExpires);
        Deadline { kind, at, on_silence }
    });
    Options {
        may_offer,
        objections,
        types,
        addresses: grounds.addresses.iter().cloned().collect(),
        freight_insurance: refund.line.freight_insurance,
        expires_at,
        deadlines: refund.deadlines().into_iter().chain(of_the_offer).collect(),
    }
}

/// The negotiation that an offer of these terms would begin, on a refund that has been settled up to `now` or on which
/// settling is held (R45). Nothing is done.
///
/// # Errors
/// Every rule that stands against it, at least one, in the order of R32.
pub fn check_offer(
    refund: &Refund,
    grounds: &Grounds<'_>,
    actor: &Actor,
    terms: &MakeOffer,
    now: Timestamp,
) -> Result<Negotiation, Vec<Refusal>> {
    let mut objections = Objections::default();
    objections.add_err(permitted(refund, actor, CommandKind::MakeOffer.roles()));
    objections.add_err(possible_while_held(grounds, actor, CommandKind::MakeOffer));
    match offer::negotiation(refund, grounds, terms, now) {
        Ok(negotiation) if objections.is_empty() => Ok(negotiation),
        Ok(_) => Err(objections.into_sorted()),
        Err(others) => Err(objections.and(others).into_sorted()),
    }
}

fn type_option(refund: &Refund, grounds: &Grounds<'_>, kind: RefundType) -> TypeOption {
    let amount_max = offer::amount_max(refund, grounds);
    let amount_min = Money::new(1, amount_max.currency()).unwrap_or(amount_max);
    let mut objections = Objections::default();
    offer::about_type(&mut objections, refund, grounds, kind);
    if !amount_max.is_positive() {
        objections.add(Refusal::AmountOverRefundable { amount: amount_min, max: amount_max });
    } else if amount_min == amount_max {
        // One amount is all there is: it may be the very one that was asked for.
        offer::about_change(&mut objections, refund, kind, amount_max);
    }
    TypeOption { kind, objections: objections.into_sorted(), amount_min, amount_max }
}
