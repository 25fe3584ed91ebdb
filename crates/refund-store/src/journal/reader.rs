use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::erasing::named;
use super::error::io_error;
use super::frame::{FrameHeader, RecordHeader};
use super::layout::{END_MARK, Format, HEADER, Kind, MAX_RECORD, TRAILER};
use super::opening::check_file_header;
use super::scan::scan;
use super::sequential::Sequential;
use super::{Checkpoint, JournalError, Position, Stamp};
use crate::files::AppendFile;

/// What one read of a single record brings in at once: most records are shorter.
const ONE: usize = 4 << 10;
/// What reading on brings in at once.
const MANY: usize = 256 << 10;

/// Reads the journal while another thread appends. It sees what is synced and nothing else.
///
/// Clones are cheap and need no lock: each reads at places of its own.
#[derive(Clone)]
pub struct Reader {
    pub(super) file: Arc<dyn AppendFile>,
    /// How many bytes of the file are synced. Always the end of a frame.
    pub(super) synced: Arc<AtomicU64>,
    /// Held while records are erased, which somebody may read just then.
    pub(super) erasing: Arc<Mutex<()>>,
}

impl Reader {
    /// How many bytes of the journal are durable. Every record that stands before is readable.
    #[must_use]
    pub fn synced(&self) -> u64 {
        self.synced.load(Ordering::Acquire)
    }

    /// How many bytes can still be written to the disk that the journal is on.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn space_left(&self) -> Result<u64, JournalError> {
        self.file.space_left().map_err(io_error("ask for the space left for the journal"))
    }

    /// The payload of the record at `position`.
    ///
    /// Reads that record and nothing else of its frame: mostly one read of 4 KiB.
    ///
    /// # Errors
    /// [`JournalError::NoRecord`] if none begins there, [`JournalError::Damaged`] if its digest
    /// does not match, [`JournalError::Io`].
    pub fn read(&self, position: Position) -> Result<Vec<u8>, JournalError> {
        Ok(self.read_stamped(position)?.1)
    }

    /// A record with its stamp, which one of format 1 does not have.
    ///
    /// # Errors
    /// As for [`Reader::read`].
    pub fn read_stamped(&self, position: Position) -> Result<(Option<Stamp>, Vec<u8>), JournalError> {
        let mut records = self.records(position, ONE);
        match records.read_next()? {
            Some(found) => Ok((found.stamp, found.payload.to_vec())),
            None => Err(JournalError::NoRecord { position }),
        }
    }

    /// All records from `position` on, which is that of a record, [`Position::FIRST`], or
    /// [`Checkpoint::next`].
    #[must_use]
    pub fn read_from(&self, position: Position) -> Records {
        self.records(position, MANY)
    }

    fn records(&self, position: Position, chunk: usize) -> Records {
        let start = position.offset();
        Records {
            reader: self.clone(),
            input: Sequential::new(&self.file, start, self.synced(), chunk),
            start: position,
            chunk,
            instead: Vec::new(),
            failed: false,
        }
    }

    /// Gives every record from `position` on to `each`, in order, until what is synced now ends.
    ///
    /// # Errors
    /// The first error of `each`, or of reading.
    pub fn replay<E: From<JournalError>>(
        &self,
        position: Position,
        mut each: impl FnMut(Position, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut records = self.read_from(position);
        while let Some(RecordAt { position, payload, .. }) = records.read_next()? {
            each(position, payload)?;
        }
        Ok(())
    }

    /// Checks every byte that is synced: checksums, digests and the chain, from the start.
    /// Gives the state to which all of it leads.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] at the first thing that does not match, [`JournalError::Io`].
    pub fn verify(&self) -> Result<Checkpoint, JournalError> {
        check_file_header(&*self.file)?;
        let found = scan(&self.file, self.synced(), Checkpoint::START)?;
        match found.bad {
            Some(bad) => Err(bad.into()),
            None => Ok(found.good),
        }
    }
}

/// A record that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordAt<'a> {
    /// Where it stands.
    pub position: Position,
    /// Which it is. A record of format 1 does not say; its number is counted.
    pub stamp: Option<Stamp>,
    /// What keeps its digest from telling what it says.
    pub salt: [u8; 16],
    /// What it says.
    pub payload: &'a [u8],
}

