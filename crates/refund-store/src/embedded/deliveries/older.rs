//! A book of before records were counted: its rows name events by their places in the journal.
//!
//! To begin anew would send what happened in the last days to every endpoint again, under other ids
//! than the first time, which no receiver could tell from something new. So the rows are renamed, some
//! at a time. Whoever is killed in between goes on at the next start.

use serde_json::Value;
use sled::Batch;

use super::book::Book;
use super::error::{BookError, json};
use super::rows;
use super::waiting::Waiting;
use crate::{EventPosition, StoreError};

/// How many rows are renamed at once.
const AT_ONCE: usize = 1000;

impl Book {
    /// Renames every row of that time. `counted` gives the position of what a place names; what it does
    /// not know is forgotten, for its event is gone.
    pub(super) fn count(
        &self,
        counted: impl Fn(u64, u32) -> Result<EventPosition, StoreError>,
    ) -> Result<(), BookError> {
        let Some(read_to) = self.get::<Value>(rows::READ_TO)?.filter(|read_to| read_to.get("epoch").is_none()) else {
            return Ok(());
        };
        for kind in rows::OF_EVENTS {
            let (mut count, mut batch) = (0_usize, Batch::default());
            for row in self.db.scan_prefix(kind) {
                let (key, value) = row?;
                let name = String::from_utf8_lossy(&key);
                let Some((before, place)) = name.rsplit_once('/') else { continue };
                let Some((place, entry)) = rows::place_before_counting(place) else { continue };
                batch.remove(key.clone());
                if let Some(event) = known(counted(place, entry))? {
                    batch.insert(format!("{before}/{}", rows::name(event)).as_bytes(), with(event, &value)?);
                }
                count = count.saturating_add(1);
                if count.is_multiple_of(AT_ONCE) {
                    self.apply(std::mem::take(&mut batch))?;
                }
            }
            self.apply(batch)?;
        }
        let number = |name| read_to.get(name).and_then(Value::as_u64).unwrap_or(0);
        let entry = u32::try_from(number("entry")).unwrap_or(u32::MAX);
        match known(counted(number("record"), entry))? {
            Some(event) => self.db.insert(rows::READ_TO, json(&event)?)?,
            None => self.db.remove(rows::READ_TO)?,
        };
        *self.waiting() = Waiting::read(&self.db)?;
        self.flush()
    }
}

fn known(counted: Result<EventPosition, StoreError>) -> Result<Option<EventPosition>, BookError> {
    match counted {
        Ok(event) => Ok(Some(event)),
        Err(StoreError::OtherHistory | StoreError::NoSuchPosition(_)) => Ok(None),
        Err(error) => Err(BookError(error.to_string())),
    }
}

/// What a row says, of an event that is named otherwise. A row of a queue names it in its key alone.
fn with(event: EventPosition, value: &[u8]) -> Result<Vec<u8>, BookError> {
    let mut value: Value = serde_json::from_slice(value)?;
    if let Some(named) = value.get_mut("event") {
        *named = serde_json::to_value(event)?;
    }
    json(&value)
}
