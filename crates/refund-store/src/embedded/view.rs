//! The view: what is true now, in sled, as it follows from the journal.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use tokio::sync::watch;

use refund_core::{Event, LineKey, LineLedger, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};
use sled::IVec;

use super::keys;
use super::past::Past;
use super::rows::{LineRow, Meta, parse};
use crate::codec::{Named, decode, parse_last, parse_refund};
use crate::{IdempotencyKey, Key, Recorded, Remembered, Secret, Seller, StoreError, View};

/// Rows in sled, and beside them in memory what every request asks for.
pub(super) struct SledView {
    pub(super) db: sled::Db,
    pub(super) past: Past,
    policy: RwLock<Arc<Policy>>,
    rollout: RwLock<Arc<Rollout>>,
    latest: AtomicI64,
    /// Up to where in the journal the rows are current: nothing behind is shown.
    current: AtomicU64,
    /// Told when there is more to see.
    pub(super) news: watch::Sender<()>,
    /// Why the rows can't be believed any more, once that is so.
    broken: OnceLock<String>,
}

impl SledView {
    /// The view of a database that is as its meta row says; without one it is empty.
    pub(super) fn new(db: sled::Db, past: Past, meta: Option<Meta>) -> Result<Self, StoreError> {
        let view = Self {
            db,
            past,
            policy: RwLock::default(),
            rollout: RwLock::new(Arc::new(Rollout::everyone())),
            latest: AtomicI64::new(Timestamp::MIN.as_millis()),
            current: AtomicU64::new(0),
            news: watch::Sender::new(()),
            broken: OnceLock::new(),
        };
        let policy: Option<Named<Policy>> = parse(view.get(keys::POLICY)?)?;
        let rollout: Option<Named<Rollout>> = parse(view.get(keys::ROLLOUT)?)?;
        view.remember(policy.map(|row| Arc::new(row.0)), rollout.map(|row| Arc::new(row.0)));
        if let Some(meta) = meta {
            view.is_current(meta.latest, meta.current.length());
        }
        Ok(view)
    }

    /// Keeps settings in memory, where they changed.
    pub(super) fn remember(&self, policy: Option<Arc<Policy>>, rollout: Option<Arc<Rollout>>) {
        if let Some(policy) = policy {
            *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
        }
        if let Some(rollout) = rollout {
            *self.rollout.write().unwrap_or_else(PoisonError::into_inner) = rollout;
        }
    }

    /// Says up to when and to where in the journal the rows are current.
    pub(super) fn is_current(&self, latest: Timestamp, length: u64) {
        self.latest.fetch_max(latest.as_millis(), Ordering::AcqRel);
        self.current.store(length, Ordering::Release);
        self.news.send_replace(());
    }

    /// Up to where in the journal the rows are current.
    pub(super) fn current(&self) -> u64 {
        self.current.load(Ordering::Acquire)
    }

    /// Shows nothing more: the rows may have half of something.
    pub(super) fn is_broken(&self, why: &str) {
        // The first reason is the one that counts.
        let _ = self.broken.set(why.to_owned());
    }

    fn whole(&self) -> Result<(), StoreError> {
        self.broken.get().map_or(Ok(()), |why| Err(StoreError::Stopped(why.clone())))
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.whole()?;
        self.db.get(key).map_err(unreadable)
    }

    /// The rows from one key to before another, in order.
    pub(super) fn rows(
        &self,
        start: Vec<u8>,
        end: Vec<u8>,
    ) -> Result<impl Iterator<Item = Result<(IVec, IVec), StoreError>> + use<>, StoreError> {
        self.whole()?;
        Ok(self.db.range(start..end).map(|row| row.map_err(unreadable)))
    }

    /// Where the latest record stands that tells of a refund; 0 where there is none.
    pub(super) fn last(&self, id: &RefundId) -> Result<u64, StoreError> {
        Ok(self.get(&keys::refund(id))?.and_then(|row| parse_last(&row)).unwrap_or(0))
    }

    /// An order line's account and its refunds.
    pub(super) fn line_row(&self, key: &LineKey) -> Result<Option<LineRow>, StoreError> {
        parse(self.get(&keys::line(key))?)
    }

    pub(super) fn history(&self, id: &RefundId) -> Result<Vec<Recorded>, StoreError> {
        match self.last(id)? {
            0 => Ok(Vec::new()),
            last => self.past.history(id, last),
        }
    }

    /// Hands everything to the system, which keeps it when this process is killed.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.db.flush().map(drop).map_err(unreadable)
    }

    pub(super) fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.due(Timestamp::MAX, 1)?.first().map(|(at, _)| *at))
    }
}

pub(super) fn unreadable(error: sled::Error) -> StoreError {
    StoreError::Unreadable(format!("the view: {error}"))
}

/// A row that is there and says nothing that can be.
pub(super) fn strange(what: &str) -> StoreError {
    StoreError::Unreadable(format!("the view: {what}"))
}

impl View for SledView {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        let row = self.get(&keys::refund(id))?;
        Ok(row.map(|row| parse_refund(&row)).transpose()?)
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        Ok(self.history(id)?.into_iter().map(|(_, event)| event).collect())
    }

    fn line(&self, key: &LineKey) -> Result<Option<LineLedger>, StoreError> {
        Ok(self.line_row(key)?.map(|row| row.ledger))
    }

    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError> {
        parse(self.get(&keys::seller(id))?)
    }

    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError> {
        // A zero behind an id makes the first key that is behind it.
        let start = after.map_or_else(|| keys::SELLERS.to_vec(), |after| [&keys::seller(after)[..], b"\0"].concat());
        let rows = self.rows(start, keys::behind(keys::SELLERS))?;
        rows.take(limit)
            .map(|row| {
                let (key, row) = row?;
                let id = keys::parse_seller(&key).ok_or_else(|| strange("a seller without an id"))?;
                Ok((id, decode(&row)?))
            })
            .collect()
    }

    fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        Ok(Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner)))
    }

    fn rollout(&self) -> Result<Arc<Rollout>, StoreError> {
        Ok(Arc::clone(&self.rollout.read().unwrap_or_else(PoisonError::into_inner)))
    }

    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError> {
        let Some(id): Option<String> = parse(self.get(&keys::secret(secret))?)? else { return Ok(None) };
        let key: Option<Arc<Key>> = parse(self.get(&keys::key(&id))?)?;
        Ok(key.filter(|key| key.secret == *secret))
    }

    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError> {
        let rows = self.rows(keys::KEYS.to_vec(), keys::behind(keys::KEYS))?;
        let mut keys = rows.map(|row| Ok(decode(&row?.1)?)).collect::<Result<Vec<Arc<Key>>, StoreError>>()?;
        keys.sort_by_key(|key| key.made());
        Ok(keys)
    }

    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        let generation = keys::generation(self.latest());
        for generation in [Some(generation), generation.checked_sub(1)].into_iter().flatten() {
            if let Some(row) = self.get(&keys::answer(generation, key))? {
                return Ok(Some(decode(&row)?));
            }
        }
        Ok(None)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        let rows = self.rows(keys::DUE.to_vec(), keys::due_end(until))?;
        rows.take(limit)
            .map(|row| keys::parse_due(&row?.0).ok_or_else(|| strange("something due without a refund")))
            .collect()
    }

    fn latest(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::Acquire)).unwrap_or(Timestamp::MIN)
    }
}
