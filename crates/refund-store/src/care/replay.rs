//! Going through a journal record by record: what it makes, and which laws it breaks.

use super::error::{senseless, undecoded};
use super::laws::{Law, RecordPlace};
use super::replayed::Replayed;
use super::review::Review;
use super::source::Source;
use super::{CareError, Watcher};
use crate::codec::decode;
use crate::door::{Shelf, needs_of};
use crate::journal::{Checkpoint, Ending, Frame, Inspected, RecordAt, inspect};
use crate::stored::Payload;

/// A journal, gone through up to its last good frame or to a record that makes no sense.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) model: Replayed,
    pub(super) review: Review,
    /// The first record that can't be understood, if there is one, and why: nothing behind it was looked at.
    pub(super) senseless: Option<(RecordPlace, String)>,
}

impl Replay {
    /// Goes through a journal.
    pub(super) fn of(source: &Source, watcher: &Watcher) -> Result<(Self, Inspected), CareError> {
        let mut replay = Self::default();
        let found = inspect(&source.file, source.length, Checkpoint::START, |frame| {
            watcher.bytes("reading the journal", frame.after.length(), source.length);
            replay.frame(frame)
        });
        match found {
            Ok(inspected) => Ok((replay, inspected)),
            Err(CareError::Record { at, what }) => {
                // The frames are good all the same: what is in one of them is not.
                let inspected = inspect(&source.file, source.length, Checkpoint::START, |_| Ok::<_, CareError>(()))?;
                replay.senseless = Some((at, what));
                Ok((replay, inspected))
            }
            Err(error) => Err(error),
        }
    }

    /// Whether everything there is was understood.
    pub(super) fn is_complete(&self, inspected: &Inspected) -> bool {
        self.senseless.is_none() && !matches!(inspected.ending, Ending::Damaged { .. })
    }

    fn frame(&mut self, frame: Frame<'_>) -> Result<(), CareError> {
        self.review.batch();
        frame.records().try_for_each(|found| self.record(&found))
    }

    fn record(&mut self, found: &RecordAt<'_>) -> Result<(), CareError> {
        let position = u64::from(found.position);
        let at = RecordPlace::Byte(position);
        let payload: Payload = decode(found.payload).map_err(|error| undecoded(at, error))?;
        for (id, found) in payload.names() {
            let expected = self.model.last(id);
            if found != expected {
                self.review.broken(at, Some(id.clone()), Law::BrokenHistory { found, expected });
            }
        }
        let record = payload.into_record();
        let mut case = self.model.case();
        let loaded = needs_of(&record).try_for_each(|need| self.model.load(&need, &mut case));
        loaded.map_err(|error| senseless(at, &error))?;
        let changed = self.review.record(&case, at, &record, found.payload.len())?;
        self.model.apply(position, &record, changed).map_err(|error| senseless(at, &error))
    }
}
