//! From the feed into the book: what is to be sent to whom.

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Delivery, EventPosition, Feed, Forget, Intake, Store};

use super::Webhooks;
use super::by_mail::{self, ForMail};
use super::endpoint::{self, Endpoint};
use super::schedule::{HORIZON, later};
use crate::engine::Engine;
use crate::engine::follow::is_known;
use crate::engine::timer::WAIT_AFTER_FAILURE;
use crate::problem::Problem;

/// How many records are looked at in one go.
const LOOKED_AT_ONCE: usize = 500;
/// How many records that tell nobody anything are passed before the book has to know how far the feed was read all the
/// same.
const UNTOLD_MAX: u64 = 10_000;
/// How long whoever came second leaves it to the server that came first: both would read the same.
const WAIT_AFTER_ANOTHER: Duration = Duration::from_millis(100);

/// Takes in what happens until the server stops.
pub(crate) async fn run(engine: Arc<Engine>, webhooks: Arc<Webhooks>) {
    let mut stopping = engine.stopping();
    while !*stopping.borrow_and_update() {
        let wait = match follow(&engine, &webhooks).await {
            Ok(()) => WAIT_AFTER_ANOTHER,
            Err(problem) => {
                tracing::error!(?problem, "events could not be taken in for webhooks; trying again");
                // Whoever sends looks after the book.
                webhooks.wake.notify_one();
                WAIT_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopping.changed() => {}
        }
    }
}

/// Follows the feed until another server takes something in first, or this one stops.
async fn follow(engine: &Engine, webhooks: &Webhooks) -> Result<(), Problem> {
    let mails = webhooks.mails();
    let (mut news, mut stopping) = (engine.store().news(), engine.stopping());
    let Start { after, oldest } = start(engine.store(), webhooks).await?;
    // Others may have taken in what is this server's to send.
    webhooks.wake.notify_one();
    let mut progress = Progress::in_book_up_to(after);
    while !*stopping.borrow_and_update() {
        // Before the endpoints are looked at, so that whoever wants something up to there is among them.
        let end = *news.borrow_and_update();
        let feed = read_on(engine, progress.read_to, end, mails).await?;
        let endpoints = endpoint::all(engine, webhooks);
        progress.read_to = feed.looked_at;
        let for_mail = if mails { by_mail::among(engine, &feed).await? } else { Vec::new() };
        let tells_nobody = for_mail.is_empty() && (endpoints.is_empty() || feed.events.is_empty());
        if let Some(to) = feed.looked_at
            && !progress.can_be_forgotten(tells_nobody)
            // A book that says how far the feed was read has left out what is old: a new one has not got there yet.
            && !(progress.begins() && feed.more && feed.events.iter().all(|told| told.event.recorded_at < oldest))
        {
            let deliveries = deliveries(&endpoints, &feed, &for_mail, oldest, engine.store().now());
            let wakes = !deliveries.is_empty();
            let is_first = webhooks.book.take_in(Intake { from: progress.in_book, to, deliveries }).await?;
            if wakes || !is_first {
                webhooks.wake.notify_one();
            }
            if !is_first {
                return Ok(());
            }
            progress = Progress::in_book_up_to(Some(to));
        }
        if !feed.more {
            tokio::select! {
                changed = news.changed() => if changed.is_err() { break },
                _ = stopping.changed() => {}
            }
        }
    }
    if let Some(to) = progress.unwritten() {
        webhooks.book.take_in(Intake { from: progress.in_book, to, deliveries: Vec::new() }).await?;
    }
    Ok(())
}

/// How far the feed was read, and how much of that the book does not know.
///
/// Where there is no endpoint, nothing is to be sent of what is read, and writing down how far costs more than passing
/// it again after a kill. An endpoint that was made meanwhile is not told of it then: it wants what was recorded since
/// it was made. Where there is one, how far is written each time, because what it wants may be changed by then.
struct Progress {
    in_book: Option<EventPosition>,
    read_to: Option<EventPosition>,
}

impl Progress {
    /// As far as the book says.
    fn in_book_up_to(in_book: Option<EventPosition>) -> Self {
        Self { in_book, read_to: in_book }
    }

    /// Whether the book is new.
    fn begins(&self) -> bool {
        self.in_book.is_none()
    }

    /// Whether what was passed need not be written down: it tells nobody anything, it is little, and a book that is not
    /// new says from where it can be passed again.
    fn can_be_forgotten(&self, tells_nobody: bool) -> bool {
        let record = |position: Option<EventPosition>| position.map_or(0, |position| position.record);
        let passed = record(self.read_to).saturating_sub(record(self.in_book));
        tells_nobody && !self.begins() && passed < UNTOLD_MAX
    }

    /// How far it was read, where the book does not know it.
    fn unwritten(&self) -> Option<EventPosition> {
        self.read_to.filter(|_| !self.begins() && self.read_to != self.in_book)
    }
}

/// What is behind a place. Where there is no endpoint and nothing is mailed, nothing is read: nobody is told of what is
/// recorded up to `end`.
async fn read_on(
    engine: &Engine,
    after: Option<EventPosition>,
    end: Option<EventPosition>,
    mails: bool,
) -> Result<Feed, Problem> {
    if !mails && engine.settings().webhooks().is_empty() {
        return Ok(Feed { events: Vec::new(), looked_at: end.max(after), more: false });
    }
    let feed = engine.store().feed(after, LOOKED_AT_ONCE).await?;
    if !feed.events.is_empty() {
        // Whoever wants one of these events may have been made through another server just before it.
        engine.look().await?;
    }
    Ok(feed)
}

/// Where the feed is read on, and how old an event may be.
struct Start {
    after: Option<EventPosition>,
    oldest: Timestamp,
}

/// A book that is new begins with what is young enough to be tried still.
async fn start(store: &dyn Store, webhooks: &Webhooks) -> Result<Start, Problem> {
    let mut after = webhooks.book.read_to().await?;
    if let Some(position) = after
        && !is_known(store, position).await
    {
        tracing::warn!(?position, "the delivery book is of another journal, and begins anew");
        webhooks.book.forget(Forget::Everything).await?;
        after = None;
    }
    let oldest = if after.is_some() { Timestamp::MIN } else { later(store.now(), -HORIZON) };
    Ok(Start { after, oldest })
}

/// What is to be sent of what was read, and to which endpoint. What the server mails by itself no endpoint is asked to
/// send: one of both channels does.
fn deliveries(
    endpoints: &[Arc<Endpoint>],
    feed: &Feed,
    for_mail: &[ForMail],
    oldest: Timestamp,
    now: Timestamp,
) -> Vec<(String, Delivery)> {
    let mut deliveries = Vec::new();
    for told in feed.events.iter().filter(|told| told.event.recorded_at >= oldest) {
        let delivery = || Delivery::new(told.position, &told.event, now);
        if let Some(for_mail) = for_mail.iter().find(|for_mail| for_mail.position == told.position) {
            let mailed = for_mail.at.map(|at| (for_mail.lane.clone(), Delivery { next_at: Some(at), ..delivery() }));
            deliveries.extend(mailed);
            continue;
        }
        let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(told));
        deliveries.extend(wanting.map(|endpoint| (endpoint.id().to_owned(), delivery())));
    }
    deliveries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_is_told_of_is_forgotten_up_to_so_much() {
        let at = |record| EventPosition { record, epoch: 1, entry: 0 };
        let progress =
            |in_book: Option<u64>, read_to| Progress { in_book: in_book.map(at), read_to: Some(at(read_to)) };
        assert_eq!(progress(Some(1), 1).unwritten(), None);
        let little = progress(Some(1), UNTOLD_MAX);
        assert!(little.can_be_forgotten(true) && !little.can_be_forgotten(false));
        assert_eq!(little.unwritten(), Some(at(UNTOLD_MAX)));
        assert!(!progress(Some(1), UNTOLD_MAX + 1).can_be_forgotten(true));
        assert!(!progress(None, 1).can_be_forgotten(true), "a book that knows nothing leaves out what is old");
    }
}
