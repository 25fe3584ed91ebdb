//! What a server knows of the database without asking, as far as it has heard.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use refund_core::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use super::head::{Head, Last};
use super::own::OwnRecords;
use super::turned::Telling;
use crate::surroundings::too_far_behind;
use crate::{Clock, EventPosition, Settings, StoreError, Surroundings, WritesRefused};

/// For how long a database that had no room is taken for one that has none.
const FULL_FOR: Duration = Duration::from_secs(10);

/// What is at hand.
pub(super) struct Known {
    clock: Clock,
    /// All settings, and the record up to which they are.
    settings: RwLock<(u64, Arc<Settings>)>,
    latest: AtomicI64,
    /// In which what comes is written.
    epoch: AtomicU32,
    /// By how much the database's clock is ahead of this machine's, in milliseconds.
    ahead: AtomicI64,
    news: watch::Sender<Option<EventPosition>>,
    /// Why nothing can be recorded at present, if that is so.
    stopped: Mutex<Option<String>>,
    /// Whether settling is held (R36).
    held: AtomicBool,
    /// What was recorded last, of all that this server was told.
    followed: Mutex<Option<Last>>,
    /// That the database has another history by now than the one that was followed.
    lost: OnceLock<String>,
    /// How often something was asked to be sent again.
    asked: watch::Sender<i64>,
    /// Whether the database takes no writes.
    read_only: AtomicBool,
    /// Whether a commit waits for a standby.
    waits_for_standby: AtomicBool,
    /// When it last had no room for what was to be written.
    full_at: Mutex<Option<Instant>>,
    /// What this server recorded.
    own: Mutex<OwnRecords>,
    turns: Telling,
}

impl Known {
    pub(super) fn new(surroundings: &Surroundings, head: &Head, settings: Arc<Settings>) -> Self {
        let known = Self {
            clock: surroundings.clock.clone(),
            settings: RwLock::new((0, settings.clone())),
            latest: AtomicI64::new(Timestamp::MIN.as_millis()),
            epoch: AtomicU32::new(head.epoch),
            ahead: AtomicI64::new(0),
            news: watch::Sender::new(None),
            stopped: Mutex::new(None),
            held: AtomicBool::new(head.held),
            followed: Mutex::default(),
            lost: OnceLock::new(),
            asked: watch::Sender::new(head.asked),
            read_only: AtomicBool::new(false),
            waits_for_standby: AtomicBool::new(false),
            full_at: Mutex::new(None),
            own: Mutex::default(),
            turns: Telling::default(),
        };
        known.hear(head);
        if let Some(last) = &head.last {
            known.learn(last, settings);
        }
        known
    }

    /// What the database's clock says and in which epoch it is, as one look told.
    pub(super) fn hear(&self, head: &Head) {
        self.epoch.store(head.epoch, Ordering::Release);
        self.held.store(head.held, Ordering::Release);
        self.read_only.store(head.read_only, Ordering::Release);
        self.waits_for_standby.store(head.waits_for_standby, Ordering::Release);
        self.asked.send_if_modified(|asked| std::mem::replace(asked, head.asked) != head.asked);
        if let Clock::Shared(read) = &self.clock {
            self.ahead.store(head.clock.as_millis().saturating_sub(read().as_millis()), Ordering::Release);
        }
    }

    /// What was recorded last, and the settings then. What is older than what is known already changes nothing.
    pub(super) fn learn(&self, last: &Last, settings: Arc<Settings>) {
        {
            let mut known = self.settings.write().unwrap_or_else(PoisonError::into_inner);
            if known.0 < last.end.record {
                *known = (last.end.record, settings);
            }
        }
        {
            let mut followed = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
            if followed.as_ref().is_none_or(|known| known.end < last.end) {
                *followed = Some(last.clone());
            }
        }
        self.latest.fetch_max(last.latest.as_millis(), Ordering::AcqRel);
        self.news.send_if_modified(|end| {
            let is_new = end.is_none_or(|end| end < last.end);
            if is_new {
                *end = Some(last.end);
            }
            is_new
        });
    }

