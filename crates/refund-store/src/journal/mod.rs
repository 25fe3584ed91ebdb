//! The journal: an append-only file of everything that was acknowledged.
//!
//! It knows bytes, not what they mean. A batch of records becomes one frame, written with one
//! write and made durable with one sync; then it is acknowledged. The layout of the bytes is
//! in `layout.rs`.
//!
//! ```
//! use refund_store::files::simulated::SimulatedDisk;
//! use refund_store::journal::{Checkpoint, Journal, NewRecord};
//!
//! let mut journal = Journal::open(&SimulatedDisk::new(), Checkpoint::START)?.journal;
//! let records = [NewRecord { epoch: 1, salt: [7; 16], payload: b"first" }];
//! let positions = journal.append(&records)?;
//! for record in journal.reader().read_from(positions[0]) {
//!     assert_eq!(record?, (positions[0], b"first".to_vec()));
//! }
//! # Ok::<(), refund_store::journal::JournalError>(())
//! ```
//!
//! # Torn or damaged
//!
//! When the journal is opened, every frame is good up to some place. What stands behind it is
//! either *torn*: a crash left it so, it was never acknowledged, and it is cut off and reported;
//! or it is *damaged*: something that was acknowledged is not what it was, and nothing is
//! touched. To take the one for the other loses refunds or keeps a server from starting, so
//! here is why each is told apart.
//!
//! A crash can leave only this: all frames but the last are as they were written, because each
//! was synced before the next was begun, and what a failed write left was cut off and synced
//! before anything was written again. Of the last frame, the file may hold only a first part
//! (the length of the file came late), and in that part any sector of 512 bytes may read as
//! zeros (its data came late). A sector that the last frame shares with the one before keeps
//! the older bytes; zeros are then only in the share of the last frame. No byte reads as
//! anything but itself or zero. The same holds where the frame was written over zeros that
//! stood ahead, and the file was as long already.
//!
//! **The file's end** is therefore where the last sector ends in which anything but zeros stands. A frame's
//! last byte is none, so that no frame loses its own end with that.
//!
//! So, for the first frame that is not good:
//!
//! - **The file ends inside the header:** torn.
//! - **The header is good** (it has a CRC of its own, so its lengths are what was written) **and
//!   the file ends before the frame:** torn. A flipped bit in a length does not get here: it
//!   breaks the header's CRC.
//! - **The header is good, the rest is not, and anything but zeros follows the frame:** damage. What
//!   follows was begun after this frame was synced.
//! - **The header is good, the rest is not, and the file ends with the frame:** torn if more
//!   sectors are blank than the header says were written blank; else damage. To count the
//!   blank ones when writing is what keeps a payload with a page of zeros in it, and a flipped
//!   bit elsewhere, from passing for a crash.
//! - **The header is bad:** torn if a sector that the header touches is blank, no good frame
//!   header stands anywhere behind, and no more follows than one frame can have; else damage.
//!   A header written is never blank in either of its sectors (a mark or a digest is in it), and
//!   no flip of one bit makes it so. A header is believed only where it says it stands, so
//!   neither a copy of a journal in a payload nor, because of the marks, any text is one.
//! - **All checksums are right and the chain is not:** damage, wherever it is. No crash does
//!   this; somebody edited the file.
//!
//! What no rule can tell: the last frame, acknowledged, of which a whole sector was zeroed
//! later or which was cut from outside. It reads as a crash does, byte for byte. The same holds
//! for a flip that clears the only bit set in a sector. Whoever keeps the [`Checkpoint`] of the
//! last batch elsewhere is safe from this too: opening with it cuts nothing off before it, misses
//! the mark at its end, and
//! fails or leaves to [`Reader::verify`] what is wrong there.
//!
//! # Erasing
//!
//! A record can be erased for good: a later frame has a stand-in for it, and once that is durable, its salt and payload
//! are written over in place. The chain holds digests alone, and stays whole. A crash may leave such a record half
//! written over; whoever opens the journal finishes that, before anything else is written. The record that says why
//! stands in the stand-in's frame, so that both are there or neither. More in `erasing.rs`.
//!
//! # When writing fails
//!
//! If a write fails, the file is cut back to the last good frame, synced, and the journal goes
//! on. If a sync fails, the journal accepts nothing more: the system may have dropped the pages
//! and report the next sync as good. It is then cut back too, as well as possible, so that a
//! restarted process does not read from memory what is not on the disk. Opening always syncs
//! before it reports what it found, because a process that was killed may have left a frame
//! that is written and not synced.

//! # A journal of an older format
//!
//! It opens as it is, and nobody who only looks changes it. Before the first frame of format 2 is
//! appended, or the first zeros of format 3, the version in the file's header is raised, in place, and synced: so that an older
//! program, which would take the frame for damage, refuses the file by its version instead. What a
//! crash had left at the end has been cut off by then, durably, and nothing else is unsynced. The
//! header is within one sector, which holds the older or the newer bytes after a crash, and with
//! either the file opens. If the header can't be raised the journal accepts nothing more, as after
//! a failed sync.

