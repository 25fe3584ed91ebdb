//! From the feed into the book: what is to be sent to whom.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use refund_core::{Refund, RefundId, Timestamp};
use refund_store::{EventPosition, Feed, Store, StoreError};

use super::Webhooks;
use super::delivery::Delivery;
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
    let Start { after, oldest } = start(app.store(), webhooks)?;
    let mut follower = Follower::new(app.clone(), after);
    while let Some(feed) = follower.next(|store, after| Ok(store.feed(after, LOOKED_AT_ONCE)?)).await {
        let (endpoints, webhooks) = (endpoint::all(app, webhooks)?, webhooks.clone());
        app.reading(move |store| take_in(store, &webhooks, &endpoints, feed, oldest)).await?;
    }
    Ok(())
}

/// Where the feed is read on, and how old an event may be.
struct Start {
    after: Option<EventPosition>,
    oldest: Timestamp,
}

/// A book that is new begins with what is young enough to be tried still.
fn start(store: &dyn Store, webhooks: &Webhooks) -> Result<Start, Problem> {
    let mut after = webhooks.book.read_to()?;
    if let Some(position) = after
        && let Err(StoreError::NoSuchPosition(_)) = store.feed(after, 1)
    {
        tracing::warn!(?position, "the delivery book is of another journal, and begins anew");
        webhooks.book.clear()?;
        after = None;
    }
    let oldest = if after.is_some() { Timestamp::MIN } else { later(store.now(), -HORIZON) };
    Ok(Start { after, oldest })
}

fn take_in(
    store: &dyn Store,
    webhooks: &Webhooks,
    endpoints: &[Arc<Endpoint>],
    feed: Feed,
    oldest: Timestamp,
) -> Result<(), Problem> {
    let Some(read_to) = feed.looked_at else { return Ok(()) };
    let (now, mut refunds, mut deliveries) = (store.now(), BTreeMap::new(), Vec::new());
    for (position, event) in feed.events.iter().filter(|(_, event)| event.recorded_at >= oldest) {
        if endpoints.is_empty() {
            break;
        }
        let Some(refund) = refund(store, &event.refund_id, &mut refunds)? else { continue };
        let wanting = endpoints.iter().filter(|endpoint| endpoint.wants(event, refund));
        deliveries.extend(wanting.map(|endpoint| (endpoint.id().to_owned(), Delivery::new(*position, event, now))));
    }
    webhooks.book.take_in(read_to, &deliveries)?;
    webhooks.book.flush()?;
    if !deliveries.is_empty() {
        webhooks.wake.notify_one();
    }
    Ok(())
}

fn refund<'r>(
    store: &dyn Store,
    id: &RefundId,
    known: &'r mut BTreeMap<RefundId, Option<Refund>>,
) -> Result<Option<&'r Refund>, Problem> {
    if !known.contains_key(id) {
        known.insert(id.clone(), store.refund(id)?);
    }
    Ok(known.get(id).and_then(Option::as_ref))
}
