//! Making the tables that follow from records, some records at a time.

use std::sync::Arc;

use refund_core::Timestamp;

use super::super::PostgresError;
use super::super::derived::Derived;
use super::super::loading::{Places, load};
use super::super::puts::send;
use super::database::Database;
use super::sql;
use crate::door::{Case, Changed, needs_of};
use crate::model::remembered::REMEMBERED_FOR_MILLIS;
use crate::record::Record;
use crate::{Settings, StoreError};

/// Tables that are being made, and how everything is behind the last record from which they were.
pub(crate) struct Making {
    pub(super) settings: Arc<Settings>,
    pub(crate) latest: Timestamp,
}

/// Some records, on what the tables have of what they are about.
pub(crate) struct Step {
    pub(crate) case: Case,
    pub(super) places: Places,
    derived: Derived,
}

impl Making {
    /// Tables that are empty.
    pub(crate) fn of_nothing() -> Self {
        Self { settings: Arc::default(), latest: Timestamp::MIN }
    }

    /// All that the next records need.
    pub(crate) fn step<'r>(
        &self,
        database: &Database,
        records: impl IntoIterator<Item = &'r Record>,
    ) -> Result<Step, PostgresError> {
        let (mut case, mut places) = (Case::new(Arc::clone(&self.settings), self.latest), Places::default());
        let needs: Vec<_> = records.into_iter().flat_map(needs_of).collect();
        let loaded = database.wait(load(&database.client, &needs, &mut case, &mut places));
        loaded.map_err(StoreError::from)?;
        Ok(Step { case, places, derived: Derived::default() })
    }

    /// Writes what follows from the records of a step.
    pub(crate) fn write(&mut self, database: &Database, step: Step) -> Result<(), PostgresError> {
        let puts = step.derived.puts(&step.case, &step.places)?;
        database.wait(send(&database.client, &puts, None))?;
        self.learn(step.case);
        Ok(())
    }

    /// Leaves no answers that nobody is given any more.
    pub(crate) fn forget_answers(&self, database: &Database) -> Result<(), PostgresError> {
        let until = self.latest.as_millis().saturating_sub(REMEMBERED_FOR_MILLIS);
        database.wait(database.client.execute(sql::FORGET_ANSWERS, &[&until]))?;
        Ok(())
    }

    pub(super) fn learn(&mut self, case: Case) {
        (self.settings, self.latest) = (case.settings, case.latest);
    }
}

impl Step {
    /// Adds the record of that number, and what it changes. Whether it changes a setting.
    pub(crate) fn add(&mut self, number: u64, record: &Record, changed: Changed) -> Result<bool, StoreError> {
        let sets_up = self.derived.add(number, record, &changed, &self.case.settings, &mut self.places)?;
        self.case.take_in(changed);
        Ok(sets_up)
    }
}
