//! What the view writes: all that some records changed, in one step.

use std::collections::BTreeMap;

use refund_core::{RefundId, Timestamp};

use super::answers;
use super::keys;
use super::rows::{LAYOUT, Meta};
use super::view::{SledView, parse_answers, unreadable};
use crate::codec::{Named, encode, refund_row};
use crate::journal::{Checkpoint, Position};
use crate::stage::{Changed, Overlay};
use crate::{Number, StoreError, View};

/// What the records of a batch changed, and where they stand.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) changed: Changed,
    /// The first and the latest of these records that tells of a refund.
    told: BTreeMap<RefundId, (u64, u64)>,
    answers: Vec<(u64, u64)>,
}

impl Gathered {
    /// Adds what the record that stands at `position` changed.
    pub(super) fn add(&mut self, position: Position, changed: Changed) {
        let position = position.into();
        for id in changed.refunds.keys() {
            self.told.entry(id.clone()).or_insert((position, position)).1 = position;
        }
        self.answers.extend(changed.answers.keys().map(|key| (answers::hash(key), position)));
        self.changed.merge(changed);
    }

    /// Everything as it is with what has been gathered.
    pub(super) fn over<'a>(&'a self, view: &'a SledView) -> Overlay<'a> {
        Overlay { under: view, changed: &self.changed }
    }

    /// Where the latest record stands that tells of a refund; 0 where there is none.
    pub(super) fn last(&self, view: &SledView, id: &RefundId) -> Result<u64, StoreError> {
        match self.told.get(id) {
            Some((_, last)) => Ok(*last),
            None => Ok(view.found(id)?.map_or(0, |found| found.last)),
        }
    }
}

/// sled frees memory only when it is asked to, about every so many rows.
const ROWS_PER_COLLECTION: usize = 64;

/// How many rows of outdated answers are dropped beside each new one: more than one, so that they end.
const DROPPED_PER_ROW: usize = 2;

impl SledView {
    /// Writes what was gathered. With it goes the checkpoint up to which the rows are then
    /// current; without one the view is not to be believed until there is one again.
    ///
    /// All is one batch of one tree, which sled recovers whole or not at all. What it recovers
    /// after a kill is all that it wrote up to some moment; so the checkpoint is never ahead of
    /// the rows.
    pub(super) fn apply(&self, gathered: Gathered, current: Option<Checkpoint>) -> Result<(), StoreError> {
        let latest = gathered.changed.latest.max(Some(self.latest())).unwrap_or(Timestamp::MIN);
        let mut rows = Rows::default();
        let numbers = self.write_refunds(&gathered, &mut rows)?;
        write_settings(&gathered.changed, &mut rows)?;
        self.write_answers(gathered.answers, latest, &mut rows)?;
        match current {
            Some(current) => rows.put(keys::META.to_vec(), Meta { layout: LAYOUT, latest, current }.to_bytes()),
            None => rows.remove(keys::META.to_vec()),
        }
        self.db.apply_batch(rows.batch).map_err(unreadable)?;
        for _ in 0..rows.count.div_ceil(ROWS_PER_COLLECTION) {
            // Else retired pages pile up faster than they are freed.
            crossbeam_epoch::pin().flush();
        }
        let mut index = self.index_mut();
        for (number, change) in numbers.iter().zip(gathered.changed.refunds.values()) {
            index.changed(*number, change.before.as_ref(), &change.after);
        }
        drop(index);
        self.remember(gathered.changed.policy, gathered.changed.rollout);
        self.is_current(latest, current.map_or(self.current(), |current| current.length()));
        Ok(())
    }

    /// The refunds that changed; gives their numbers.
    fn write_refunds(&self, gathered: &Gathered, rows: &mut Rows) -> Result<Vec<Number>, StoreError> {
        let mut numbers = Vec::new();
        for (id, change) in &gathered.changed.refunds {
            let (first, last) = gathered.told.get(id).copied().unwrap_or_default();
            let number = match change.before {
                Some(_) => self.found(id)?.map_or(first, |found| found.number),
                None => first,
            };
            rows.put(keys::refund(number), refund_row(last, &change.after)?);
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// New answers, and no more of those that are too old to be given.
    fn write_answers(&self, new: Vec<(u64, u64)>, latest: Timestamp, rows: &mut Rows) -> Result<(), StoreError> {
        let Some((_, position)) = new.first().copied() else { return Ok(()) };
        for row in self.rows(keys::ANSWERS.to_vec(), keys::answers(position))?.take(DROPPED_PER_ROW) {
            let (key, row) = row?;
            let row = parse_answers(&row)?;
            if answers::is_over(row.at, latest) {
                rows.remove(key.to_vec());
                self.answers_mut().forget(&row);
            }
        }
        let row = answers::Row { at: latest, answers: new };
        rows.put(keys::answers(position), row.to_bytes());
        self.answers_mut().add(&row);
        Ok(())
    }
}

/// Sellers, policy, roll-out and keys.
fn write_settings(changed: &Changed, rows: &mut Rows) -> Result<(), StoreError> {
    for (id, seller) in &changed.sellers {
        rows.put(keys::seller(id), encode(seller)?);
    }
    for (id, key) in &changed.keys {
        rows.put(keys::key(id), encode(key)?);
        rows.put(keys::secret(&key.secret), encode(id)?);
    }
    if let Some(policy) = &changed.policy {
        rows.put(keys::POLICY.to_vec(), encode(&Named(&**policy))?);
    }
    if let Some(rollout) = &changed.rollout {
        rows.put(keys::ROLLOUT.to_vec(), encode(&Named(&**rollout))?);
    }
    Ok(())
}

/// Rows to be written in one step.
#[derive(Default)]
struct Rows {
    batch: sled::Batch,
    count: usize,
}

impl Rows {
    fn put(&mut self, key: Vec<u8>, row: Vec<u8>) {
        self.batch.insert(key, row);
        self.count = self.count.saturating_add(1);
    }

    fn remove(&mut self, key: Vec<u8>) {
        self.batch.remove(key);
        self.count = self.count.saturating_add(1);
    }
}
