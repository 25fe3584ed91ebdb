//! Sends what is due, each endpoint by itself, and writes down what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{
    Attempt, Claimed, Delivery, DeliveryState, DisabledBecause, Due, EventPosition, Forget, Noted, Queued, Tried,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::by_mail::{self, Carriage, Courier, is_lane};
use super::endpoint::{self, Endpoint};
use super::kept::kept;
use super::message::Unsigned;
use super::relay::Relay;
use super::room::{self, Receiver, Room};
use super::schedule;
use super::{Webhooks, planned};
use crate::engine::Engine;
use crate::engine::timer::{WAIT_AFTER_FAILURE, until};
use crate::feed::EventIds;
use crate::machine::clock::Stopwatch;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::EventOut;
use crate::wire::code::ApiCode;

/// How many messages of an endpoint's queue are read: those under way are still in it, and one more says when the next
/// is due.
const LOOKED_AT: usize = room::OF_ONE + 1;
/// How long messages that are under way are waited for when the server stops.
const STOPPING_MAX: Duration = Duration::from_secs(5);
/// How often the book forgets what is old, in milliseconds.
const CARE_EVERY: i64 = 60 * 60 * 1000;

/// To which endpoint an attempt was made, at which event, and what came of it, if anything was sent.
type Ended = (String, EventPosition, Option<Came>);

