//! What any server sends, told to whoever listens at this one: it is found in the book that all of them write in, which is
//! looked at only while somebody listens.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Chosen, Delivery, EventPosition, Standing, Webhook};

use super::Webhooks;
use super::schedule::{ended_at, later};
use crate::engine::Engine;
use crate::problem::Problem;

/// How often the book is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How much of an endpoint's queue is looked at, and of what came to an end. Those that are tried first come first.
const LOOKED_AT: usize = 1000;
/// After how many milliseconds at the latest what was written down can be read.
const UNSEEN_MAX: i64 = 5_000;

/// What was found at the last look at an endpoint's deliveries.
struct Seen {
    began: Timestamp,
    looked_at: Timestamp,
    standing: BTreeMap<EventPosition, Standing>,
}

/// Follows the book until the server stops.
pub(super) async fn run(engine: Arc<Engine>, webhooks: Arc<Webhooks>) {
    let (mut listened, mut stopping) = (webhooks.listeners.listened(), engine.stopping());
    let mut seen = BTreeMap::<String, Seen>::new();
    loop {
        let listened_to = tokio::select! {
            Ok(listened) = listened.wait_for(|listened| !listened.is_empty()) => listened.clone(),
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        seen.retain(|id, _| listened_to.contains_key(id));
        let settings = engine.settings();
        for (id, (_, began)) in listened_to {
            let Some(webhook) = settings.webhook(&id) else { continue };
            let nothing = || Seen { began, looked_at: began, standing: BTreeMap::new() };
            let looked = look(&engine, &webhooks, webhook, seen.entry(id).or_insert_with(nothing)).await;
            if let Err(problem) = looked {
                tracing::warn!(?problem, "what other servers sent could not be looked for; trying again");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            _ = listened.changed() => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}

/// Tells of what was tried since the last look.
async fn look(engine: &Engine, webhooks: &Webhooks, webhook: &Arc<Webhook>, seen: &mut Seen) -> Result<(), Problem> {
    let now = engine.store().now();
    let since = later(seen.looked_at, -UNSEEN_MAX);
    let standing = webhooks.book.standing(&webhook.id, since, LOOKED_AT).await?;
    let standing: BTreeMap<_, _> = standing.into_iter().map(|standing| (standing.event, standing)).collect();
    let new = standing.values().filter(|now| seen.standing.get(&now.event) != Some(now));
    let waited = seen.standing.values().filter(|before| before.next_at.is_some());
    let gone = waited.filter(|before| !standing.contains_key(&before.event));
    let events: Vec<_> = new.chain(gone).map(|standing| standing.event).collect();
    if !events.is_empty() {
        let chosen = Chosen { events: Some(events), ..Chosen::default() };
        let mut found = webhooks.deliveries(webhook, &chosen, None, usize::MAX, now).await?;
        found.retain(|delivery| last_ended(delivery).is_some_and(|ended| ended >= since.max(seen.began)));
        found.sort_by_key(last_ended);
        found.into_iter().for_each(|delivery| webhooks.listeners.tell(&webhook.id, || delivery));
    }
    (seen.looked_at, seen.standing) = (now, standing);
    Ok(())
}

/// When the last attempt ended, where there was one since it was last asked for.
fn last_ended(delivery: &Delivery) -> Option<Timestamp> {
    delivery.attempts.last().filter(|_| delivery.tries > 0).map(ended_at)
}
