//! What the payment adapter reports, and the attempts at a payout (R26, R39).

use super::case::{Case, Decision, wrong_status};
use crate::agreement::reported_by;
use crate::payout::PAYOUT_ATTEMPTS_MAX;
use crate::{Fact, Payout, PayoutAttempt, PayoutReport, PayoutResult, PayoutStatus, Refusal, Timer};

/// The same report again changes nothing, nor does one that came too late to matter.
pub(super) fn report(case: &Case<'_>, report: &PayoutReport) -> Decision {
    let Some(payout) = &case.refund.payout else { return Err(wrong_status(case.command.kind(), case.refund)) };
    // Whoever names none speaks of the one that the refund shows.
    let number = report.attempt.unwrap_or(payout.deciding().number);
    let unknown = || Refusal::PayoutAttemptUnknown { attempt: number, attempts: payout.present().number };
    let attempt = payout.attempt(number).ok_or_else(unknown)?;
    match report.result {
        PayoutResult::Succeeded => Ok(succeeded(case, payout, attempt, report)),
        PayoutResult::Failed => failed(case, payout, attempt, report),
        PayoutResult::Reversed => reversed(case, payout, attempt, report),
    }
}

/// A success wins over an earlier failure. Money that came back is not paid by an old notice of its success.
fn succeeded(case: &Case<'_>, payout: &Payout, attempt: &PayoutAttempt, report: &PayoutReport) -> Vec<Fact> {
    let (amount, number, provider_reference) = (payout.amount, attempt.number, report.provider_reference.clone());
    match attempt.status {
        PayoutStatus::Started | PayoutStatus::Failed if payout.status() == PayoutStatus::Succeeded => {
            vec![Fact::PaidTwice { amount, attempt: number, provider_reference, report: clock(case) }]
        }
        PayoutStatus::Started | PayoutStatus::Failed => {
            vec![Fact::Succeeded { amount, attempt: Some(number), provider_reference }]
        }
        PayoutStatus::Succeeded | PayoutStatus::Reversed => Vec::new(),
    }
}

/// Only of the present attempt a failure is news.
fn failed(case: &Case<'_>, payout: &Payout, attempt: &PayoutAttempt, report: &PayoutReport) -> Decision {
    if attempt.number != payout.present().number {
        return Ok(Vec::new());
    }
    match attempt.status {
        PayoutStatus::Started => Ok(vec![Fact::PayoutFailed {
            reason: report.reason.clone(),
            attempt: Some(attempt.number),
            provider_reference: report.provider_reference.clone(),
            report: Some(clock(case)),
        }]),
        PayoutStatus::Succeeded | PayoutStatus::Reversed => Err(Refusal::PayoutAlreadySucceeded),
        PayoutStatus::Failed => Ok(Vec::new()),
    }
}

fn reversed(case: &Case<'_>, payout: &Payout, attempt: &PayoutAttempt, report: &PayoutReport) -> Decision {
    let (number, status) = (attempt.number, attempt.status);
    match status {
        PayoutStatus::Succeeded => {
            let is_paid_once = payout.times_paid() == 2;
            Ok(vec![Fact::PayoutReversed {
                amount: payout.amount,
                attempt: number,
                reason: report.reason.clone(),
                provider_reference: report.provider_reference.clone(),
                report: (!is_paid_once).then(|| clock(case)),
            }])
        }
        PayoutStatus::Reversed => Ok(Vec::new()),
        PayoutStatus::Started | PayoutStatus::Failed => Err(Refusal::PayoutNotReversible { attempt: number, status }),
    }
}

pub(super) fn retry(case: &Case<'_>) -> Decision {
    let Some(payout) = case.refund.payout.as_ref().filter(|payout| payout.may_be_retried()) else {
        return Err(wrong_status(case.command.kind(), case.refund));
    };
    let attempt = payout.present().number.saturating_add(1);
    if attempt > PAYOUT_ATTEMPTS_MAX {
        return Err(Refusal::TooManyPayoutAttempts { max: PAYOUT_ATTEMPTS_MAX });
    }
    Ok(vec![Fact::PayoutStarted { amount: payout.amount, attempt: Some(attempt), report: Some(clock(case)) }])
}

fn clock(case: &Case<'_>) -> Timer {
    reported_by(case.now, case.grounds.policy)
}