/// What came of an attempt: at an endpoint, or of a mail.
enum Came {
    ToEndpoint(Attempt),
    ByMail(Carriage),
}

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
pub(crate) async fn run(engine: Arc<Engine>, webhooks: Arc<Webhooks>, courier: Option<Arc<dyn Courier>>) {
    let (mut news, mut stopping) = (engine.store().news(), engine.stopping());
    let mut asked_again = webhooks.book.asked();
    // Where nobody mails this never turns.
    let mut reached = courier.as_ref().map_or_else(|| watch::channel(()).1, |courier| courier.reached());
    let mut sender = Sender {
        engine,
        webhooks,
        courier,
        room: Room::default(),
        since: Stopwatch::start(),
        failures: BTreeMap::new(),
        relay: Relay::default(),
        attempts: JoinSet::new(),
        served_last: None,
        mailed_last: None,
        care_at: Timestamp::MIN,
    };
    while !*stopping.borrow_and_update() {
        // Before looking, so that what is recorded meanwhile is news again: a test clock may move.
        news.borrow_and_update();
        asked_again.borrow_and_update();
        let wait = sender.send_due().await.unwrap_or_else(|problem| {
            tracing::error!(?problem, "webhooks could not be sent; trying again");
            WAIT_AFTER_FAILURE
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = sender.webhooks.wake.notified() => {}
            Some(done) = sender.attempts.join_next() => sender.has_ended(done),
            Ok(()) = news.changed() => {}
            Ok(()) = asked_again.changed() => {}
            Ok(()) = reached.changed() => sender.relay.is_there(),
            _ = stopping.changed() => {}
        }
    }
    sender.stop().await;
}

struct Sender {
    engine: Arc<Engine>,
    webhooks: Arc<Webhooks>,
    /// Who carries what goes by mail, if anybody does.
    courier: Option<Arc<dyn Courier>>,
    room: Room,
    /// Since when it sends: by this the room tells what lasts.
    since: Stopwatch,
    /// How many attempts failed in a row, by endpoint.
    failures: BTreeMap<String, u32>,
    relay: Relay,
    attempts: JoinSet<Ended>,
    /// To which endpoint the last attempt was begun, and in which lane the last mail.
    served_last: Option<Made>,
    mailed_last: Option<Made>,
    /// When the book is next relieved of what is old.
    care_at: Timestamp,
}

impl Sender {
    /// Begins every attempt that is due and has room; how long to wait for the next.
    async fn send_due(&mut self) -> Result<Duration, Problem> {
        if !self.webhooks.may_send().await? {
            return Ok(WAIT_AFTER_FAILURE);
        }
        let now = self.engine.store().now();
        let mut endpoints = in_turn(endpoint::all(&self.engine, &self.webhooks), self.served_last.as_ref());
        endpoints.extend(in_turn(self.lanes(now).await?, self.mailed_last.as_ref()));
        if self.care_at <= now {
            self.care_at = schedule::later(now, CARE_EVERY);
            self.forget_old(now);
        }
        let mut next = self.relay.left_alone_until(now);
        endpoints.retain(|endpoint| endpoint.is_enabled());
        let ids: Vec<_> = endpoints.iter().map(|endpoint| endpoint.id()).collect();
        let due = self.webhooks.book.due(&ids, LOOKED_AT).await?;
        for (endpoint, due) in endpoints.iter().zip(due) {
            if let Some(at) = self.serve(endpoint, due, now) {
                next = Some(next.map_or(at, |next| next.min(at)));
            }
        }
        Ok(until(next, now))
    }

    /// The lanes of what is to be mailed now, if this server mails: all in which something waits, or while no more can be
    /// under way those of what is, which this server is to keep.
    async fn lanes(&self, now: Timestamp) -> Result<Vec<Arc<Endpoint>>, Problem> {
        let has_none =
            !self.room.has_any_by_mail() || !self.relay.may_be_asked() || self.relay.left_alone_until(now).is_some();
        let lanes = match &self.courier {
            None => Vec::new(),
            Some(_) if has_none => self.room.lanes(),
            Some(_) => self.webhooks.book.waiting(by_mail::LANES).await?,
        };
        lanes.into_iter().map(|lane| Ok(Arc::new(endpoint::of_lane(lane)?))).collect()
    }

    /// Begins the attempts at one endpoint; when there is more to do for it, if that is later.
    fn serve(&mut self, endpoint: &Arc<Endpoint>, due: Due, now: Timestamp) -> Option<Timestamp> {
        if let Some(until) = endpoint.left_alone_until(&due).filter(|until| now < *until) {
            return Some(until);
        }
        for queued in due.queue {
            if queued.at > now {
                return Some(queued.at);
            }
            // That somebody's address takes no mail says nothing of the others in the lane.
            let fails = due.failing_since.is_some() && !endpoint.is_by_mail();
            let may_go = !endpoint.is_by_mail() || self.relay.may_be_asked();
            if may_go && self.room.has_some(self.receiver(endpoint), fails, self.since.elapsed()) {
                self.begin(endpoint, queued);
            }
        }
        None
    }

    fn receiver<'e>(&self, endpoint: &'e Endpoint) -> Receiver<'e> {
        let places = if endpoint.is_by_mail() { by_mail::places(&self.engine, endpoint.id()) } else { 1 };
        Receiver { id: endpoint.id(), owner: &endpoint.stored.owner, places }
    }

    fn begin(&mut self, endpoint: &Arc<Endpoint>, queued: Queued) {
        let event = queued.event;
        if !self.room.begins(self.receiver(endpoint), event, self.since.elapsed()) {
            return;
        }
        if endpoint.is_by_mail() {
            self.relay.is_asked(endpoint.id(), event);
        }
        let last = if endpoint.is_by_mail() { &mut self.mailed_last } else { &mut self.served_last };
        *last = Some(made(endpoint));
        let failures = self.failures.get(endpoint.id()).copied().unwrap_or(0);
        let (engine, webhooks, endpoint) = (self.engine.clone(), self.webhooks.clone(), endpoint.clone());
        let courier = self.courier.clone().filter(|_| endpoint.is_by_mail());
        self.attempts.spawn(async move {
            let came = match courier {
                Some(courier) => {
                    let carried = by_mail::attempt(&engine, &webhooks, &*courier, endpoint.id(), queued).await;
                    carried.map(|carried| carried.map(Came::ByMail))
                }
                None => {
                    attempt(&engine, &webhooks, &endpoint, queued, failures).await.map(|it| it.map(Came::ToEndpoint))
                }
            };
            if let Err(problem) = &came {
                tracing::error!(?problem, webhook = endpoint.id(), "an attempt could not be made or written down");
                tokio::time::sleep(WAIT_AFTER_FAILURE).await;
            }
            (endpoint.id().to_owned(), event, came.ok().flatten())
        });
    }

    fn has_ended(&mut self, done: Result<Ended, tokio::task::JoinError>) {
        match done {
            Ok((id, event, came)) => {
                self.room.ends(&id, event);
                match came {
                    Some(Came::ByMail(carriage)) => {
                        self.count_mail(&id, &carriage);
                        self.relay.count(&id, event, Some(&carriage));
                    }
                    Some(Came::ToEndpoint(attempt)) => self.count(&id, &attempt),
                    None => self.relay.count(&id, event, None),
                }
            }
            // The message stays among those under way: whatever panicked would panic again at once.
            Err(error) => {
                self.relay.forget_who_tries();
                tracing::error!(%error, "an attempt failed within the server");
            }
        }
    }

    /// What a mail says of the next in its lane: nothing where it was refused at once, or the mail server was not there.
    fn count_mail(&mut self, lane: &str, Carriage { attempt, was_there, .. }: &Carriage) {
        let soon = is_soon(attempt);
        if *was_there && (attempt.has_succeeded() || !soon) {
            self.room.was(lane, soon);
        }
    }

    /// Counts failures in a row, and says once when they are too many and once when they are over: whatever is wrong
    /// with a receiver is its owner's to mend.
    fn count(&mut self, id: &str, attempt: &Attempt) {
        self.room.was(id, attempt.has_succeeded() && is_soon(attempt));
        let before = self.failures.remove(id).unwrap_or(0);
        if attempt.has_succeeded() {
            if schedule::spared(before).is_some() {
                tracing::info!(webhook = id, "an endpoint takes messages again");
            }
            return;
        }
        let failures = before.saturating_add(1);
        self.failures.insert(id.to_owned(), failures);
        if schedule::begins_to_be_spared(failures) {
            let (status, error) = (attempt.status, attempt.error.as_deref());
            tracing::warn!(webhook = id, status, error, "an endpoint takes nothing, and is tried now and then");
        }
    }

    /// Has the book forget what is old, while nobody waits for it.
    fn forget_old(&self, now: Timestamp) {
        let (engine, webhooks) = (self.engine.clone(), self.webhooks.clone());
        tokio::spawn(async move {
            if let Err(problem) = forget(&engine, &webhooks, now).await {
                tracing::error!(?problem, "the delivery book could not be relieved of what is old");
            }
        });
    }

    async fn stop(mut self) {
        let ended = async { while self.attempts.join_next().await.is_some() {} };
        // What is cut off is sent again after the next start.
        let _ = tokio::time::timeout(STOPPING_MAX, ended).await;
        self.attempts.shutdown().await;
    }
}

