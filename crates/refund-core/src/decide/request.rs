//! The buyer changes the request or gives up (R19, R20).

use super::case::{Case, Decision, withdrawn};
use super::reason::stated;
use crate::objections::{Objections, amount_objections};
use crate::{ClosedReason, Fact, Reason, ReasonFor, RefundType, Refusal, Request, Timer, WithdrawnReason};

pub(super) fn modify(case: &Case<'_>, request: &Request) -> Decision {
    let Case { refund, grounds, now, .. } = *case;
    let mut objections = Objections::default();
    amount_objections(&mut objections, request.amount, grounds.refundable, None);
    let returns = request.kind == RefundType::ReturnAndRefund;
    objections.add_if(returns && !refund.line.shipped, Refusal::ReturnNeedsShippedGoods);
    objections.add_err(stated(case, ReasonFor::Request, &request.reason));
    objections.add_if(*request == refund.requested, Refusal::RequestChangesNothing);
    objections.into_result()?;
    let mut modified = withdrawn(case, WithdrawnReason::RequestModified);
    let decide = Timer::of_party(now, grounds.policy.seller_decide_seconds, grounds.policy);
    modified.push(Fact::Modified { request: request.clone(), decide });
    Ok(modified)
}

pub(super) fn cancel(case: &Case<'_>, reason: &Option<Reason>) -> Decision {
    let mut cancelled = withdrawn(case, WithdrawnReason::RefundCancelled);
    cancelled.push(Fact::Closed { reason: ClosedReason::Cancelled, comment: reason.clone() });
    Ok(cancelled)
}
