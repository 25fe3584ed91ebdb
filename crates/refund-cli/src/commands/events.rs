//! `refund events`: what happened, and what happens.

use super::Desk;
use crate::cli::desk::Events;
use crate::client::{Page, Query, Stream, seen, segment};
use crate::failure::Failure;
use crate::model::Event;
use crate::output::Said;
use crate::view;

pub(super) fn run(desk: &Desk, events: &Events) -> Result<(), Failure> {
    if events.follow {
        return follow(desk, events);
    }
    let client = desk.client()?;
    if let Some(id) = &events.event {
        let answer = client.get(&format!("/v1/events/{}", segment(id)), &Query::new())?;
        let event: Event = answer.seen()?;
        return desk.out.say(&Said::One(answer.text()), view::events::FIELDS, || {
            Ok(view::events::list(std::slice::from_ref(&event), &desk.out))
        });
    }
    let limit = events.many.limit();
    let mut page = match (&events.refund, &events.after) {
        (Some(id), None) => client.pages(&format!("/v1/refunds/{}/events", segment(id)), &Query::new(), limit)?,
        (Some(id), Some(after)) => {
            let mut page = client.pages(&format!("/v1/refunds/{}/events", segment(id)), &Query::new(), None)?;
            // Ids of events sort as the events do.
            page.items.retain(|item| seen::<Event>(item).is_ok_and(|event| event.id > *after));
            page.items.truncate(limit.unwrap_or(usize::MAX));
            page
        }
        (None, after) => client.feed(after.as_deref(), limit)?,
    };
    let next = page.next_cursor.take();
    let said = Said::Items { items: &page.items, next_cursor: next.as_deref() };
    desk.out.say(&said, view::events::FIELDS, || Ok(view::events::list(&page.seen::<Event>()?, &desk.out)))?;
    if let Some(next) = next {
        let after = if events.refund.is_some() { last(&page).unwrap_or_default() } else { next };
        desk.out.note(&format!("The list goes on behind these {}: --after {after}, or --all.", page.items.len()));
    }
    Ok(())
}

fn last(page: &Page) -> Option<String> {
    page.items.last().and_then(|item| seen::<Event>(item).ok()).map(|event| event.id)
}

/// Each event as it happens. Where the connection is lost, it goes on behind the last one that was shown.
fn follow(desk: &Desk, events: &Events) -> Result<(), Failure> {
    desk.out.takes_a_stream("--follow")?;
    let client = desk.client()?;
    let mut last = events.after.clone();
    if last.is_none() && !events.from_start {
        // A place to go on from, also where the connection is lost before anything happens.
        last = client.feed_end()?;
        desk.out.note("Each event is shown from now on; with --from-start also all that were before.");
    }
    super::follow::follow(desk, || {
        let stream = client.stream("/v1/events/stream", last.as_deref())?;
        show(desk, events, stream, &mut last)
    })
}

/// Shows what the stream brings until it ends, and keeps which event was the last.
fn show(desk: &Desk, events: &Events, stream: Stream, last: &mut Option<String>) -> Result<(), Failure> {
    for sent in stream {
        let Ok(sent) = sent else { break };
        *last = Some(sent.id);
        if sent.json.is_empty() {
            continue;
        }
        let event: Event = seen(&sent.json).map_err(|error| Failure::Broken(format!("an event: {error}")))?;
        if events.refund.as_ref().is_none_or(|id| *id == event.refund_id) {
            desk.out.say(&Said::One(&sent.json), &[], || Ok(view::events::line(&event, &desk.out)))?;
        }
    }
    Ok(())
}