/// Records one after the other.
///
/// It is at its end where the synced journal ends, and goes on from there when it is asked again
/// after more was appended. After an error it stays at its end.
pub struct Records {
    reader: Reader,
    input: Sequential,
    start: Position,
    chunk: usize,
    /// What stands in the place of the record that was read last, where it was erased.
    instead: Vec<u8>,
    failed: bool,
}

impl Records {
    /// The next record, or `None` at the end.
    ///
    /// # Errors
    /// As for [`Reader::read`].
    pub fn read_next(&mut self) -> Result<Option<RecordAt<'_>>, JournalError> {
        let Some((at, mut header)) = self.begin_next()? else { return Ok(None) };
        let mut salt = self.contents(at, &header)?;
        if salt.is_none() {
            // It may be erased just now, which ends soon.
            drop(self.reader.erasing.lock().unwrap_or_else(PoisonError::into_inner));
            self.input = Sequential::new(&self.reader.file, at, self.reader.synced(), self.chunk);
            header = self.next_header()?.map_or(header, |(_, header)| header);
            salt = self.contents(at, &header)?;
        }
        let salt = salt.ok_or(JournalError::Damaged { at, what: "the digest of the record" })?;
        self.failed = false;
        let payload = if header.kind.is_erased() { &self.instead } else { self.input.taken(u64::from(header.length)) };
        Ok(Some(RecordAt { position: Position::at(at), stamp: header.stamp, salt, payload }))
    }

    /// Goes over what a record says, or looks for what stands in its place; with which salt that was recorded, or nothing
    /// where it is not what was recorded.
    fn contents(&mut self, at: u64, header: &RecordHeader) -> Result<Option<[u8; 16]>, JournalError> {
        let payload = self.input.take(header.length as usize)?;
        if !header.kind.is_erased() {
            return Ok(header.fits(payload).then_some(header.salt));
        }
        let found = named(&*self.reader.file, header, at)?;
        Ok(found.map(|stands| {
            self.instead = stands.payload;
            stands.salt
        }))
    }

    /// Goes over the next record without reading what it says; where it stands, or `None` at the end.
    ///
    /// # Errors
    /// As for [`Reader::read`], but for a digest that does not match.
    pub fn skip_next(&mut self) -> Result<Option<Position>, JournalError> {
        let Some((at, header)) = self.begin_next()? else { return Ok(None) };
        self.input.skip(header.length)?;
        self.failed = false;
        Ok(Some(Position::at(at)))
    }

    /// The header of the next record. What follows is assumed to have failed until it went well.
    fn begin_next(&mut self) -> Result<Option<(u64, RecordHeader)>, JournalError> {
        if self.failed {
            return Ok(None);
        }
        self.failed = true;
        let Some((at, header)) = self.next_header()? else {
            self.failed = false;
            return Ok(None);
        };
        if header.length > MAX_RECORD {
            return Err(JournalError::Damaged { at, what: "the length of the record" });
        }
        Ok(Some((at, header)))
    }

    /// Goes over what stands between records.
    fn next_header(&mut self) -> Result<Option<(u64, RecordHeader)>, JournalError> {
        loop {
            if self.input.left() == 0 {
                self.input.extend_to(self.reader.synced());
            }
            if self.input.left() == 0 {
                return Ok(None);
            }
            let at = self.input.at();
            let mark = self.input.left().min(END_MARK.len() as u64);
            let mark = self.input.peek(mark as usize)?;
            if let Some(kind) = Kind::of(mark)
                && (kind.counts() || at != self.start.offset())
            {
                let header = RecordHeader::parse(self.input.take(kind.format().record_header())?);
                let Some(header) = header else { return Ok(None) };
                if kind.counts() {
                    return Ok(Some((at, header)));
                }
                self.input.skip(header.length)?;
                continue;
            }
            if at == self.start.offset() {
                let position = self.start;
                return Err(JournalError::NoRecord { position });
            }
            let damaged = |what| JournalError::Damaged { at, what };
            if mark == END_MARK {
                self.input.take(TRAILER)?;
            } else if Format::of_frame(mark).is_some() {
                FrameHeader::parse(self.input.take(HEADER)?, at).map_err(damaged)?;
            } else {
                return Err(damaged("the mark of the record"));
            }
        }
    }
}

impl Iterator for Records {
    type Item = Result<(Position, Vec<u8>), JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.read_next().transpose()?;
        Some(next.map(|found| (found.position, found.payload.to_vec())))
    }
}
