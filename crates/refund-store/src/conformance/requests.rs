//! One request at a time: whole or not at all.

use std::sync::Arc;

use refund_core::{MessageCounts, Refund, RefundId, RefundType, Refusal, StatusKind, Timestamp};

use super::desk::{
    AGREE, CANCEL, Desk, HOUR, accept, buyer, holds, message, money, offer, on, open, opening, same, seller, under,
};
use super::{Broken, Make};
use crate::{Answer, Precondition, Query, Refused, Request, Work, wait};

pub(super) fn empty(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::empty(make);
    let store = &desk.store;
    let id = RefundId::new("nobody")?;
    same("a refund", &wait(store.refund(&id))?.map(|around| around.refund), &None)?;
    same("its events", &desk.events(&id)?, &Vec::new())?;
    same("its history", &wait(store.history(&id, 0, 10))?, &Vec::new())?;
    same("its line", &desk.ledger(&opening("nobody")?.line_key())?, &None)?;
    same("the feed", &desk.feed(10)?, &Vec::new())?;
    same("what is due", &wait(store.next_due())?, &None)?;
    same("the latest instant", &store.latest(), &Timestamp::MIN)?;
    same("a list", &wait(store.list(&Query { limit: 10, ..Query::default() }))?.items, &Vec::new())?;
    let refused = desk.refused(Request::by_system(Work::Settle { refund_id: id }))?;
    holds("a refund that is not there is not found", matches!(refused, Refused::NotFound))?;
    let refused = desk.refused(open(opening("r")?))?;
    let unknown = matches!(refused, Refused::Rule { refusal: Refusal::SellerUnknown { .. }, .. });
    holds("no refund against a seller that is not set up", unknown)
}

pub(super) fn whole(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let store = &desk.store;
    let request = under("open", 1, open(opening("r")?));
    let (key, fingerprint) = request.idempotency.clone().ok_or("a key")?;
    let answered = desk.submit(request).map_err(|refused| format!("{refused:?}"))?;
    let refund = super::desk::refund_of(answered)?;
    same("the state that was answered", &desk.refund("r")?, &refund)?;
    same("its events", &refund_core::replay(&desk.events(&refund.id)?).map(Arc::new), &Some(refund.clone()))?;
    same("what is due", &wait(store.next_due())?, &refund.next_due())?;
    let due: Vec<_> = refund.next_due().map(|at| (at, refund.id.clone())).into_iter().collect();
    same("what is due by then", &wait(store.due(Timestamp::MAX, 10))?, &due)?;
    let ledger = desk.ledger(&refund.line_key())?.ok_or("no account of the line")?;
    same("the refund in progress on the line", &ledger.in_progress, &Some(refund.id.clone()))?;
    holds("the answer is remembered", matches!(wait(store.answered(&key, fingerprint)), Ok(Some(_))))?;
    let other = wait(store.answered(&key, [0; 32]));
    holds("for that request alone", matches!(other, Err(Refused::KeyReused)))?;
    same("the feed", &desk.feed(10)?.len(), &1)?;
    let listed = wait(store.list(&Query { limit: 10, ..Query::default() }))?.items;
    same("the list", &listed.into_iter().map(|around| around.refund).collect(), &vec![refund])?;

    desk.command("r", seller("shop"), AGREE)?;
    let paid = desk.refund("r")?;
    same("the status", &paid.status.kind(), &StatusKind::Success)?;
    same("what is due after the end", &wait(store.next_due())?, &None)?;
    let ledger = desk.ledger(&paid.line_key())?.ok_or("no account of the line")?;
    same("what was refunded on the line", &ledger.refunded, &money(2000)?)?;
    same("the refund in progress on the line", &ledger.in_progress, &None)
}

pub(super) fn refused(make: &mut Make<'_>) -> Result<(), Broken> {
    let (desk, hand) = Desk::running(make)?;
    desk.open(opening("r")?)?;
    desk.command("r", seller("shop"), offer("r")?)?;
    let (before, events) = (desk.refund("r")?, desk.feed(10)?);
    desk.refused(on("r", buyer("kim"), AGREE)?)?;
    same("the state after a refusal", &desk.refund("r")?, &before)?;
    same("the events after a refusal", &desk.feed(10)?, &events)?;
    hand.forward(36 * HOUR);
    let refused = desk.refused(on("r", buyer("kim"), accept("r")?)?)?;
    let Refused::Rule { refusal: Refusal::DeadlinePassed { .. }, seen: Some(seen) } = refused else {
        return Err(format!("a late accept was refused as {refused:?}").into());
    };
    same("what the caller is shown", &seen.refund, &desk.refund("r")?)?;
    same("what was due has happened", &seen.refund.status.kind(), &StatusKind::Success)?;
    let late = desk.feed(10)?.split_off(events.len());
    holds("nothing but what was due", late.iter().all(|(_, event)| event.actor == refund_core::Actor::system()))
}

