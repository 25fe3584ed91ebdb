//! One change of the book: its rows and what is counted of them.

use std::sync::MutexGuard;

use refund_core::Timestamp;
use sled::Batch;

use super::error::{BookError, json};
use super::rows;
use super::waiting::Waiting;
use crate::{Delivery, Queued};

/// A change that nobody else interferes with. One that is dropped and not applied has changed nothing.
pub(super) struct Change<'b> {
    db: &'b sled::Db,
    waiting: MutexGuard<'b, Waiting>,
    pub(super) batch: Batch,
    /// For which endpoints something begins to wait or waits no longer, and since when it does or did.
    begun: Vec<(String, Timestamp)>,
    ended: Vec<(String, Timestamp)>,
}

impl<'b> Change<'b> {
    pub(super) fn new(db: &'b sled::Db, waiting: MutexGuard<'b, Waiting>) -> Self {
        Self { db, waiting, batch: Batch::default(), begun: Vec::new(), ended: Vec::new() }
    }

    /// Writes a delivery down, and when it is tried.
    pub(super) fn write(&mut self, endpoint_id: &str, delivery: &Delivery) -> Result<(), BookError> {
        self.batch.insert(rows::delivery(endpoint_id, delivery.event).as_bytes(), json(delivery)?);
        if let Some(at) = delivery.next_at {
            let queued = rows::queued(endpoint_id, Queued { at, event: delivery.event });
            self.batch.insert(queued.as_bytes(), json(&delivery.asked_at)?);
            self.begun.push((endpoint_id.to_owned(), delivery.asked_at));
        }
        Ok(())
    }

    /// Takes a delivery out of the queue in which it stands, if it stands in one.
    pub(super) fn unqueue(&mut self, endpoint_id: &str, delivery: &Delivery) {
        if let Some(at) = delivery.next_at {
            self.batch.remove(rows::queued(endpoint_id, Queued { at, event: delivery.event }).as_bytes());
            self.ended.push((endpoint_id.to_owned(), delivery.asked_at));
        }
    }

    /// Does it.
    pub(super) fn apply(mut self) -> Result<(), BookError> {
        self.db.apply_batch(self.batch)?;
        self.begun.iter().for_each(|(endpoint_id, since)| self.waiting.begins(endpoint_id, *since));
        self.ended.iter().for_each(|(endpoint_id, since)| self.waiting.ends(endpoint_id, *since));
        Ok(())
    }
}
