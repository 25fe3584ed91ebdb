//! From the feed into the book: what is to be sent to whom.

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Delivery, EventPosition, Feed, Forget, Intake, Store, StoreError};

use super::Webhooks;
use super::endpoint::{self, Endpoint};
use super::schedule::{HORIZON, later};
use crate::app::App;
use crate::error::Problem;
use crate::follow::Follower;

/// How many records are looked at in one go.
const LOOKED_AT_ONCE: usize = 500;
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Takes in what happens until the server stops.
pub(crate) async fn run(app: Arc<App>, webhooks: Arc<Webhooks>) {
    let mut stopping = app.stopping();
    while !*stopping.borrow_and_update() {
        if let Err(problem) = follow(&app, &webhooks).await {
            tracing::error!(?problem, "events could not be taken in for webhooks; trying again");
        }
        tokio::select! {
            () = tokio::time::sleep(WAIT_AFTER_FAILURE) => {}
            _ = stopping.changed() => {}
        }
    }
}

async fn follow(app: &Arc<App>, webhooks: &Arc<Webhooks>) -> Result<(), Problem> {
    let Start { after, oldest } = start(app.store(), webhooks).await?;
    let (mut follower, mut from) = (Follower::new(app.clone(), after), after);
    while let Some(feed) = follower.next(|after| Box::pin(read_on(app, after))).await {
        let Some(to) = feed.looked_at else { continue };
        let deliveries = deliveries(&endpoint::all(app, webhooks), &feed, oldest, app.store().now());
        let wakes = !deliveries.is_empty();
        if !webhooks.book.take_in(Intake { from, to, deliveries }).await? {
            tracing::warn!("somebody else takes events in for webhooks; looking where they are");
            return Ok(());
        }
        from = Some(to);
        if wakes {
            webhooks.wake.notify_one();
        }
    }
    Ok(())
}

async fn read_on(app: &App, after: Option<EventPosition>) -> Result<Feed, Problem> {
    Ok(app.store().feed(after, LOOKED_AT_ONCE).await?)
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
        && let Err(StoreError::NoSuchPosition(_)) = store.feed(after, 1).await
    {
        tracing::warn!(?position, "the delivery book is of another journal, and begins anew");
        webhooks.book.forget(Forget::Everything).await?;
        after = None;
    }
    let oldest = if after.is_some() { Timestamp::MIN } else { later(store.now(), -HORIZON) };
    Ok(Start { after, oldest })
}

/// What is to be sent of what was read, and to which endpoint.
fn deliveries(endpoints: &[Arc<Endpoint>], feed: &Feed, oldest: Timestamp, now: Timestamp) -> Vec<(String, Delivery)> {
    let mut deliveries = Vec::new();
    for told in feed.events.iter().filter(|told| told.event.recorded_at >= oldest) {
        let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(told));
        let delivery = || Delivery::new(told.position, &told.event, now);
        deliveries.extend(wanting.map(|endpoint| (endpoint.id().to_owned(), delivery())));
    }
    deliveries
}
