//! What the journal tells: the feed, and the history of one refund.

use refund_core::RefundId;

use crate::codec::{Payload, decode};
use crate::journal::{Checkpoint, JournalError, Position, Reader};
use crate::record::Entry;
use crate::{EventPosition, IdempotencyKey, Recorded, Remembered, StoreError};

/// A part of the feed, as the journal has it.
pub(super) struct Part {
    pub(super) events: Vec<Recorded>,
    /// The last position that was looked at.
    pub(super) looked_at: Option<EventPosition>,
    /// Whether more was there when this was read.
    pub(super) more: bool,
}

/// The journal as something to read events from.
pub(super) struct Past {
    pub(super) reader: Reader,
}

impl From<JournalError> for StoreError {
    fn from(error: JournalError) -> Self {
        if let JournalError::NoRecord { position } = error {
            return Self::NoSuchPosition(position.into());
        }
        Self::Unreadable(error.to_string())
    }
}

impl Past {
    /// The events of a refund behind that number and up to that one, read back from a record of it
    /// that stands behind them all.
    pub(super) fn history(
        &self,
        id: &RefundId,
        from: u64,
        after: u64,
        until: u64,
    ) -> Result<Vec<Recorded>, StoreError> {
        let mut history: Vec<Recorded> = Vec::new();
        let mut next = Some(from);
        while let Some(number) = next {
            let payload = self.payload(number)?;
            // The chain leads backwards, whatever a forged record says.
            next = payload.previous(id).filter(|previous| *previous < number);
            for (position, event) in payload.into_events(number).rev().filter(|(_, event)| event.refund_id == *id) {
                let number = event.sequence;
                if number <= after.saturating_add(1) {
                    // Numbers have no gaps: nothing that is wanted stands before this one.
                    next = None;
                }
                if number > after && number <= until {
                    history.push((position, event));
                }
            }
        }
        history.reverse();
        Ok(history)
    }

    /// The answer that the record at a position remembers under a key, if it does.
    pub(super) fn answer(&self, wanted: &IdempotencyKey, number: u64) -> Result<Option<Remembered>, StoreError> {
        let entries = self.payload(number)?.into_record().entries.into_iter();
        let mut answers = entries.filter_map(|entry| {
            if let Entry::Answer { key, remembered } = entry { (key == *wanted).then_some(remembered) } else { None }
        });
        Ok(answers.next())
    }

    /// Where the record ends that stands there.
    pub(super) fn end_of(&self, number: u64) -> Result<EventPosition, StoreError> {
        Ok(EventPosition::last_of(number, self.payload(number)?.entries()))
    }

    /// Where the last record stands up to there.
    pub(super) fn last_before(&self, end: Checkpoint) -> Result<u64, StoreError> {
        let mut records = self.reader.read_from(end.frame());
        let mut last = 0;
        while let Some((at, _)) = records.read_next()?
            && u64::from(at) < end.length()
        {
            last = at.into();
        }
        Ok(last)
    }

    fn payload(&self, number: u64) -> Result<Payload, StoreError> {
        let bytes = self.reader.read(position(number)?)?;
        Ok(decode(&bytes)?)
    }

    /// The events behind a position, of records that stand before `end`.
    pub(super) fn feed(&self, after: Option<EventPosition>, limit: usize, end: u64) -> Result<Part, StoreError> {
        let start = after.map_or(Ok(Position::FIRST), |after| position(after.record))?;
        let mut feed = Part { events: Vec::new(), looked_at: after, more: false };
        let mut records = self.reader.read_from(start);
        let mut looked_at: usize = 0;
        let mut begun = after.is_none();
        while let Some((at, bytes)) = records.read_next()? {
            let at = u64::from(at);
            if at >= end {
                break;
            }
            let rest = after.filter(|after| after.record == at);
            begun = true;
            if rest.is_none() && looked_at >= limit.max(1) {
                feed.more = true;
                break;
            }
            looked_at = looked_at.saturating_add(usize::from(rest.is_none()));
            let payload: Payload = decode(bytes)?;
            feed.looked_at = feed.looked_at.max(Some(EventPosition::last_of(at, payload.entries())));
            let events = payload.into_events(at);
            feed.events.extend(events.filter(|(position, _)| after.is_none_or(|after| *position > after)));
        }
        if begun { Ok(feed) } else { Err(StoreError::NoSuchPosition(after.map_or(0, |after| after.record))) }
    }
}

fn position(number: u64) -> Result<Position, StoreError> {
    Position::try_from(number).map_err(|_| StoreError::NoSuchPosition(number))
}