fn is_soon(attempt: &Attempt) -> bool {
    Duration::from_millis(attempt.duration_ms) < room::SLOW
}

pub(super) async fn forget(engine: &Engine, webhooks: &Webhooks, now: Timestamp) -> Result<(), Problem> {
    // The book is read first, and then the settings with what other servers made: so an endpoint that the book has and
    // the settings lack was removed, and is none that was made just now.
    let mut gone = webhooks.book.endpoints().await?;
    engine.look().await?;
    let settings = engine.settings();
    gone.retain(|id| !is_lane(id) && settings.webhook(id).is_none());
    webhooks.book.forget(Forget::Endpoints(gone)).await?;
    Ok(webhooks.book.forget(Forget::Old { now }).await?)
}

/// The event of a delivery, as the endpoint's owner may know it.
async fn event(
    engine: &Engine,
    ids: &EventIds,
    endpoint: &Endpoint,
    delivery: &Delivery,
) -> Result<Option<EventOut>, Problem> {
    let before = delivery.sequence.saturating_sub(1);
    let found = engine.store().history(&delivery.refund_id, before, 1).await?;
    let around = engine.store().refund(&delivery.refund_id).await?;
    let (Some((position, event)), Some(around)) = (found.first(), around) else { return Ok(None) };
    let role = endpoint.owners_role();
    let disclosed = event.disclosed_to(role);
    Ok(disclosed.map(|event| EventOut::new(ids.at(role, *position), event, &around.refund.whose())))
}

