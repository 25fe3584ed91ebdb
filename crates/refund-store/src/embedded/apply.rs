//! What the view writes: all that some records changed, in one step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use refund_core::{RefundId, Timestamp};
use sled::IVec;

use super::answers;
use super::at_hand::parse_answers;
use super::audit::AuditLine;
use super::error::{strange, unreadable};
use super::keys;
use super::lately::RecentRefund;
use super::marks::Marks;
use super::of_sellers;
use super::rows::{LAYOUT, Meta};
use super::view::SledView;
use crate::codec::encode;
use crate::door::{Case, Changed};
use crate::journal::{Checkpoint, Position, Stamp};
use crate::model::remembered::is_over;
use crate::record::{Entry, Record};
use crate::store::Told;
use crate::stored::{SettingRow, refund_row, setting_row};
use crate::{EventPosition, Number, StoreError};

/// What the records of a batch changed, and where they stand.
pub(super) struct Gathered {
    pub(super) case: Case,
    /// The refunds that these records tell of, or that the next one does.
    told: BTreeMap<RefundId, ToldOf>,
    /// Where each of them stands, in their order.
    places: Vec<u64>,
    /// How many records there were before.
    records: u64,
    answers: Vec<(u64, u64)>,
    /// What is for the audit, record by record.
    audit: Vec<(u64, Vec<AuditLine>)>,
    /// Which of these records tells which seller something.
    of_sellers: Vec<of_sellers::SellerAndRecord>,
    settings: Rows,
    /// What the feed gets, record by record, where somebody may follow it.
    young: Vec<(EventPosition, Vec<Arc<Told>>)>,
}

/// A refund that records tell of.
#[derive(Clone, Copy)]
struct ToldOf {
    /// Nothing until its row was looked for.
    number: Option<Number>,
    /// Where the latest record stands that tells of it.
    last: u64,
}

impl Gathered {
    /// Nothing yet.
    pub(super) fn new(view: &SledView) -> Self {
        Self {
            case: Case::new(view.settings(), view.latest()),
            told: BTreeMap::new(),
            places: Vec::new(),
            records: view.past.numbers().records(),
            answers: Vec::new(),
            audit: Vec::new(),
            of_sellers: Vec::new(),
            settings: Rows::default(),
            young: Vec::new(),
        }
    }

    /// Adds the record that stands at `position` and what it changed, with the rows of the settings among it.
    pub(super) fn add(&mut self, position: Position, record: &Record, changed: Changed, settings: Rows) {
        let position = position.into();
        self.places.push(position);
        let number = self.records.saturating_add(self.places.len() as u64);
        for (id, change) in &changed.refunds {
            let told = self.told.entry(id.clone());
            // A refund's number is that of its first record, so that a place in a list means the same in every store.
            let new = || ToldOf { number: change.before.is_none().then_some(number), last: position };
            told.or_insert_with(new).last = position;
        }
        self.answers.extend(changed.answers.keys().map(|key| (answers::hash(key), position)));
        let lines = AuditLine::of(record, &self.case.settings);
        if !lines.is_empty() {
            self.audit.push((position, lines));
        }
        self.of_sellers.extend(of_sellers::told(record, &changed).into_iter().map(|seller| (seller, position)));
        self.settings.0.extend(settings.0);
        self.case.take_in(changed);
    }

    /// Puts the record that was added last at the feed's end, for those who follow it; it is of that epoch.
    pub(super) fn tell(&mut self, record: Record, epoch: u32) {
        let number = self.records.saturating_add(self.places.len() as u64);
        let stamp = Stamp { number, epoch };
        let end = EventPosition::last_of(stamp, record.entries.len());
        let told = (0..).zip(record.entries).filter_map(|(entry, content)| {
            let Entry::Refund(event) = content else { return None };
            let refund = &self.case.changed.refunds.get(&event.refund_id)?.after;
            Some(Arc::new(Told::new(EventPosition::of(stamp, entry), event, refund)))
        });
        self.young.push((end, told.collect()));
    }

    /// Where the latest record stands that tells of a refund; 0 where there is none.
    pub(super) fn last(&mut self, view: &SledView, id: &RefundId) -> Result<u64, StoreError> {
        if let Some(told) = self.told.get(id) {
            return Ok(told.last);
        }
        let Some(row) = view.row(id)? else { return Ok(0) };
        self.told.insert(id.clone(), ToldOf { number: Some(row.number), last: row.last() });
        Ok(row.last())
    }
}

/// How many rows are kept in memory before sled gets them together: of a row that changes several times until then it
/// gets the last state alone, and each batch that it gets wakes seven of its threads.
const RECENT_MAX: usize = 512;

