//! Records, one after the other: how much there is, and which laws they break.

use refund_core::{Event, RefundId, Timestamp};
use serde::Serialize;

use super::by_seller::BySeller;
use super::error::senseless;
use super::laws::{self, Law, RecordPlace, Violation};
use super::{CareError, Findings};
use crate::StoreError;
use crate::door::{Case, Changed, Halt, Stage};
use crate::record::{Entry, Record};

/// How much was recorded.
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

/// What was seen of the records so far.
#[derive(Default)]
pub(super) struct Review {
    pub(super) contents: Contents,
    pub(super) by_seller: BySeller,
    pub(super) violations: Findings<Violation>,
}

impl Review {
    /// Another batch begins, or has ended.
    pub(super) fn batch(&mut self) {
        self.contents.frames = self.contents.frames.saturating_add(1);
    }

    /// A law is broken by the record that stands there.
    pub(super) fn broken(&mut self, record: RecordPlace, refund: Option<RefundId>, law: Law) {
        self.violations.add(Violation { record, refund, law });
    }

    /// Looks at the next record, which stands there and has so many bytes. `case` is how everything is before it, with all
    /// that it [needs](crate::door::needs_of). What it changes.
    pub(super) fn record(
        &mut self,
        case: &Case,
        at: RecordPlace,
        record: &Record,
        bytes: usize,
    ) -> Result<Changed, CareError> {
        let before = self.contents.latest.unwrap_or(Timestamp::MIN);
        if record.at < before {
            self.broken(at, None, Law::TimeWentBack { now: record.at, before });
        }
        let mut broken = Vec::new();
        let changed = changed_by(case, record, before, &mut broken).map_err(|error| senseless(at, &error))?;
        for (id, change) in &changed.refunds {
            broken.extend(laws::of_state(&change.after).into_iter().map(|law| (id.clone(), law)));
        }
        self.by_seller.add(record, &changed, bytes);
        let events = record.entries.iter().filter(|entry| matches!(entry, Entry::Refund(_))).count() as u64;
        self.contents.records = self.contents.records.saturating_add(1);
        self.contents.events = self.contents.events.saturating_add(events);
        self.contents.first = self.contents.first.or(Some(record.at));
        self.contents.latest = self.contents.latest.max(Some(record.at));
        broken.into_iter().for_each(|(refund, law)| self.broken(at, Some(refund), law));
        Ok(changed)
    }
}

/// What a record changes, with each of its events held against the laws.
fn changed_by(
    case: &Case,
    record: &Record,
    latest: Timestamp,
    broken: &mut Vec<(RefundId, Law)>,
) -> Result<Changed, StoreError> {
    let mut stage = Stage::at(case, record.at);
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

/// Puts one event on the stage, and checks it against the refund and the line as they were before it.
fn step(
    stage: &mut Stage<'_>,
    event: &Event,
    latest: Timestamp,
    broken: &mut Vec<(RefundId, Law)>,
) -> Result<(), Halt> {
    let id = &event.refund_id;
    let mut add = |law| broken.push((id.clone(), law));
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
