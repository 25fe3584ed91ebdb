//! From the feed into the book: what is to be sent to whom.

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Delivery, EventPosition, Forget, Intake, Store};

use super::Webhooks;
use super::endpoint::{self, Endpoint};
use super::schedule::{HORIZON, later};
use crate::engine::Engine;
use crate::engine::follow::{Follower, Found, is_known};
use crate::problem::Problem;

/// How many records are looked at in one go.
const LOOKED_AT_ONCE: usize = 500;
/// How many events nobody is told of before the book has to know how far the feed was read all the same.
const UNTOLD_MAX: usize = 10_000;
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Takes in what happens until the server stops.
pub(crate) async fn run(engine: Arc<Engine>, webhooks: Arc<Webhooks>) {
    let mut stopping = engine.stopping();
    while !*stopping.borrow_and_update() {
        if let Err(problem) = follow(&engine, &webhooks).await {
            tracing::error!(?problem, "events could not be taken in for webhooks; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(WAIT_AFTER_FAILURE) => {}
            _ = stopping.changed() => {}
        }
    }
}

async fn follow(engine: &Arc<Engine>, webhooks: &Arc<Webhooks>) -> Result<(), Problem> {
    let Start { after, oldest } = start(engine.store(), webhooks).await?;
    let (mut follower, mut progress) =
        (Follower::for_the_server(engine.clone(), after), Progress::in_book_up_to(after));
    while let Some(feed) = follower.next(|after| Box::pin(read_on(engine, after))).await {
        let Some(to) = feed.looked_at else { continue };
        let endpoints = endpoint::all(engine, webhooks);
        progress.read(to, feed.events.len());
        if progress.begins() && feed.more && feed.events.iter().all(|told| told.event.recorded_at < oldest) {
            // A book that says how far the feed was read has left out what is old: this one has not got there yet.
            continue;
        }
        if endpoints.is_empty() && progress.can_be_forgotten() {
            continue;
        }
        let deliveries = deliveries(&endpoints, &feed, oldest, engine.store().now());
        let wakes = !deliveries.is_empty();
        if !webhooks.book.take_in(Intake { from: progress.in_book, to, deliveries }).await? {
            tracing::warn!("somebody else takes events in for webhooks; looking where they are");
            return Ok(());
        }
        progress = Progress::in_book_up_to(Some(to));
        if wakes {
            webhooks.wake.notify_one();
        }
    }
    if let Some(to) = progress.unwritten() {
        webhooks.book.take_in(Intake { from: progress.in_book, to, deliveries: Vec::new() }).await?;
    }
    Ok(())
}

/// How far the feed was read, and how much of that the book does not know.
///
/// Where there is no endpoint, nothing is to be sent of what is read, and writing down how far costs more than reading
/// it again after a kill. An endpoint that was made meanwhile is not told of it then: it wants what was recorded since
/// it was made. Where there is one, how far is written each time, because what it wants may be changed by then.
struct Progress {
    in_book: Option<EventPosition>,
    read_to: Option<EventPosition>,
    untold: usize,
}

impl Progress {
    /// As far as the book says.
    fn in_book_up_to(in_book: Option<EventPosition>) -> Self {
        Self { in_book, read_to: in_book, untold: 0 }
    }

    /// Goes on to there, past so many events.
    fn read(&mut self, to: EventPosition, events: usize) {
        self.read_to = Some(to);
        self.untold = self.untold.saturating_add(events);
    }

    /// Whether the book is new.
    fn begins(&self) -> bool {
        self.in_book.is_none()
    }

    /// Whether it can be read again: it is little, and a book that is not new says from where.
    fn can_be_forgotten(&self) -> bool {
        !self.begins() && self.untold < UNTOLD_MAX
    }

    /// How far it was read, where the book does not know it.
    fn unwritten(&self) -> Option<EventPosition> {
        self.read_to.filter(|_| !self.begins() && self.read_to != self.in_book)
    }
}

async fn read_on(engine: &Engine, after: Option<EventPosition>) -> Result<Found<Option<EventPosition>>, Problem> {
    Ok(engine.store().feed(after, LOOKED_AT_ONCE).await?.into())
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

/// What is to be sent of what was read, and to which endpoint.
fn deliveries(
    endpoints: &[Arc<Endpoint>],
    feed: &Found<Option<EventPosition>>,
    oldest: Timestamp,
    now: Timestamp,
) -> Vec<(String, Delivery)> {
    let mut deliveries = Vec::new();
    for told in feed.events.iter().filter(|told| told.event.recorded_at >= oldest) {
        let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(told));
        let delivery = || Delivery::new(told.position, &told.event, now);
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
        let mut progress = Progress::in_book_up_to(Some(at(1)));
        assert_eq!(progress.unwritten(), None);
        progress.read(at(2), UNTOLD_MAX - 1);
        assert!(progress.can_be_forgotten());
        progress.read(at(3), 1);
        assert!(!progress.can_be_forgotten());
        assert_eq!((progress.in_book, progress.unwritten()), (Some(at(1)), Some(at(3))));
        let mut new = Progress::in_book_up_to(None);
        new.read(at(1), 1);
        assert!(!new.can_be_forgotten(), "a book that knows nothing leaves out what is old");
    }
}