/// And how many answers, of which many make a row.
const RECENT_ANSWERS_MAX: usize = 2 * RECENT_MAX;

/// sled frees memory only when it is asked to, about every so many rows.
const ROWS_PER_COLLECTION: usize = 64;

/// How many rows of outdated answers are dropped each time that sled gets the recent rows: more than are added between
/// two such times, so that no outdated ones pile up.
const DROPPED_AT_ONCE: usize = 2 * RECENT_MAX;

impl SledView {
    /// Takes in what was gathered, so that it can be read. `current` is the checkpoint up to which the rows are then
    /// current. As long as there is none the rows in sled count for nothing, and a start builds them anew.
    pub(super) fn apply(&self, gathered: Gathered, current: Option<Checkpoint>) -> Result<(), StoreError> {
        let changed = &gathered.case.changed;
        let latest = changed.latest.max(Some(self.latest())).unwrap_or(Timestamp::MIN);
        if let Some(settings) = &changed.settings {
            // First of all: a key that was revoked opens nothing from now on, even if the rows can't be written.
            self.at_hand_mut().settings = Arc::clone(settings);
        }
        let mut rows = gathered.settings;
        let refunds = self.refunds(changed, &gathered.told, &mut rows)?;
        self.write_numbers(&gathered.places, &mut rows);
        for (place, lines) in &gathered.audit {
            rows.put(keys::audit(*place), encode(lines)?);
        }
        match current {
            Some(current) => rows.put(keys::META.to_vec(), Meta { layout: LAYOUT, latest, current }.to_bytes()),
            None => rows.remove(keys::META.to_vec()),
        }
        let mut at_hand = self.at_hand_mut();
        at_hand.recent.extend(rows.0);
        for ((number, recent), change) in refunds.into_iter().zip(changed.refunds.values()) {
            at_hand.index.changed(number, change.before.as_deref(), &change.after);
            at_hand.recent_refunds.insert(number, recent);
        }
        at_hand.recent_answers.extend(gathered.answers.iter().map(|answer| (latest, *answer)));
        at_hand.answers.add(gathered.answers);
        gathered.audit.into_iter().for_each(|(place, lines)| at_hand.audit.add(place, lines));
        let of_sellers = at_hand.of_sellers.add_all(gathered.of_sellers).into_iter();
        at_hand.recent.extend(of_sellers.map(|(row, lines)| (keys::of_sellers(row), Some(lines.into()))));
        let many = at_hand.recent.len().saturating_add(at_hand.recent_refunds.len()) >= RECENT_MAX
            || at_hand.recent_answers.len() >= RECENT_ANSWERS_MAX;
        drop(at_hand);
        if many {
            self.write_out()?;
        }
        let young_end = gathered.young.last().map(|(end, _)| *end);
        let mut young = self.young.write().unwrap_or_else(PoisonError::into_inner);
        gathered.young.into_iter().for_each(|(end, events)| young.add(end, events));
        drop(young);
        let length = current.map_or(self.current(), |current| current.length());
        let end = match young_end {
            Some(end) => Some(end),
            None => self.past.end()?,
        };
        self.set_current(latest, length, end);
        Ok(())
    }

