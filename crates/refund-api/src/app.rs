//! What every route has in its hand.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hmac::Hmac;
use refund_core::{Actor, Refund, RefundId, Refusal, Timestamp};
use refund_store::{
    Advance, Answered, Around, KeyScope, Refused, Reply, Request, Seen, Settings, Store, StoreError, Work,
};
use sha2::Sha256;
use tokio::sync::{Semaphore, watch};

use crate::admission::Admission;
use crate::buyer_link::{Links, keyed};
use crate::call::Idempotency;
use crate::caller::Caller;
use crate::code::ApiCode;
use crate::cursor::Cursors;
use crate::error::Problem;
use crate::event_ids::EventIds;
use crate::in_time::InTime;
use crate::key_uses::KeyUses;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::passwords::Passwords;
use crate::reading::Reading;
use crate::stats::Stats;
use crate::webhooks::Webhooks;
use crate::wire::{BuyerLink, RefundOut};

/// A refund on which everything due by an instant has happened, or waits because settling is held (R36).
pub(crate) struct Settled {
    pub(crate) around: Around,
    pub(crate) now: Timestamp,
}

impl Settled {
    /// The refund as a caller sees it.
    pub(crate) fn seen(self, caller: &Caller) -> Seen {
        let viewers = caller.actors(&self.around.refund);
        self.around.seen(&viewers, self.now)
    }
}

/// How long a disk may take before callers are told that nobody knows.
const STORING_MAX: Duration = Duration::from_secs(30);

/// How many of those who follow the feed read on at once. All of them want to at every news.
const FOLLOWING_AT_ONCE: usize = 2;

/// The store's answer, unless it takes too long.
async fn in_time(reply: Reply) -> Result<Answered, Refused> {
    tokio::time::timeout(STORING_MAX, reply).await.unwrap_or_else(|_| {
        let why = format!("it takes more than {} seconds", STORING_MAX.as_secs());
        Err(StoreError::Unsure(why).into())
    })
}

/// The server's one door to the store, and its secrets.
pub struct App {
    store: Reading<InTime>,
    pub(crate) links: Links,
    pub(crate) cursors: Cursors,
    pub(crate) event_ids: EventIds,
    /// Marks the forms of the pages, so that no other page can send them.
    pub(crate) form_marks: Hmac<Sha256>,
    pub(crate) passwords: Passwords,
    /// Where the server's own pages are, without a slash at the end.
    pub(crate) public_url: String,
    pub(crate) test_clock: bool,
    pub(crate) admission: Admission,
    pub(crate) uses: KeyUses,
    pub(crate) stats: Stats,
    pub(crate) metrics: Metrics,
    /// What sends webhooks, once the server runs.
    webhooks: OnceLock<Arc<Webhooks>>,
    /// Turns to read on in the feed: whoever calls is not to wait for all who only listen.
    pub(crate) turns: Semaphore,
    /// True once the server stops: whatever never ends by itself ends then.
    stop: watch::Sender<bool>,
}

