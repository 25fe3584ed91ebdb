//! Webhooks: what happened, told to whoever wants to be told, by the Standard Webhooks specification.
//!
//! `intake` reads the feed and writes into the book what is to be sent to whom; `sender` sends what
//! is due and writes down what came of it. Neither waits for the other. What the server mails by itself stands in the same
//! book (`by_mail`).

mod by_mail;
mod endpoint;
mod following;
mod intake;
mod kept;
mod listeners;
mod message;
mod owning;
mod post;
mod relay;
mod room;
mod schedule;
mod sender;
mod sign;
mod turns;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use refund_core::Timestamp;
use refund_store::{Again, Attempt, Backlog, Chosen, Deliveries, Delivery, EventPosition, StoreError, Told, Webhook};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

pub(crate) use self::by_mail::{
    Carriage, Carried, Courier, Left, NEVER, NO_ADDRESS, Outgoing, Recipient, contacts, recipients, told_of,
};
use self::endpoint::Endpoint;
use self::listeners::Listeners;
pub(crate) use self::listeners::Listening;
use self::message::Unsigned;
use self::post::{Message, Post, ReceiverAnswer};
use crate::engine::Engine;
use crate::feed::EventIds;
use crate::machine::clock::{self, Stopwatch};
use crate::machine::entropy;
use crate::outgoing::Connector;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

pub(crate) use self::owning::{another, may_be_told, may_see, owner};
use self::sign::SigningSecrets;
use self::turns::Turns;
use self::writing::Writing;

/// How many deliveries are made again in one go.
const AGAIN_MAX: usize = 10_000;

/// What sending needs.
pub(crate) struct Webhooks {
    book: Arc<dyn Deliveries>,
    post: Post,
    pings: Turns,
    pub(crate) secrets: SigningSecrets,
    event_ids: EventIds,
    writing: Writing,
    /// Whether this server mails.
    mails: AtomicBool,
    /// Told when there is more to send.
    wake: Notify,
    /// Told of each attempt once it is written down.
    listeners: Arc<Listeners>,
}

impl Webhooks {
    /// Sends what that book says, and writes down in it what came of it.
    pub(crate) fn new(book: Arc<dyn Deliveries>, connector: Arc<Connector>, secret: &[u8; 32]) -> Self {
        Self {
            book,
            post: Post::new(connector),
            pings: Turns::default(),
            secrets: SigningSecrets::new(secret),
            event_ids: EventIds::new(secret),
            writing: Writing::default(),
            mails: AtomicBool::new(false),
            wake: Notify::new(),
            listeners: Arc::default(),
        }
    }

    /// Begins to send what happens; by mail too, where there is somebody who carries it.
    pub(crate) fn begin(
        self: &Arc<Self>,
        engine: &Arc<Engine>,
        courier: Option<Arc<dyn Courier>>,
    ) -> Vec<JoinHandle<()>> {
        self.mails.store(courier.is_some(), Ordering::Relaxed);
        let intake = intake::run(engine.clone(), self.clone());
        let sender = sender::run(engine.clone(), self.clone(), courier);
        let mut tasks = vec![tokio::spawn(intake), tokio::spawn(sender)];
        if engine.store().is_shared() {
            tasks.push(tokio::spawn(following::run(engine.clone(), self.clone())));
        }
        tasks
    }

