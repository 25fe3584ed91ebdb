//! Answering the offer, and taking it back (R15, R16, S8, S9).

use super::case::{Case, Decision};
use crate::agreement::agreement;
use crate::{Fact, Negotiation, NegotiationId, NegotiationState, NegotiationStatus, Refusal, WithdrawnReason};

pub(super) fn accept(case: &Case<'_>, named: &NegotiationId) -> Decision {
    let terms = answered(case, named)?.offer.terms.clone();
    let mut facts = vec![Fact::OfferAccepted];
    facts.extend(agreement(terms, case.now, case.grounds.policy));
    Ok(facts)
}

pub(super) fn reject(case: &Case<'_>, named: &NegotiationId) -> Decision {
    answered(case, named)?;
    Ok(vec![Fact::OfferRejected])
}

pub(super) fn withdraw(case: &Case<'_>) -> Decision {
    if case.refund.pending().is_none() {
        return Err(Refusal::OfferNotPending { status: case.refund.negotiation.as_ref().map(Negotiation::status) });
    }
    if !case.grounds.policy.allow_withdraw {
        return Err(Refusal::WithdrawNotAllowed);
    }
    Ok(vec![Fact::OfferWithdrawn { reason: WithdrawnReason::SellerWithdrew }])
}

/// The open offer that the answer names.
fn answered<'a>(case: &Case<'a>, named: &NegotiationId) -> Result<&'a Negotiation, Refusal> {
    let Some(current) = &case.refund.negotiation else {
        return Err(Refusal::OfferNotPending { status: None });
    };
    if current.id != *named {
        return Err(Refusal::OfferIsAnother { named: named.clone(), current: Some(current.id.clone()) });
    }
    match current.state {
        NegotiationState::Pending => Ok(current),
        NegotiationState::Expired { at } => Err(Refusal::DeadlinePassed { expired_at: at }),
        NegotiationState::Accepted { .. } => not_pending(NegotiationStatus::Accepted),
        NegotiationState::Rejected { .. } => not_pending(NegotiationStatus::Rejected),
        NegotiationState::Withdrawn { .. } => not_pending(NegotiationStatus::Withdrawn),
    }
}

fn not_pending<T>(status: NegotiationStatus) -> Result<T, Refusal> {
    Err(Refusal::OfferNotPending { status: Some(status) })
}
