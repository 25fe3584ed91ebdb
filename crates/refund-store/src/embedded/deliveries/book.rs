//! The rows of the delivery book, read and written.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use refund_core::Timestamp;
use serde::de::DeserializeOwned;
use sled::{Batch, IVec};

use super::change::Change;
use super::error::{BookError, json, strange};
use super::rows;
use super::waiting::Waiting;
use crate::embedded::KEPT_FREE_BYTES;
use crate::embedded::folder::{LastUse, SledFolder};
use crate::{Again, Chosen, Claimed, Delivery, Due, EventPosition, Intake, LeftAlone, Noted, Queued, Tried};

const CACHE_BYTES: u64 = 16 << 20;

fn in_data(data: &Path) -> SledFolder {
    SledFolder::new(data, "deliveries", CACHE_BYTES)
}

/// An error where the disk has less space than the journal keeps free.
fn has_space(folder: &SledFolder) -> Result<(), BookError> {
    let left = folder.space_left()?;
    if left < KEPT_FREE_BYTES {
        return Err(BookError(format!("{left} bytes are left on the disk, and {KEPT_FREE_BYTES} are kept free")));
    }
    Ok(())
}

pub(super) struct Book {
    pub(super) db: sled::Db,
    folder: SledFolder,
    /// Held by whoever reads a row in order to change it.
    waiting: Mutex<Waiting>,
}

impl Book {
    pub(super) fn open(data: &Path) -> Result<Self, BookError> {
        let folder = in_data(data);
        match folder.last_use()? {
            // The mark is there, and to write it anew on a full disk would lose it.
            LastUse::Killed => {}
            LastUse::Closed => folder.begin_use()?,
            LastUse::Lost => {
                tracing::warn!("the machine stopped while the delivery book was in use: what is young is sent again");
                folder.discard()?;
                folder.begin_use()?;
            }
        }
        match Self::opened(folder) {
            Ok(book) => Ok(book),
            Err(BookError(why)) => {
                has_space(&in_data(data))?;
                tracing::warn!(why, "the delivery book does not open: what is young is sent again");
                in_data(data).discard()?;
                Self::opened(in_data(data))
            }
        }
    }

    /// The book after a write that failed, as it is on the disk: sled takes no other write until it is opened anew. Not
    /// before there is space, because what fails while it is opened may be lost.
    pub(super) fn open_anew(data: &Path) -> Result<Self, BookError> {
        let folder = in_data(data);
        has_space(&folder)?;
        Self::opened(folder)
    }

    fn opened(folder: SledFolder) -> Result<Self, BookError> {
        let db = folder.open().map_err(BookError)?;
        let waiting = Mutex::new(Waiting::read(&db)?);
        Ok(Self { db, folder, waiting })
    }