    /// Makes what was written down durable, once nothing is sent any more.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        self.book.close().await
    }

    /// Sends a message once; what came of it, and how long the receiver wants to be left alone.
    ///
    /// It is signed with the machine's time, whatever the engine's is: the receiver compares that
    /// with its own, so that nobody can send it again later.
    async fn send(&self, endpoint: &Endpoint, message: Unsigned, now: Timestamp) -> (Attempt, Option<i64>) {
        let (stopwatch, sent_at) = (Stopwatch::start(), clock::system_now());
        let seconds = sent_at.as_millis().div_euclid(1000);
        let signatures = sign::signatures(&endpoint.secrets, &message.id, seconds, &message.body);
        let Unsigned { id, body } = message;
        let message = Message { url: &endpoint.url, id: &id, sent_at: seconds, signatures, body };
        let answer = self.post.send(message).await;
        let duration_ms = u64::try_from(stopwatch.elapsed().as_millis()).unwrap_or(u64::MAX);
        let attempt = Attempt { duration_ms, ..Attempt::begun(now) };
        match answer {
            Ok(ReceiverAnswer { status, retry_after, excerpt }) => {
                let wait = retry_after.and_then(|value| schedule::retry_after(&value, sent_at));
                (Attempt { status: Some(status), response: excerpt, ..attempt }, wait)
            }
            Err(error) => (Attempt { error: Some(error.to_string()), ..attempt }, None),
        }
    }

    /// Sends a message now that only tries whether messages arrive; what came of it.
    pub(crate) async fn ping(&self, webhook: Arc<Webhook>, now: Timestamp) -> Result<Attempt, Problem> {
        let busy = || Problem::new(ApiCode::Busy, "other test messages are under way");
        let _turn = self.pings.take(&webhook.owner).ok_or_else(busy)?;
        let endpoint = Endpoint::new(self, webhook, now).ok_or_else(Problem::not_found)?;
        let message = Unsigned::ping(&endpoint, entropy::id("msg_"), now)?;
        Ok(self.send(&endpoint, message, now).await.0)
    }

    /// What makes connections to others.
    pub(crate) fn connector(&self) -> Arc<Connector> {
        self.post.connector()
    }

    /// The address that is connected to where that is typed, or why nothing would be sent there.
    pub(crate) fn address(&self, typed: &str) -> Result<String, String> {
        self.post.url(typed)
    }

    /// An endpoint's deliveries that are chosen, the latest first, behind that event; at most so many. Each says when
    /// it is tried next as things are: not before now, and not while the endpoint is off or left alone.
    pub(crate) async fn deliveries(
        &self,
        webhook: &Arc<Webhook>,
        chosen: &Chosen,
        behind: Option<EventPosition>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Delivery>, Problem> {
        let found = self.book.list(&webhook.id, chosen, behind, limit).await?;
        let due = self.book.due(&[&webhook.id], 0).await?.pop().unwrap_or_default();
        let endpoint = Endpoint::new(self, webhook.clone(), now).filter(Endpoint::is_enabled);
        let not_before = endpoint.map(|endpoint| endpoint.left_alone_until(&due).unwrap_or(now).max(now));
        Ok(found.into_iter().map(|delivery| planned(delivery, not_before)).collect())
    }

    /// Has deliveries made again that are chosen, the oldest first, so that the rest is what lies behind them.
    pub(crate) async fn deliver_again(
        &self,
        endpoint_id: &str,
        chosen: &Chosen,
        now: Timestamp,
    ) -> Result<Again, Problem> {
        let again = self.book.send_again(endpoint_id, chosen, AGAIN_MAX, now).await?;
        self.wake.notify_one();
        Ok(again)
    }

    /// Has events sent that are named and chosen: again, or for the first time where they happened while the endpoint
    /// was off.
    pub(crate) async fn deliver(
        &self,
        endpoint_id: &str,
        named: impl IntoIterator<Item = Told>,
        chosen: &Chosen,
        now: Timestamp,
    ) -> Result<Again, Problem> {
        let named = named.into_iter().map(|told| Delivery::new(told.position, &told.event, now));
        let deliveries: Vec<_> = named.filter(|delivery| chosen.has(delivery)).collect();
        let count = deliveries.len();
        self.book.send(endpoint_id, deliveries, now).await?;
        self.wake.notify_one();
        Ok(Again { count, next_from: None })
    }

    /// Each delivery to an endpoint that is tried from now on, by whichever server.
    pub(crate) fn listen(&self, endpoint_id: &str, now: Timestamp) -> Listening {
        self.listeners.listen(endpoint_id, now)
    }

    pub(crate) fn mails(&self) -> bool {
        self.mails.load(Ordering::Relaxed)
    }

    /// What waits to be sent to these endpoints, and by mail where this server mails.
    pub(crate) async fn backlog_with_mail(&self, webhooks: &[Arc<Webhook>]) -> Result<Backlog, Problem> {
        let lanes = if self.mails() { self.book.waiting(by_mail::LANES).await? } else { Vec::new() };
        self.waiting(webhooks, &lanes).await
    }

    /// What waits to be sent to these endpoints.
    pub(crate) async fn backlog(&self, webhooks: &[Arc<Webhook>]) -> Result<Backlog, Problem> {
        self.waiting(webhooks, &[]).await
    }

    async fn waiting(&self, webhooks: &[Arc<Webhook>], lanes: &[String]) -> Result<Backlog, Problem> {
        let ids = webhooks.iter().map(|webhook| webhook.id.as_str()).chain(lanes.iter().map(String::as_str));
        let ids: Vec<_> = ids.collect();
        Ok(self.book.backlog(&ids).await?)
    }
}

/// A delivery as it will be tried where nothing is tried before then, or at all.
fn planned(delivery: Delivery, not_before: Option<Timestamp>) -> Delivery {
    let next_at = delivery.next_at.zip(not_before).map(|(at, not_before)| at.max(not_before));
    Delivery { next_at, ..delivery }
}

#[cfg(test)]
mod tests;