impl App {
    /// An application on a store; `secret` makes links and cursors that nobody else can make.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        secret: &[u8; 32],
        public_url: String,
        test_clock: bool,
        limits: Limits,
        metrics: Metrics,
    ) -> Self {
        Self {
            store: Reading { store, passage: InTime },
            links: Links::new(secret),
            cursors: Cursors::new(secret),
            event_ids: EventIds::new(secret),
            form_marks: keyed(secret, b"form"),
            passwords: Passwords::default(),
            public_url,
            test_clock,
            admission: Admission::new(limits),
            uses: KeyUses::default(),
            stats: Stats::default(),
            metrics,
            webhooks: OnceLock::new(),
            turns: Semaphore::new(FOLLOWING_AT_ONCE),
            stop: watch::Sender::new(false),
        }
    }

    /// Says what sends webhooks.
    pub(crate) fn sends_by(&self, webhooks: Arc<Webhooks>) {
        // There is one, and it begins once.
        let _ = self.webhooks.set(webhooks);
    }

    /// What sends webhooks.
    pub(crate) fn webhooks(&self) -> Result<&Arc<Webhooks>, Problem> {
        self.webhooks.get().ok_or_else(|| Problem::new(ApiCode::Internal, "nothing sends webhooks here"))
    }

    /// Tells everything that never ends by itself to end.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Turns true when the server stops.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// The store, to read from.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &self.store
    }

    /// All settings, as they are at this moment.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.store.settings()
    }

    /// Hands a request to the store at once: what is handed in one after the other is decided in that
    /// order, and may become durable together.
    pub(crate) fn hand_in(&self, request: Request) -> impl Future<Output = Result<Answered, Refused>> + use<> {
        let watched = self.metrics.handed_in(&request.work);
        let reply = in_time(self.store.submit(request));
        async move {
            let result = reply.await;
            watched.ended(&result);
            result
        }
    }

    /// Carries out a request. The work goes on even where whoever asked is gone before the answer.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn submit(&self, request: Request) -> Result<Answered, Refused> {
        self.hand_in(request).await
    }

    /// Carries out a request that needs everything due to have happened first, however much that is (R34).
    pub(crate) async fn change(&self, request: Request) -> Result<Answered, Problem> {
        Ok(self.try_change(request).await?)
    }

    /// The same for whoever does something about a refusal.
    pub(crate) async fn try_change(&self, mut request: Request) -> Result<Answered, Refused> {
        loop {
            match self.submit(request.clone()).await {
                // One step settles so much and no more, so that others get their turn between.
                Err(Refused::MoreIsDue { by }) => {
                    if let Work::AdvanceTestClock { advance } = &mut request.work {
                        *advance = Advance::To(by);
                    }
                }
                done => return done,
            }
        }
    }

    /// The answer that was given before under this key, if it was. It is looked for before the
    /// body is read, and away from the door, because a long history takes a while to read.
    pub(crate) async fn answered_before(&self, idempotency: Idempotency) -> Result<Option<Answered>, Problem> {
        let Some((key, fingerprint)) = &idempotency else { return Ok(None) };
        let Some(answer) = self.store.answered(key, *fingerprint).await? else { return Ok(None) };
        self.metrics.replayed();
        Ok(Some(Answered { answer, now: self.store.now(), replayed: true }))
    }

    /// Does what takes a while, on a thread that nobody else waits for.
    pub(crate) async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let result = tokio::task::spawn_blocking(work).await;
        result.unwrap_or_else(|error| Err(Problem::new(ApiCode::Internal, error.to_string())))
    }

    /// Who calls with that token and for what it is good, counted.
    pub(crate) async fn recognise(&self, token: &str) -> Result<(Caller, KeyScope), Problem> {
        let (caller, scope) = Caller::from_token(self, token).await?;
        self.admission.caller(&caller)?;
        Ok((caller, scope))
    }

    /// The present link of a refund for its buyer.
    pub(crate) fn buyer_link(&self, refund_id: &RefundId) -> BuyerLink {
        self.links.link(refund_id, self.store.settings().link(refund_id), &self.public_url)
    }

    /// A refund that the caller may know of, as it stands in the store.
    pub(crate) async fn known(&self, caller: &Caller, id: &RefundId) -> Result<Refund, Problem> {
        Ok(self.around(caller, id).await?.refund)
    }

    /// The same with what stands around it.
    async fn around(&self, caller: &Caller, id: &RefundId) -> Result<Around, Problem> {
        let around = self.store.refund(id).await?.ok_or_else(Problem::not_found)?;
        if caller.may_see(&around.refund) { Ok(around) } else { Err(Problem::not_found()) }
    }

    /// The same after what is due on it has happened (R3).
    pub(crate) async fn settled(&self, caller: &Caller, id: &RefundId) -> Result<Seen, Problem> {
        Ok(self.settled_now(caller, id).await?.seen(caller))
    }

    /// The same, with the instant up to which it is settled.
    pub(crate) async fn settled_now(&self, caller: &Caller, id: &RefundId) -> Result<Settled, Problem> {
        let around = self.around(caller, id).await?;
        let now = self.store.now();
        if around.refund.next_due().is_none_or(|at| at > now) {
            return Ok(Settled { around, now });
        }
        match self.submit(Request::by_system(Work::Settle { refund_id: id.clone() })).await {
            Ok(Answered { now, .. }) => Ok(Settled { around: self.around(caller, id).await?, now }),
            Err(Refused::Rule { refusal: Refusal::SettlingHeld, .. }) => Ok(Settled { around: around.held(), now }),
            Err(refused) => Err(refused.into()),
        }
    }

    /// A refund as a caller sees it in a list: it may lag by the time that settling takes (R3).
    pub(crate) fn shown(&self, caller: &Caller, around: Around) -> RefundOut {
        let viewers: Vec<Actor> = caller.actors(&around.refund);
        RefundOut::new(around.seen(&viewers, self.store.now()))
    }
}

#[cfg(test)]
mod tests {
    use refund_store::SetUp;

    use super::*;
    use crate::trial;

    #[tokio::test(start_paused = true)]
    async fn a_command_whose_caller_goes_away_is_counted_too() {
        let app = trial::app(&trial::Machine::start()).await;
        let begun = app.hand_in(Request::new(trial::operator(), SetUp::RevokeKey { key_id: "key_1".to_owned() }));
        drop(begun);
        app.submit(Request::by_system(Work::SettleDue)).await.unwrap();
        let text = app.metrics.text(&prometheus_client::registry::Registry::default()).unwrap();
        let counted: Vec<_> = text.lines().filter(|line| line.starts_with("refund_commands_total{")).collect();
        assert_eq!(counted, ["refund_commands_total{command=\"revoke_key\",outcome=\"caller_gone\"} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_leaves_the_caller_unsure_and_not_waiting() {
        let (_never, reply) = Reply::pending();
        let refused = in_time(reply).await.unwrap_err();
        assert!(matches!(&refused, Refused::Store(error) if matches!(**error, StoreError::Unsure(_))), "{refused:?}");
    }
}
