//! Whether somebody's data may be taken out of a refund (R46). It is no command, because it changes neither where a
//! refund stands nor what it waits for.

use super::case::permitted;
use crate::{Actor, ErasedBecause, ErasedKind, Erasing, Event, Fact, Refund, Refusal, Role, Timestamp};

/// Erases what is named of a refund, whose whole history that is. The caller takes it out of every event before these,
/// by [`Event::without`], and sees to it that the files are gone. Nothing happens where nothing of it is left.
///
/// # Errors
/// [`Refusal::NotYourRole`] where it is not the operator, [`Refusal::RefundNotFinal`] where the refund goes on and the
/// law does not ask, or where goods may still have to be sent to the address.
pub fn erase(
    refund: &Refund,
    history: &[Event],
    actor: &Actor,
    erasing: &Erasing,
    now: Timestamp,
) -> Result<Vec<Event>, Refusal> {
    permitted(refund, actor, &[Role::Operator])?;
    let asks = |kind: ErasedKind| erasing.what.contains(&kind);
    let status = refund.status.kind();
    if !status.is_final() && (erasing.because == ErasedBecause::Final || asks(ErasedKind::Address)) {
        return Err(Refusal::RefundNotFinal { status });
    }
    let is_left = |kind: ErasedKind| {
        let is_noted = refund.erased.iter().any(|erased| erased.what == kind);
        let has_files = kind == ErasedKind::Files && refund.evidence.iter().any(|added| added.erased.is_none());
        !is_noted || has_files || history.iter().any(|event| event.without(&[kind]) != *event)
    };
    let what: Vec<_> = ErasedKind::ALL.iter().copied().filter(|kind| asks(*kind) && is_left(*kind)).collect();
    if what.is_empty() {
        return Ok(Vec::new());
    }
    let mut facts = Vec::new();
    if what.contains(&ErasedKind::Files) {
        let mut files: Vec<_> = refund.evidence.iter().filter(|added| added.erased.is_none()).collect();
        files.sort_by_key(|added| added.file.sha256);
        files.dedup_by_key(|added| added.file.sha256);
        facts.extend(files.iter().map(|added| Fact::EvidenceErased { sha256: added.file.sha256 }));
    }
    facts.push(Fact::Erased { what, because: erasing.because, reason: erasing.reason.clone() });
    Ok(refund.next_events(facts, actor, now, now))
}
