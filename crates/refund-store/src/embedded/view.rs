//! The view: what is true now, in sled, as it follows from the journal.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use refund_core::{Event, LineKey, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};
use sled::IVec;

use super::answers;
use super::at_hand::AtHand;
use super::index::Group;
use super::keys;
use super::marks::Marks;
use super::past::Past;
use super::rows::Meta;
use crate::codec::{parse_id, parse_last, parse_refund};
use crate::{
    EventPosition, IdempotencyKey, Key, Number, Recorded, Remembered, Secret, Seller, Session, StoreError, User, View,
    Webhook,
};

/// Rows in sled, and beside them in memory what every request asks for.
pub(super) struct SledView {
    pub(super) db: sled::Db,
    pub(super) past: Past,
    at_hand: RwLock<AtHand>,
    latest: AtomicI64,
    /// Up to where in the journal the rows are current: nothing behind is shown.
    current: AtomicU64,
    /// Where the last record stands before that; 0 where there is none.
    last: AtomicU64,
    /// Told when there is more to see.
    pub(super) news: watch::Sender<()>,
    /// Why the rows can't be believed any more, once that is so.
    broken: OnceLock<String>,
}

impl SledView {
    /// The view of a database that is as its meta row says; without one it is empty.
    pub(super) fn new(db: sled::Db, past: Past, meta: Option<Meta>) -> Result<Self, StoreError> {
        let at_hand = RwLock::new(AtHand::read(&db)?);
        let view = Self {
            db,
            past,
            at_hand,
            latest: AtomicI64::new(Timestamp::MIN.as_millis()),
            current: AtomicU64::new(0),
            last: AtomicU64::new(0),
            news: watch::Sender::new(()),
            broken: OnceLock::new(),
        };
        if let Some(meta) = meta {
            view.is_current(meta.latest, meta.current.length(), view.past.last_before(meta.current)?);
        }
        Ok(view)
    }

    /// What is in memory. It is held for as long as it takes to look something up.
    pub(super) fn at_hand(&self) -> RwLockReadGuard<'_, AtHand> {
        self.at_hand.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn at_hand_mut(&self) -> RwLockWriteGuard<'_, AtHand> {
        self.at_hand.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says up to when and to where in the journal the rows are current, and where its last record stands.
    pub(super) fn is_current(&self, latest: Timestamp, length: u64, last: u64) {
        self.latest.fetch_max(latest.as_millis(), Ordering::AcqRel);
        self.current.store(length, Ordering::Release);
        self.last.store(last, Ordering::Release);
        self.news.send_replace(());
    }

    /// Up to where in the journal the rows are current.
    pub(super) fn current(&self) -> u64 {
        self.current.load(Ordering::Acquire)
    }

    /// Where the last record stands that is shown; 0 where there is none.
    pub(super) fn last(&self) -> u64 {
        self.last.load(Ordering::Acquire)
    }

    pub(super) fn feed_end(&self) -> Result<Option<EventPosition>, StoreError> {
        let last = Some(self.last()).filter(|last| *last > 0);
        last.map(|last| self.past.end_of(last)).transpose()
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
        let recent = self.at_hand().recent.get(key).cloned();
        recent.map_or_else(|| self.db.get(key).map_err(unreadable), Ok)
    }

    /// The refund of that number.
    pub(super) fn numbered(&self, number: Number) -> Result<Option<Refund>, StoreError> {
        Ok(self.get(&keys::refund(number))?.map(|row| parse_refund(&row)).transpose()?)
    }

    /// The row of the refund of that id.
    pub(super) fn row(&self, id: &RefundId) -> Result<Option<Row>, StoreError> {
        let numbers: Vec<_> = self.at_hand().index.group(Group::Id(id)).collect();
        for number in numbers {
            let bytes = self.get(&keys::refund(number))?.ok_or_else(|| strange("a refund's row is not there"))?;
            if parse_id(&bytes) == Some(id.as_str()) {
                return Ok(Some(Row { number, bytes }));
            }
        }
        Ok(None)
    }

