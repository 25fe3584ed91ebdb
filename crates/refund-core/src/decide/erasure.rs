//! Whether somebody's data may be taken out of a refund (R46). It is no command, because it changes neither where a
//! refund stands nor what it waits for.

use super::case::permitted;
use crate::{Actor, ErasedBecause, ErasedKind, Erasing, Event, Fact, Refund, Refusal, Role, Timestamp};

/// Erases what is named of a refund, whose whole history that is. The caller takes [what these events erase](erased_by)
/// out of every event before them, by [`Event::without`], and sees to it that the files are gone. Nothing happens where
/// nothing of it is left.
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
    let status = refund.status.kind();
    let (is_over, named) = (status.is_final(), erasing.what.as_deref());
    let asks = |kind: ErasedKind| match named {
        Some(named) => named.contains(&kind),
        None => is_over || kind != ErasedKind::Address,
    };
    if !is_over && (erasing.because == ErasedBecause::Final || asks(ErasedKind::Address)) {
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

/// Which kinds these events erase from all before them.
#[must_use]
pub fn erased_by(events: &[Event]) -> Vec<ErasedKind> {
    let kinds = |event: &Event| if let Fact::Erased { what, .. } = &event.fact { what.clone() } else { Vec::new() };
    events.iter().flat_map(kinds).collect()
}
