//! A store moved to where another kind of it is kept: every record with its number, its epoch and its time, so that
//! whatever names a place in it stays good.

mod carry;
mod from;
mod to;

use std::path::PathBuf;

pub use self::carry::CopiedStore;
use self::carry::Source;
pub(super) use self::carry::carry;
pub(super) use self::from::OfDatabase;
use self::from::OfFolder;
pub(super) use self::to::ToJournal;
use self::to::{ToDatabase, ToFolder};
use super::{CareError, Watcher};
use crate::PostgresAddress;
use crate::postgres::{Database, Moment};

/// Where a store is kept.
#[derive(Clone)]
pub enum StoreAt {
    /// In a data folder.
    Folder(PathBuf),
    /// In a database.
    Database(Box<PostgresAddress>),
}

/// Copies a store that nobody uses to a new folder or an empty database. One that was cut off goes on where it stopped:
/// until it is complete no server takes what is there for a store. Each record is checked against the chain of where it
/// comes from, and compared with what is read back of it.
///
/// # Errors
/// [`CareError`]. The store that is copied is as it was.
pub fn copy(from: &StoreAt, to: &StoreAt, watcher: &Watcher) -> Result<CopiedStore, CareError> {
    match from {
        StoreAt::Folder(folder) => copy_from(&mut OfFolder::open(folder)?, to, watcher),
        StoreAt::Database(address) => {
            let database = Database::open(address)?;
            database.must_be_at_rest()?;
            copy_from(&mut OfDatabase::begin(&database, Moment::Alone)?, to, watcher)
        }
    }
}

fn copy_from(source: &mut dyn Source, to: &StoreAt, watcher: &Watcher) -> Result<CopiedStore, CareError> {
    match to {
        StoreAt::Folder(folder) => {
            let mut target = ToFolder::begin(folder)?;
            let copied = carry(source, &mut target.journal, watcher)?;
            target.finish(watcher)?;
            Ok(copied)
        }
        StoreAt::Database(address) => {
            let mut target = ToDatabase::begin(address)?;
            let copied = carry(source, &mut target, watcher)?;
            target.finish()?;
            Ok(copied)
        }
    }
}
