//! Going through the log of a database: what follows from it is written to tables, and held against the laws.

use super::super::error::undecoded;
use super::super::laws::RecordPlace;
use super::super::review::Review;
use super::super::{CareError, Watcher};
use crate::codec::decode;
use crate::postgres::{Database, Ends, Log, Making, Read, Step};
use crate::record::Record;

/// A log that is gone through.
pub(super) struct Replaying {
    log: Log,
    pub(super) making: Making,
    pub(super) review: Review,
    /// How many refunds were opened.
    pub(super) refunds: u64,
    /// The last record that changed a setting.
    set_up: u64,
}

impl Replaying {
    pub(super) fn begin() -> Self {
        let (log, making, review) = (Log::default(), Making::of_nothing(), Review::default());
        Self { log, making, review, refunds: 0, set_up: 0 }
    }

    /// Goes through all of it, and writes the tables that follow from it, which are empty.
    pub(super) fn all(&mut self, database: &Database, watcher: &Watcher) -> Result<(), CareError> {
        let records = database.records()?;
        loop {
            let read = self.log.next(database)?;
            let Some(last) = read.last() else { return Ok(()) };
            watcher.counted("reading the records", last.stamp.number, records);
            self.some(database, &read)?;
        }
    }

    fn some(&mut self, database: &Database, read: &[Read]) -> Result<(), CareError> {
        let mut understood: Vec<Record> = Vec::new();
        let decoded = read.iter().try_for_each(|read| {
            let at = RecordPlace::Number(read.stamp.number);
            understood.push(decode(&read.body).map_err(|error| undecoded(at, error))?);
            Ok::<_, CareError>(())
        });
        let mut step = self.making.step(database, &understood)?;
        for (read, record) in read.iter().zip(&understood) {
            self.one(read, record, &mut step)?;
        }
        decoded?;
        Ok(self.making.write(database, step)?)
    }

    fn one(&mut self, read: &Read, record: &Record, step: &mut Step) -> Result<(), CareError> {
        let number = read.stamp.number;
        let changed = self.review.record(&step.case, RecordPlace::Number(number), record, read.body.len())?;
        self.refunds = changed.opened.values().fold(self.refunds, |all, ids| all.saturating_add(ids.len() as u64));
        let sets_up = step.add(number, record, changed).map_err(crate::PostgresError::from)?;
        if sets_up {
            self.set_up = number;
        }
        let damaged = |what| Err(CareError::LogDamaged { record: number, what });
        if sets_up != read.sets_up {
            return damaged("whether it changes a setting");
        }
        let Some(ends) = read.ends else { return Ok(()) };
        self.review.batch();
        let entries = i32::try_from(record.entries.len()).unwrap_or(i32::MAX);
        if ends != (Ends { entries, latest: step.case.latest, settings: self.set_up }) {
            return damaged("what its batch says of it");
        }
        Ok(())
    }
}
