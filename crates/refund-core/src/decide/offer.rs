//! Making the one offer (R8–R14).

use super::case::{Case, Decision, wrong_status};
use super::evidence::named;
use crate::objections::{Objections, amount_objections};
use crate::policy::FreshGoods;
use crate::{
    Category, CommandKind, Fact, Grounds, MakeOffer, Money, Negotiation, NegotiationState, Offer, Refund, RefundType,
    Refusal, Role, Terms, Timer, Timestamp,
};

pub(super) fn make(case: &Case<'_>, offer: &MakeOffer) -> Decision {
    match negotiation(case.refund, case.grounds, offer, case.now) {
        Ok(negotiation) => Ok(vec![Fact::OfferMade { negotiation: Box::new(negotiation) }]),
        Err(objections) => {
            objections.into_result()?;
            Err(wrong_status(CommandKind::MakeOffer, case.refund))
        }
    }
}

/// The negotiation that an offer would begin, or everything that stands against its terms.
pub(crate) fn negotiation(
    refund: &Refund,
    grounds: &Grounds<'_>,
    offer: &MakeOffer,
    now: Timestamp,
) -> Result<Negotiation, Objections> {
    let mut objections = Objections::default();
    standing(&mut objections, refund, grounds);
    about_type(&mut objections, refund, grounds, offer.kind);
    about_amount(&mut objections, refund, grounds, offer.amount);
    about_change(&mut objections, refund, offer.kind, offer.amount);
    objections.add_err(named(&refund.evidence, Role::Seller, &offer.files));
    let terms = match (offer.kind, grounds.named_address(offer.return_address_id.as_ref())) {
        (_, Err(unknown)) => Err(unknown),
        (RefundType::RefundOnly, Ok(_)) => Ok(Terms::RefundOnly { amount: offer.amount }),
        (RefundType::ReturnAndRefund, Ok(None)) => Err(Refusal::ReturnAddressRequired),
        (RefundType::ReturnAndRefund, Ok(Some(address))) => {
            Ok(Terms::ReturnAndRefund { amount: offer.amount, return_address: address.clone() })
        }
    };
    let terms = terms.map_err(|refusal| objections.add(refusal)).ok();
    let (Some(terms), Some(expires_at), true) = (terms, expires_at(refund, grounds, now), objections.is_empty()) else {
        return Err(objections);
    };
    Ok(Negotiation {
        id: offer.negotiation_id.clone(),
        offer: Offer {
            terms,
            message: offer.message.clone(),
            agreed_offline: offer.agreed_offline,
            files: offer.files.clone(),
        },
        offered_at: now,
        answer: Timer::new(now, expires_at, &grounds.policy.reminders_seconds),
        state: NegotiationState::Pending,
    })
}

/// R1: the earlier of the buyer's time to answer and the seller's own deadline.
pub(crate) fn expires_at(refund: &Refund, grounds: &Grounds<'_>, now: Timestamp) -> Option<Timestamp> {
    refund.seller_decides_by().map(|own| now.plus(grounds.policy.buyer_answer_seconds).min(own))
}

/// What stands against any offer at all, whatever its terms.
pub(crate) fn standing(objections: &mut Objections, refund: &Refund, grounds: &Grounds<'_>) {
    if let Some(used) = &refund.negotiation {
        let (negotiation_id, status) = (used.id.clone(), used.status());
        objections.add(Refusal::NegotiationAlreadyUsed { negotiation_id, status });
    }
    objections.add_if(refund.seller_decides_by().is_none(), wrong_status(CommandKind::MakeOffer, refund));
    let verdict = grounds.rollout;
    // Where the batch opens only after the seller's time is over, to wait for it helps nobody (R33).
    let in_time = |at: &Timestamp| refund.seller_decides_by().is_some_and(|own| *at < own);
    objections.add_if(
        !verdict.is_open(),
        Refusal::NegotiationNotOpenToSeller { because: verdict.because, opens_at: verdict.opens_at.filter(in_time) },
    );
    objections.add_if(
        refund.line.category == Category::Fresh && grounds.policy.fresh_goods == FreshGoods::Deny,
        Refusal::FreshGoodsNotNegotiable { refund_only_allowed: false },
    );
}

/// What stands against offers of a type (R12, R14).
pub(crate) fn about_type(objections: &mut Objections, refund: &Refund, grounds: &Grounds<'_>, kind: RefundType) {
    if kind == RefundType::RefundOnly {
        return;
    }
    let line = &refund.line;
    objections.add_if(
        line.category == Category::Fresh && grounds.policy.fresh_goods == FreshGoods::RefundOnly,
        Refusal::FreshGoodsNotNegotiable { refund_only_allowed: true },
    );
    objections.add_if(!line.shipped, Refusal::ReturnNeedsShippedGoods);
    objections.add_if(
        grounds.policy.return_needs_freight_insurance && !line.freight_insurance,
        Refusal::ReturnNeedsFreightInsurance,
    );
}

/// R10: more than zero, at most what is left on the line, and capped where the policy says so.
fn about_amount(objections: &mut Objections, refund: &Refund, grounds: &Grounds<'_>, amount: Money) {
    amount_objections(objections, amount, grounds.refundable, cap(refund, grounds));
}

fn cap(refund: &Refund, grounds: &Grounds<'_>) -> Option<Money> {
    grounds.policy.cap_at_requested.then_some(refund.requested.amount)
}

/// The most that an offer may be (R10).
pub(crate) fn amount_max(refund: &Refund, grounds: &Grounds<'_>) -> Money {
    cap(refund, grounds).filter(|cap| grounds.refundable.is_over(*cap).unwrap_or(false)).unwrap_or(grounds.refundable)
}

/// R11: another type or another amount than the buyer asked for.
pub(crate) fn about_change(objections: &mut Objections, refund: &Refund, kind: RefundType, amount: Money) {
    let same = refund.requested.kind == kind && refund.requested.amount == amount;
    objections.add_if(same, Refusal::OfferChangesNothing);
}
