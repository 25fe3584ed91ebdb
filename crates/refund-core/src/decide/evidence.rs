//! Files that show what somebody says (R43). To add one or to erase one is no command, because it changes neither where
//! a refund stands nor what it waits for, and goes in every status.

use super::case::permitted;
use crate::{
    Actor, EVIDENCE_MAX, Event, Evidence, EvidenceFile, Fact, FileHash, NamedFiles, Refund, Refusal, Role, Timestamp,
};

/// Adds a file to a refund, whatever its status. The caller vouches for the file: that it is kept, and is what it is
/// said to be. Nothing happens where the same side has added it before.
///
/// # Errors
/// [`Refusal::NotYourRole`], [`Refusal::TooManyFiles`], or [`Refusal::EvidenceErased`] where it was taken off.
pub fn add_evidence(
    refund: &Refund,
    actor: &Actor,
    file: &EvidenceFile,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    permitted(refund, actor, Evidence::SIDES)?;
    let added = added(&refund.evidence, actor.role, std::slice::from_ref(file), now)?;
    Ok(refund.next_events(added, actor, now, now))
}

/// Erases a file of a refund, whoever added it. What it was stays known; the caller sees to it that the file itself is
/// gone. Nothing happens where it was erased before.
///
/// # Errors
/// [`Refusal::NotYourRole`] where it is not the operator, [`Refusal::EvidenceUnknown`] where the refund has no such file.
pub fn erase_evidence(refund: &Refund, actor: &Actor, sha256: FileHash, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    permitted(refund, actor, &[Role::Operator])?;
    let added = refund.evidence.get(sha256).ok_or(Refusal::EvidenceUnknown { sha256 })?;
    let erased = added.erased.is_none().then_some(Fact::EvidenceErased { sha256 });
    Ok(refund.next_events(erased, actor, now, now))
}

/// What adding these files comes to, one after the other, for that side.
pub(crate) fn added(
    evidence: &Evidence,
    by: Role,
    files: &[EvidenceFile],
    now: Timestamp,
) -> Result<Vec<Fact>, Refusal> {
    let mut evidence = evidence.clone();
    let mut facts = Vec::new();
    for file in files {
        let sha256 = file.sha256;
        if evidence.is_erased(sha256) {
            return Err(Refusal::EvidenceErased { sha256 });
        }
        if evidence.of(by, sha256).is_some() {
            continue;
        }
        if !evidence.has_room_for(by) {
            return Err(Refusal::TooManyFiles { role: by, max: EVIDENCE_MAX });
        }
        evidence.add(file.clone(), by, now);
        facts.push(Fact::EvidenceAdded { file: Box::new(file.clone()) });
    }
    Ok(facts)
}

/// Whoever names files names their own, and such as are there.
pub(crate) fn named(evidence: &Evidence, by: Role, files: &NamedFiles) -> Result<(), Refusal> {
    let is_there = |sha256: FileHash| evidence.of(by, sha256).is_some_and(|added| added.erased.is_none());
    let unknown = files.as_slice().iter().find(|sha256| !is_there(**sha256));
    unknown.map_or(Ok(()), |sha256| Err(Refusal::EvidenceUnknown { sha256: *sha256 }))
}
