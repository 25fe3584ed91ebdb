//! What passes the door and is about one refund.

use std::sync::Arc;

use refund_core::{
    Command, Erasing, Event, EvidenceFile, FileHash, Line, Message, NoticeReport, Opened, Opening, Refund, RefundId,
    Refusal, decide,
};

use super::due::{basis, due_events};
use super::stage::{Done, Halt, Stage};
use super::work::{Precondition, Request};
use crate::model::around::{seller_of, shows_no_actions};
use crate::record::Entry;
use crate::{Answer, Outcome, Refused, Seen, StoreError};

pub(super) fn open(stage: &mut Stage<'_>, request: &Request, opening: &Opening, files: &[EvidenceFile]) -> Done {
    let seller_id = &opening.seller_id;
    let Some(seller) = stage.settings().seller(seller_id).cloned() else {
        return Err(Refused::from(Refusal::SellerUnknown { seller_id: seller_id.clone() }).into());
    };
    if stage.found(&opening.refund_id)?.is_some() {
        return Err(Refused::IdTaken.into());
    }
    let line = opening.line_key();
    let mut ledger = stage.ledger(&line)?;
    let mut in_progress = None;
    if let Some(id) = ledger.as_ref().and_then(|ledger| ledger.in_progress.as_ref()) {
        let other = stage.found(id)?.ok_or_else(|| StoreError::Unreadable(format!("no refund {id}")))?;
        let other = settled(stage, Arc::clone(other))?;
        // Settling may have ended it.
        ledger = stage.ledger(&line)?;
        in_progress = Some(other).filter(|other| !other.status.kind().is_final());
    }
    let policy = stage.settings().policy.with(&seller.policy);
    let line = Line { ledger: ledger.as_ref(), in_progress: in_progress.as_deref() };
    match refund_core::open(opening, files, &policy, line, &request.actor, stage.now) {
        Ok(Opened::New(events)) => {
            let refund = pushed(stage, &opening.refund_id, events)?;
            answer(stage, request, refund, true)
        }
        Ok(Opened::Already(id, shipped)) => {
            let refund =
                if shipped.is_empty() { in_progress.ok_or(Refused::NotFound)? } else { pushed(stage, &id, shipped)? };
            answer(stage, request, refund, false)
        }
        Err(refusal) => {
            let seen = in_progress.map(|refund| seen(stage, request, refund)).transpose()?;
            Err(Refused::Rule { refusal, seen: seen.map(Box::new) }.into())
        }
    }
}

pub(super) fn command(stage: &mut Stage<'_>, request: &Request, refund_id: &RefundId, command: &Command) -> Done {
    let refund = stage.refund(refund_id)?;
    if request.precondition == Precondition::Missing {
        return Err(Refused::VersionMissing.into());
    }
    let refund = if stage.is_held(&refund) { refund } else { settled(stage, refund)? };
    let basis = basis(stage, &refund)?;
    let decided = decide(&refund, &basis.grounds(&refund, stage.now), &request.actor, command, stage.now);
    // Settling comes before the version, also where it is held (R36).
    let waits = matches!(decided, Err(Refusal::SettlingHeld));
    let refund = if waits { refund } else { still(stage, request, refund)? };
    match decided {
        Ok(events) => {
            let refund = if events.is_empty() { refund } else { pushed(stage, refund_id, events)? };
            answer(stage, request, refund, false)
        }
        Err(refusal) => Err(refused(stage, request, refund, refusal)?.into()),
    }
}

pub(super) fn post(stage: &mut Stage<'_>, request: &Request, refund_id: &RefundId, message: &Message) -> Done {
    let refund = settled_and_still(stage, request, refund_id)?;
    let settings = stage.settings();
    let (policy, leap) = (settings.policy.with(&seller_of(settings, &refund)?.policy), settings.notice_leap());
    match refund_core::post(&refund, &policy, leap, &request.actor, message.clone(), stage.now) {
        Ok(events) => {
            let posted = events.first().cloned();
            pushed(stage, refund_id, events)?;
            let posted = posted.ok_or_else(|| StoreError::Unreadable("a message that is no event".to_owned()))?;
            let outcome = Outcome::Message { refund_id: refund_id.clone(), sequence: posted.sequence };
            Ok((Answer::Message(Box::new(posted)), outcome))
        }
        Err(refusal) => Err(refused(stage, request, refund, refusal)?.into()),
    }
}

pub(super) fn add_evidence(
    stage: &mut Stage<'_>,
    request: &Request,
    refund_id: &RefundId,
    file: &EvidenceFile,
) -> Done {
    let refund = settled_and_still(stage, request, refund_id)?;
    let added = refund_core::add_evidence(&refund, &request.actor, file, stage.now);
    about_files(stage, request, refund, added)
}

pub(super) fn erase_evidence(stage: &mut Stage<'_>, request: &Request, refund_id: &RefundId, sha256: FileHash) -> Done {
    let refund = settled_and_still(stage, request, refund_id)?;
    let erased = refund_core::erase_evidence(&refund, &request.actor, sha256, stage.now);
    about_files(stage, request, refund, erased)
}

