//! Where records are carried from.

use std::path::Path;

use super::super::error::{refused, undecoded};
use super::super::laws::RecordPlace;
use super::super::source::Source as Folder;
use super::super::{CareError, MANIFEST, Watcher};
use super::carry::{Carried, Give, Source};
use crate::codec::decode;
use crate::files::read_only::Use;
use crate::journal::{Checkpoint, Ending, JournalError, RecordAt, inspect};
use crate::postgres::{Database, Log, Moment};
use crate::record::Record;
use crate::stored::Payload;

/// The journal of a folder that nobody uses.
pub(super) struct OfFolder {
    journal: Folder,
    /// Nobody begins to use it as long as this is kept.
    _unused: Use,
}

impl OfFolder {
    pub(super) fn open(folder: &Path) -> Result<Self, CareError> {
        let journal = Folder::in_folder(folder)?;
        if folder.join(MANIFEST).exists() {
            return Err(CareError::IsABackup(folder.to_owned()));
        }
        match Use::of(folder).map_err(refused("ask for the lock of", folder))? {
            Use::Somebody => Err(CareError::InUse(folder.to_owned())),
            unused @ Use::Nobody(_) => Ok(Self { journal, _unused: unused }),
        }
    }
}

impl Source for OfFolder {
    fn each(&mut self, watcher: &Watcher, give: &mut Give<'_>) -> Result<(), CareError> {
        let Folder { file, length, .. } = &self.journal;
        let inspected = inspect(file, *length, Checkpoint::START, |frame| {
            watcher.bytes("copying the journal", frame.after.length(), *length);
            frame.records().try_for_each(|found| give(carried(found)?))
        })?;
        match inspected.ending {
            // Nothing of what a crash left was acknowledged.
            Ending::Whole | Ending::Torn(_) => Ok(()),
            Ending::Damaged { at, what } => Err(JournalError::Damaged { at, what }.into()),
        }
    }
}

/// A record of a journal.
pub(super) fn carried(found: RecordAt<'_>) -> Result<Carried, CareError> {
    let at = RecordPlace::Byte(found.position.into());
    let payload: Payload = decode(found.payload).map_err(|error| undecoded(at, error))?;
    // Those of format 1 have none.
    let epoch = found.stamp.map_or(0, |stamp| stamp.epoch);
    Ok(Carried { epoch, salt: found.salt, record: payload.into_record(), bytes: found.payload.len() })
}

/// The log of a database, as it is at one moment.
pub(crate) struct OfDatabase<'d> {
    database: &'d Database,
    log: Log,
    records: u64,
}

impl<'d> OfDatabase<'d> {
    pub(crate) fn begin(database: &'d Database, moment: Moment) -> Result<Self, CareError> {
        database.begin(moment)?;
        Ok(Self { database, log: Log::default(), records: database.records()? })
    }
}

impl Source for OfDatabase<'_> {
    fn each(&mut self, watcher: &Watcher, give: &mut Give<'_>) -> Result<(), CareError> {
        while let Some(some) = next(&mut self.log, self.database)? {
            for (number, record) in some {
                watcher.counted("copying the records", number, self.records);
                give(record)?;
            }
        }
        Ok(())
    }
}

/// The next records of a log, each with its number; nothing where there are no more.
pub(super) fn next(log: &mut Log, database: &Database) -> Result<Option<Vec<(u64, Carried)>>, CareError> {
    let read = log.next(database)?;
    let carried = read.into_iter().map(|read| {
        let number = read.stamp.number;
        let record: Record = decode(&read.body).map_err(|error| undecoded(RecordPlace::Number(number), error))?;
        Ok((number, Carried { epoch: read.stamp.epoch, salt: read.salt, record, bytes: read.body.len() }))
    });
    let carried = carried.collect::<Result<Vec<_>, CareError>>()?;
    Ok(Some(carried).filter(|carried| !carried.is_empty()))
}
