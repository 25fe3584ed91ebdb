//! Why a store could not be opened, and why its view says nothing.

use std::path::PathBuf;

use refund_core::Timestamp;

use crate::StoreError;
use crate::files::disk::DiskError;
use crate::journal::JournalError;

/// Why a store could not be opened. Nothing that was recorded has been changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder is in use, or can't be used.
    #[error(transparent)]
    Folder(#[from] DiskError),
    /// The journal is damaged, was written by a newer program, or could not be read.
    #[error("the journal in {}: {source}", folder.display())]
    Journal {
        /// The store's folder.
        folder: PathBuf,
        /// What is wrong with it.
        source: JournalError,
    },
    /// A backup was being restored into the folder, and that was cut off.
    #[error(
        "a backup was being restored into {}, and that was cut off: what is there is no store. Remove that folder, \
         and restore the backup again",
        folder.display()
    )]
    HalfRestored {
        /// The folder.
        folder: PathBuf,
    },
    /// A store was being copied into the folder, and that was cut off.
    #[error(
        "a store was being copied into {}, and that was cut off: run `refund-api store copy` again with the same \
         `--from` and `--to`, and it goes on where it stopped",
        folder.display()
    )]
    HalfCopied {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder is a backup. A server on it would record behind the backup's end as if nothing had been lost since.
    #[error(
        "{} holds a backup, and no store: `refund-api store restore` makes one of it in a new folder, and records that \
         it was restored, so that no version of what was lost since is given again",
        folder.display()
    )]
    IsABackup {
        /// The folder.
        folder: PathBuf,
    },
    /// The journal lost its end: what was acknowledged is missing.
    #[error(
        "the journal in {} is {length} bytes long, and {expected} bytes of it had been acknowledged: its end is \
         missing. Restore the journal; or, to go on without what is missing, remove the folder `view` beside it",
        folder.display()
    )]
    JournalShortened {
        /// The store's folder.
        folder: PathBuf,
        /// How long it is, in bytes.
        length: u64,
        /// How long it was at least.
        expected: u64,
    },
    /// A record of the journal was written by a newer program.
    #[error(
        "the record at byte {at} of the journal in {} has format version {found}, which a newer program wrote: \
         use that one",
        folder.display()
    )]
    NewerFormat {
        /// The store's folder.
        folder: PathBuf,
        /// Where the record stands, in bytes.
        at: u64,
        /// Its version.
        found: u8,
    },
    /// A record of the journal is as it was written and makes no sense.
    #[error(
        "the record at byte {at} of the journal in {} can't be understood: {what}. \
         Keep a copy of the folder, and restore the journal from a backup",
        folder.display()
    )]
    Record {
        /// The store's folder.
        folder: PathBuf,
        /// Where the record stands, in bytes.
        at: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The view could not be opened, written or thrown away. It holds nothing that the journal doesn't.
    #[error("the view {}: {what}; check the disk and the permissions, or remove that folder to have it built anew", path.display())]
    View {
        /// The view's folder.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The system gave no thread to write with.
    #[error("no thread could be started for the store in {}: {source}", folder.display())]
    Thread {
        /// The store's folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The clock is behind what has been recorded (R35).
    #[error(
        "the clock says {clock}, and something was recorded at {latest}: set the clock right, \
         because the engine's time never goes back"
    )]
    ClockBehind {
        /// What the clock says.
        clock: Timestamp,
        /// The latest instant recorded.
        latest: Timestamp,
    },
}

/// sled could not read or write the view.
pub(super) fn unreadable(error: sled::Error) -> StoreError {
    StoreError::Unreadable(format!("the view: {error}"))
}

/// A row that is there and makes no sense.
pub(super) fn strange(what: &str) -> StoreError {
    StoreError::Unreadable(format!("the view: {what}"))
}
