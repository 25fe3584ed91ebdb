//! Making the tables of a database anew from its records.

use super::super::{CareError, Watcher};
use super::replaying::Replaying;
use crate::PostgresAddress;
use crate::postgres::{Database, Moment};

/// What rebuilding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RebuiltDatabase {
    /// How many records the tables were made of.
    pub records: u64,
    /// How many refunds they have.
    pub refunds: u64,
}

/// Makes every table that follows from the records anew, in a database that no server uses. The records are checked on
/// the way. Where that fails all is as it was. Not for use within an asynchronous task.
///
/// # Errors
/// [`CareError`].
pub fn rebuild_database(address: &PostgresAddress, watcher: &Watcher) -> Result<RebuiltDatabase, CareError> {
    let database = Database::open(address)?;
    database.must_be_at_rest()?;
    database.begin(Moment::Alone)?;
    database.empty_tables()?;
    let mut replaying = Replaying::begin();
    replaying.all(&database, watcher)?;
    replaying.making.forget_answers(&database)?;
    database.commit()?;
    Ok(RebuiltDatabase { records: replaying.review.contents.records, refunds: replaying.refunds })
}
