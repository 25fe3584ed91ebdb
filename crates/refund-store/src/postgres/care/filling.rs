//! An empty database, being filled with the records of another store.

use futures_util::future::try_join3;

use super::super::PostgresError;
use super::super::catching_up::all_settings;
use super::super::head::{Head, Last};
use super::super::rows::strange;
use super::super::sql::{HEAD, TAKE_TURN};
use super::super::writing::{SendError, Written};
use super::database::Database;
use super::making::Making;
use super::sql;
use crate::StoreError;
use crate::door::{Halt, replayed};
use crate::record::Record;

/// A database that is being filled. No server opens it until it is [complete](Self::finish).
pub(crate) struct Filling {
    making: Making,
    /// What was written last.
    last: Option<Last>,
}

/// A record that is to be written, with its epoch and salt.
type Given<'r> = (&'r Record, (u32, [u8; 16]));

impl Filling {
    /// Begins with an empty database, or goes on with one in which that was begun before.
    pub(crate) fn begin(database: &Database) -> Result<Self, PostgresError> {
        database.must_be_without_servers()?;
        let head = Self::turn(database)?;
        if !head.copying && head.last.is_some() {
            return Err(PostgresError::HoldsAStore { address: database.shown() });
        }
        database.wait(database.client.execute(sql::MARK_COPYING, &[]))?;
        let settings = database.wait(all_settings(&*database.client)).map_err(StoreError::from)?;
        database.commit()?;
        Ok(Self { making: Making { settings, latest: head.latest() }, last: head.last })
    }

    /// Takes the turn, and says where everything stands.
    fn turn(database: &Database) -> Result<Head, PostgresError> {
        let client = &database.client;
        let (begin, take, look) =
            (client.batch_execute(sql::BEGIN_COPYING), client.execute(TAKE_TURN, &[]), client.query_one(HEAD, &[]));
        let ((), _, row) = database.wait(try_join3(begin, take, look))?;
        Ok(Head::of(&row)?)
    }

    /// Writes these records behind those that are there, all of them or none.
    pub(crate) fn append(&mut self, database: &Database, records: &[Given<'_>]) -> Result<(), PostgresError> {
        let head = Self::turn(database)?;
        if head.last != self.last || !head.copying {
            return Err(strange("somebody else writes to it").into());
        }
        let mut step = self.making.step(database, records.iter().map(|(record, _)| *record))?;
        let mut written = Written::behind(self.last.as_ref());
        for (record, mark) in records {
            let changed = replayed(&step.case, record).map_err(|halt| match halt {
                Halt::Needs(need) => StoreError::Unreadable(format!("{need:?} is not known")),
                Halt::Refused(refused) => StoreError::Unreadable(format!("a record does not fit: {refused:?}")),
            })?;
            written.add(record, *mark, &changed, &step.case.settings, &mut step.places)?;
            step.case.take_in(changed);
        }
        let batch = written.batch(&step.case);
        let sent = database.wait(written.send(&database.client, &step.case, &step.places, &batch));
        sent.map_err(|error| match error {
            SendError::Made(error) => PostgresError::from(error),
            SendError::Sent(error) => error.into(),
        })?;
        self.making.learn(step.case);
        self.last = Some(batch.last);
        Ok(())
    }

    /// Lets servers open it. Once that is durable, so is all that was written.
    pub(crate) fn finish(self, database: &Database) -> Result<(), PostgresError> {
        self.making.forget_answers(database)?;
        database.wait(database.client.execute(sql::MARK_COPIED, &[]))?;
        Ok(())
    }
}
