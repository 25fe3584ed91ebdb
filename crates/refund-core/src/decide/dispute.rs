//! Calling the operator in, and what the operator rules (R25).

use super::case::{Case, Decision};
use super::evidence::named;
use super::reason::stated;
use crate::agreement::{payment, ruled_by};
use crate::objections::{Objections, amount_objections};
use crate::{Agreed, ClosedReason, Fact, Money, NamedFiles, Reason, ReasonFor, Ruling, Terms, Why};

pub(super) fn escalate(case: &Case<'_>, reason: &Why) -> Decision {
    stated(case, ReasonFor::Dispute, reason)?;
    let rule = Some(ruled_by(case.now, case.grounds.policy));
    Ok(vec![Fact::Escalated { reason: Some(reason.clone()), rule }])
}

pub(super) fn rule(case: &Case<'_>, ruling: Ruling, reason: &Reason, files: &NamedFiles) -> Decision {
    let (reason, files) = (reason.clone(), files.clone());
    let shown = named(&case.refund.evidence, case.actor.role, &files);
    match ruling {
        Ruling::Close => {
            shown?;
            Ok(vec![
                Fact::Ruled { agreed: None, reason, files },
                Fact::Closed { reason: ClosedReason::OperatorRuled, comment: None },
            ])
        }
        Ruling::Refund { amount } => {
            let mut objections = Objections::default();
            amount_objections(&mut objections, amount, case.grounds.refundable, None);
            objections.add_err(shown);
            objections.into_result()?;
            let agreed = Agreed { terms: ruled_terms(case, amount), payout: payout_mode(case) };
            let payment = payment(&agreed, case.now, case.grounds.policy);
            Ok(vec![Fact::Ruled { agreed: Some(agreed), reason, files }, payment])
        }
    }
}

/// Goods that are already on their way back stay a return; otherwise nothing has to come back.
fn ruled_terms(case: &Case<'_>, amount: Money) -> Terms {
    match case.refund.effective().and_then(Terms::return_address) {
        Some(return_address) => Terms::ReturnAndRefund { amount, return_address: return_address.clone() },
        None => Terms::RefundOnly { amount },
    }
}

/// R26: the mode is fixed when the refund is agreed; where it never was, the ruling is the agreement.
fn payout_mode(case: &Case<'_>) -> crate::PayoutMode {
    case.refund.status.agreed().map_or(case.grounds.policy.payout, |agreed| agreed.payout)
}