mod batch;
mod erasing;
mod error;
mod frame;
mod inspection;
mod layout;
mod opening;
mod position;
mod reader;
mod scan;
mod sequential;

pub use batch::Batch;
pub(crate) use erasing::{StandsFor, erase_all};
pub use error::JournalError;
pub(crate) use frame::digest;
pub use inspection::{Ending, Frame, Inspected, inspect};
pub use layout::{FILE_HEADER, MAX_FRAME, MAX_RECORD, MAX_RECORDS, VERSION};
pub use position::{Checkpoint, NotAPosition, Position, Stamp};
pub use reader::{Reader, RecordAt, Records};

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use self::batch::Frame as NewFrame;
use self::error::io_error;
use self::frame::file_header;
use self::layout::STAND_INS;
use self::opening::{begin, check_file_header, check_trusted, find_end, is_new, version_of};
use crate::files::{AppendFile, Files};

/// The name of the journal's file in its folder.
pub const FILE: &str = crate::files::disk::JOURNAL;
/// What its file is called while a backup is being restored into the folder. No server takes that for a store.
pub(crate) const PART: &str = "journal.part";
/// And while a store is being copied into it.
pub(crate) const COPY: &str = "journal.copy";

/// One record to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewRecord<'a> {
    /// Which of those that ever wrote to the history writes it: see [`Stamp`].
    pub epoch: u32,
    /// Random bytes, never used twice: they keep the digest of an erased payload from telling
    /// what the payload was.
    pub salt: [u8; 16],
    /// What is recorded: 0 to [`MAX_RECORD`] bytes.
    pub payload: &'a [u8],
}

/// What is to stand in the place of a record that was recorded before, and is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewStandIn<'a> {
    /// Where the record stands.
    pub of: Position,
    /// Which it is.
    pub stamp: Stamp,
    /// Random bytes, as for any record.
    pub salt: [u8; 16],
    /// What is read there instead.
    pub payload: &'a [u8],
}

/// What opening gives.
pub struct OpenedJournal {
    /// The journal, ready for the next batch.
    pub journal: Journal,
    /// What a crash had left at the end, and was cut off. Nothing of it was acknowledged.
    pub torn: Option<Torn>,
}

/// The rest of a write that a crash interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Torn {
    /// Where it began, in bytes from the start of the file. The file ends there now.
    pub at: u64,
    /// How many bytes it had.
    pub bytes: u64,
}

/// The writing end of the journal. There is one; any number of [`Reader`]s may be beside it.
pub struct Journal {
    file: Arc<dyn AppendFile>,
    synced: Arc<AtomicU64>,
    /// Held while records are erased.
    erasing: Arc<Mutex<()>>,
    last: Checkpoint,
    /// Up to where the file holds the last frame, or zeros behind it.
    filled: u64,
    /// The version in the file's header.
    version: u32,
    /// What the last frame stood in: the next one needs no new memory, which the system would have to clear first.
    buffer: Vec<u8>,
    stopped: bool,
}

impl Journal {
    /// Opens the journal of a folder, or begins one if there is none.
    ///
    /// Checks everything after `trusted`: all of the journal for [`Checkpoint::START`]. What a
    /// crash left at the end is cut off; all that is left is durable.
    ///
    /// # Errors
    /// [`JournalError::NotAJournal`], [`JournalError::NewerVersion`], [`JournalError::Damaged`]
    /// and [`JournalError::WrongCheckpoint`] leave the file as it is. [`JournalError::Io`] may
    /// have left a new file half begun; the next opening begins it again.
    pub fn open(files: &dyn Files, trusted: Checkpoint) -> Result<OpenedJournal, JournalError> {
        let file = files.open(FILE).map_err(io_error("open the journal"))?;
        let file: Arc<dyn AppendFile> = Arc::from(file);
        let length = file.length().map_err(io_error("ask the journal"))?;
        let new = is_new(&*file, length)?;
        let version = if new { version_of(&*file) } else { check_file_header(&*file)? };
        check_trusted(&file, length, &trusted)?;
        let (last, torn) =
            if new { (Checkpoint::START, begin(&*file, length)?) } else { find_end(&file, length, trusted)? };
        // What a crash left is cut off by now: behind the last frame are zeros.
        let filled = file.length().map_err(io_error("ask the journal"))?;
        file.sync().map_err(io_error("sync the journal"))?;
        files.sync_directory().map_err(io_error("sync the journal's folder"))?;
        let journal = Journal {
            file,
            synced: Arc::new(AtomicU64::new(last.end)),
            erasing: Arc::default(),
            filled,
            last,
            version,
            buffer: Vec::new(),
            stopped: false,
        };
        Ok(OpenedJournal { journal, torn })
    }

