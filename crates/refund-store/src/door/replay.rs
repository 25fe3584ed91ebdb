//! What was recorded, made true again: how a view is built from the records.

use super::case::{Case, Need, Shelf, finding};
use super::changed::Changed;
use super::stage::{Halt, Stage};
use crate::StoreError;
use crate::record::{Entry, Record};

/// What a recorded request changes. `case` gives what is known by now.
pub(crate) fn replay(shelf: &impl Shelf, case: &mut Case, record: &Record) -> Result<Changed, StoreError> {
    finding(shelf, case, Vec::new(), |case| match replayed(case, record) {
        Err(Halt::Needs(need)) => Err(need),
        Err(Halt::Refused(refused)) => Ok(Err(StoreError::Unreadable(format!("a record does not fit: {refused:?}")))),
        Ok(changed) => Ok(Ok(changed)),
    })?
}

/// What a recorded request changes, where all that it needs is in the case.
pub(crate) fn replayed(case: &Case, record: &Record) -> Result<Changed, Halt> {
    let mut stage = Stage::at(case, record.at);
    record.entries.iter().try_for_each(|entry| stage.push(entry.clone()))?;
    Ok(Changed { latest: Some(record.at), ..stage.changed })
}

/// What a recorded request changes and stands on: the refunds that it tells of, with those beside them, and the order
/// lines on which it opens some.
pub(crate) fn needs_of(record: &Record) -> impl Iterator<Item = Need> {
    record
        .entries
        .iter()
        .flat_map(|entry| {
            let Entry::Refund(event) = entry else { return [None, None] };
            let line = refund_core::opened(event).map(|new| Need::Line(new.line_key()));
            [Some(Need::Refund(event.refund_id.clone())), line]
        })
        .flatten()
}
