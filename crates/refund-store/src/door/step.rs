//! In which order a request is asked what. It decides from what the stage knows, and reads nothing else.

use super::stage::{Done, Halt, Stage};
use super::work::{Precondition, Request, Work};
use super::{due, idempotency, refunds, set_up};
use crate::{Answer, Answered, Outcome, Refused};

/// Carries a request out on a stage: is it remembered, does it find what it speaks of as it was, what is
/// due happens first, and then it is decided.
pub(super) fn step(stage: &mut Stage<'_>, request: &Request) -> Result<Answered, Halt> {
    // It may have been read before its asker was shut out or got another role, and come late.
    if stage.settings().has_shut_out(&request.actor, stage.now) {
        return Err(Refused::ShutOut.into());
    }
    if !stage.settings().allows(&request.actor, request.right) {
        return Err(Refused::RightTaken.into());
    }
    if let Some((key, fingerprint)) = &request.idempotency
        && let Some(answer) = idempotency::answered(stage, key, *fingerprint)?
    {
        return Ok(Answered { answer, now: stage.now, replayed: true });
    }
    let (answer, outcome) = decide(stage, request)?;
    if let Some((key, fingerprint)) = &request.idempotency {
        idempotency::remember(stage, key, *fingerprint, outcome)?;
    }
    Ok(Answered { answer, now: stage.now, replayed: false })
}

fn decide(stage: &mut Stage<'_>, request: &Request) -> Done {
    match &request.work {
        Work::Open { opening, files } => refunds::open(stage, request, opening, files),
        Work::Command { refund_id, command } => refunds::command(stage, request, refund_id, command),
        Work::PostMessage { refund_id, message } => refunds::post(stage, request, refund_id, message),
        Work::AddEvidence { refund_id, file } => refunds::add_evidence(stage, request, refund_id, file),
        Work::EraseEvidence { refund_id, sha256 } => refunds::erase_evidence(stage, request, refund_id, *sha256),
        Work::Erase { refund_id, erasing } => refunds::erase(stage, request, refund_id, erasing),
        Work::ReportNotice { refund_id, report } => refunds::report_notice(stage, request, refund_id, report),
        Work::ReplaceBuyerLink { refund_id } => refunds::replace_link(stage, request, refund_id),
        Work::Settle { refund_id } => refunds::settle(stage, request, refund_id),
        Work::SettleDue => {
            due::all_settled(stage)?;
            Ok((Answer::Done, Outcome::Settings))
        }
        Work::AdvanceTestClock { advance } => due::advance_clock(stage, *advance),
        Work::SetUp(set_up) => {
            if let Precondition::Tag(tag) = request.precondition
                && set_up.present_tag(stage.settings())? != Some(tag)
            {
                return Err(Refused::SettingsMoved.into());
            }
            if set_up.settles_first() {
                due::all_settled(stage)?;
            }
            set_up::set_up(stage, set_up, &request.actor)
        }
    }
}
