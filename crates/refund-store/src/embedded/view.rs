//! The view: what is true now, in sled, as it follows from the journal.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use refund_core::{Event, LineKey, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};
use sled::IVec;

use super::answers::{self, Answers};
use super::index::{Group, Index};
use super::keys;
use super::past::Past;
use super::rows::{Meta, parse};
use crate::codec::{Named, decode, parse_last, parse_refund};
use crate::{IdempotencyKey, Key, Number, Recorded, Remembered, Secret, Seller, StoreError, View};

/// Rows in sled, and beside them in memory what every request asks for.
pub(super) struct SledView {
    pub(super) db: sled::Db,
    pub(super) past: Past,
    index: RwLock<Index>,
    answers: RwLock<Answers>,
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
            index: RwLock::default(),
            answers: RwLock::default(),
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
        *view.index_mut() = view.read_index()?;
        *view.answers_mut() = view.read_answers()?;
        if let Some(meta) = meta {
            view.is_current(meta.latest, meta.current.length());
        }
        Ok(view)
    }

    fn read_index(&self) -> Result<Index, StoreError> {
        Index::of(self.rows(keys::REFUNDS.to_vec(), keys::behind(keys::REFUNDS))?.map(|row| {
            let (key, row) = row?;
            let number = keys::parse_refund(&key).ok_or_else(|| strange("a refund without a number"))?;
            Ok((number, parse_refund(&row)?))
        }))
    }

    fn read_answers(&self) -> Result<Answers, StoreError> {
        let rows = self.rows(keys::ANSWERS.to_vec(), keys::behind(keys::ANSWERS))?;
        Answers::read(rows.map(|row| parse_answers(&row?.1)))
    }

    pub(super) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn answers_mut(&self) -> RwLockWriteGuard<'_, Answers> {
        self.answers.write().unwrap_or_else(PoisonError::into_inner)
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

    /// The refund of that number.
    pub(super) fn numbered(&self, number: Number) -> Result<Option<Refund>, StoreError> {
        Ok(self.get(&keys::refund(number))?.map(|row| parse_refund(&row)).transpose()?)
    }

    /// The refund of that id, its number, and where the latest record stands that tells of it.
    pub(super) fn found(&self, id: &RefundId) -> Result<Option<Found>, StoreError> {
        let numbers: Vec<_> = self.index().group(Group::Id(id)).collect();
        for number in numbers {
            let row = self.get(&keys::refund(number))?.ok_or_else(|| strange("a refund's row is not there"))?;
            let refund = parse_refund(&row)?;
            if refund.id == *id {
                return Ok(Some(Found { number, last: parse_last(&row).unwrap_or(0), refund }));
            }
        }
        Ok(None)
    }

    pub(super) fn history(&self, id: &RefundId) -> Result<Vec<Recorded>, StoreError> {
        self.found(id)?.map_or_else(|| Ok(Vec::new()), |found| self.past.history(id, found.last))
    }

    /// Hands everything to the system, which keeps it when this process is killed.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.db.flush().map(drop).map_err(unreadable)
    }

    pub(super) fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.whole()?;
        Ok(self.index().due(Timestamp::MAX).next().map(|(at, _)| at))
    }
}

pub(super) fn unreadable(error: sled::Error) -> StoreError {
    StoreError::Unreadable(format!("the view: {error}"))
}

/// A refund where it was looked up by its id.
pub(super) struct Found {
    pub(super) number: Number,
    pub(super) last: u64,
    pub(super) refund: Refund,
}

pub(super) fn parse_answers(row: &[u8]) -> Result<answers::Row, StoreError> {
    answers::Row::parse(row).ok_or_else(|| strange("answers that can't be read"))
}

/// A row that is there and says nothing that can be.
pub(super) fn strange(what: &str) -> StoreError {
    StoreError::Unreadable(format!("the view: {what}"))
}

impl View for SledView {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.found(id)?.map(|found| found.refund))
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        Ok(self.history(id)?.into_iter().map(|(_, event)| event).collect())
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        let numbers: Vec<_> = self.index().group(key.into()).rev().collect();
        let refunds = numbers.into_iter().filter_map(|number| self.numbered(number).transpose());
        refunds.filter(|refund| refund.as_ref().map_or(true, |refund| refund.is_on(key))).collect()
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
        let positions = self.answers.read().unwrap_or_else(PoisonError::into_inner).of(key);
        for position in positions {
            if let Some(remembered) = self.past.answer(key, position)? {
                return Ok(Some(remembered).filter(|remembered| !answers::is_over(remembered.at, self.latest())));
            }
        }
        Ok(None)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        let due: Vec<_> = self.index().due(until).take(limit).collect();
        let with_id = |(at, number)| Ok(self.numbered(number)?.map(|refund| (at, refund.id)));
        due.into_iter().filter_map(|due| with_id(due).transpose()).collect()
    }

    fn latest(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::Acquire)).unwrap_or(Timestamp::MIN)
    }
}
