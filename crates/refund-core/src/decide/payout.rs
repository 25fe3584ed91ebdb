//! What the payment adapter reports (R26).

use super::case::{Case, Decision, wrong_status};
use crate::{Fact, PayoutResult, PayoutStatus, Refusal};

/// A success wins over an earlier failure. The same report again changes nothing.
pub(super) fn report(case: &Case<'_>, result: &PayoutResult) -> Decision {
    let Some(payout) = case.refund.payout() else { return Err(wrong_status(case.command.kind(), case.refund)) };
    match (payout.status, result) {
        (PayoutStatus::Started | PayoutStatus::Failed, PayoutResult::Succeeded) => {
            Ok(vec![Fact::Succeeded { amount: payout.amount }])
        }
        (PayoutStatus::Started, PayoutResult::Failed { reason }) => {
            Ok(vec![Fact::PayoutFailed { reason: reason.clone() }])
        }
        (PayoutStatus::Failed, PayoutResult::Failed { .. }) | (PayoutStatus::Succeeded, PayoutResult::Succeeded) => {
            Ok(Vec::new())
        }
        (PayoutStatus::Succeeded, PayoutResult::Failed { .. }) => Err(Refusal::PayoutAlreadySucceeded),
    }
}

pub(super) fn retry(case: &Case<'_>) -> Decision {
    match case.refund.payout() {
        Some(payout) if payout.status == PayoutStatus::Failed => {
            Ok(vec![Fact::PayoutStarted { amount: payout.amount }])
        }
        Some(_) | None => Err(wrong_status(case.command.kind(), case.refund)),
    }
}
