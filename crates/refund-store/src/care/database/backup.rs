//! A journal made from the log of a database, as a backup that can be restored into a folder.

use std::path::Path;

use refund_core::Timestamp;

use super::super::backup::{BackedUp, begin, is_empty};
use super::super::copy::{OfDatabase, ToJournal, carry};
use super::super::error::refused;
use super::super::evidence::copy_evidence;
use super::super::manifest::{Manifest, copy_secrets};
use super::super::rebuild::lock;
use super::super::{CareError, Watcher};
use crate::PostgresAddress;
use crate::files::Files;
use crate::files::disk::Disk;
use crate::journal::{Checkpoint, FILE};
use crate::postgres::{Database, Moment};

/// Adds what is new in a database to the backup in `to`, or begins one there, and with it the files named `secrets` from
/// `folder`. What the backup has already is read and held against the database record by record. Servers may run
/// meanwhile. Not for use within an asynchronous task.
///
/// The backup that was in `to` is good until this succeeds, and afterwards it is this one.
///
/// # Errors
/// [`CareError`].
pub fn back_up_database(
    address: &PostgresAddress,
    to: &Path,
    (folder, secrets): (Option<&Path>, &[&str]),
    made_at: Timestamp,
    watcher: &Watcher,
) -> Result<BackedUp, CareError> {
    let database = Database::open(address)?;
    database.must_be_complete()?;
    if Manifest::read(to)?.is_none() && !is_empty(to)? {
        return Err(CareError::NotEmpty(to.to_owned()));
    }
    let disk = lock(to)?;
    let before = match Manifest::read(to)? {
        Some(manifest) => manifest,
        None => begin(to, made_at)?,
    };
    let mut journal = opened(&disk, to, before.checkpoint().unwrap_or(Checkpoint::START))?;
    let mut log = OfDatabase::begin(&database, Moment::Beside)?;
    let records = database.records()?;
    if records < before.records {
        let folder = to.to_owned();
        return Err(CareError::LogLostItsEnd { folder, backup: before.records, records });
    }
    let copied = carry(&mut log, &mut journal, watcher)?;
    disk.sync_directory().map_err(refused("sync", to))?;
    let secrets = folder.map(|folder| copy_secrets(secrets, folder, to)).transpose()?.unwrap_or_default();
    let secrets = secrets.into_iter().map(str::to_owned).collect();
    let evidence = folder.map(|folder| copy_evidence(folder, to)).transpose()?.unwrap_or_default();
    let manifest = Manifest::new(journal.checkpoint(), copied.latest, made_at);
    manifest.write(to)?;
    let added = manifest.length.saturating_sub(before.length);
    Ok(BackedUp { manifest, added, torn: None, secrets, evidence })
}

/// The journal of a backup up to where its manifest says: what is behind was never finished, and is cut off.
fn opened(disk: &Disk, to: &Path, end: Checkpoint) -> Result<ToJournal, CareError> {
    let path = to.join(FILE);
    let kept = if end == Checkpoint::START { 0 } else { end.length() };
    let file = disk.open(FILE).map_err(refused("open", &path))?;
    let damaged = |what: String| CareError::BackupDamaged { folder: to.to_owned(), what };
    let length = file.length().map_err(refused("ask for the length of", &path))?;
    if length < kept {
        return Err(damaged(format!("its journal has {length} bytes, and {kept} are named")));
    }
    file.truncate(kept).map_err(refused("write", &path))?;
    drop(file);
    let journal = ToJournal::open(disk, path)
        .map_err(|error| if let CareError::Journal(error) = error { damaged(error.to_string()) } else { error })?;
    if journal.checkpoint() != end {
        return Err(damaged("its journal does not end as is said".to_owned()));
    }
    Ok(journal)
}
