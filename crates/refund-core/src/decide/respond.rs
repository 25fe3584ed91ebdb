//! The seller's answer to the refund itself (R17, R21, R22, S7).

use super::case::{Case, Decision, withdrawn};
use super::reason::stated;
use crate::agreement::agreement;
use crate::options::options;
use crate::{AddressId, Fact, ReasonFor, Refusal, Terms, Timer, Why, WithdrawnReason};

/// The address counts where the goods go back, and is the default one where none is named.
pub(super) fn agree(case: &Case<'_>, address_id: &Option<AddressId>) -> Decision {
    let Case { refund, grounds, now, .. } = *case;
    let named = grounds.named_address(address_id.as_ref())?;
    let address = named.unwrap_or_else(|| grounds.addresses.default_address());
    let terms = Terms::new(refund.requested.kind, refund.requested.amount, address.clone());
    let mut agreed = withdrawn(case, WithdrawnReason::SellerAgreed);
    agreed.extend(agreement(terms, now, grounds.policy));
    Ok(agreed)
}

pub(super) fn refuse(case: &Case<'_>, reason: &Why) -> Decision {
    let Case { grounds, now, .. } = *case;
    negotiated_first(case)?;
    stated(case, ReasonFor::Refuse, reason)?;
    let mut refused = withdrawn(case, WithdrawnReason::SellerRefused);
    let respond = Timer::of_party(now, grounds.policy.buyer_respond_seconds, grounds.policy);
    refused.push(Fact::Refused { reason: reason.clone(), respond });
    Ok(refused)
}

/// R17: where the policy asks for it, an offer comes before a refusal, unless none can be made.
fn negotiated_first(case: &Case<'_>) -> Result<(), Refusal> {
    let Case { refund, grounds, actor, now, .. } = *case;
    if !grounds.policy.negotiate_before_refuse {
        return Ok(());
    }
    if let Some(pending) = refund.pending() {
        let possible_at =
            Some(pending.answer.by).filter(|end| refund.seller_decides_by().is_some_and(|own| *end < own));
        return Err(Refusal::NegotiateBeforeRefuse { possible_at });
    }
    if options(refund, grounds, actor, now).may_offer {
        return Err(Refusal::NegotiateBeforeRefuse { possible_at: None });
    }
    Ok(())
}
