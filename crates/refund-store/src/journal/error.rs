use std::io;

use super::Position;
use super::layout::{MAX_FRAME, MAX_RECORD, MAX_RECORDS, VERSION};

/// Why the journal refused. Each message says what is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refused to open, read, write or ask.
    #[error("cannot {doing}: {source}; check the disk and the permissions, then start again")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The file begins with something else than a journal does.
    #[error(
        "the file `journal` does not begin as a journal does: is this the right folder? \
         Nothing was changed in it"
    )]
    NotAJournal,
    /// A newer program wrote the file.
    #[error(
        "the journal has format version {found} and this program reads up to version {}: \
         use a newer program. Nothing was changed in it",
        VERSION
    )]
    NewerVersion {
        /// The version that the file has.
        found: u32,
    },
    /// Bytes that were acknowledged are not what they were.
    #[error(
        "the journal is damaged at byte {at}: {what} does not match. Nothing was changed in it: \
         keep a copy of the file, and restore it from a backup"
    )]
    Damaged {
        /// The offset in bytes of the file header, the frame or the record concerned.
        at: u64,
        /// What did not match.
        what: &'static str,
    },
    /// The trusted checkpoint is not a place in this journal.
    #[error(
        "the checkpoint at byte {end} does not fit the journal, which is {length} bytes long: \
         the journal lost its end or is another one. Restore the journal from a backup if it \
         should be longer; else open it with `Checkpoint::START`"
    )]
    WrongCheckpoint {
        /// Where the checkpoint says that its frame ends, in bytes.
        end: u64,
        /// How long the file is, in bytes.
        length: u64,
    },
    /// A record is longer than a record may be.
    #[error(
        "nothing was recorded: record {index} of the batch has {bytes} bytes, and {} is the most: \
         make it smaller",
        MAX_RECORD
    )]
    RecordTooLarge {
        /// Which record of the batch, counted from 0.
        index: usize,
        /// How long its payload is.
        bytes: usize,
    },
    /// A batch does not fit in one frame.
    #[error(
        "nothing was recorded: a batch may have {} records and {} bytes with all that is added \
         to them, and this one has {records} records and {bytes} bytes: append it in parts",
        MAX_RECORDS,
        MAX_FRAME
    )]
    BatchTooLarge {
        /// How many records the batch has.
        records: usize,
        /// How many bytes its frame would have.
        bytes: u64,
    },
    /// An append failed and was undone. The journal goes on.
    #[error("nothing was recorded: cannot write to the journal: {source}; check the disk's space")]
    NotRecorded {
        /// What the system said.
        source: io::Error,
    },
    /// A sync failed, or an append failed and could not be undone. The journal refuses all
    /// further appends.
    #[error(
        "it is not known whether the batch was recorded: cannot make the journal durable: \
         {source}; check the disk, then restart"
    )]
    Unsure {
        /// What the system said.
        source: io::Error,
    },
    /// An earlier append ended as [`Unsure`](JournalError::Unsure).
    #[error(
        "nothing was recorded: an earlier write could not be made durable, and what the disk \
         holds is known only after a restart: check the disk, then restart"
    )]
    Stopped,
    /// No record begins at the position.
    #[error(
        "no record begins at position {position}: it is not from this journal, or the journal \
         is damaged there: verify the journal"
    )]
    NoRecord {
        /// The position that was asked for.
        position: Position,
    },
}

pub(super) fn io_error(doing: &'static str) -> impl Fn(io::Error) -> JournalError {
    move |source| JournalError::Io { doing, source }
}
