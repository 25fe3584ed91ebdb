//! The store as the server uses it: every read in time, every request counted. Whatever works in the background needs
//! this and nothing else of the server.

pub(crate) mod follow;
pub(crate) mod in_time;
mod pace;
pub(crate) mod reading;
pub(crate) mod timer;

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{
    Advance, Answered, Fingerprint, IdempotencyKey, Refused, Reply, Request, Settings, Store, StoreError, Work,
};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use self::in_time::InTime;
use self::pace::{Changed, Pace};
use self::reading::Reading;
use crate::machine::rate::Sharers;
use crate::metrics::Metrics;
use crate::problem::Problem;

/// Under which key an answer is remembered, and what makes a request the same.
pub(crate) type Idempotency = Option<(IdempotencyKey, Fingerprint)>;

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

fn sharers_of(store: &Arc<dyn Store>) -> Sharers {
    let store = store.clone();
    Arc::new(move || store.servers())
}

/// The server's one door to the store.
pub(crate) struct Engine {
    store: Reading<InTime>,
    pub(crate) metrics: Metrics,
    pace: Pace,
    sharers: Sharers,
    /// Turns to read on in the feed: whoever calls is not to wait for all who only listen.
    turns: Semaphore,
    /// True once the server stops: whatever never ends by itself ends then.
    stop: watch::Sender<bool>,
}

impl Engine {
    /// An engine on a store, for parties who change the same thing so often in an hour; 0 for no limit.
    pub(crate) fn new(store: Arc<dyn Store>, metrics: Metrics, changes_an_hour: u32) -> Self {
        let sharers = sharers_of(&store);
        Self {
            store: Reading { store, passage: InTime },
            metrics,
            pace: Pace::new(changes_an_hour, &sharers),
            sharers,
            turns: Semaphore::new(FOLLOWING_AT_ONCE),
            stop: watch::Sender::new(false),
        }
    }

    /// Among how many servers what there is for each caller is divided.
    pub(crate) fn sharers(&self) -> &Sharers {
        &self.sharers
    }

    /// A turn to look through the feed for somebody; none where the server stops.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// Tells everything that never ends by itself to end.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Turns true when the server stops.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Has at hand whatever any server answered before, where several share the store: who calls may have been answered
    /// by another one a moment ago.
    pub(crate) async fn look(&self) -> Result<(), StoreError> {
        if self.store.is_shared() { self.store.look().await } else { Ok(()) }
    }

    /// The store, to read from.
    pub(crate) fn store(&self) -> &dyn Store {
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

    /// Hands in all that there is to hand in before the first is waited for, so that it shares what a disk takes its
    /// time for. Whoever asks keeps their place until all is decided, also where they wait no longer.
    pub(crate) async fn hand_in_all<E: Send + 'static>(
        &self,
        place: impl Send + 'static,
        requests: impl IntoIterator<Item = Result<Request, E>>,
    ) -> Result<Vec<Result<Result<Answered, Refused>, E>>, StoreError> {
        let replies: Vec<_> =
            requests.into_iter().map(|request| request.map(|request| self.hand_in(request))).collect();
        let decided = tokio::spawn(async move {
            let _place = place;
            let mut decided = Vec::with_capacity(replies.len());
            for reply in replies {
                decided.push(match reply {
                    Ok(reply) => Ok(reply.await),
                    Err(error) => Err(error),
                });
            }
            decided
        });
        decided.await.map_err(|error| StoreError::Unsure(error.to_string()))
    }

    /// Carries out a request. The work goes on even where whoever asked is gone before the answer.
    pub(crate) async fn submit(&self, request: Request) -> Result<Answered, Refused> {
        let changed = self.paced(&request)?;
        let done = self.hand_in(request).await?;
        self.pace.count(changed);
        Ok(done)
    }

    /// What a party could change again and again, to be counted once it is done.
    fn paced(&self, request: &Request) -> Result<Option<Changed>, Refused> {
        self.pace.check(request).map_err(|wait| {
            let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).saturating_add(1);
            let at = Timestamp::from_millis(self.store.now().as_millis().saturating_add(millis));
            Refused::TooOften { wait, possible_at: at.unwrap_or(Timestamp::MAX) }
        })
    }

    /// Carries out a request that needs everything due to have happened first, however much that is (R34).
    /// A refusal is for whoever does something about it; else it becomes a [`Problem`] by itself.
    pub(crate) async fn change(&self, mut request: Request) -> Result<Answered, Refused> {
        if !request.work.settles_first() {
            return self.submit(request).await;
        }
        let changed = self.paced(&request)?;
        loop {
            match self.hand_in(request.clone()).await {
                // One step settles so much and no more, so that others get their turn between.
                Err(Refused::MoreIsDue { by }) => {
                    if let Work::AdvanceTestClock { advance } = &mut request.work {
                        *advance = Advance::To(by);
                    }
                }
                done => {
                    let done = done?;
                    self.pace.count(changed);
                    return Ok(done);
                }
            }
        }
    }

    /// The answer that was given before under this key, if it was. It is looked for before the
    /// body is read, and away from the door, because a long history takes a while to read.
    pub(crate) async fn answered_before(&self, idempotency: Idempotency) -> Result<Option<Answered>, Problem> {
        let Some((key, fingerprint)) = idempotency.as_ref().filter(|_| self.store.is_read_for_good()) else {
            return Ok(None);
        };
        let Some(answer) = self.store.answered(key, *fingerprint).await? else { return Ok(None) };
        self.metrics.replayed();
        Ok(Some(Answered { answer, now: self.store.now(), replayed: true }))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use refund_store::SetUp;

    use super::*;
    use crate::trial;

    #[tokio::test(start_paused = true)]
    async fn a_command_whose_caller_goes_away_is_counted_too() {
        let engine = trial::app(&trial::Machine::start()).await.engine.clone();
        let begun = engine.hand_in(Request::new(trial::operator(), SetUp::RevokeKey { key_id: "key_1".to_owned() }));
        drop(begun);
        engine.submit(Request::by_system(Work::SettleDue)).await.unwrap();
        let text = engine.metrics.text(&prometheus_client::registry::Registry::default()).unwrap();
        let counted: Vec<_> = text.lines().filter(|line| line.starts_with("refund_commands_total{")).collect();
        assert_eq!(counted, ["refund_commands_total{command=\"revoke_key\",outcome=\"caller_gone\"} 1"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_kept_until_all_is_decided_also_where_nobody_waits() {
        let engine = trial::app(&trial::Machine::start()).await.engine.clone();
        let place = Arc::new(());
        let many = [Ok::<_, ()>(Request::by_system(Work::SettleDue))];
        assert!(engine.hand_in_all(place.clone(), many).now_or_never().is_none(), "whoever asks goes away");
        assert_eq!(Arc::strong_count(&place), 2);
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&place), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_leaves_the_caller_unsure_and_not_waiting() {
        let (_never, reply) = Reply::pending();
        let refused = in_time(reply).await.unwrap_err();
        assert!(matches!(&refused, Refused::Store(error) if matches!(**error, StoreError::Unsure(_))), "{refused:?}");
    }
}
