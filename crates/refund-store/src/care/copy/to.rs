//! Where records are carried to.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use refund_core::RefundId;

use super::super::as_journal::AsJournal;
use super::super::backup::is_empty;
use super::super::error::refused;
use super::super::rebuild::{close, lock, open_with};
use super::super::{CareError, Watcher};
use super::carry::{Carried, Target};
use super::from::{carried, next};
use crate::codec::CodecError;
use crate::files::Files;
use crate::files::disk::Disk;
use crate::journal::{COPY, Checkpoint, FILE, Journal, NewRecord, Position, Records};
use crate::postgres::{Database, Filling, Log};
use crate::stored::{Payload, told_of};
use crate::{KEPT_FREE_BYTES, PostgresAddress};

pub(crate) struct ToJournal {
    path: PathBuf,
    journal: Journal,
    there: Records,
    /// Where the latest record stands that tells of each refund.
    last: HashMap<RefundId, u64>,
}

impl ToJournal {
    /// Begins a journal, or goes on with the one that is there, all of which is checked. `path` is what it is called.
    pub(crate) fn open(files: &dyn Files, path: PathBuf) -> Result<Self, CareError> {
        let journal = Journal::open(files, Checkpoint::START)?.journal;
        let there = journal.reader().read_from(Position::FIRST);
        Ok(Self { path, journal, there, last: HashMap::new() })
    }

    /// The state after what it now holds.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        self.journal.checkpoint()
    }

    fn must_have_space(&self) -> Result<(), CareError> {
        let left = self.journal.space_left()?;
        if left >= KEPT_FREE_BYTES {
            return Ok(());
        }
        let what = format!("{left} bytes of space are left, and {KEPT_FREE_BYTES} are kept free");
        Err(refused("write", &self.path)(io::Error::new(io::ErrorKind::StorageFull, what)))
    }
}

impl Target for ToJournal {
    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn next(&mut self) -> Result<Option<Carried>, CareError> {
        let Some(found) = self.there.read_next()? else { return Ok(None) };
        let position = u64::from(found.position);
        let carried = carried(found)?;
        self.last.extend(told_of(&carried.record).map(|id| (id.clone(), position)));
        Ok(Some(carried))
    }

    fn append(&mut self, records: &[Carried]) -> Result<(), CareError> {
        self.must_have_space()?;
        let mut batch = self.journal.batch();
        for Carried { epoch, salt, record, .. } in records {
            let last = |id: &RefundId| Ok::<_, CodecError>(self.last.get(id).copied().unwrap_or(0));
            let payload = Payload::bytes(record, last);
            let payload = payload.map_err(|error| refused("write", &self.path)(io::Error::other(error)))?;
            let position = batch.push(NewRecord { epoch: *epoch, salt: *salt, payload: &payload })?;
            let position = u64::from(position);
            self.last.extend(told_of(record).map(|id| (id.clone(), position)));
        }
        Ok(batch.commit()?)
    }
}

/// A new folder, which no server takes for a store until it is complete.
pub(super) struct ToFolder {
    pub(super) journal: ToJournal,
    folder: PathBuf,
    disk: Disk,
}

impl ToFolder {
    pub(super) fn begin(folder: &Path) -> Result<Self, CareError> {
        if !folder.join(COPY).exists() && !is_empty(folder)? {
            return Err(CareError::NotEmpty(folder.to_owned()));
        }
        let disk = lock(folder)?;
        let journal = ToJournal::open(&AsJournal { disk: &disk, name: COPY }, folder.join(COPY))?;
        Ok(Self { journal, folder: folder.to_owned(), disk })
    }

    /// Builds the view, and makes a store of it.
    pub(super) fn finish(self, watcher: &Watcher) -> Result<(), CareError> {
        let Self { journal, folder, disk } = self;
        drop(journal);
        let files = AsJournal { disk: &disk, name: COPY };
        let opened = open_with(&files, &folder, "building the view", Arc::new(|_| {}), watcher)?;
        close(&opened)?;
        drop(opened);
        let path = folder.join(COPY);
        fs::rename(&path, folder.join(FILE)).map_err(refused("rename", &path))?;
        disk.sync_directory().map_err(refused("sync", &folder))
    }
}

/// An empty database, which no server opens until it is complete.
pub(super) struct ToDatabase {
    database: Database,
    filling: Filling,
    there: Log,
    read: VecDeque<Carried>,
}

impl ToDatabase {
    pub(super) fn begin(address: &PostgresAddress) -> Result<Self, CareError> {
        let database = Database::open(address)?;
        let filling = Filling::begin(&database)?;
        Ok(Self { database, filling, there: Log::default(), read: VecDeque::new() })
    }

    pub(super) fn finish(self) -> Result<(), CareError> {
        Ok(self.filling.finish(&self.database)?)
    }
}

impl Target for ToDatabase {
    fn shown(&self) -> String {
        format!("the database {}", self.database.shown())
    }

    fn next(&mut self) -> Result<Option<Carried>, CareError> {
        if self.read.is_empty() {
            let read = next(&mut self.there, &self.database)?;
            self.read.extend(read.into_iter().flatten().map(|(_, record)| record));
        }
        Ok(self.read.pop_front())
    }

    fn append(&mut self, records: &[Carried]) -> Result<(), CareError> {
        let given: Vec<_> = records.iter().map(|given| (&given.record, (given.epoch, given.salt))).collect();
        Ok(self.filling.append(&self.database, &given)?)
    }
}
