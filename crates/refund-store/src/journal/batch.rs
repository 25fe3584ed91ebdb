use super::frame::{self, FrameHeader, RecordHeader, Sums};
use super::layout::{Format, HEADER, MAX_FRAME, MAX_RECORD, MAX_RECORDS, TRAILER};
use super::{Checkpoint, Journal, JournalError, NewRecord, Position, Stamp};

/// A batch of records in the making. Nothing of it is recorded until [`commit`](Batch::commit)
/// succeeds; a batch that is dropped was never there.
///
/// It knows where each record will stand before it is recorded, so that a later record of the
/// same batch can name an earlier one.
pub struct Batch<'j> {
    journal: &'j mut Journal,
    frame: Frame,
}

impl<'j> Batch<'j> {
    pub(super) fn new(journal: &'j mut Journal) -> Self {
        let frame = Frame::after(journal.last, std::mem::take(&mut journal.buffer));
        Self { journal, frame }
    }

    /// Adds a record, and gives the position at which it will stand.
    ///
    /// # Errors
    /// [`JournalError::RecordTooLarge`] and [`JournalError::BatchTooLarge`] leave the batch as
    /// it was, without this record.
    pub fn push(&mut self, record: NewRecord<'_>) -> Result<Position, JournalError> {
        self.frame.push(record)
    }

    /// Whether it has no records: then committing writes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frame.records == 0
    }

    /// How many bytes it would add to the journal now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.frame.bytes.len()
    }

    /// Records all of the batch or nothing, durably.
    ///
    /// # Errors
    /// As for [`Journal::append`].
    pub fn commit(self) -> Result<(), JournalError> {
        self.journal.write(self.frame)
    }
}

/// The bytes of a batch.
pub(super) struct Frame {
    last: Checkpoint,
    bytes: Vec<u8>,
    records: u32,
    sums: Sums,
}

impl Frame {
    /// An empty frame that follows `last`, in the memory of an earlier one.
    fn after(last: Checkpoint, mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        // Not zeros: a sector with a part of the header in it is never blank.
        bytes.resize(HEADER, 0xFF);
        Self { last, bytes, records: 0, sums: Sums::after(&last) }
    }

    fn push(&mut self, record: NewRecord<'_>) -> Result<Position, JournalError> {
        let bytes = record.payload.len();
        let length = u32::try_from(bytes).ok().filter(|length| *length <= MAX_RECORD);
        let length = length.ok_or(JournalError::RecordTooLarge { index: self.records as usize, bytes })?;
        let header = Format::Two.record_header();
        let frame = self.bytes.len().saturating_add(header).saturating_add(bytes).saturating_add(TRAILER);
        if self.records >= MAX_RECORDS || frame > MAX_FRAME as usize {
            let records = (self.records as usize).saturating_add(1);
            return Err(JournalError::BatchTooLarge { records, bytes: frame as u64 });
        }
        let position = Position::at(self.last.end.saturating_add(self.bytes.len() as u64));
        let digest = frame::digest(&record.salt, record.payload);
        let number = self.last.records.saturating_add(u64::from(self.records)).saturating_add(1);
        let stamp = Some(Stamp { number, epoch: record.epoch });
        let header = RecordHeader { length, stamp, salt: record.salt, digest };
        self.bytes.extend(header.to_bytes());
        self.bytes.extend(record.payload);
        self.sums.add(&header, record.payload);
        self.records = self.records.saturating_add(1);
        Ok(position)
    }

    /// The bytes to be written, and the state of the journal once they are; nothing where the
    /// frame has no records.
    pub(super) fn finish(self) -> Option<(Vec<u8>, Checkpoint)> {
        let Self { last, mut bytes, records, sums } = self;
        let body = u32::try_from(bytes.len().saturating_sub(HEADER)).ok().filter(|_| records > 0)?;
        let (links, contents, chain) = sums.finish();
        bytes.extend(frame::trailer(contents));
        let blank = frame::blank_sectors(&bytes, last.end);
        let header = FrameHeader { format: Format::Two, records, body, blank, offset: last.end, chain, links };
        for (place, byte) in bytes.iter_mut().zip(header.to_bytes()) {
            *place = byte;
        }
        Some((bytes, header.checkpoint(last.records)))
    }
}