    pub(super) fn history(&self, id: &RefundId, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        let Some(row) = self.row(id)? else { return Ok(Vec::new()) };
        let until = after.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
        let marked = self.marks(row.number)?.from(until);
        self.past.history(id, marked.unwrap_or(row.last()), after, until)
    }

    /// The marks in the history of the refund of that number.
    pub(super) fn marks(&self, number: Number) -> Result<Marks, StoreError> {
        let row = self.get(&keys::marks(number))?;
        row.map_or(Ok(Marks::default()), |row| Marks::parse(&row).ok_or_else(|| strange("marks that can't be read")))
    }

    /// Hands everything to the system, which keeps it when this process is killed.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.write_out()?;
        self.db.flush().map(drop).map_err(unreadable)
    }

    pub(super) fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().index.due(Timestamp::MAX).next().map(|(at, _)| at))
    }
}

pub(super) fn unreadable(error: sled::Error) -> StoreError {
    StoreError::Unreadable(format!("the view: {error}"))
}

/// A refund's row, as it was looked up by the refund's id.
pub(super) struct Row {
    pub(super) number: Number,
    bytes: IVec,
}

impl Row {
    /// Where the latest record stands that tells of the refund.
    pub(super) fn last(&self) -> u64 {
        parse_last(&self.bytes).unwrap_or(0)
    }
}

/// A row that is there and says nothing that can be.
pub(super) fn strange(what: &str) -> StoreError {
    StoreError::Unreadable(format!("the view: {what}"))
}

impl View for SledView {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.row(id)?.map(|row| parse_refund(&row.bytes)).transpose()?)
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        Ok(self.history(id, 0, usize::MAX)?.into_iter().map(|(_, event)| event).collect())
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        let numbers: Vec<_> = self.at_hand().index.group(key.into()).rev().collect();
        let refunds = numbers.into_iter().filter_map(|number| self.numbered(number).transpose());
        refunds.filter(|refund| refund.as_ref().map_or(true, |refund| refund.is_on(key))).collect()
    }

    fn beside(&self, refund: &Refund) -> Result<Vec<Refund>, StoreError> {
        let line = refund.line_key();
        // Mostly there is no other, which is known without reading a row.
        if self.at_hand().index.is_alone(&refund.id, &line) {
            return Ok(Vec::new());
        }
        let mut others = self.on_line(&line)?;
        others.retain(|other| other.id != refund.id);
        Ok(others)
    }

    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.sellers.get(id).cloned())
    }

    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.sellers_after(after, limit))
    }

    fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        Ok(Arc::clone(&self.at_hand().settings.policy))
    }

    fn rollout(&self) -> Result<Arc<Rollout>, StoreError> {
        Ok(Arc::clone(&self.at_hand().settings.rollout))
    }

    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.key_by_secret(secret))
    }

    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.keys())
    }

    fn link(&self, id: &RefundId) -> Result<u32, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.link(id))
    }

    fn webhooks(&self) -> Result<Vec<Arc<Webhook>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.webhooks())
    }

    fn users(&self) -> Result<Vec<Arc<User>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.users())
    }

    fn user(&self, id: &str) -> Result<Option<Arc<User>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.user(id))
    }

    fn session(&self, secret: &Secret) -> Result<Option<Arc<Session>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.session(secret))
    }

    fn sessions_of(&self, user_id: &str) -> Result<Vec<Arc<Session>>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().settings.sessions_of(user_id))
    }

    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        let positions = self.at_hand().answers.of(key);
        for position in positions {
            if let Some(remembered) = self.past.answer(key, position)? {
                return Ok(Some(remembered).filter(|remembered| !answers::is_over(remembered.at, self.latest())));
            }
        }
        Ok(None)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        let due: Vec<_> = self.at_hand().index.due(until).take(limit).collect();
        let with_id = |(at, number)| Ok(self.numbered(number)?.map(|refund| (at, refund.id)));
        due.into_iter().filter_map(|due| with_id(due).transpose()).collect()
    }

    fn latest(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::Acquire)).unwrap_or(Timestamp::MIN)
    }
}