/// One attempt, from reading the event to writing down what came of it. `failures` is how many failed in a row before.
async fn attempt(
    engine: &Engine,
    webhooks: &Webhooks,
    endpoint: &Endpoint,
    queued: Queued,
    failures: u32,
) -> Result<Option<Attempt>, Problem> {
    let Some(claimed) = webhooks.book.claim(endpoint.id(), queued).await? else { return Ok(None) };
    let event = event(engine, &webhooks.event_ids, endpoint, &claimed.delivery).await?;
    let event = event.ok_or_else(|| Problem::new(ApiCode::Internal, "a delivery without its event"))?;
    let message = Unsigned::event(endpoint, event)?;
    let now = engine.store().now();
    let (attempt, retry_after) = webhooks.send(endpoint, message, now).await;
    let attempt = kept(attempt);
    let wait = retry_after.max(schedule::spared(failures.saturating_add(1))).filter(|_| !attempt.has_succeeded());
    let leave_alone_until = wait.map(|millis| schedule::later(schedule::ended_at(&attempt), millis));
    let noted = written_down(webhooks, claimed, &attempt, retry_after, leave_alone_until).await;
    if let Noted::Written { delivery, failing_since } = noted {
        // Where servers share the book, whoever listens at any of them is told by what stands in it.
        if !engine.store().is_shared() {
            let not_before = leave_alone_until.unwrap_or(schedule::ended_at(&attempt));
            webhooks.listeners.tell(endpoint.id(), || planned(delivery.clone(), Some(not_before)));
        }
        give_up(engine, endpoint, &attempt, &delivery, failing_since).await?;
    }
    Ok(Some(attempt))
}

/// Writes down what came of an attempt, and when it is tried again.
async fn written_down(
    webhooks: &Webhooks,
    claimed: Claimed,
    attempt: &Attempt,
    retry_after: Option<i64>,
    leave_alone_until: Option<Timestamp>,
) -> Noted {
    let random = u64::from_be_bytes(entropy::bytes());
    let next_at = schedule::next_try(&claimed.delivery, attempt, random, retry_after)
        .filter(|_| !attempt.has_succeeded() && !attempt.is_gone());
    let tried = Tried { attempt: attempt.clone(), next_at, leave_alone_until };
    webhooks.write_down(claimed, tried).await
}

/// Switches an endpoint off that is gone, or has failed for long.
async fn give_up(
    engine: &Engine,
    endpoint: &Endpoint,
    attempt: &Attempt,
    delivery: &Delivery,
    failing_since: Option<Timestamp>,
) -> Result<(), Problem> {
    let Some(failing_since) = failing_since else { return Ok(()) };
    // While it was off nothing was tried, and whoever switched it on wants it tried anew.
    let failing_since = failing_since.max(endpoint.stored.enabled_at);
    let exhausted_since = delivery.first_try_at.filter(|_| delivery.state == DeliveryState::Failed);
    let because = if attempt.is_gone() {
        DisabledBecause::Gone
    } else if schedule::is_given_up(failing_since, exhausted_since, schedule::ended_at(attempt)) {
        DisabledBecause::Failing
    } else {
        return Ok(());
    };
    tracing::warn!(webhook = endpoint.id(), ?because, %failing_since, "an endpoint is switched off");
    endpoint::switch_off(engine, endpoint.id(), because).await
}
