//! What is known of people and was erased (R46).

use refund_core::{
    Actor, AuditType, Command, Contact, ErasedBecause, ErasedKind, Erasing, Message, MessageText, Opening, Reason,
    RefundId, Refusal, Via,
};

use super::desk::{CANCEL, Desk, buyer, holds, on, opening, operator, refund_of, same, seller, under};
use super::{Broken, Make};
use crate::{AuditQuery, Query, Recorded, Refused, Request, Work, wait};

/// What nobody finds any more.
const CANARIES: [&str; 5] =
    ["canary-reason", "canary-message", "canary@example.com", "canary-refusal", "canary-person"];

fn erase(refund: &str, because: ErasedBecause) -> Result<Request, Broken> {
    let erasing = Erasing { what: Some(ErasedKind::ALL.to_vec()), because, reason: Reason::new("letter 17")? };
    Ok(Request::new(operator(), Work::Erase { refund_id: RefundId::new(refund)?, erasing }))
}

fn with_canaries(id: &str) -> Result<Opening, Broken> {
    let contact = Contact { email: Some("canary@example.com".parse()?), ..Contact::default() };
    let opening = opening(id)?;
    let request = refund_core::Request { reason: Reason::new("canary-reason")?.into(), ..opening.request };
    Ok(Opening { request, buyer_contact: Some(Box::new(contact)), ..opening })
}

fn wrote(refund: &str) -> Result<Request, Broken> {
    let text = MessageText::new("canary-message")?;
    let message = Message {
        text,
        attachments: refund_core::Attachments::default(),
        internal: false,
        for_operators: false,
        files: refund_core::NamedFiles::default(),
    };
    let work = Work::PostMessage { refund_id: RefundId::new(refund)?, message: Box::new(message) };
    Ok(Request::new(buyer("kim"), work))
}

/// Everything that the store tells, in every way in which it tells it.
fn told(desk: &Desk, opened: &Request) -> Result<String, Broken> {
    let events: Vec<_> = wait(desk.store.feed(None, 1000))?.events;
    let one_by_one = events.iter().map(|told| wait(desk.store.event(told.position)));
    let one_by_one = one_by_one.collect::<Result<Vec<_>, _>>()?;
    let of_seller = wait(desk.store.feed_of(&"shop".parse()?, None, 1000))?;
    let audit = wait(desk.store.audit(&AuditQuery { limit: 1000, ..AuditQuery::default() }))?;
    let list = wait(desk.store.list(&Query { limit: 100, ..Query::default() }))?;
    let refund = desk.refund("one")?;
    let history = desk.events(&refund.id)?;
    let answered = desk.done(opened.clone())?;
    Ok(format!("{events:?}{one_by_one:?}{of_seller:?}{audit:?}{list:?}{refund:?}{history:?}{answered:?}"))
}

pub(super) fn gone(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let opened = under("a", 1, Request::new(buyer("kim"), Work::open(with_canaries("one")?)));
    desk.done(opened.clone())?;
    desk.open(opening("other")?)?;
    desk.done(wrote("one")?)?;
    let person = Actor { via: Via::User("canary-person".to_owned()), ..seller("shop") };
    desk.done(on("one", person, Command::Refuse { reason: Reason::new("canary-refusal")?.into() })?)?;
    let not_final = desk.refused(erase("one", ErasedBecause::Final)?)?;
    let says_so = matches!(not_final, Refused::Rule { refusal: Refusal::RefundNotFinal { .. }, .. });
    holds("it goes on", says_so)?;
    desk.done(on("one", buyer("kim"), CANCEL)?)?;
    let before = told(&desk, &opened)?;
    for canary in CANARIES {
        holds(canary, before.contains(canary))?;
    }
    let (feed, was) = (desk.feed(1000)?, desk.refund("one")?);
    let erasing = under("b", 2, erase("one", ErasedBecause::Final)?);
    let erased = refund_of(desk.done(erasing.clone())?)?;
    let after = told(&desk, &opened)?;
    for canary in CANARIES {
        holds(&format!("{canary} is gone"), !after.contains(canary))?;
    }
    same("its version", &(erased.version, &erased.status), &(was.version, &was.status))?;
    let places = |feed: &[Recorded]| feed.iter().map(|(at, event)| (*at, event.at)).collect::<Vec<_>>();
    let now = desk.feed(1000)?;
    same("where it stands", &places(now.get(..feed.len()).unwrap_or_default()), &places(&feed))?;
    let again = desk.done(erasing)?;
    holds("it is an answer of before", again.replayed)?;
    desk.done(erase("one", ErasedBecause::Final)?)?;
    same("nothing new", &desk.feed(1000)?.len(), &now.len())?;
    let erasures = AuditQuery { types: vec![AuditType::Erasure], limit: 9, ..AuditQuery::default() };
    same("the operator's doing", &wait(desk.store.audit(&erasures))?.len(), &1)?;
    desk.done(wrote("one")?)?;
    holds("what came since", told(&desk, &opened)?.contains("canary-message"))?;
    desk.done(erase("one", ErasedBecause::Final)?)?;
    holds("is erased too", !told(&desk, &opened)?.contains("canary-message"))
}
