//! Statistics: counted from the feed, in memory, from where the last start had counted to and as it grows.

mod asked;
mod checkpoint;
mod counts;
mod day;
mod out;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::NaiveDate;
use refund_core::SellerId;
use refund_store::{Aside, EventPosition, StoreError};
use tokio::sync::watch;

pub(crate) use self::asked::{AskedDays, DAYS_MAX, counted, of_each_seller};
pub(crate) use self::counts::day_of;
pub(crate) use self::day::{Numbers, Sums};
use crate::engine::Engine;
use crate::engine::follow::{Follower, Found};
use crate::engine::timer::WAIT_AFTER_FAILURE;
use crate::problem::Problem;
use crate::wire::code::ApiCode;
use counts::{ByStatus, Counts};

/// How many records of the journal are counted in one go.
const AT_ONCE: usize = 500;
/// After how many records of the journal what was counted is kept for the next start. It is also kept at the stop.
const KEPT_EVERY: u64 = 50_000;
/// How long a caller waits for what was recorded before they asked.
const COUNTED_MAX: Duration = Duration::from_secs(2);

/// What has been counted, and up to where.
pub(crate) struct Stats {
    counts: RwLock<Counts>,
    reached: watch::Sender<Option<EventPosition>>,
    /// Up to which record it was kept.
    kept: AtomicU64,
    /// Whether everything has been counted that there was at some moment since the start.
    is_whole: AtomicBool,
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            counts: RwLock::default(),
            reached: watch::Sender::new(None),
            kept: AtomicU64::new(0),
            is_whole: AtomicBool::new(false),
        }
    }
}

impl Stats {
    /// Counts on behind that place.
    async fn count_on(
        &self,
        engine: &Engine,
        after: Option<EventPosition>,
    ) -> Result<Found<Option<EventPosition>>, Problem> {
        let feed = engine.store().feed(after, AT_ONCE).await?;
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        feed.events.iter().for_each(|told| counts.count(&told.event));
        drop(counts);
        engine.metrics.happened(engine.store(), &feed.events);
        self.reached.send_replace(feed.looked_at);
        if !feed.more {
            self.is_whole.store(true, Ordering::Release);
        }
        Ok(feed.into())
    }

    /// Goes on from what was counted before, where that is whole and of this store.
    async fn resume(&self, engine: &Engine) -> Result<(), StoreError> {
        let Some(bytes) = engine.store().kept(Aside::Statistics).await? else { return Ok(()) };
        let Some((counts, reached)) = checkpoint::read(&bytes) else {
            tracing::info!("what was counted before can't be gone on from: everything is counted anew");
            return Ok(());
        };
        match engine.store().feed(Some(reached), 1).await {
            Ok(_) => {}
            Err(StoreError::NoSuchPosition(_) | StoreError::OtherHistory) => {
                tracing::info!("what was counted before is of another history: everything is counted anew");
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        *self.counts.write().unwrap_or_else(PoisonError::into_inner) = counts;
        self.kept.store(reached.record, Ordering::Relaxed);
        self.reached.send_replace(Some(reached));
        Ok(())
    }

    /// Keeps what was counted for the next start, where so many records came since that was done.
    async fn keep(&self, engine: &Engine, records: u64) {
        let Some(reached) = *self.reached.borrow() else { return };
        if reached.record.saturating_sub(self.kept.load(Ordering::Relaxed)) < records {
            return;
        }
        let written = checkpoint::written(&self.counts.read().unwrap_or_else(PoisonError::into_inner), reached);
        let kept = match written {
            Ok(bytes) => engine.store().keep(Aside::Statistics, bytes).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match kept {
            Ok(()) => self.kept.store(reached.record, Ordering::Relaxed),
            Err(error) => tracing::warn!(error, "what was counted could not be kept: the next start counts more"),
        }
    }

    /// Waits until everything up to there has been counted.
    /// Fails with [`ApiCode::NotCounted`] where that takes too long: numbers that lack something are not shown.
    pub(crate) async fn up_to(&self, end: Option<EventPosition>) -> Result<(), Problem> {
        let mut reached = self.reached.subscribe();
        let counted = tokio::time::timeout(COUNTED_MAX, reached.wait_for(|reached| *reached >= end)).await;
        let behind = || Problem::new(ApiCode::NotCounted, "what happened before is still being counted");
        counted.map(drop).map_err(|_| behind())
    }

    /// How many refunds that have not ended stand where, as of a moment ago; nothing as long as what happened before the
    /// start is still being counted.
    pub(crate) fn in_progress(&self) -> Option<ByStatus> {
        let is_whole = self.is_whole.load(Ordering::Acquire);
        is_whole.then(|| self.counts.read().unwrap_or_else(PoisonError::into_inner).by_status().clone())
    }

    /// Each day from one to another that has something.
    pub(crate) fn between(
        &self,
        seller_id: Option<&SellerId>,
        from: NaiveDate,
        to: NaiveDate,
    ) -> BTreeMap<NaiveDate, Numbers> {
        self.counts.read().unwrap_or_else(PoisonError::into_inner).between(seller_id, from, to)
    }

    /// What was counted on these days together, of each seller that has something.
    fn of_each_seller(&self, from: NaiveDate, to: NaiveDate) -> Vec<(SellerId, Numbers)> {
        self.counts.read().unwrap_or_else(PoisonError::into_inner).of_each_seller(from, to)
    }
}

/// Counts what is in the feed, and whatever comes, until the server stops.
pub(crate) async fn run(engine: Arc<Engine>, stats: Arc<Stats>) {
    let mut stopping = engine.stopping();
    let mut is_resumed = false;
    while !*stopping.borrow_and_update() {
        if !is_resumed {
            is_resumed = stats.resume(&engine).await.is_ok();
        }
        if is_resumed {
            let reached = *stats.reached.borrow();
            let mut follower = Follower::for_the_server(engine.clone(), reached);
            while follower.next(|after| Box::pin(stats.count_on(&engine, after))).await.is_some() {
                stats.keep(&engine, KEPT_EVERY).await;
            }
        }
        if *stopping.borrow() {
            break;
        }
        tracing::error!("the feed could not be read for the statistics; trying again");
        tokio::select! {
            () = tokio::time::sleep(WAIT_AFTER_FAILURE) => {}
            _ = stopping.changed() => {}
        }
    }
    stats.keep(&engine, 1).await;
}

#[cfg(test)]
mod tests;
