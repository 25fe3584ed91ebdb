//! What the journal tells: the feed, and the history of one refund.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use refund_core::{Event, RefundId};

use super::audit::Found;
use super::error::strange;
use super::numbers::Numbers;
use crate::codec::decode;
use crate::journal::{Checkpoint, JournalError, Position, Reader, Stamp};
use crate::record::{Entry, Record};
use crate::stored::Payload;
use crate::{Audited, EventPosition, IdempotencyKey, Recorded, Remembered, StoreError};

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
    numbers: RwLock<Numbers>,
    /// The epoch of what is recorded from now on: a new one each time that the store is opened, so that what was lost
    /// is never taken for what comes in its place.
    pub(super) epoch: u32,
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
    pub(super) fn new(reader: Reader, epoch: u32) -> Self {
        Self { reader, numbers: RwLock::default(), epoch }
    }

    pub(super) fn numbers(&self) -> RwLockReadGuard<'_, Numbers> {
        self.numbers.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn numbers_mut(&self) -> RwLockWriteGuard<'_, Numbers> {
        self.numbers.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events of a refund behind number `after` and up to `until`. They are read backwards from the record at
    /// `from`, which has the last of them or stands behind it.
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
            let (stamp, payload) = self.reader.read_stamped(position(number)?)?;
            let payload: Payload = decode(&payload)?;
            let stamp = self.stamp(number, stamp)?;
            // A record that names a later one is forged, and to follow it would never end.
            next = payload.previous(id).filter(|previous| *previous < number);
            for (position, event) in payload.into_events(stamp).rev().filter(|(_, event)| event.refund_id == *id) {
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

    /// The records that tell of a refund, each with its number, read backwards from the one at `from`.
    pub(super) fn records(&self, id: &RefundId, from: u64) -> Result<Vec<(u64, Record)>, StoreError> {
        let mut records = Vec::new();
        let mut next = Some(from);
        while let Some(place) = next {
            let (stamp, payload) = self.reader.read_stamped(position(place)?)?;
            let payload: Payload = decode(&payload)?;
            next = payload.previous(id).filter(|previous| *previous < place);
            records.push((self.stamp(place, stamp)?.number, payload.into_record()));
        }
        records.reverse();
        Ok(records)
    }

    /// What is to stand in the place of the record of that number, which then says that: where it stands, which it is,
    /// and the payload.
    pub(super) fn stand_in(&self, number: u64, record: &Record) -> Result<(Position, Stamp, Vec<u8>), StoreError> {
        let place = self.seek(number)?;
        let (stamp, payload) = self.reader.read_stamped(position(place)?)?;
        let payload = decode::<Payload>(&payload)?.with_record(record)?;
        Ok((position(place)?, self.stamp(place, stamp)?, payload))
    }

    /// The answer that the record at a position remembers under a key, if it does.
    pub(super) fn answer(&self, wanted: &IdempotencyKey, number: u64) -> Result<Option<Remembered>, StoreError> {
        let entries = self.payload(number)?.into_record().entries.into_iter();
        let mut answers = entries.filter_map(|entry| {
            if let Entry::Answer { key, remembered } = entry { (key == *wanted).then_some(remembered) } else { None }
        });
        Ok(answers.next())
    }

    /// Where the last record ends; nothing where there is none.
    pub(super) fn end(&self) -> Result<Option<EventPosition>, StoreError> {
        let Some(at) = self.numbers().last() else { return Ok(None) };
        let (stamp, payload) = self.reader.read_stamped(position(at)?)?;
        let entries = decode::<Payload>(&payload)?.entries();
        Ok(Some(EventPosition::last_of(self.stamp(at, stamp)?, entries)))
    }

    /// Learns where records stand up to `end`: from the view's rows, and by counting from the last mark on.
    pub(super) fn know(&self, rows: impl Iterator<Item = impl AsRef<[u8]>>, end: Checkpoint) -> Result<(), StoreError> {
        let mut numbers = Numbers::read(end.records(), rows);
        if let Some(mark) = numbers.as_ref().and_then(|numbers| numbers.before(end.records())) {
            let mut records = self.reader.read_from(position(mark.at)?);
            while let Some(at) = records.skip_next()?
                && u64::from(at) < end.length()
            {
                numbers = numbers.map(|numbers| numbers.with_recent(at.into()));
            }
        }
        let numbers = numbers.filter(Numbers::is_whole);
        *self.numbers_mut() = numbers.ok_or_else(|| strange("where records stand can't be told"))?;
        Ok(())
    }

    /// What the index found for the audit.
    pub(super) fn audited(&self, found: &Found) -> Result<Audited, StoreError> {
        let (stamp, payload) = self.reader.read_stamped(position(found.place)?)?;
        let position = EventPosition::of(self.stamp(found.place, stamp)?, found.entry);
        let Record { at, from, entries } = decode::<Payload>(&payload)?.into_record();
        let entry = nth(entries, found.entry)?;
        let before = match found.before {
            Some((place, entry)) => Some(nth(self.payload(place)?.into_record().entries, entry)?),
            None => None,
        };
        Ok(Audited { position, at, from, audit_type: found.audit_type, entry, before })
    }

    fn payload(&self, number: u64) -> Result<Payload, StoreError> {
        let bytes = self.reader.read(position(number)?)?;
        Ok(decode(&bytes)?)
    }

    /// The number and epoch of the record that stands there: as it says, or counted where it is of a format that says
    /// neither.
    fn stamp(&self, at: u64, said: Option<Stamp>) -> Result<Stamp, StoreError> {
        if let Some(stamp) = said {
            return Ok(stamp);
        }
        let mark = self.numbers().up_to(at).ok_or(StoreError::NoSuchPosition(at))?;
        let mut records = self.reader.read_from(position(mark.at)?);
        let mut number = mark.number;
        while records.skip_next()?.is_some_and(|position| u64::from(position) < at) {
            number = number.saturating_add(1);
        }
        Ok(Stamp { number, epoch: 0 })
    }

    /// Where the record of that number stands.
    pub(super) fn seek(&self, number: u64) -> Result<u64, StoreError> {
        let nothing = || StoreError::NoSuchPosition(number);
        let mark = self.numbers().before(number).ok_or_else(nothing)?;
        if mark.number == number {
            return Ok(mark.at);
        }
        let mut records = self.reader.read_from(position(mark.at)?);
        for _ in mark.number..number {
            records.skip_next()?.ok_or_else(nothing)?;
        }
        Ok(records.skip_next()?.ok_or_else(nothing)?.into())
    }

    /// Where the record stands that a position names, among those before `end`.
    fn named(&self, named: EventPosition, end: u64) -> Result<Position, StoreError> {
        match self.seek(named.record) {
            Ok(at) if at < end => position(at),
            Ok(_) | Err(StoreError::NoSuchPosition(_)) => Err(named.nowhere(self.epoch)),
            Err(error) => Err(error),
        }
    }

    /// The record that a position names, before `end`: where it stands, its number and epoch, and what it holds.
    fn record(&self, named: EventPosition, end: u64) -> Result<(Position, Stamp, Payload), StoreError> {
        let at = self.named(named, end)?;
        let (said, payload) = self.reader.read_stamped(at)?;
        let (stamp, payload) = (self.stamp(at.into(), said)?, decode::<Payload>(&payload)?);
        named.must_be_in(stamp, payload.entries())?;
        Ok((at, stamp, payload))
    }

    /// Where the record stands that a position names, before `end`; refused where the position is of another history.
    pub(super) fn place_of(&self, named: EventPosition, end: u64) -> Result<u64, StoreError> {
        Ok(self.record(named, end)?.0.into())
    }

    /// The events of the records at these places that come behind a position.
    pub(super) fn told(&self, places: &[u64], after: Option<EventPosition>) -> Result<Vec<Recorded>, StoreError> {
        let mut told = Vec::new();
        for place in places {
            let (said, payload) = self.reader.read_stamped(position(*place)?)?;
            let stamp = self.stamp(*place, said)?;
            let events = decode::<Payload>(&payload)?.into_events(stamp);
            told.extend(events.filter(|(position, _)| after.is_none_or(|after| *position > after)));
        }
        Ok(told)
    }

    /// The event that a position names, of records that stand before `end`.
    pub(super) fn event(&self, named: EventPosition, end: u64) -> Result<Option<Event>, StoreError> {
        let (_, stamp, payload) = self.record(named, end)?;
        Ok(payload.into_events(stamp).find(|(position, _)| *position == named).map(|(_, event)| event))
    }

    /// The position of what was named by its place in the journal, as everything was before records were counted.
    pub(super) fn counted(&self, place: u64, entry: u32, end: u64) -> Result<EventPosition, StoreError> {
        let at = position(place).ok().filter(|_| place < end).ok_or(StoreError::OtherHistory)?;
        let (said, payload) = match self.reader.read_stamped(at) {
            Err(JournalError::NoRecord { .. }) => return Err(StoreError::OtherHistory),
            read => read?,
        };
        if said.is_some() {
            return Err(StoreError::OtherHistory);
        }
        let stamp = self.stamp(place, None)?;
        let named = EventPosition::of(stamp, entry);
        named.must_be_in(stamp, decode::<Payload>(&payload)?.entries())?;
        Ok(named)
    }

    /// The events behind a position, of records that stand before `end`.
    pub(super) fn feed(&self, after: Option<EventPosition>, limit: usize, end: u64) -> Result<Part, StoreError> {
        let start = after.map_or(Ok(Position::FIRST), |after| self.named(after, end))?;
        let mut feed = Part { events: Vec::new(), looked_at: after, more: false };
        let mut records = self.reader.read_from(start);
        let mut looked_at: usize = 0;
        let mut number = after.map_or(1, |after| after.record);
        while let Some(found) = records.read_next()? {
            if u64::from(found.position) >= end {
                break;
            }
            let stamp = found.stamp.unwrap_or(Stamp { number, epoch: 0 });
            number = number.saturating_add(1);
            let rest = after.filter(|after| after.record == stamp.number);
            if rest.is_none() && looked_at >= limit.max(1) {
                feed.more = true;
                break;
            }
            looked_at = looked_at.saturating_add(usize::from(rest.is_none()));
            let payload: Payload = decode(found.payload)?;
            if let Some(rest) = rest {
                rest.must_be_in(stamp, payload.entries())?;
            }
            feed.looked_at = feed.looked_at.max(Some(EventPosition::last_of(stamp, payload.entries())));
            let events = payload.into_events(stamp);
            feed.events.extend(events.filter(|(position, _)| after.is_none_or(|after| *position > after)));
        }
        Ok(feed)
    }
}

fn nth(entries: Vec<Entry>, entry: u32) -> Result<Entry, StoreError> {
    let wanted = usize::try_from(entry).ok().and_then(|entry| entries.into_iter().nth(entry));
    wanted.ok_or_else(|| strange("an entry of the audit that is not there"))
}

fn position(number: u64) -> Result<Position, StoreError> {
    Position::try_from(number).map_err(|_| StoreError::NoSuchPosition(number))
}
