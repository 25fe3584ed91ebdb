//! The feed of all events, and the history of one refund.

use std::sync::Arc;

use refund_core::{Attachments, Message, MessageText, NamedFiles, Opening, SellerId};

use super::desk::{
    AGREE, Desk, HOUR, accept, ask_for, buyer, feed_behind, holds, offer, on, opening, operator, same, seller, under,
};
use super::{Broken, Make};
use crate::{EventPosition, Recorded, Request, StoreError, Work, wait};

/// A store with a few refunds' events, one after the other and mixed with what is none.
fn told(make: &mut Make<'_>) -> Result<Desk, Broken> {
    let desk = Desk::new(make)?;
    for id in ["a", "b", "c"] {
        desk.open(opening(id)?)?;
        desk.advance(HOUR)?;
        desk.put_seller(&format!("{id}-stall"))?;
    }
    desk.command("a", seller("shop"), offer("a")?)?;
    let request = under("accept", 1, on("a", buyer("kim"), accept("a")?)?);
    desk.submit(request).map_err(|refused| format!("{refused:?}"))?;
    // Records without any event, more than a short page has.
    for _ in 0..5 {
        desk.advance(60)?;
    }
    desk.command("b", seller("shop"), AGREE)?;
    desk.advance(100 * HOUR)?;
    desk.done(Request::by_system(Work::SettleDue))?;
    Ok(desk)
}

pub(super) fn pages(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    let all = desk.feed(1000)?;
    holds("something happened", all.len() > 10)?;
    let positions: Vec<_> = all.iter().map(|(position, _)| *position).collect();
    holds("each event behind the one before", positions.is_sorted_by(|a, b| a < b))?;
    for limit in [1, 2, 3, 10] {
        same("the feed in pages", &desk.feed(limit)?, &all)?;
    }
    for (number, position) in (1..).zip(positions) {
        let (rest, _) = feed_behind(&*desk.store, Some(position), 4)?;
        same("the feed behind an event", &rest, &all.iter().skip(number).cloned().collect())?;
    }
    let (_, end) = feed_behind(&*desk.store, None, 7)?;
    same("what is behind the end", &feed_behind(&*desk.store, end, 7)?.0, &Vec::new())?;
    desk.open(opening("late")?)?;
    let (new, _) = feed_behind(&*desk.store, end, 7)?;
    same("what comes behind the end", &new.len(), &1)
}

pub(super) fn of_sellers(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    // Others' refunds, and what is for operators alone.
    for (id, seller) in [("d", "a-stall"), ("e", "shop"), ("f", "b-stall"), ("g", "a-stall")] {
        desk.open(Opening { seller_id: seller.parse()?, ..opening(id)? })?;
    }
    let text = MessageText::new("for operators")?;
    let hidden = Message {
        text,
        attachments: Attachments::default(),
        internal: true,
        for_operators: true,
        files: NamedFiles::default(),
    };
    let refund_id = desk.refund("e")?.id.clone();
    desk.done(Request::new(operator(), Work::PostMessage { refund_id, message: Box::new(hidden) }))?;
    let all = wait(desk.store.feed(None, 1000))?;
    let places: Vec<_> = all.events.iter().map(|told| told.position).chain(all.looked_at).collect();
    for seller in ["shop", "a-stall", "b-stall", "c-stall", "nobody"] {
        let seller_id: SellerId = seller.parse()?;
        let own: Vec<_> = all.events.iter().filter(|told| told.is_for_seller(&seller_id)).cloned().collect();
        let last = own.last().map(|told| told.position);
        same("where it ends", &wait(desk.store.end_of(&seller_id))?, &last)?;
        for limit in [1, 2, 5, 1000] {
            let (mut after, mut found) = (None, Vec::new());
            loop {
                let page = wait(desk.store.feed_of(&seller_id, after, limit))?;
                holds("no more than is asked for", page.events.len() <= limit)?;
                found.extend(page.events);
                if !page.more {
                    break;
                }
                holds("a page with more behind it goes on", page.looked_at > after)?;
                after = page.looked_at;
            }
            same("what is its own, in pages", &found, &own)?;
        }
        for place in &places {
            let behind = wait(desk.store.feed_of(&seller_id, Some(*place), 1000))?;
            let expected: Vec<_> = own.iter().filter(|told| told.position > *place).cloned().collect();
            same("what is behind a place, whoever it tells of", &behind.events, &expected)?;
            same("and no more", &(behind.more, behind.looked_at), &(false, all.looked_at))?;
        }
        let end = desk.store.feed_end().ok_or("no end")?;
        let next = EventPosition { record: end.record.saturating_add(1), ..end };
        let beyond = wait(desk.store.feed_of(&seller_id, Some(next), 1));
        holds("what is yet to come", matches!(beyond, Err(StoreError::NoSuchPosition(_))))?;
        let lost = EventPosition { epoch: end.epoch.wrapping_add(1), ..end };
        let lost = wait(desk.store.feed_of(&seller_id, Some(lost), 1));
        holds("another history", matches!(lost, Err(StoreError::OtherHistory)))?;
    }
    Ok(())
}

