//! Files that show something (R43).

use refund_core::{
    Actor, AuditType, Command, EventType, EvidenceFile, EvidenceType, Fact, FileHash, FileSize, NamedFiles, Reason,
    Refund, RefundId, Refusal, Role, Why,
};

use super::desk::{Desk, buyer, holds, on, opening, operator, refund_of, same, seller, under};
use super::{Broken, Make};
use crate::{AuditQuery, Refused, Request, Work, wait};

fn file(number: u8) -> Result<EvidenceFile, Broken> {
    let (sha256, media_type, bytes) = (FileHash::new([number; 32]), EvidenceType::Png, FileSize::try_from(4711)?);
    Ok(EvidenceFile { sha256, media_type, bytes, name: "dent.png".parse()? })
}

fn add(refund: &str, actor: Actor, number: u8) -> Result<Request, Broken> {
    let file = Box::new(file(number)?);
    Ok(Request::new(actor, Work::AddEvidence { refund_id: RefundId::new(refund)?, file }))
}

fn erase(refund: &str, actor: Actor, number: u8) -> Result<Request, Broken> {
    let sha256 = file(number)?.sha256;
    Ok(Request::new(actor, Work::EraseEvidence { refund_id: RefundId::new(refund)?, sha256 }))
}

fn shown(numbers: &[u8]) -> Result<Why, Broken> {
    let files = numbers.iter().map(|number| Ok(file(*number)?.sha256)).collect::<Result<Vec<_>, Broken>>()?;
    Ok(Why { files: NamedFiles::try_from(files)?, ..Reason::new("dented")?.into() })
}

/// By number, whose it is and whether it was erased.
fn files(refund: &Refund) -> Vec<(u8, Role, bool)> {
    let number = |file: &EvidenceFile| file.sha256.as_bytes().first().copied().unwrap_or_default();
    refund.evidence.iter().map(|added| (number(&added.file), added.by, added.erased.is_some())).collect()
}

fn unknown(refused: &Refused) -> bool {
    matches!(refused, Refused::Rule { refusal: Refusal::EvidenceUnknown { .. }, .. })
}

pub(super) fn kept(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let opening = opening("one")?;
    let asked = refund_core::Request { reason: shown(&[1])?, ..opening.request.clone() };
    let opening = Box::new(refund_core::Opening { request: asked.clone(), ..opening });
    let open = |files| Request::new(buyer("kim"), Work::Open { opening: opening.clone(), files });
    holds("it was never handed in", unknown(&desk.refused(open(Vec::new()))?))?;
    let opened = refund_of(desk.done(open(vec![file(1)?]))?)?;
    same("with the opening", &files(&opened), &vec![(1, Role::Buyer, false)])?;
    let before = desk.feed(100)?.len();
    let again = refund_of(desk.done(add("one", buyer("kim"), 1)?)?)?;
    same("the same again", &(again.sequence, desk.feed(100)?.len()), &(opened.sequence, before))?;
    let added = refund_of(desk.done(add("one", seller("shop"), 2)?)?)?;
    same("its version", &(added.version, added.deadlines()), &(opened.version, opened.deadlines()))?;
    let refuse = |numbers: &[u8]| on("one", seller("shop"), Command::Refuse { reason: shown(numbers)? });
    holds("it is the buyer's", unknown(&desk.refused(refuse(&[1, 2])?)?))?;
    desk.done(refuse(&[2])?)?;
    desk.refused(erase("one", seller("shop"), 2)?)?;
    desk.done(erase("one", operator(), 2)?)?;
    desk.done(erase("one", operator(), 2)?)?;
    let erasures = AuditQuery { types: vec![AuditType::Erasure], limit: 9, ..AuditQuery::default() };
    let audited = wait(desk.store.audit(&erasures))?;
    same("the operator's doing", &audited.iter().map(|told| told.audit_type).collect(), &erasures.types)?;
    let refund = desk.refund("one")?;
    same("what was erased", &files(&refund), &vec![(1, Role::Buyer, false), (2, Role::Seller, true)])?;
    same("what was asked for", &refund.requested, &asked)?;
    same("why it was refused", &refund.seller_refusal, &Some(shown(&[2])?))?;
    let erased = Command::Escalate { reason: shown(&[2])? };
    holds("it is gone", unknown(&desk.refused(on("one", buyer("kim"), erased)?)?))?;
    let history = desk.events(&refund.id)?;
    let told: Vec<_> = history.iter().map(|event| event.fact.event_type()).collect();
    let expected = [
        EventType::RefundOpened,
        EventType::EvidenceAdded,
        EventType::EvidenceAdded,
        EventType::RefundRefused,
        EventType::EvidenceErased,
    ];
    same("its history", &told, &expected.to_vec())?;
    let of = |fact: &Fact| if let Fact::EvidenceAdded { file } = fact { Some((**file).clone()) } else { None };
    let of_first = history.iter().find_map(|event| of(&event.fact));
    same("what was added", &of_first, &Some(file(1)?))
}

pub(super) fn replayed(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    desk.open(opening("one")?)?;
    let (adding, erasing) = (under("a", 1, add("one", buyer("kim"), 1)?), under("b", 2, erase("one", operator(), 1)?));
    let added = desk.done(adding.clone())?;
    let erased = desk.done(erasing.clone())?;
    for (request, first) in [(adding, added), (erasing, erased)] {
        let again = desk.done(request)?;
        holds("it is an answer of before", again.replayed)?;
        same("the answer", &again.answer, &first.answer)?;
    }
    same("once", &files(&*desk.refund("one")?), &vec![(1, Role::Buyer, true)])
}
