//! Going through a journal record by record: what it makes, and which laws it breaks.

use refund_core::{Event, RefundId, Timestamp};
use serde::Serialize;

use super::by_seller::BySeller;
use super::error::senseless;
use super::laws::{self, Law, Violation};
use super::replayed::Replayed;
use super::source::Source;
use super::{CareError, Findings, Watcher};
use crate::StoreError;
use crate::codec::{CodecError, decode};
use crate::door::{Changed, Halt, Need, Shelf, Stage};
use crate::journal::{Checkpoint, Ending, Frame, Inspected, Position, inspect};
use crate::record::{Entry, Record};
use crate::stored::Payload;

/// How much there is in a journal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// Batches, each recorded with one write.
    pub frames: u64,
    /// Records, each of one request.
    pub records: u64,
    /// Events on refunds.
    pub events: u64,
    /// The first instant recorded, if any was.
    pub first: Option<Timestamp>,
    /// The latest instant recorded, if any was.
    pub latest: Option<Timestamp>,
}

/// A journal, gone through up to its last good frame or to a record that makes no sense.
pub(super) struct Replay {
    pub(super) model: Replayed,
    pub(super) contents: Contents,
    pub(super) by_seller: BySeller,
    pub(super) violations: Findings<Violation>,
    /// The first record that can't be understood, if there is one, and why: nothing behind it was looked at.
    pub(super) senseless: Option<(u64, String)>,
}

impl Replay {
    /// Goes through a journal.
    pub(super) fn of(source: &Source, watcher: &Watcher) -> Result<(Self, Inspected), CareError> {
        let contents = Contents::default();
        let (model, by_seller) = (Replayed::default(), BySeller::default());
        let mut replay = Self { model, contents, by_seller, violations: Findings::default(), senseless: None };
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
        self.contents.frames = self.contents.frames.saturating_add(1);
        frame.records().try_for_each(|(position, payload)| self.record(position, payload))
    }

    fn record(&mut self, position: Position, payload: &[u8]) -> Result<(), CareError> {
        let (at, bytes) = (u64::from(position), payload.len());
        let payload: Payload = decode(payload).map_err(|error| match error {
            CodecError::Newer { found } => CareError::NewerFormat { at, found },
            CodecError::Invalid(what) => CareError::Record { at, what },
        })?;
        let mut broken = Vec::new();
        for (id, found) in payload.names() {
            let expected = self.model.last(id);
            if found != expected {
                broken.push((Some(id.clone()), Law::BrokenHistory { found, expected }));
            }
        }
        let record = payload.into_record();
        let before = self.contents.latest.unwrap_or(Timestamp::MIN);
        if record.at < before {
            broken.push((None, Law::TimeWentBack { now: record.at, before }));
        }
        let changed = self.changed_by(&record, before, &mut broken).map_err(|error| senseless(at, &error))?;
        for (id, change) in &changed.refunds {
            broken.extend(laws::of_state(&change.after).into_iter().map(|law| (Some(id.clone()), law)));
        }
        self.by_seller.add(&record, &changed, bytes);
        let events = record.entries.iter().filter(|entry| matches!(entry, Entry::Refund(_))).count() as u64;
        self.model.apply(at, &record, changed).map_err(|error| senseless(at, &error))?;
        self.contents.records = self.contents.records.saturating_add(1);
        self.contents.events = self.contents.events.saturating_add(events);
        self.contents.first = self.contents.first.or(Some(record.at));
        self.contents.latest = self.contents.latest.max(Some(record.at));
        for (refund, law) in broken {
            self.violations.add(Violation { record: at, refund, law });
        }
        Ok(())
    }

    /// What a record changes, with each of its events held against the laws.
    fn changed_by(
        &self,
        record: &Record,
        latest: Timestamp,
        broken: &mut Vec<(Option<RefundId>, Law)>,
    ) -> Result<Changed, StoreError> {
        let mut case = self.model.case();
        for entry in &record.entries {
            let Entry::Refund(event) = entry else { continue };
            self.model.load(&Need::Refund(event.refund_id.clone()), &mut case)?;
            if let Some(new) = refund_core::opened(event) {
                self.model.load(&Need::Line(new.line_key()), &mut case)?;
            }
        }
        let mut stage = Stage::at(&case, record.at);
        for entry in &record.entries {
            let pushed = if let Entry::Refund(event) = entry {
                step(&mut stage, event, latest, broken)
            } else {
                stage.push(entry.clone())
            };
            pushed.map_err(|halt| StoreError::Unreadable(format!("{halt:?}")))?;
        }
        Ok(Changed { latest: Some(record.at), ..stage.changed })
    }
}

/// Puts one event on the stage, and checks it against the refund and the line as they were before it.
fn step(
    stage: &mut Stage<'_>,
    event: &Event,
    latest: Timestamp,
    broken: &mut Vec<(Option<RefundId>, Law)>,
) -> Result<(), Halt> {
    let id = &event.refund_id;
    let mut add = |law| broken.push((Some(id.clone()), law));
    let before = stage.found(id)?.cloned();
    let key = match &before {
        Some(before) => Some(before.line_key()),
        None => refund_core::opened(event).map(|new| new.line_key()),
    };
    let line = key.map(|key| stage.ledger(&key)).transpose()?.flatten();
    stage.push(Entry::Refund(event.clone()))?;
    let after = stage.refund(id)?;
    if event.at > event.recorded_at {
        add(Law::BeforeItsInstant { at: event.at, recorded_at: event.recorded_at });
    }
    if event.recorded_at < latest || event.recorded_at > stage.now {
        add(Law::TimeWentBack { now: event.recorded_at, before: latest });
    }
    match before {
        Some(before) => laws::of_event(&before, &after, line.as_ref(), event).into_iter().for_each(add),
        None => {
            laws::of_opening(&after, line.as_ref()).into_iter().for_each(&mut add);
            if stage.settings().seller(&after.seller_id).is_none() {
                add(Law::NoSeller);
            }
        }
    }
    Ok(())
}
