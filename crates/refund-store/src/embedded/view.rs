//! The view: what is true now, in sled, as it follows from the journal.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use refund_core::{DeadlineKind, LineKey, LineLedger, Refund, RefundId, Timestamp};
use sled::IVec;
use tokio::sync::watch;

use super::at_hand::AtHand;
use super::audit::Audit;
use super::error::{strange, unreadable};
use super::index::Group;
use super::keys;
use super::lately::RecentRefund;
use super::marks::Marks;
use super::past::{Part, Past};
use super::rows::Meta;
use super::young::Young;
use crate::codec::CodecError;
use crate::model::remembered::is_over;
use crate::record::Record;
use crate::store::{Overdue, Told};
use crate::stored::{parse_id, parse_last, parse_refund};
use crate::{
    Around, AuditQuery, Audited, EventPosition, Feed, IdempotencyKey, Number, Recorded, Remembered, Settings,
    StoreError,
};

/// Rows in sled, and beside them in memory what every request asks for.
pub(crate) struct SledView {
    pub(super) db: sled::Db,
    pub(super) past: Past,
    at_hand: RwLock<AtHand>,
    /// The feed's end, for those who follow it.
    pub(super) young: RwLock<Young>,
    latest: AtomicI64,
    /// How far into the journal the rows are current: what stands behind that is not shown yet.
    current: AtomicU64,
    /// Where the feed ends. Whoever follows it is woken when there is more.
    pub(super) news: watch::Sender<Option<EventPosition>>,
    /// How often something was kept beside the records.
    pub(super) asides_kept: AtomicU32,
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
            young: RwLock::default(),
            latest: AtomicI64::new(Timestamp::MIN.as_millis()),
            current: AtomicU64::new(0),
            news: watch::Sender::new(None),
            asides_kept: AtomicU32::new(0),
            broken: OnceLock::new(),
        };
        if let Some(meta) = meta {
            let rows = view.db.scan_prefix(keys::NUMBERS).values();
            let rows = rows.collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
            view.past.know(rows.into_iter(), meta.current)?;
            view.set_current(meta.latest, meta.current.length(), view.past.end()?);
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

    /// Says up to when and to where in the journal the rows are current, and where the feed ends with it.
    pub(super) fn set_current(&self, latest: Timestamp, length: u64, end: Option<EventPosition>) {
        self.latest.fetch_max(latest.as_millis(), Ordering::AcqRel);
        self.current.store(length, Ordering::Release);
        self.news.send_replace(end);
    }

    /// Where the record of that number stands in the journal.
    pub(crate) fn place_of(&self, number: u64) -> Result<u64, StoreError> {
        self.past.seek(number)
    }

    /// Up to where in the journal the rows are current.
    pub(super) fn current(&self) -> u64 {
        self.current.load(Ordering::Acquire)
    }

    pub(crate) fn latest(&self) -> Timestamp {
        Timestamp::from_millis(self.latest.load(Ordering::Acquire)).unwrap_or(Timestamp::MIN)
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.at_hand().settings)
    }

    /// The rows of all settings: which, and the bytes of the entry that made it what it is.
    pub(crate) fn setting_rows(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        self.write_out()?;
        let rows = self.db.scan_prefix(keys::SETTINGS).map(|row| {
            let (key, row) = row.map_err(unreadable)?;
            let which = key.strip_prefix(keys::SETTINGS).unwrap_or_default();
            Ok((String::from_utf8_lossy(which).into_owned(), row.to_vec()))
        });
        rows.collect()
    }

    /// Shows nothing more: the rows may have half of something.
    pub(super) fn break_off(&self, why: &str) {
        // The first reason is the one that counts.
        let _ = self.broken.set(why.to_owned());
    }

    pub(super) fn whole(&self) -> Result<(), StoreError> {
        self.broken.get().map_or(Ok(()), |why| Err(StoreError::Stopped(why.clone())))
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.get_beside(&self.at_hand(), key)
    }

    /// A row, for whoever holds what is in memory already, so that all they find is of one moment.
    fn get_beside(&self, at_hand: &AtHand, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.whole()?;
        at_hand.recent.get(key).cloned().map_or_else(|| self.db.get(key).map_err(unreadable), Ok)
    }

    pub(super) fn row(&self, id: &RefundId) -> Result<Option<Row>, StoreError> {
        self.row_beside(&self.at_hand(), id)
    }

    pub(super) fn row_beside(&self, at_hand: &AtHand, id: &RefundId) -> Result<Option<Row>, StoreError> {
        for number in at_hand.index.group(Group::Id(id)) {
            let row = self.numbered_row(at_hand, number)?;
            let row = row.ok_or_else(|| strange("a refund's row is not there"))?;
            if row.id() == Some(id.as_str()) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The row of the refund of that number.
    pub(super) fn numbered_row(&self, at_hand: &AtHand, number: Number) -> Result<Option<Row>, StoreError> {
        let recent = at_hand.recent_refunds.get(&number).cloned();
        if let Some(recent) = recent.or_else(|| at_hand.lately.get(number)) {
            self.whole()?;
            return Ok(Some(Row { number, is: Is::Recent(recent) }));
        }
        Ok(self.get_beside(at_hand, &keys::refund(number))?.map(|bytes| Row { number, is: Is::Bytes(bytes) }))
    }

    fn numbered_beside(&self, at_hand: &AtHand, number: Number) -> Result<Option<Arc<Refund>>, StoreError> {
        Ok(self.numbered_row(at_hand, number)?.map(|row| row.kept(at_hand)).transpose()?)
    }

    pub(crate) fn refund(&self, id: &RefundId) -> Result<Option<Around>, StoreError> {
        let at_hand = self.at_hand();
        let Some(row) = self.row_beside(&at_hand, id)? else { return Ok(None) };
        self.around(&at_hand, row.number, row.kept(&at_hand)?).map(Some)
    }

    pub(crate) fn by_itself(&self, id: &RefundId) -> Result<Option<Arc<Refund>>, StoreError> {
        let at_hand = self.at_hand();
        let row = self.row_beside(&at_hand, id)?;
        Ok(row.map(|row| row.kept(&at_hand)).transpose()?)
    }

    /// The refund of that number, if it is still one that is asked for.
    pub(super) fn numbered(
        &self,
        number: Number,
        is_asked_for: impl FnOnce(&Refund) -> bool,
    ) -> Result<Option<Around>, StoreError> {
        let at_hand = self.at_hand();
        let refund = self.numbered_beside(&at_hand, number)?.filter(|refund| is_asked_for(refund));
        refund.map(|refund| self.around(&at_hand, number, refund)).transpose()
    }

    fn around(&self, at_hand: &AtHand, number: Number, refund: Arc<Refund>) -> Result<Around, StoreError> {
        let key = refund.line_key();
        // Mostly there is no other, which is known without reading a row.
        let ledger = if at_hand.index.is_alone(number, &key) {
            LineLedger::of([&*refund])
        } else {
            LineLedger::of(self.line_beside(at_hand, &key)?.iter().map(|refund| &**refund))
        };
        let refundable = ledger.map_or(refund.line.paid, |ledger| ledger.refundable());
        Around::new(&at_hand.settings, refund, refundable)
    }

    pub(crate) fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        let refunds = self.line_beside(&self.at_hand(), key)?;
        Ok(refunds.into_iter().map(Arc::unwrap_or_clone).collect())
    }

    fn line_beside(&self, at_hand: &AtHand, key: &LineKey) -> Result<Vec<Arc<Refund>>, StoreError> {
        let numbers = at_hand.index.group(key.into()).rev();
        let refunds = numbers.filter_map(|number| self.numbered_beside(at_hand, number).transpose());
        refunds.filter(|refund| refund.as_ref().map_or(true, |refund| refund.is_on(key))).collect()
    }

    pub(crate) fn history(&self, id: &RefundId, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        let Some(row) = self.row(id)? else { return Ok(Vec::new()) };
        let until = after.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
        let marked = self.marks(row.number)?.from(until);
        self.past.history(id, marked.unwrap_or(row.last()), after, until)
    }

    /// The records that tell of a refund, each with its number, in order.
    pub(super) fn records(&self, id: &RefundId) -> Result<Vec<(u64, Record)>, StoreError> {
        let Some(row) = self.row(id)? else { return Ok(Vec::new()) };
        self.past.records(id, row.last())
    }

    /// The feed's young end is read from the journal from now on: something was erased from it.
    pub(super) fn forget_young(&self) {
        *self.young.write().unwrap_or_else(PoisonError::into_inner) = Young::default();
    }

    /// The marks in the history of the refund of that number.
    pub(super) fn marks(&self, number: Number) -> Result<Marks, StoreError> {
        let row = self.get(&keys::marks(number))?;
        row.map_or(Ok(Marks::default()), |row| Marks::parse(&row).ok_or_else(|| strange("marks that can't be read")))
    }

    /// What the feed has behind that position, if all of it is young and in memory.
    pub(super) fn young(&self, after: EventPosition, limit: usize) -> Option<Feed> {
        self.young.read().unwrap_or_else(PoisonError::into_inner).behind(after, limit, |_| true)
    }

    /// What the feed has behind that position, from the journal.
    pub(super) fn feed(&self, after: Option<EventPosition>, limit: usize) -> Result<Feed, StoreError> {
        let Part { events, looked_at, more } = self.past.feed(after, limit, self.current())?;
        Ok(Feed { events: self.told(events)?, looked_at, more })
    }

    /// Events with whose they are.
    pub(super) fn told(&self, events: Vec<Recorded>) -> Result<Vec<Arc<Told>>, StoreError> {
        let mut known = BTreeMap::new();
        let told = events.into_iter().map(|(position, event)| {
            let whose = match known.entry(event.refund_id.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let row = self.row(new.key())?.ok_or_else(|| strange("an event of a refund that is not there"))?;
                    new.insert(row.refund()?.whose())
                }
            };
            Ok(Arc::new(Told { position, event, whose: whose.clone() }))
        });
        told.collect()
    }

    /// What was recorded for the audit, the latest first. It is found in memory, and only what is shown is read from
    /// the journal.
    pub(super) fn audit(&self, query: &AuditQuery) -> Result<Vec<Audited>, StoreError> {
        self.whole()?;
        let behind = match query.behind {
            None => None,
            Some(position) => match self.past.seek(position.record) {
                Ok(place) => Some((place, position.entry)),
                Err(StoreError::NoSuchPosition(_)) => None,
                Err(error) => return Err(error),
            },
        };
        let found = self.at_hand().audit.find(query, behind);
        let mut audited = found.iter().map(|found| self.past.audited(found)).collect::<Result<Vec<_>, _>>()?;
        audited.retain(|audited| query.asks_for(audited, &self.settings()));
        Ok(audited)
    }

    /// Whether this is exactly what the view has for the audit.
    pub(crate) fn has_audit(&self, audit: &Audit) -> bool {
        self.at_hand().audit == *audit
    }

    /// Whether it is possible that an answer is remembered under that key, or under that of the whole call. Two keys
    /// may share a hash.
    pub(super) fn may_remember(&self, key: &IdempotencyKey) -> bool {
        let at_hand = self.at_hand();
        let is_there = |key: &IdempotencyKey| !at_hand.answers.of(key).is_empty();
        is_there(key) || key.of_whole_call().is_some_and(|whole| is_there(&whole))
    }

    pub(crate) fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        let positions = self.at_hand().answers.of(key);
        for position in positions {
            if let Some(remembered) = self.past.answer(key, position)? {
                return Ok(Some(remembered).filter(|remembered| !is_over(remembered.at, self.latest())));
            }
        }
        Ok(None)
    }

    /// On which refunds something is due by then, the earliest first, and whether those are all.
    pub(crate) fn due(&self, until: Timestamp, limit: usize) -> Result<(Vec<(Timestamp, RefundId)>, bool), StoreError> {
        let at_hand = self.at_hand();
        let mut due = at_hand.index.due(until);
        let mut first = Vec::new();
        for (at, number) in due.by_ref().take(limit) {
            if let Some(row) = self.numbered_row(&at_hand, number)? {
                first.push((at, row.id_or_number()?));
            }
        }
        let is_all = due.next().is_none();
        Ok((first, is_all))
    }

    pub(super) fn overdue(&self, kind: DeadlineKind) -> Result<Overdue, StoreError> {
        self.whole()?;
        Ok(self.at_hand().index.overdue(kind))
    }

    pub(super) fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.whole()?;
        Ok(self.at_hand().index.due(Timestamp::MAX).next().map(|(at, _)| at))
    }

    /// Hands everything to the system, which keeps it when this process is killed.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        self.write_out()?;
        self.db.flush().map(drop).map_err(unreadable)
    }
}