    /// All settings, and the record up to which they are.
    pub(super) fn settings(&self) -> (u64, Arc<Settings>) {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// In which what comes is written.
    pub(super) fn epoch(&self) -> u32 {
        self.epoch.load(Ordering::Acquire)
    }

    pub(super) fn latest(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::Acquire)).unwrap_or(Timestamp::MIN)
    }

    pub(super) fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.news.subscribe()
    }

    /// The engine's time: the database's clock, as far as this machine's tells it, or the latest instant recorded.
    pub(super) fn now(&self) -> Timestamp {
        self.now_by_clock().map_or(self.latest(), |clock| clock.max(self.latest()))
    }

    /// R35: what the clock says, where it is too far behind.
    pub(super) fn clock_behind(&self) -> Option<Timestamp> {
        too_far_behind(self.now_by_clock()?, self.latest())
    }

    /// What the clock by which the store goes says; nothing where it stands still.
    pub(super) fn now_by_clock(&self) -> Option<Timestamp> {
        match &self.clock {
            Clock::Test => None,
            Clock::Running(read) => Some(read()),
            Clock::Shared(read) => {
                let millis = read().as_millis().saturating_add(self.ahead.load(Ordering::Acquire));
                Some(Timestamp::from_millis(millis).unwrap_or(Timestamp::MIN))
            }
        }
    }

    /// The instant of a decision where the database stands so (R2, R35).
    pub(super) fn decides_at(&self, head: &Head, latest: Timestamp) -> Timestamp {
        match &self.clock {
            Clock::Test => latest,
            Clock::Running(read) => read().max(latest),
            Clock::Shared(_) => head.clock.max(latest),
        }
    }

    /// Whether settling is held, as of the last look.
    pub(super) fn is_held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    /// Turns whenever something was asked to be sent again, through any server.
    pub(super) fn asked(&self) -> watch::Receiver<i64> {
        self.asked.subscribe()
    }

    /// Notes whether the database has room for what is to be written.
    pub(super) fn has_room(&self, has_room: bool) {
        *self.full_at.lock().unwrap_or_else(PoisonError::into_inner) = (!has_room).then(Instant::now);
    }

    /// Why the database takes no writes, if it was found to take none. That it had no room is believed for a while: where
    /// nobody calls any more, nothing else would ever tell.
    pub(super) fn refuses_writes(&self) -> Option<WritesRefused> {
        let full_at = *self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.is_some_and(|at| at.elapsed() < FULL_FOR) {
            return Some(WritesRefused::NoRoom);
        }
        self.read_only.load(Ordering::Acquire).then_some(WritesRefused::ReadOnly)
    }

    /// Whether a commit waits for a standby, as of the last look.
    pub(super) fn waits_for_standby(&self) -> bool {
        self.waits_for_standby.load(Ordering::Acquire)
    }

    fn stopping(&self) -> MutexGuard<'_, Option<String>> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was recorded last, of all that this server was told.
    pub(super) fn followed(&self) -> Option<Last> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// That what was followed is not the database's history any more: that is so for good.
    pub(super) fn lose(&self, why: &str) -> StoreError {
        StoreError::Lost(self.lost.get_or_init(|| why.to_owned()).clone())
    }

    /// Why nothing can be recorded at present, if that is so.
    pub(super) fn stopped(&self) -> Option<StoreError> {
        let lost = self.lost.get().cloned().map(StoreError::Lost);
        lost.or_else(|| self.stopping().clone().map(StoreError::Away))
    }

    /// What this server recorded.
    pub(super) fn own(&self) -> MutexGuard<'_, OwnRecords> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is told of this server's turns.
    pub(super) fn turns(&self) -> &Telling {
        &self.turns
    }

    /// Says that nothing can be recorded at present, and why; or that it can again.
    pub(super) fn stop(&self, why: Option<String>) {
        *self.stopping() = why;
    }
}
