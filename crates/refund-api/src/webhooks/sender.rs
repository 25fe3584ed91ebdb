//! Sends what is due, each endpoint by itself, and writes down what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{DisabledBecause, EventPosition};
use tokio::task::JoinSet;

use super::Webhooks;
use super::book::Tried;
use super::delivery::{Attempt, Delivery, DeliveryState};
use super::endpoint::{self, Endpoint};
use super::message::Unsigned;
use super::schedule;
use crate::app::App;
use crate::code::ApiCode;
use crate::entropy;
use crate::error::Problem;

/// How many messages are under way at once, in all and to one endpoint. One that fails gets one at
/// a time, so that many that never answer leave room for those that do.
const AT_ONCE: usize = 256;
const TO_ONE: usize = 4;
const TO_ONE_THAT_FAILS: usize = 1;
/// The longest wait: the machine's clock may be set meanwhile.
const WAIT_MAX: Duration = Duration::from_secs(5);
const WAIT_MIN: Duration = Duration::from_millis(10);
const WAIT_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long messages that are under way are waited for when the server stops.
const STOPPING_MAX: Duration = Duration::from_secs(5);
/// How often the book forgets what is old, in milliseconds.
const CARE_EVERY: i64 = 60 * 60 * 1000;

/// What is under way, by endpoint.
type UnderWay = BTreeMap<String, BTreeSet<EventPosition>>;

/// When an endpoint was made, and its id: the order of endpoints.
pub(super) type Made = (Timestamp, String);

pub(super) fn made(endpoint: &Endpoint) -> Made {
    (endpoint.stored.created_at, endpoint.stored.id.clone())
}

/// Endpoints in the order in which they are served: whoever had the last turn comes last, so that
/// those made first don't take all the room there is.
pub(super) fn in_turn(mut endpoints: Vec<Arc<Endpoint>>, last: Option<&Made>) -> Vec<Arc<Endpoint>> {
    if let Some(last) = last {
        let behind = endpoints.partition_point(|endpoint| made(endpoint) <= *last);
        endpoints.rotate_left(behind);
    }
    endpoints
}

