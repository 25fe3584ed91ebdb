//! What was recorded, made true again: how a view is built from the records.

use super::case::{Case, Need, Shelf};
use super::stage::{Changed, Halt, Stage};
use crate::StoreError;
use crate::record::Record;

/// What a recorded request changes. `case` gives what is known by now.
pub(crate) fn replay(shelf: &impl Shelf, case: &mut Case, record: &Record) -> Result<Changed, StoreError> {
    loop {
        let mut stage = Stage::new(case, record.at);
        let pushed = record.entries.iter().try_for_each(|entry| stage.push(entry.clone()));
        let mut changed = stage.changed;
        match pushed {
            Ok(()) => {
                changed.latest = Some(record.at);
                return Ok(changed);
            }
            Err(Halt::Needs(need)) => load(shelf, case, &need)?,
            Err(Halt::Refused(refused)) => {
                return Err(StoreError::Unreadable(format!("a record does not fit: {refused:?}")));
            }
        }
    }
}

fn load(shelf: &impl Shelf, case: &mut Case, need: &Need) -> Result<(), StoreError> {
    shelf.load(need, case)?;
    if case.knows(need) { Ok(()) } else { Err(StoreError::Unreadable(format!("{need:?} could not be loaded"))) }
}