pub(super) fn one_by_one(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    for (position, event) in desk.feed(1000)? {
        same("the event at its position", &wait(desk.store.event(position))?, &Some(event))?;
        let beyond = EventPosition { entry: u32::MAX, ..position };
        holds("no entry", matches!(wait(desk.store.event(beyond)), Err(StoreError::NoSuchPosition(_))))?;
        let lost = EventPosition { epoch: position.epoch.wrapping_add(1), ..position };
        holds("another history", matches!(wait(desk.store.event(lost)), Err(StoreError::OtherHistory)))?;
    }
    desk.put_seller("stall")?;
    let end = desk.store.feed_end().ok_or("an end")?;
    same("the event of a record that has none", &wait(desk.store.event(end))?, &None)?;
    let next = EventPosition { record: end.record.saturating_add(1), ..end };
    holds("what is yet to come", matches!(wait(desk.store.event(next)), Err(StoreError::NoSuchPosition(_))))
}

pub(super) fn end(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    // Also behind a record that has no events.
    desk.put_seller("stall")?;
    let end = desk.store.feed_end();
    holds("an end where something was recorded", end.is_some())?;
    same("what is behind the end", &feed_behind(&*desk.store, end, 7)?.0, &Vec::new())?;
    same("how far the feed was looked at", &feed_behind(&*desk.store, None, 7)?.1, &end)?;
    desk.open(opening("late")?)?;
    same("what comes behind the end", &feed_behind(&*desk.store, end, 7)?.0.len(), &1)?;
    holds("the end moves on", desk.store.feed_end() > end)
}

pub(super) fn news(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = Desk::new(make)?;
    let mut news = desk.store.news();
    holds("nothing new at first", !news.has_changed()?)?;
    let before = desk.feed(100)?.len();
    desk.open(opening("r")?)?;
    // It may have been opened through another server.
    wait(desk.store.look())?;
    holds("news of what was answered", news.has_changed()?)?;
    news.mark_unchanged();
    same("what can be read of it", &desk.feed(100)?.len(), &before.saturating_add(1))?;
    holds("no news of old", !news.has_changed()?)
}

pub(super) fn unknown(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    let end = desk.store.feed_end().ok_or("no end")?;
    let never_was = |position| {
        let feed = wait(desk.store.feed(Some(position), 10));
        holds("a position that nobody gave is refused", matches!(feed, Err(StoreError::NoSuchPosition(_))))
    };
    for record in [0, end.record.saturating_add(1), 1 << 40, (1 << 63) - 1, u64::MAX] {
        never_was(EventPosition { record, ..end })?;
    }
    never_was(EventPosition { entry: end.entry.saturating_add(1), ..end })?;
    never_was(EventPosition { record: 1, entry: u32::MAX, ..end })?;
    for record in [1, end.record, end.record.saturating_add(1), u64::MAX] {
        for epoch in [0, end.epoch ^ 1, u32::MAX] {
            let feed = wait(desk.store.feed(Some(EventPosition { record, epoch, entry: 0 }), 10));
            holds("a position of another history is told", matches!(feed, Err(StoreError::OtherHistory)))?;
        }
    }
    Ok(())
}

pub(super) fn history_in_pages(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    desk.open(opening("long")?)?;
    for time in 0..200 {
        desk.command("long", buyer("kim"), ask_for(1000 + time)?)?;
        // Now and then others happen in between.
        if time % 50 == 0 {
            desk.open(opening(&format!("beside-{time}"))?)?;
        }
    }
    let id = desk.refund("long")?.id.clone();
    let all = wait(desk.store.history(&id, 0, 1000))?;
    same("how many events it has", &all.len(), &201)?;
    for limit in [1, 7, 64, 100, 201, 202] {
        let mut pages = Vec::new();
        for behind in (0..201).step_by(limit) {
            pages.extend(wait(desk.store.history(&id, behind, limit))?);
        }
        same("the history in pages", &pages, &all)?;
    }
    holds("nothing behind its end", wait(desk.store.history(&id, 201, 10))?.is_empty())?;
    holds("nothing where nothing is asked for", wait(desk.store.history(&id, 5, 0))?.is_empty())
}

pub(super) fn history(make: &mut Make<'_>) -> Result<(), Broken> {
    let desk = told(make)?;
    let all = desk.feed(1000)?;
    for id in ["a", "b", "c"] {
        let refund = desk.refund(id)?;
        let own: Vec<Recorded> = all.iter().filter(|(_, event)| event.refund_id == refund.id).cloned().collect();
        same("the history", &wait(desk.store.history(&refund.id, 0, 1000))?, &own)?;
        let events: Vec<_> = own.into_iter().map(|(_, event)| event).collect();
        same("the events", &desk.events(&refund.id)?, &events)?;
        same("the state that they lead to", &refund_core::replay(&events).map(Arc::new), &Some(refund))?;
        holds("numbered from 1", (1..).zip(&events).all(|(number, event)| event.sequence == number))?;
    }
    Ok(())
}