    /// Records all of `records` or none, durably, and gives the position of each.
    ///
    /// No records: nothing is written.
    ///
    /// # Errors
    /// [`JournalError::RecordTooLarge`], [`JournalError::BatchTooLarge`] and
    /// [`JournalError::NotRecorded`]: nothing was recorded, and the next append may succeed.
    /// [`JournalError::Unsure`]: it is not known, and every later append gives
    /// [`JournalError::Stopped`] until the journal is opened again.
    pub fn append(&mut self, records: &[NewRecord<'_>]) -> Result<Vec<Position>, JournalError> {
        let mut batch = self.batch();
        let positions = records.iter().map(|record| batch.push(*record)).collect::<Result<_, _>>()?;
        batch.commit()?;
        Ok(positions)
    }

    /// Begins a batch, for who has to know where a record will stand before it is recorded.
    pub fn batch(&mut self) -> Batch<'_> {
        Batch::new(self)
    }

    fn write(&mut self, mut frame: NewFrame) -> Result<(), JournalError> {
        if self.stopped {
            return Err(JournalError::Stopped);
        }
        let stand_ins = std::mem::take(&mut frame.stand_ins);
        let Some((bytes, after)) = frame.finish() else { return Ok(()) };
        let version = version_of(&*self.file);
        self.raise_version(if stand_ins.is_empty() { version } else { STAND_INS })?;
        if let Err(source) = self.file.write_at(&bytes, self.last.end) {
            return Err(self.undo(source));
        }
        self.fill_ahead(after.end);
        if let Err(source) = self.file.sync() {
            self.stopped = true;
            // Whether this succeeds changes nothing for this process. The next one must not
            // find the frame in the system's memory and believe it is on the disk.
            let _ = self.cut_back();
            return Err(JournalError::Unsure { source });
        }
        self.last = after;
        self.synced.store(self.last.end, Ordering::Release);
        self.buffer = bytes;
        self.erase(stand_ins)
    }

    /// Erases what has stand-ins now that these are durable. Where that fails the next opening does it.
    fn erase(&mut self, stand_ins: Vec<StandsFor>) -> Result<(), JournalError> {
        if stand_ins.is_empty() {
            return Ok(());
        }
        let _lock = self.erasing.lock().unwrap_or_else(PoisonError::into_inner);
        erase_all(&*self.file, stand_ins).map_err(|error| {
            self.stopped = true;
            JournalError::Unsure { source: io::Error::other(error) }
        })
    }

    /// Says in the file's header that frames of this version follow, before the first of them does.
    fn raise_version(&mut self, version: u32) -> Result<(), JournalError> {
        if self.version >= version {
            return Ok(());
        }
        let raised = self.file.write_at(&file_header(version), 0).and_then(|()| self.file.sync());
        if let Err(source) = raised {
            self.stopped = true;
            return Err(JournalError::Unsure { source });
        }
        self.version = version;
        Ok(())
    }

    /// Has zeros stand behind `end`, where the next frames will.
    fn fill_ahead(&mut self, end: u64) {
        if end > self.filled {
            // Where there is no room for them the next frame is written without.
            let zeros = vec![0; self.file.zeros_ahead()];
            let filled = if self.file.write_at(&zeros, end).is_ok() { zeros.len() } else { 0 };
            self.filled = end.saturating_add(filled as u64);
        }
    }

    /// Cuts off whatever stands behind the last good frame.
    fn cut_back(&mut self) -> io::Result<()> {
        self.filled = self.last.end;
        self.file.truncate(self.last.end)
    }

    /// Takes back what a failed write left behind.
    fn undo(&mut self, source: io::Error) -> JournalError {
        let undone = self.cut_back();
        match undone.and_then(|()| self.file.sync()) {
            Ok(()) => JournalError::NotRecorded { source },
            Err(source) => {
                self.stopped = true;
                JournalError::Unsure { source }
            }
        }
    }

    /// How many bytes can still be written to the disk that the journal is on.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn space_left(&self) -> Result<u64, JournalError> {
        self.reader().space_left()
    }

    /// The state after the last batch that was recorded.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        self.last
    }

    /// A handle to read with, from any thread.
    #[must_use]
    pub fn reader(&self) -> Reader {
        let (file, synced, erasing) = (&self.file, &self.synced, &self.erasing);
        Reader { file: Arc::clone(file), synced: Arc::clone(synced), erasing: Arc::clone(erasing) }
    }
}

impl Drop for Journal {
    /// A journal that is at rest ends with its last frame.
    fn drop(&mut self) {
        if self.filled > self.last.end && !self.stopped {
            // What stays behind is zeros, and tells nothing else.
            let _ = self.cut_back();
        }
    }
}
