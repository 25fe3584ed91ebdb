//! What was recorded, made true again: how a view is built from the records.

use super::case::{Case, Shelf, finding};
use super::changed::Changed;
use super::stage::{Halt, Stage};
use crate::StoreError;
use crate::record::Record;

/// What a recorded request changes. `case` gives what is known by now.
pub(crate) fn replay(shelf: &impl Shelf, case: &mut Case, record: &Record) -> Result<Changed, StoreError> {
    finding(shelf, case, Vec::new(), |case| {
        let mut stage = Stage::at(case, record.at);
        match record.entries.iter().try_for_each(|entry| stage.push(entry.clone())) {
            Ok(()) => Ok(Ok(Changed { latest: Some(record.at), ..stage.changed })),
            Err(Halt::Needs(need)) => Err(need),
            Err(Halt::Refused(refused)) => {
                Ok(Err(StoreError::Unreadable(format!("a record does not fit: {refused:?}"))))
            }
        }
    })?
}