/// Sends until the server stops.
pub(crate) async fn run(app: Arc<App>, webhooks: Arc<Webhooks>) {
    let (mut news, mut stopping) = (app.store().news(), app.stopping());
    let mut sender = Sender {
        app,
        webhooks,
        under_way: UnderWay::new(),
        attempts: JoinSet::new(),
        served_last: None,
        care_at: Timestamp::MIN,
    };
    while !*stopping.borrow_and_update() {
        // Before looking, so that what is recorded meanwhile is news again: a test clock may move.
        news.borrow_and_update();
        let wait = sender.send_due().unwrap_or_else(|problem| {
            tracing::error!(?problem, "webhooks could not be sent; trying again");
            WAIT_AFTER_FAILURE
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = sender.webhooks.wake.notified() => {}
            Some(done) = sender.attempts.join_next() => sender.has_ended(done),
            Ok(()) = news.changed() => {}
            _ = stopping.changed() => {}
        }
    }
    sender.stop().await;
}

struct Sender {
    app: Arc<App>,
    webhooks: Arc<Webhooks>,
    under_way: UnderWay,
    attempts: JoinSet<(String, EventPosition)>,
    /// To which endpoint the last attempt was begun.
    served_last: Option<Made>,
    /// When the book is next relieved of what is old.
    care_at: Timestamp,
}

impl Sender {
    /// Begins every attempt that is due and has room; how long to wait for the next.
    fn send_due(&mut self) -> Result<Duration, Problem> {
        let (now, endpoints) = (self.app.store().now(), endpoint::all(&self.app, &self.webhooks));
        if self.care_at <= now {
            self.care_at = schedule::later(now, CARE_EVERY);
            self.forget_old(now);
        }
        let mut next: Option<Timestamp> = None;
        for endpoint in in_turn(endpoints, self.served_last.as_ref()).iter().filter(|endpoint| endpoint.is_enabled()) {
            if let Some(at) = self.serve(endpoint, now)? {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        Ok(next.map_or(WAIT_MAX, |at| {
            let millis = at.as_millis().saturating_sub(now.as_millis());
            Duration::from_millis(u64::try_from(millis).unwrap_or(0)).clamp(WAIT_MIN, WAIT_MAX)
        }))
    }

    /// Begins the attempts at one endpoint; when there is more to do for it, if that is later.
    fn serve(&mut self, endpoint: &Arc<Endpoint>, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        let left_alone = self.webhooks.book.left_alone_until(endpoint.id(), endpoint.stored.enabled_at)?;
        if left_alone.is_some_and(|until| now < until) {
            return Ok(left_alone);
        }
        let fails = self.webhooks.book.failing_since(endpoint.id())?.is_some();
        let at_once = if fails { TO_ONE_THAT_FAILS } else { TO_ONE };
        let under_way = self.under_way.get(endpoint.id()).map_or(0, BTreeSet::len);
        // Those under way stand in the queue still, and one more than there is room for may be next.
        let looked_at = under_way.max(at_once).saturating_add(1);
        for (at, event) in self.webhooks.book.queue(endpoint.id(), looked_at)? {
            if at > now {
                return Ok(Some(at));
            }
            self.begin(endpoint, (at, event), at_once);
        }
        Ok(None)
    }

    fn begin(&mut self, endpoint: &Arc<Endpoint>, (at, event): (Timestamp, EventPosition), at_once: usize) {
        let under_way = self.under_way.entry(endpoint.id().to_owned()).or_default();
        if self.attempts.len() >= AT_ONCE || under_way.len() >= at_once || !under_way.insert(event) {
            return;
        }
        self.served_last = Some(made(endpoint));
        let (app, webhooks, endpoint) = (self.app.clone(), self.webhooks.clone(), endpoint.clone());
        self.attempts.spawn(async move {
            if let Err(problem) = attempt(&app, &webhooks, &endpoint, at, event).await {
                tracing::error!(?problem, webhook = endpoint.id(), "an attempt could not be made or written down");
                tokio::time::sleep(WAIT_AFTER_FAILURE).await;
            }
            (endpoint.id().to_owned(), event)
        });
    }

    fn has_ended(&mut self, done: Result<(String, EventPosition), tokio::task::JoinError>) {
        match done {
            Ok((id, event)) => {
                if let Some(under_way) = self.under_way.get_mut(&id) {
                    under_way.remove(&event);
                    if under_way.is_empty() {
                        self.under_way.remove(&id);
                    }
                }
            }
            // Its place stays taken: what failed in this way would fail again at once.
            Err(error) => tracing::error!(%error, "an attempt failed within the server"),
        }
    }

    /// Has the book forget what is old, on a thread that nobody waits for.
    fn forget_old(&self, now: Timestamp) {
        let (app, webhooks) = (self.app.clone(), self.webhooks.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(problem) = forget(&app, &webhooks, now) {
                tracing::error!(?problem, "the delivery book could not be relieved of what is old");
            }
        });
    }

    async fn stop(mut self) {
        let ended = async { while self.attempts.join_next().await.is_some() {} };
        // What is cut off is sent again after the next start.
        let _ = tokio::time::timeout(STOPPING_MAX, ended).await;
        self.attempts.shutdown().await;
        if let Err(error) = self.webhooks.book.flush() {
            tracing::error!(%error, "the delivery book could not be written out");
        }
    }
}

fn forget(app: &App, webhooks: &Webhooks, now: Timestamp) -> Result<(), Problem> {
    webhooks.book.forget_gone(|id| Ok::<_, Problem>(app.settings().webhook(id).is_none()))?;
    for endpoint in app.settings().webhooks() {
        webhooks.book.forget_old(&endpoint.id, now)?;
    }
    Ok(())
}

/// One attempt, from reading the event to writing down what came of it.
async fn attempt(
    app: &App,
    webhooks: &Arc<Webhooks>,
    endpoint: &Endpoint,
    at: Timestamp,
    event: EventPosition,
) -> Result<(), Problem> {
    let Some(delivery) = webhooks.book.queued(endpoint.id(), at, event)? else { return Ok(()) };
    let Delivery { refund_id, sequence, .. } = delivery;
    let before = sequence.saturating_sub(1);
    let found = app.store().history(&refund_id, before, 1).await?;
    let (position, event) =
        found.first().ok_or_else(|| Problem::new(ApiCode::Internal, "a delivery without its event"))?;
    let message = Unsigned::event(endpoint, *position, event)?;
    let now = app.store().now();
    let (attempt, asked) = webhooks.send(endpoint, message, now).await;
    let (book, id, position, made) = (webhooks.clone(), endpoint.id().to_owned(), *position, attempt.clone());
    match app.aside(move || written_down(&book, &id, position, made, asked)).await? {
        Some(tried) => give_up(app, endpoint, &attempt, tried).await,
        None => Ok(()),
    }
}

fn written_down(
    webhooks: &Webhooks,
    endpoint_id: &str,
    event: EventPosition,
    attempt: Attempt,
    asked: Option<i64>,
) -> Result<Option<Tried>, Problem> {
    let random = u64::from_be_bytes(entropy::bytes());
    let (ended_at, gone) = (attempt.ended_at(), attempt.is_gone());
    if let Some(millis) = asked.filter(|_| !attempt.has_succeeded()) {
        webhooks.book.leave_alone(endpoint_id, attempt.at, schedule::later(ended_at, millis))?;
    }
    let next = |before: &Delivery| {
        let tries = before.tries.saturating_add(1);
        schedule::next(tries, ended_at, random, asked).filter(|_| !gone)
    };
    let tried = webhooks.book.tried(endpoint_id, event, attempt, next)?;
    webhooks.book.flush()?;
    webhooks.tell(endpoint_id, event)?;
    Ok(tried)
}

/// Switches an endpoint off that is gone, or has failed for long.
async fn give_up(app: &App, endpoint: &Endpoint, attempt: &Attempt, tried: Tried) -> Result<(), Problem> {
    let Some(failing_since) = tried.failing_since else { return Ok(()) };
    // While it was off nothing was tried, and whoever switched it on wants it tried anew.
    let failing_since = failing_since.max(endpoint.stored.enabled_at);
    let exhausted_since = Some(tried.first_try_at).filter(|_| tried.state == DeliveryState::Failed);
    let because = if attempt.is_gone() {
        DisabledBecause::Gone
    } else if schedule::is_given_up(failing_since, exhausted_since, attempt.ended_at()) {
        DisabledBecause::Failing
    } else {
        return Ok(());
    };
    tracing::warn!(webhook = endpoint.id(), ?because, %failing_since, "an endpoint is switched off");
    endpoint::switch_off(app, endpoint.id(), because).await
}