/// A refund's row, as it was looked up.
pub(super) struct Row {
    pub(super) number: Number,
    is: Is,
}

/// What there is of a row: the bytes that sled has, or what was recorded lately.
enum Is {
    Bytes(IVec),
    Recent(RecentRefund),
}

impl Row {
    /// Where the latest record stands that tells of the refund.
    pub(super) fn last(&self) -> u64 {
        match &self.is {
            Is::Bytes(bytes) => parse_last(bytes).unwrap_or(0),
            Is::Recent(recent) => recent.last,
        }
    }

    /// The refund, which then stays in memory for a while. `at_hand` has to have been held since the row was looked up,
    /// so that no earlier state is kept.
    pub(super) fn kept(&self, at_hand: &AtHand) -> Result<Arc<Refund>, CodecError> {
        let refund = self.refund()?;
        if let Is::Bytes(_) = self.is {
            let recent = RecentRefund { last: self.last(), refund: Arc::clone(&refund) };
            at_hand.lately.put([(self.number, recent)]);
        }
        Ok(refund)
    }

    pub(crate) fn refund(&self) -> Result<Arc<Refund>, CodecError> {
        match &self.is {
            Is::Bytes(bytes) => parse_refund(bytes).map(Arc::new),
            Is::Recent(recent) => Ok(Arc::clone(&recent.refund)),
        }
    }

    fn id(&self) -> Option<&str> {
        match &self.is {
            Is::Bytes(bytes) => parse_id(bytes),
            Is::Recent(recent) => Some(recent.refund.id.as_str()),
        }
    }

    /// The refund's id; where the row can't tell it, a name by its number for the log, which no refund has.
    pub(super) fn id_or_number(&self) -> Result<RefundId, StoreError> {
        let id = self.id().and_then(|id| RefundId::new(id).ok());
        let number = || RefundId::new(format!("row-{}", self.number)).map_err(|error| strange(&error.to_string()));
        id.map_or_else(number, Ok)
    }
}