/// What is erased is taken out of every record that tells of the refund; the event that says so comes behind them.
pub(super) fn erase(stage: &mut Stage<'_>, request: &Request, refund_id: &RefundId, erasing: &Erasing) -> Done {
    let refund = settled_and_still(stage, request, refund_id)?;
    let records = stage.records(refund_id)?.to_vec();
    let history: Vec<_> = records.iter().flat_map(|(_, record)| record.events_of(refund_id)).cloned().collect();
    match refund_core::erase(&refund, &history, &request.actor, erasing, stage.now) {
        Ok(events) if events.is_empty() => answer(stage, request, refund, false),
        Ok(events) => {
            let what = refund_core::erased_by(&events);
            let refund = pushed(stage, refund_id, events)?;
            for (number, record) in records {
                let without = record.without(refund_id, &what);
                if without != record {
                    stage.redact(number, without)?;
                }
            }
            answer(stage, request, refund, false)
        }
        Err(refusal) => Err(refused(stage, request, refund, refusal)?.into()),
    }
}

/// The refund with its files as they now are; as they were where there was nothing left to do.
fn about_files(
    stage: &mut Stage<'_>,
    request: &Request,
    refund: Arc<Refund>,
    happened: Result<Vec<Event>, Refusal>,
) -> Done {
    match happened {
        Ok(events) => {
            let refund = if events.is_empty() { refund } else { pushed(stage, &refund.id, events)? };
            answer(stage, request, refund, false)
        }
        Err(refusal) => Err(refused(stage, request, refund, refusal)?.into()),
    }
}

/// What a channel says of a notice changes nothing about the refund: it is taken down also where settling is held, so
/// that a party who was told in time has been told in time.
pub(super) fn report_notice(
    stage: &mut Stage<'_>,
    request: &Request,
    refund_id: &RefundId,
    report: &NoticeReport,
) -> Done {
    let refund = stage.refund(refund_id)?;
    let refund = if stage.is_held(&refund) { refund } else { settled(stage, refund)? };
    match refund_core::report_notice(&refund, &request.actor, report, stage.now) {
        Ok(events) => {
            pushed(stage, refund_id, events)?;
            Ok((Answer::Done, Outcome::Settings))
        }
        Err(refusal) => Err(refused(stage, request, refund, refusal)?.into()),
    }
}

/// A link decides nothing about a refund: it may be replaced whatever is due, unless a version was named.
pub(super) fn replace_link(stage: &mut Stage<'_>, request: &Request, refund_id: &RefundId) -> Done {
    if let Precondition::Version(_) = request.precondition {
        settled_and_still(stage, request, refund_id)?;
    }
    stage.refund(refund_id)?;
    let settings = stage.settings();
    let generation = settings.generation_after(settings.link(refund_id));
    stage.push(Entry::BuyerLink { refund_id: refund_id.clone(), generation, actor: request.actor.clone() })?;
    Ok((Answer::Done, Outcome::Settings))
}

pub(super) fn settle(stage: &mut Stage<'_>, request: &Request, refund_id: &RefundId) -> Done {
    let refund = stage.refund(refund_id)?;
    let refund = settled(stage, refund)?;
    answer(stage, request, refund, false)
}

/// The refund after what is due on it by now has happened, if it then has the version that was named.
fn settled_and_still(stage: &mut Stage<'_>, request: &Request, id: &RefundId) -> Result<Arc<Refund>, Halt> {
    let refund = stage.refund(id)?;
    let refund = settled(stage, refund)?;
    still(stage, request, refund)
}

/// The refund after what is due on it by now has happened (R3).
fn settled(stage: &mut Stage<'_>, refund: Arc<Refund>) -> Result<Arc<Refund>, Halt> {
    if refund.next_due().is_none_or(|at| at > stage.now) {
        return Ok(refund);
    }
    stage.may_settle()?;
    let events = due_events(stage, &refund)?;
    pushed(stage, &refund.id, events)
}

/// The refund, if it has the version still that was named, if one was.
fn still(stage: &Stage<'_>, request: &Request, refund: Arc<Refund>) -> Result<Arc<Refund>, Halt> {
    match request.precondition {
        Precondition::Version(version) if version != refund.version => {
            let seen = Box::new(seen(stage, request, refund)?);
            Err(Refused::VersionMoved { seen }.into())
        }
        Precondition::Version(_) | Precondition::None | Precondition::Missing | Precondition::Tag(_) => Ok(refund),
    }
}

/// Puts down what happened to one refund; the refund after it.
fn pushed(stage: &mut Stage<'_>, id: &RefundId, events: Vec<Event>) -> Result<Arc<Refund>, Halt> {
    for event in events {
        stage.push(Entry::Refund(event))?;
    }
    stage.refund(id)
}

fn answer(stage: &Stage<'_>, request: &Request, refund: Arc<Refund>, created: bool) -> Done {
    let seen = seen(stage, request, refund)?;
    let outcome = Outcome::Refund {
        refund_id: seen.refund.id.clone(),
        sequence: seen.refund.sequence,
        actions: seen.actions.clone(),
        created,
    };
    Ok((Answer::Refund { seen: Box::new(seen), created }, outcome))
}

/// A rule's no, with the refund that it is about.
fn refused(stage: &Stage<'_>, request: &Request, refund: Arc<Refund>, refusal: Refusal) -> Result<Refused, Halt> {
    let seen = Some(Box::new(seen(stage, request, refund)?));
    Ok(Refused::Rule { refusal, seen })
}

/// The refund as those see it who ask.
fn seen(stage: &Stage<'_>, request: &Request, refund: Arc<Refund>) -> Result<Seen, Halt> {
    if shows_no_actions(&refund, &request.viewers) {
        return Ok(Seen { refund, actions: Vec::new() });
    }
    let actions = basis(stage, &refund)?.possible(&refund, &request.viewers, stage.now);
    Ok(Seen { refund, actions })
}
