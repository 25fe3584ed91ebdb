//! What the view writes: all that some records changed, in one step.

use std::collections::BTreeMap;

use refund_core::{RefundId, Timestamp};

use super::keys::{self, Scope};
use super::rows::{LAYOUT, LineRow, Meta};
use super::view::{SledView, unreadable};
use crate::codec::{Named, encode, refund_row};
use crate::journal::{Checkpoint, Position};
use crate::stage::{Changed, Overlay, RefundChange};
use crate::{Sort, StoreError, View};

/// What the records of a batch changed, and where they stand.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) changed: Changed,
    last: BTreeMap<RefundId, u64>,
}

impl Gathered {
    /// Adds what the record that stands at `position` changed.
    pub(super) fn add(&mut self, position: Position, changed: Changed) {
        self.last.extend(changed.refunds.keys().map(|id| (id.clone(), position.into())));
        self.changed.merge(changed);
    }

    /// Everything as it is with what has been gathered.
    pub(super) fn over<'a>(&'a self, view: &'a SledView) -> Overlay<'a> {
        Overlay { under: view, changed: &self.changed }
    }

    /// Where the latest record stands that tells of a refund; 0 where there is none.
    pub(super) fn last(&self, view: &SledView, id: &RefundId) -> Result<u64, StoreError> {
        self.last.get(id).map_or_else(|| view.last(id), |last| Ok(*last))
    }
}

/// sled frees memory only when it is asked to, about every so many rows.
const ROWS_PER_COLLECTION: usize = 64;

/// How many outdated answers are dropped beside each new one: more than one, so that they end.
const DROPPED_PER_ANSWER: usize = 2;

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
        for (id, change) in &gathered.changed.refunds {
            rows.put(keys::refund(id), refund_row(gathered.last(self, id)?, &change.after)?);
            rows.refund(id, change);
        }
        self.write_lines(&gathered.changed, &mut rows)?;
        write_settings(&gathered.changed, &mut rows)?;
        self.write_answers(&gathered.changed, latest, &mut rows)?;
        match current {
            Some(current) => rows.put(keys::META.to_vec(), Meta { layout: LAYOUT, latest, current }.to_bytes()),
            None => rows.remove(keys::META.to_vec()),
        }
        self.db.apply_batch(rows.batch).map_err(unreadable)?;
        for _ in 0..rows.count.div_ceil(ROWS_PER_COLLECTION) {
            // Else retired pages pile up faster than they are freed.
            crossbeam_epoch::pin().flush();
        }
        self.remember(gathered.changed.policy, gathered.changed.rollout);
        self.is_current(latest, current.map_or(self.current(), |current| current.length()));
        Ok(())
    }

    /// The accounts of order lines, and which refunds each has had.
    fn write_lines(&self, changed: &Changed, rows: &mut Rows) -> Result<(), StoreError> {
        let mut new = BTreeMap::<_, Vec<_>>::new();
        for change in changed.refunds.values().filter(|change| change.before.is_none()) {
            new.entry(change.after.line_key()).or_default().push(&change.after);
        }
        for (key, ledger) in &changed.lines {
            let before = self.line_row(key)?;
            let mut refunds = before.as_ref().map_or_else(Vec::new, |row| row.refunds.clone());
            let mut opened = new.remove(key).unwrap_or_default();
            opened.sort_by_key(|refund| refund.opened_at);
            refunds.extend(opened.into_iter().map(|refund| refund.id.clone()));
            let row = LineRow { ledger: ledger.clone(), refunds };
            if before.as_ref() != Some(&row) {
                rows.put(keys::line(key), encode(&row)?);
            }
        }
        Ok(())
    }

    /// New answers, and no more of those that are too old to be given.
    fn write_answers(&self, changed: &Changed, latest: Timestamp, rows: &mut Rows) -> Result<(), StoreError> {
        for (key, remembered) in &changed.answers {
            rows.put(keys::answer(keys::generation(remembered.at), key), encode(remembered)?);
        }
        let dropped = changed.answers.len().saturating_mul(DROPPED_PER_ANSWER);
        let kept = keys::generation(latest).saturating_sub(1);
        if dropped > 0 && kept > 0 {
            for row in self.rows(keys::answers(0), keys::answers(kept))?.take(dropped) {
                rows.remove(row?.0.to_vec());
            }
        }
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

    /// Where a refund stands in what is due and in the lists, where that changed.
    fn refund(&mut self, id: &RefundId, change: &RefundChange) {
        let (before, after) = (change.before.as_ref(), &change.after);
        let due = |at| keys::due(at, id);
        self.moved(before.and_then(|refund| refund.next_due()).map(due), after.next_due().map(due));
        for sort in [Sort::Deadline, Sort::OpenedAt] {
            let (from, to) = (before.map(|refund| sort.place(refund)), sort.place(after));
            if from.as_ref() == Some(&to) {
                continue;
            }
            for scope in Scope::all_of(after) {
                let list = keys::list(sort, scope);
                self.moved(from.as_ref().map(|place| keys::place(&list, place)), Some(keys::place(&list, &to)));
            }
        }
    }

    /// A row without a value that stands elsewhere now.
    fn moved(&mut self, from: Option<Vec<u8>>, to: Option<Vec<u8>>) {
        if from == to {
            return;
        }
        if let Some(from) = from {
            self.remove(from);
        }
        if let Some(to) = to {
            self.put(to, Vec::new());
        }
    }
}