    /// What waits; while somebody looks at it, nobody changes anything.
    pub(super) fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a change.
    pub(super) fn change(&self) -> Change<'_> {
        Change::new(&self.db, self.waiting())
    }

    pub(super) fn read_to(&self) -> Result<Option<EventPosition>, BookError> {
        self.get(rows::READ_TO)
    }

    /// How far the feed was read goes into one batch with what came of it, so that a crash between loses none.
    pub(super) fn take_in(&self, Intake { from, to, deliveries }: &Intake) -> Result<bool, BookError> {
        {
            let mut change = self.change();
            if self.read_to()? != *from {
                return Ok(false);
            }
            change.batch.insert(rows::READ_TO, json(to)?);
            for (endpoint_id, delivery) in deliveries {
                change.write(endpoint_id, delivery)?;
            }
            change.apply()?;
        }
        self.flush()?;
        Ok(true)
    }

    pub(super) fn due(&self, endpoint_id: &str, limit: usize) -> Result<Due, BookError> {
        let rows = self.db.scan_prefix(rows::queue(endpoint_id)).keys().take(limit);
        let read = |row: IVec| rows::read_queued(endpoint_id, &row).ok_or_else(|| strange(&row));
        let queue = rows.map(|row| row.map_err(BookError::from).and_then(read)).collect::<Result<_, _>>()?;
        let asked: Option<(Timestamp, Timestamp)> = self.get(&rows::left_alone(endpoint_id))?;
        let left_alone = asked.map(|(since, until)| LeftAlone { since, until });
        Ok(Due { queue, failing_since: self.failing_since(endpoint_id)?, left_alone })
    }

    /// A row of a queue that its delivery does not agree with is removed: nothing else ever would.
    pub(super) fn claim(&self, endpoint_id: &str, queued: Queued) -> Result<Option<Claimed>, BookError> {
        let mut waiting = self.waiting();
        let delivery = self.delivery(endpoint_id, queued.event)?;
        let delivery = delivery.filter(|delivery| delivery.next_at == Some(queued.at));
        if delivery.is_none()
            && let Some(since) = self.db.remove(rows::queued(endpoint_id, queued))?
        {
            waiting.ends(endpoint_id, serde_json::from_slice(&since)?);
        }
        Ok(delivery.map(|delivery| Claimed { endpoint_id: endpoint_id.to_owned(), delivery }))
    }

    pub(super) fn tried(&self, claimed: Claimed, tried: Tried) -> Result<Noted, BookError> {
        let noted = self.note(claimed, tried)?;
        self.flush()?;
        Ok(noted)
    }

    fn note(&self, claimed: Claimed, tried: Tried) -> Result<Noted, BookError> {
        let mut change = self.change();
        let Claimed { endpoint_id, delivery: before } = claimed;
        let Some(now) = self.delivery(&endpoint_id, before.event)? else { return Ok(Noted::Gone) };
        change.unqueue(&endpoint_id, &now);
        let Tried { attempt, next_at, leave_alone_until } = tried;
        let (at, failed) = (attempt.at, !attempt.has_succeeded());
        if let Some(until) = leave_alone_until {
            change.batch.insert(rows::left_alone(&endpoint_id).as_bytes(), json(&(at, until))?);
        }
        let failing_since = if failed { Some(self.failing_since(&endpoint_id)?.unwrap_or(at)) } else { None };
        match failing_since {
            Some(since) => change.batch.insert(rows::failing(&endpoint_id).as_bytes(), json(&since)?),
            None => change.batch.remove(rows::failing(&endpoint_id).as_bytes()),
        }
        let delivery = now.after(&before, attempt, next_at);
        change.write(&endpoint_id, &delivery)?;
        change.apply()?;
        Ok(Noted::Written { delivery, failing_since })
    }

    /// Since when an endpoint has failed, if its last attempt did.
    fn failing_since(&self, endpoint_id: &str) -> Result<Option<Timestamp>, BookError> {
        self.get(&rows::failing(endpoint_id))
    }

    pub(super) fn send_again(
        &self,
        endpoint_id: &str,
        chosen: &Chosen,
        limit: usize,
        now: Timestamp,
    ) -> Result<Again, BookError> {
        // Looked for before the lock is taken, because there may be many.
        let fitting = self.latest_first(endpoint_id, None).rev();
        let fitting = fitting.filter(|found| found.as_ref().map_or(true, |found| chosen.has(found)));
        let mut fitting: Vec<_> = fitting.take(limit.saturating_add(1)).collect::<Result<_, _>>()?;
        let next_from = fitting.get(limit).map(Delivery::recorded_at);
        fitting.truncate(limit);
        let count = fitting.len();
        self.send(endpoint_id, fitting, now)?;
        Ok(Again { count, next_from })
    }

    pub(super) fn send(&self, endpoint_id: &str, deliveries: Vec<Delivery>, now: Timestamp) -> Result<(), BookError> {
        {
            let mut change = self.change();
            for given in deliveries {
                let known = self.delivery(endpoint_id, given.event)?;
                if let Some(known) = &known {
                    change.unqueue(endpoint_id, known);
                }
                change.write(endpoint_id, &known.unwrap_or(given).again(now))?;
            }
            change.apply()?;
        }
        self.flush()
    }

    pub(super) fn delivery(&self, endpoint_id: &str, event: EventPosition) -> Result<Option<Delivery>, BookError> {
        self.get(&rows::delivery(endpoint_id, event))
    }

    /// An endpoint's deliveries, the latest first, of events before that one.
    pub(super) fn latest_first(
        &self,
        endpoint_id: &str,
        before: Option<EventPosition>,
    ) -> impl DoubleEndedIterator<Item = Result<Delivery, BookError>> {
        let prefix = rows::deliveries(endpoint_id);
        let end = before.map_or_else(|| format!("{prefix}~"), |event| rows::delivery(endpoint_id, event));
        let rows = self.db.range(prefix..end).values().rev();
        rows.map(|row| row.map_err(BookError::from).and_then(|row| Ok(serde_json::from_slice(&row)?)))
    }

    /// Makes everything durable, and says that the book was closed.
    pub(super) fn close(&self) -> Result<(), BookError> {
        self.flush()?;
        Ok(self.folder.end_use()?)
    }

    /// Hands everything to the system, which keeps it when this process is killed.
    pub(super) fn flush(&self) -> Result<(), BookError> {
        self.db.flush().map(drop).map_err(BookError::from)
    }

    pub(super) fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, BookError> {
        let row = self.db.get(key)?;
        Ok(row.map(|row| serde_json::from_slice(&row)).transpose()?)
    }

    pub(super) fn apply(&self, batch: Batch) -> Result<(), BookError> {
        self.db.apply_batch(batch).map_err(BookError::from)
    }
}
