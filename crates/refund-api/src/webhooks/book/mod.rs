//! The delivery book: what is to be sent to whom and when, and what came of it.
//!
//! It is not the truth. If it is lost, what is young enough to be tried still is sent again, under
//! the same ids. How far the feed was read moves on together with the deliveries that come of it,
//! in one batch, so that a crash between loses none.

mod care;
mod rows;

pub(crate) use self::care::Backlog;

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use refund_core::Timestamp;
use refund_store::{EventPosition, LastUse, SledFolder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::{Batch, IVec};

use super::delivery::{Attempt, Delivery, DeliveryState};

const CACHE_BYTES: u64 = 16 << 20;

/// Why the book can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BookError {
    #[error("the delivery book: {0}")]
    Unreadable(String),
}

impl From<sled::Error> for BookError {
    fn from(error: sled::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<std::io::Error> for BookError {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<serde_json::Error> for BookError {
    fn from(error: serde_json::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// The delivery book of a server.
pub(crate) struct Book {
    db: sled::Db,
    folder: SledFolder,
    /// Held by whoever reads a row in order to change it.
    changing: Mutex<()>,
}

/// What one attempt changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) state: DeliveryState,
    /// Since when the endpoint has failed, if its last attempt did.
    pub(super) failing_since: Option<Timestamp>,
    /// When the delivery was first tried.
    pub(super) first_try_at: Timestamp,
}

impl Book {
    /// The book in a data folder; an empty one where there is none that can be believed.
    pub(crate) fn open(data: &Path) -> Result<Self, BookError> {
        let folder = SledFolder::new(data, "deliveries", CACHE_BYTES);
        if folder.last_use()? == LastUse::Lost {
            tracing::warn!("the machine stopped while the delivery book was in use: what is young is sent again");
            folder.discard()?;
        }
        folder.begin_use()?;
        let db = match folder.open() {
            Ok(db) => db,
            Err(why) => {
                tracing::warn!(why, "the delivery book does not open: what is young is sent again");
                folder.discard()?;
                folder.open().map_err(BookError::Unreadable)?
            }
        };
        Ok(Self { db, folder, changing: Mutex::default() })
    }

    /// How far the feed was read. Nothing where the book is new.
    pub(crate) fn read_to(&self) -> Result<Option<EventPosition>, BookError> {
        self.get(rows::READ_TO)
    }

    /// Takes deliveries in, and that the feed was read to there, in one piece.
    pub(super) fn take_in(&self, read_to: EventPosition, deliveries: &[(String, Delivery)]) -> Result<(), BookError> {
        let mut batch = Batch::default();
        batch.insert(rows::READ_TO, json(&read_to)?);
        for (endpoint_id, delivery) in deliveries {
            write(&mut batch, endpoint_id, delivery)?;
        }
        self.apply(batch)
    }

    /// Has events sent to an endpoint again, or at last.
    pub(super) fn send_again(
        &self,
        endpoint_id: &str,
        deliveries: impl IntoIterator<Item = Delivery>,
        now: Timestamp,
    ) -> Result<usize, BookError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = Batch::default();
        let mut count: usize = 0;
        for delivery in deliveries {
            let known = self.delivery(endpoint_id, delivery.event)?;
            if let Some(Delivery { next_at: Some(at), event, .. }) = known {
                batch.remove(rows::queued(endpoint_id, at, event).as_bytes());
            }
            write(&mut batch, endpoint_id, &known.unwrap_or(delivery).again(now))?;
            count = count.saturating_add(1);
        }
        self.apply(batch)?;
        Ok(count)
    }

    /// Writes down an attempt and when the next is to be. Nothing where the delivery is gone.
    pub(super) fn tried(
        &self,
        endpoint_id: &str,
        event: EventPosition,
        attempt: Attempt,
        next: impl FnOnce(&Delivery) -> Option<Timestamp>,
    ) -> Result<Option<Tried>, BookError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = self.delivery(endpoint_id, event)? else { return Ok(None) };
        let mut batch = Batch::default();
        if let Some(at) = before.next_at {
            batch.remove(rows::queued(endpoint_id, at, event).as_bytes());
        }
        let (at, has_succeeded) = (attempt.at, attempt.has_succeeded());
        let next_at = next(&before);
        let delivery = before.tried(attempt, next_at);
        write(&mut batch, endpoint_id, &delivery)?;
        let failing = rows::failing(endpoint_id);
        let failing_since = if has_succeeded {
            batch.remove(failing.as_bytes());
            None
        } else {
            let since = self.failing_since(endpoint_id)?.unwrap_or(at);
            batch.insert(failing.as_bytes(), json(&since)?);
            Some(since)
        };
        self.apply(batch)?;
        Ok(Some(Tried { state: delivery.state, failing_since, first_try_at: delivery.first_try_at.unwrap_or(at) }))
    }

    /// Since when an endpoint has failed, if its last attempt did.
    pub(super) fn failing_since(&self, endpoint_id: &str) -> Result<Option<Timestamp>, BookError> {
        self.get(&rows::failing(endpoint_id))
    }

    /// Leaves an endpoint alone until then, as its receiver asked at that instant.
    pub(super) fn leave_alone(
        &self,
        endpoint_id: &str,
        asked_at: Timestamp,
        until: Timestamp,
    ) -> Result<(), BookError> {
        self.db.insert(rows::left_alone(endpoint_id), json(&(asked_at, until))?)?;
        Ok(())
    }

    /// Until when an endpoint is left alone, if its receiver asked for that since it was switched on.
    pub(super) fn left_alone_until(
        &self,
        endpoint_id: &str,
        enabled_at: Timestamp,
    ) -> Result<Option<Timestamp>, BookError> {
        let asked: Option<(Timestamp, Timestamp)> = self.get(&rows::left_alone(endpoint_id))?;
        Ok(asked.filter(|(asked_at, _)| *asked_at >= enabled_at).map(|(_, until)| until))
    }

    /// What is due at an endpoint first, up to so many, each with when it is due.
    pub(super) fn queue(&self, endpoint_id: &str, limit: usize) -> Result<Vec<(Timestamp, EventPosition)>, BookError> {
        let rows = self.db.scan_prefix(rows::queue(endpoint_id)).keys().take(limit);
        let read = |row: IVec| rows::read_queued(endpoint_id, &row).ok_or_else(|| strange(&row));
        rows.map(|row| row.map_err(BookError::from).and_then(read)).collect()
    }

    /// The delivery that a row of a queue names. A row that no longer says when its delivery is tried
    /// is removed, because nothing else would end it.
    pub(super) fn queued(
        &self,
        endpoint_id: &str,
        at: Timestamp,
        event: EventPosition,
    ) -> Result<Option<Delivery>, BookError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let delivery = self.delivery(endpoint_id, event)?.filter(|delivery| delivery.next_at == Some(at));
        if delivery.is_none() {
            self.db.remove(rows::queued(endpoint_id, at, event))?;
        }
        Ok(delivery)
    }

    /// One delivery.
    pub(super) fn delivery(&self, endpoint_id: &str, event: EventPosition) -> Result<Option<Delivery>, BookError> {
        self.get(&rows::delivery(endpoint_id, event))
    }

    /// An endpoint's deliveries, the latest first, behind that event.
    pub(super) fn deliveries(
        &self,
        endpoint_id: &str,
        behind: Option<EventPosition>,
    ) -> impl DoubleEndedIterator<Item = Result<Delivery, BookError>> {
        let prefix = rows::deliveries(endpoint_id);
        let end = behind.map_or_else(|| format!("{prefix}~"), |event| rows::delivery(endpoint_id, event));
        let rows = self.db.range(prefix..end).values().rev();
        rows.map(|row| row.map_err(BookError::from).and_then(|row| Ok(serde_json::from_slice(&row)?)))
    }

    /// Hands everything to the system, which keeps it when this process is killed.
    pub(super) fn flush(&self) -> Result<(), BookError> {
        self.db.flush().map(drop).map_err(BookError::from)
    }

    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, BookError> {
        let row = self.db.get(key)?;
        Ok(row.map(|row| serde_json::from_slice(&row)).transpose()?)
    }

    fn apply(&self, batch: Batch) -> Result<(), BookError> {
        self.db.apply_batch(batch).map_err(BookError::from)
    }
}

fn write(batch: &mut Batch, endpoint_id: &str, delivery: &Delivery) -> Result<(), BookError> {
    batch.insert(rows::delivery(endpoint_id, delivery.event).as_bytes(), json(delivery)?);
    if let Some(at) = delivery.next_at {
        batch.insert(rows::queued(endpoint_id, at, delivery.event).as_bytes(), json(&delivery.asked_at)?);
    }
    Ok(())
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, BookError> {
    Ok(serde_json::to_vec(value)?)
}

fn strange(row: &[u8]) -> BookError {
    BookError::Unreadable(format!("a row that says nothing: {}", String::from_utf8_lossy(row)))
}

#[cfg(test)]
mod tests;