    /// Gives the recent rows to sled, and drops outdated answers, as one batch of one tree, which it recovers whole or
    /// not at all. After a kill it recovers everything up to some moment and nothing behind that, so the checkpoint in
    /// the batch is never ahead of the rows.
    pub(super) fn write_out(&self) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        let outdated = self.outdated()?;
        outdated.iter().for_each(|(key, _)| batch.remove(key));
        let at_hand = self.at_hand();
        let recent = at_hand.recent.len().saturating_add(at_hand.recent_refunds.len());
        let count = recent.saturating_add(outdated.len());
        for (key, row) in answers::Row::all(&at_hand.recent_answers) {
            batch.insert(key, row);
        }
        for (number, RecentRefund { last, refund }) in &at_hand.recent_refunds {
            batch.insert(keys::refund(*number), refund_row(*last, refund)?);
        }
        for (key, row) in &at_hand.recent {
            match row {
                Some(row) => batch.insert(&key[..], row),
                None => batch.remove(&key[..]),
            }
        }
        drop(at_hand);
        self.db.apply_batch(batch).map_err(unreadable)?;
        for _ in 0..count.div_ceil(ROWS_PER_COLLECTION) {
            // Else retired pages pile up faster than they are freed.
            crossbeam_epoch::pin().flush();
        }
        // Only now, so that whoever reads meanwhile finds each row in memory or in sled.
        let mut at_hand = self.at_hand_mut();
        at_hand.recent.clear();
        let written = std::mem::take(&mut at_hand.recent_refunds);
        at_hand.lately.put(written);
        at_hand.recent_answers.clear();
        outdated.iter().for_each(|(_, row)| at_hand.answers.forget(row));
        Ok(())
    }

    /// The refunds that changed, with their numbers; the marks in their histories are among the rows.
    fn refunds(
        &self,
        changed: &Changed,
        told: &BTreeMap<RefundId, ToldOf>,
        rows: &mut Rows,
    ) -> Result<Vec<(Number, RecentRefund)>, StoreError> {
        let mut refunds = Vec::new();
        for (id, change) in &changed.refunds {
            let not_there = || strange("a refund that changed has no row");
            let ToldOf { number, last } = *told.get(id).ok_or_else(not_there)?;
            let number = number.map_or_else(|| Ok(self.row(id)?.ok_or_else(not_there)?.number), Ok::<_, StoreError>)?;
            let told_before = change.before.as_ref().map_or(0, |before| before.sequence);
            if Marks::is_one_due(told_before, change.after.sequence) {
                let mut marks = self.marks(number)?;
                marks.add(change.after.sequence, last);
                rows.put(keys::marks(number), marks.to_bytes());
            }
            refunds.push((number, RecentRefund { last, refund: Arc::clone(&change.after) }));
        }
        Ok(refunds)
    }

    /// Notes where each of these records stands. Nobody is given one of their numbers before they can be read.
    fn write_numbers(&self, places: &[u64], rows: &mut Rows) {
        let mut numbers = self.past.numbers_mut();
        let changed: BTreeSet<u64> = places.iter().filter_map(|at| numbers.add(*at)).collect();
        changed.into_iter().for_each(|row| rows.put(keys::numbers(row), numbers.row(row)));
    }

    /// Rows of answers that are too old to be given, the oldest first, as sled has them in order.
    fn outdated(&self) -> Result<Vec<(IVec, answers::Row)>, StoreError> {
        let latest = self.latest();
        let mut outdated = Vec::new();
        for row in self.db.scan_prefix(keys::ANSWERS).take(DROPPED_AT_ONCE) {
            let (key, row) = row.map_err(unreadable)?;
            let row = parse_answers(&row)?;
            if !is_over(row.at, latest) {
                break;
            }
            outdated.push((key, row));
        }
        Ok(outdated)
    }
}

/// Rows to be written in one step.
#[derive(Default)]
pub(super) struct Rows(Vec<(Vec<u8>, Option<IVec>)>);

impl Rows {
    /// The rows of the settings that a record changed.
    pub(super) fn of_settings(record: &Record, changed: &Changed) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        if changed.settings.is_some() {
            for entry in &record.entries {
                if let Some(SettingRow { which, bytes }) = setting_row(entry)? {
                    rows.0.push((keys::setting(&which), bytes.map(IVec::from)));
                }
            }
        }
        Ok(rows)
    }

    fn put(&mut self, key: Vec<u8>, row: Vec<u8>) {
        self.0.push((key, Some(row.into())));
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.0.push((key, None));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::files::simulated::SimulatedDisk;
    use crate::{Advance, Clock, EmbeddedStore, IdempotencyKey, Request, SetUp, Store, Surroundings, Work};

    const DAYS: usize = 100;
    const PER_DAY: usize = 40;

    #[test]
    fn what_is_remembered_is_dropped_after_31_days_and_what_is_younger_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false };
        let store = EmbeddedStore::open_on(&SimulatedDisk::new(), folder.path(), surroundings).unwrap().store;
        let key =
            |day: usize, number: usize| IdempotencyKey { caller: "key_1".to_owned(), key: format!("{day}-{number}") };
        let day = Work::AdvanceTestClock { advance: Advance::Seconds(86_400) };
        for today in 0..DAYS {
            for number in 0..PER_DAY {
                let idempotency = Some((key(today, number), [0; 32]));
                let request = Request { idempotency, ..Request::by_system(SetUp::KeysUsed { used: Vec::new() }) };
                store.submit(request).wait().unwrap();
            }
            store.submit(Request::by_system(day.clone())).wait().unwrap();
        }
        let kept = 31 * PER_DAY;
        let in_memory = store.view.at_hand().answers.len();
        let in_sled = store.view.db.scan_prefix(keys::ANSWERS).count();
        assert!((kept..kept + 3 * RECENT_MAX).contains(&in_memory), "{in_memory} of {}", DAYS * PER_DAY);
        assert!(in_sled <= in_memory, "{in_sled} rows for {in_memory} answers");
        for number in 0..PER_DAY {
            assert!(store.view.remembered(&key(DAYS - 31, number)).unwrap().is_some());
            assert!(store.view.remembered(&key(DAYS - 32, number)).unwrap().is_none());
        }
    }
}