pub(super) fn versions(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let opened = desk.open(opening("r")?)?;
    let command = |precondition| Request {
        precondition,
        ..Request::new(seller("shop"), Work::Command { refund_id: opened.id.clone(), command: AGREE })
    };
    let refused = desk.refused(command(Precondition::Missing))?;
    holds("a version has to be named where it has to be", matches!(refused, Refused::VersionMissing))?;
    let refused = desk.refused(command(Precondition::Version(opened.version.saturating_add(1))))?;
    let Refused::VersionMoved { seen } = refused else {
        return Err(format!("another version was refused as {refused:?}").into());
    };
    same("the version there is", &seen.refund, &opened)?;
    desk.done(command(Precondition::Version(opened.version))).map(drop)
}

pub(super) fn ledger(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let part = |id: &str, amount| -> Result<_, Broken> {
        let mut opening = opening(id)?;
        opening.line.line_id = refund_core::LineId::new("line")?;
        opening.request.amount = money(amount)?;
        Ok(opening)
    };
    desk.open(part("a", 1500)?)?;
    desk.command("a", seller("shop"), AGREE)?;
    let refused = desk.refused(open(part("b", 501)?))?;
    holds(
        "no more than was paid",
        matches!(refused, Refused::Rule { refusal: Refusal::AmountOverRefundable { .. }, .. }),
    )?;
    desk.open(part("b", 300)?)?;
    desk.command("b", buyer("kim"), CANCEL)?;
    desk.open(part("c", 500)?)?;
    desk.command("c", seller("shop"), AGREE)?;
    let ledger = desk.ledger(&part("a", 1)?.line_key())?.ok_or("no account of the line")?;
    same("what was refunded", &ledger.refunded, &money(2000)?)?;
    same("how many refunds there were", &ledger.refunds, &3)?;
    let refused = desk.refused(open(part("d", 1)?))?;
    holds("not a cent more", matches!(refused, Refused::Rule { refusal: Refusal::AmountOverRefundable { .. }, .. }))
}

pub(super) fn id_taken(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let first = desk.open(opening("r")?)?;
    let mut other = opening("r")?;
    other.line.order_id = "another".parse()?;
    let refused = desk.refused(open(other))?;
    holds("an id that is taken", matches!(refused, Refused::IdTaken))?;
    same("the refund that has it", &desk.refund("r")?, &first)
}

pub(super) fn in_progress(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let first = desk.open(opening("first")?)?;
    let mut second = opening("second")?;
    second.line.line_id = first.line.line_id.clone();
    same("the same terms give the first", &desk.open(second.clone())?, &first)?;
    second.request.kind = RefundType::ReturnAndRefund;
    let refused = desk.refused(open(second))?;
    let Refused::Rule { refusal: Refusal::RefundInProgress { refund_id }, seen: Some(seen) } = refused else {
        return Err(format!("other terms were refused as {refused:?}").into());
    };
    same("the one that is named", &refund_id, &first.id)?;
    same("the one that is shown", &seen.refund, &first)
}

pub(super) fn messages(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    desk.open(opening("r")?)?;
    let before = desk.refund("r")?;
    let posted = desk.done(message("r", buyer("kim"), false)?)?;
    let after = desk.refund("r")?;
    let as_it_was = Refund { sequence: before.sequence, messages: before.messages, ..(*after).clone() };
    same("the refund but for its history", &as_it_was, &*before)?;
    let (history, feed) = (wait(desk.store.history(&before.id, 1, 9))?, desk.feed(9)?);
    let [(position, event)] = &history[..] else { return Err("the history goes on with one message".into()) };
    same("the answer", &posted.answer, &Answer::Message(Box::new(event.clone())))?;
    same("the end of the feed", &feed.last(), &Some(&(*position, event.clone())))?;
    let refused = desk.refused(message("r", buyer("kim"), true)?)?;
    holds("a buyer writes no internal note", matches!(refused, Refused::Rule { .. }))?;
    desk.command("r", buyer("kim"), CANCEL)?;
    desk.done(message("r", seller("shop"), false)?)?;
    same("messages of either side", &(desk.refund("r")?.messages), &MessageCounts { buyer: 1, seller: 1, operator: 0 })
}
