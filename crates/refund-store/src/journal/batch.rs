use super::erasing::StandsFor;
use super::frame::{self, FrameHeader, RecordHeader, Sums};
use super::layout::{Format, HEADER, Kind, MAX_FRAME, MAX_RECORD, MAX_RECORDS, TRAILER};
use super::{Checkpoint, Journal, JournalError, NewRecord, NewStandIn, Position, Stamp};

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

    /// Adds a record, and behind it what stands in the place of earlier ones, which are erased when the batch is recorded.
    ///
    /// # Errors
    /// As for [`Self::push`]: all are added, or none.
    pub fn push_erasing(
        &mut self,
        record: NewRecord<'_>,
        stand_ins: &[NewStandIn<'_>],
    ) -> Result<Position, JournalError> {
        let sizes = stand_ins.iter().map(|stand_in| stand_in.payload.len().saturating_add(size_of::<u64>()));
        self.frame.must_have_room(std::iter::once(record.payload.len()).chain(sizes))?;
        let position = self.frame.push(record)?;
        stand_ins.iter().try_for_each(|stand_in| self.frame.push_stand_in(*stand_in))?;
        Ok(position)
    }

    /// Whether recording it erases something.
    #[must_use]
    pub fn erases(&self) -> bool {
        !self.frame.stand_ins.is_empty()
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
    /// Which of its records stand in the place of others.
    pub(super) stand_ins: Vec<StandsFor>,
}

impl Frame {
    /// An empty frame that follows `last`, in the memory of an earlier one.
    fn after(last: Checkpoint, mut bytes: Vec<u8>) -> Self {
        bytes.clear();
        // Not zeros: a sector with a part of the header in it is never blank.
        bytes.resize(HEADER, 0xFF);
        Self { last, bytes, records: 0, sums: Sums::after(&last), stand_ins: Vec::new() }
    }

    fn push(&mut self, record: NewRecord<'_>) -> Result<Position, JournalError> {
        let number = self.last.records.saturating_add(u64::from(self.records)).saturating_add(1);
        let stamp = Stamp { number, epoch: record.epoch };
        let position = self.add(Kind::Recorded(Format::Two), stamp, record.salt, record.payload)?;
        self.records = self.records.saturating_add(1);
        Ok(position)
    }

    fn push_stand_in(&mut self, stand_in: NewStandIn<'_>) -> Result<(), JournalError> {
        let of = stand_in.of.offset();
        let payload = [&of.to_le_bytes()[..], stand_in.payload].concat();
        let position = self.add(Kind::StandIn, stand_in.stamp, stand_in.salt, &payload)?;
        self.stand_ins.push(StandsFor { of, at: position.offset() });
        Ok(())
    }

    /// Refuses payloads of so many bytes where one is too long, or there is no room for all.
    fn must_have_room(&self, payloads: impl IntoIterator<Item = usize>) -> Result<(), JournalError> {
        let (mut frame, mut more) = (self.bytes.len().saturating_add(TRAILER), 0_usize);
        for bytes in payloads {
            if bytes > MAX_RECORD as usize {
                return Err(JournalError::RecordTooLarge { index: self.records as usize, bytes });
            }
            more = more.saturating_add(1);
            frame = frame.saturating_add(Format::Two.record_header()).saturating_add(bytes);
        }
        let records = (self.records as usize).saturating_add(more);
        if records > MAX_RECORDS as usize || frame > MAX_FRAME as usize {
            return Err(JournalError::BatchTooLarge { records, bytes: frame as u64 });
        }
        Ok(())
    }

    fn add(&mut self, kind: Kind, stamp: Stamp, salt: [u8; 16], payload: &[u8]) -> Result<Position, JournalError> {
        self.must_have_room([payload.len()])?;
        let length = u32::try_from(payload.len()).unwrap_or(MAX_RECORD);
        let position = Position::at(self.last.end.saturating_add(self.bytes.len() as u64));
        let digest = frame::digest(&salt, payload);
        let header = RecordHeader { kind, length, stamp: Some(stamp), salt, digest };
        self.bytes.extend(header.to_bytes());
        self.bytes.extend(payload);
        self.sums.add(&header, payload);
        Ok(position)
    }

    /// The bytes to be written, and the state of the journal once they are; nothing where the
    /// frame has no records.
    pub(super) fn finish(self) -> Option<(Vec<u8>, Checkpoint)> {
        let Self { last, mut bytes, records, sums, stand_ins: _ } = self;
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
