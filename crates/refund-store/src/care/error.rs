//! Why a tool could not do what it was asked to.

use std::io;
use std::path::{Path, PathBuf};

use super::laws::RecordPlace;
use crate::codec::CodecError;
use crate::files::disk::DiskError;
use crate::journal::JournalError;
use crate::postgres::LogError;
use crate::{OpenError, PostgresError, StoreError};

/// Why a tool stopped. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// Nothing was ever stored in the folder.
    #[error("there is no journal in {}: name the folder that `--data` of the server names", .0.display())]
    NoStore(PathBuf),
    /// There is a view of a journal that is gone.
    #[error(
        "the journal in {} is gone, and its view is there: nothing of what was acknowledged is safe in the view alone. \
         Keep a copy of the folder, look for the file `journal`, or restore a backup into a new folder",
        .0.display()
    )]
    JournalGone(PathBuf),
    /// A server, or another tool, uses the folder.
    #[error("another process uses the folder {}: stop the server (or wait for the other tool) and run this again", .0.display())]
    InUse(PathBuf),
    /// The system refused to read or write a file.
    #[error("cannot {doing} {}: {source}; check the disk, its space and the permissions, then run this again", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal can't be read, or is not one.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal is damaged behind what was copied of it.
    #[error(
        "the journal is damaged at byte {at}: {what} does not match. Everything before it, {good} bytes, is in the \
         backup; run `store verify`, keep a copy of the folder, and restore into a new one"
    )]
    DamagedBehind {
        /// The offset in bytes of the frame or the record concerned.
        at: u64,
        /// What did not match.
        what: &'static str,
        /// How many bytes the backup has.
        good: u64,
    },
    /// A record was written by a newer program.
    #[error("the {at} has format version {found}, which a newer program wrote: use that one")]
    NewerFormat {
        /// Where the record stands.
        at: RecordPlace,
        /// Its version.
        found: u8,
    },
    /// A record is as it was written and makes no sense.
    #[error("the {at} can't be understood: {what}; keep a copy of what there is, and restore from a backup")]
    Record {
        /// Where the record stands.
        at: RecordPlace,
        /// What is wrong with it.
        what: String,
    },
    /// The store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The folder can't be taken into use.
    #[error(transparent)]
    Folder(#[from] DiskError),
    /// The folder has no manifest, or one that can't be read.
    #[error("{} holds no backup: {what}; name a folder that `store backup --to` wrote", folder.display())]
    NotABackup {
        /// Which folder.
        folder: PathBuf,
        /// What is missing or wrong.
        what: String,
    },
    /// The folder's backup is of another journal, or of one with another history.
    #[error(
        "{} holds a backup of another journal: this one does not have what the backup ends with at byte {backup}. \
         Nothing was changed; give this journal a folder of its own, or find out which of the two is the right one",
        folder.display()
    )]
    AnotherJournal {
        /// The backup's folder.
        folder: PathBuf,
        /// How many bytes of a journal the backup has.
        backup: u64,
    },
    /// The journal is shorter than its backup.
    #[error(
        "the journal has {length} bytes, and the backup in {} has {backup}: the journal lost its end, or is another \
         one. Nothing was changed; stop the server, keep a copy of its folder, and restore the backup into a new one",
        folder.display()
    )]
    JournalLostItsEnd {
        /// The backup's folder.
        folder: PathBuf,
        /// How many bytes of a journal the backup has.
        backup: u64,
        /// How many bytes the journal has.
        length: u64,
    },
    /// The database has fewer records than its backup.
    #[error(
        "the database has {records} records, and the backup in {} has {backup}: the database lost its end, or is another \
         one. Nothing was changed; stop the servers, keep a copy of the database, and find out which is the right one",
        folder.display()
    )]
    LogLostItsEnd {
        /// The backup's folder.
        folder: PathBuf,
        /// How many records the backup has.
        backup: u64,
        /// How many the database has.
        records: u64,
    },
    /// What was copied back is not what the manifest says.
    #[error(
        "the backup in {} is damaged: {what}. Nothing was restored; take an older copy of it, or, if the server's \
         own journal is whole (`store verify`), make a new backup of that",
        folder.display()
    )]
    BackupDamaged {
        /// The backup's folder.
        folder: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The database can't be worked with.
    #[error(transparent)]
    Database(#[from] PostgresError),
    /// What was recorded in a database is not what it was.
    #[error(
        "what was recorded in the database is damaged at record {record}: {what} does not match. Nothing was changed in \
         it: run `store verify`, keep a copy of the database, and restore it as it was before"
    )]
    LogDamaged {
        /// The number of the record.
        record: u64,
        /// What did not match.
        what: &'static str,
    },
    /// What is to be copied to holds something else.
    #[error(
        "{holder} has another store in it, or a part of one: its record {record} is not the one that would be copied. \
         Nothing was changed; name an empty one"
    )]
    AnotherStore {
        /// What holds it.
        holder: String,
        /// The number of the first record that differs.
        record: u64,
    },
    /// What was read back is not what was written.
    #[error(
        "what was read back of record {record} from {holder} is not what was written to it: check its disk and memory. \
         What was copied is no store"
    )]
    NotAsWritten {
        /// Where it was written.
        holder: String,
        /// The number of the record.
        record: u64,
    },
    /// A backup that is to be copied as if it were a store.
    #[error(
        "{} holds a backup: `store restore` makes a store of it, which records that it was restored, and that can be copied",
        .0.display()
    )]
    IsABackup(PathBuf),
    /// Something is in the folder that must be empty.
    #[error("{} is not empty: name a new folder; nothing is ever written over", .0.display())]
    NotEmpty(PathBuf),
}

impl CareError {
    /// Whether it was found that something that had been stored is not what it was, or is gone:
    /// not that the tool could not look.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Journal(error) | Self::Open(OpenError::Journal { source: error, .. }) => {
                matches!(
                    error,
                    JournalError::Damaged { .. } | JournalError::NotAJournal | JournalError::WrongCheckpoint { .. }
                )
            }
            Self::DamagedBehind { .. }
            | Self::Record { .. }
            | Self::BackupDamaged { .. }
            | Self::JournalGone(_)
            | Self::LogDamaged { .. }
            | Self::LogLostItsEnd { .. }
            | Self::NotAsWritten { .. }
            | Self::JournalLostItsEnd { .. } => true,
            Self::Open(error) => matches!(error, OpenError::JournalShortened { .. } | OpenError::Record { .. }),
            Self::NoStore(_)
            | Self::InUse(_)
            | Self::File { .. }
            | Self::NewerFormat { .. }
            | Self::Folder(_)
            | Self::NotABackup { .. }
            | Self::AnotherJournal { .. }
            | Self::AnotherStore { .. }
            | Self::Database(_)
            | Self::IsABackup(_)
            | Self::NotEmpty(_) => false,
        }
    }
}

impl From<LogError> for CareError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Damaged { number, what } => Self::LogDamaged { record: number, what },
            LogError::Database(error) => Self::Database(error),
        }
    }
}

/// A record that is there and can't be.
pub(super) fn senseless(at: RecordPlace, error: &StoreError) -> CareError {
    CareError::Record { at, what: error.to_string() }
}

pub(super) fn undecoded(at: RecordPlace, error: CodecError) -> CareError {
    match error {
        CodecError::Newer { found } => CareError::NewerFormat { at, found },
        CodecError::Invalid(what) => CareError::Record { at, what },
    }
}

/// Says what was being done with a file when the system refused.
pub(super) fn refused(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CareError + use<> {
    let path = path.to_owned();
    move |source| CareError::File { doing, path, source }
}
