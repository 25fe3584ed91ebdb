//! A connection of a tool's own, and what it asks for before it begins.

use deadpool_postgres::ClientWrapper;
use tokio::runtime::Runtime;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::super::connection::{Connector, Purpose};
use super::super::head::Head;
use super::super::migrating::{check_layout, check_server};
use super::super::sql::HEAD;
use super::super::{PostgresAddress, PostgresError};
use super::sql;

/// A connection of a tool's own.
pub(crate) struct Database {
    // Dropped before what it lives on.
    pub(super) client: ClientWrapper,
    runtime: Runtime,
    address: PostgresAddress,
}

/// As what a tool looks at everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// As it is at this moment, whatever others record meanwhile.
    Beside,
    /// As it is, and nobody records anything meanwhile.
    Alone,
}

/// How a store is used.
pub(crate) struct Way {
    /// Whether time stands still until it is moved.
    pub(crate) test_clock: bool,
    /// Whether settling is held (R36).
    pub(crate) held: bool,
}

impl Database {
    /// Connects to a database that is a store of the present layout.
    pub(crate) fn open(address: &PostgresAddress) -> Result<Self, PostgresError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(PostgresError::Threads)?;
        let client = runtime.block_on(Connector::new(address.clone())?.connect(Purpose::Care))?;
        let database = Self { client, runtime, address: address.clone() };
        database.wait(check_server(&database.client))?;
        database.head()?.check_format()?;
        Ok(database)
    }

    /// Where it is, for people.
    pub(crate) fn shown(&self) -> String {
        self.address.shown()
    }

    /// Where everything stands.
    pub(super) fn head(&self) -> Result<Head, PostgresError> {
        self.wait(check_layout(&*self.client, &self.address))?;
        Ok(Head::of(&self.wait(self.client.query_one(HEAD, &[]))?)?)
    }

    /// How many records there are.
    pub(crate) fn records(&self) -> Result<u64, PostgresError> {
        Ok(self.head()?.number())
    }

    /// Refuses a database into which a copy is not complete.
    pub(crate) fn must_be_complete(&self) -> Result<(), PostgresError> {
        self.head()?.check()
    }

    /// Refuses a database that servers use, or into which a copy is not complete.
    pub(crate) fn must_be_at_rest(&self) -> Result<(), PostgresError> {
        self.must_be_complete()?;
        self.must_be_without_servers()
    }

    /// What is recorded from now on is of another history than what was lost. How the store is used stays.
    pub(crate) fn begin_another_history(&self, random: u32) -> Result<Way, PostgresError> {
        self.wait(self.client.execute(sql::ANOTHER_HISTORY, &[&i64::from(random >> 1)]))?;
        let head = self.head()?;
        Ok(Way { test_clock: head.test_clock.unwrap_or(false), held: head.held })
    }

    /// Refuses a database that servers use.
    pub(super) fn must_be_without_servers(&self) -> Result<(), PostgresError> {
        let live = self.live_servers()?;
        if live.is_empty() {
            return Ok(());
        }
        Err(PostgresError::InUse { address: self.shown(), servers: live.join(", ") })
    }

    /// The names of the servers that live.
    pub(super) fn live_servers(&self) -> Result<Vec<String>, PostgresError> {
        let live = self.query(sql::LIVE_SERVERS, &[])?;
        Ok(live.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// From now on everything is as it is at one moment, until the tool ends.
    pub(crate) fn begin(&self, moment: Moment) -> Result<(), PostgresError> {
        self.carry_out(sql::BEGIN)?;
        // Before anything is looked at, so that what is seen is what there is once nobody records any more.
        match moment {
            Moment::Beside => Ok(()),
            Moment::Alone => self.carry_out(sql::KEEP_THE_TURN),
        }
    }

    /// What was done since [`begin`](Self::begin) is so from now on.
    pub(crate) fn commit(&self) -> Result<(), PostgresError> {
        self.carry_out("COMMIT")
    }

    pub(super) fn query(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, PostgresError> {
        Ok(self.wait(self.client.query(sql, parameters))?)
    }

    pub(super) fn query_one(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Row, PostgresError> {
        Ok(self.wait(self.client.query_one(sql, parameters))?)
    }

    pub(super) fn carry_out(&self, sql: &str) -> Result<(), PostgresError> {
        Ok(self.wait(self.client.batch_execute(sql))?)
    }

    pub(super) fn wait<T>(&self, soon: impl Future<Output = T>) -> T {
        self.runtime.block_on(soon)
    }
}
