//! What the book forgets, and how much waits in it.

use std::collections::BTreeSet;

use refund_core::Timestamp;
use sled::Batch;

use super::{Book, BookError, Delivery, DeliveryState, rows, strange};
use crate::webhooks::schedule::later;

/// How long a delivery that came to an end is shown, in milliseconds.
const KEPT: i64 = 30 * 24 * 60 * 60 * 1000;
/// How many deliveries are kept of an endpoint.
const KEPT_MAX: usize = 100_000;
/// How many rows are removed at once.
const AT_ONCE: usize = 1000;

/// What waits to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Backlog {
    pub(crate) count: u64,
    /// Since when the oldest of it waits.
    pub(crate) oldest: Option<Timestamp>,
}

impl Book {
    /// Forgets an endpoint's deliveries that came to an end long ago, or are behind too many others.
    pub(in crate::webhooks) fn forget_old(&self, endpoint_id: &str, now: Timestamp) -> Result<(), BookError> {
        let mut batch = Batch::default();
        let mut removed: usize = 0;
        for (place, delivery) in self.deliveries(endpoint_id, None).enumerate() {
            let delivery: Delivery = delivery?;
            let is_old = place >= KEPT_MAX || later(delivery.asked_at, KEPT) <= now;
            if is_old && delivery.state != DeliveryState::Pending {
                batch.remove(rows::delivery(endpoint_id, delivery.event).as_bytes());
                removed = removed.saturating_add(1);
            }
            if removed >= AT_ONCE {
                self.apply(std::mem::take(&mut batch))?;
                removed = 0;
            }
        }
        self.apply(batch)
    }

    /// Forgets every endpoint but these.
    pub(in crate::webhooks) fn forget_but(&self, endpoints: &BTreeSet<String>) -> Result<(), BookError> {
        for kind in ["delivery/", "queue/", "failing/", "left-alone/"] {
            let mut next = kind.to_owned();
            while let Some((row, _)) = self.db.get_gt(&next)?.filter(|(row, _)| row.starts_with(kind.as_bytes())) {
                let text = std::str::from_utf8(&row).map_err(|_| strange(&row))?;
                let id = text.strip_prefix(kind).and_then(|rest| rest.split('/').next()).unwrap_or_default();
                next = format!("{kind}{id}/~");
                if !endpoints.contains(id) {
                    self.remove_all(&format!("{kind}{id}"))?;
                }
            }
        }
        Ok(())
    }

    fn remove_all(&self, prefix: &str) -> Result<(), BookError> {
        for row in self.db.scan_prefix(prefix).keys() {
            self.db.remove(row?)?;
        }
        Ok(())
    }

    /// Starts from nothing, because what is here is of another journal.
    pub(in crate::webhooks) fn clear(&self) -> Result<(), BookError> {
        self.db.clear().map_err(BookError::from)
    }

    /// What waits to be sent to these endpoints.
    pub(in crate::webhooks) fn backlog<'e>(
        &self,
        endpoints: impl Iterator<Item = &'e str>,
    ) -> Result<Backlog, BookError> {
        let mut backlog = Backlog::default();
        for id in endpoints {
            for row in self.db.scan_prefix(rows::queue(id)).values() {
                let since = serde_json::from_slice(&row?)?;
                backlog.count = backlog.count.saturating_add(1);
                backlog.oldest = Some(backlog.oldest.map_or(since, |oldest| oldest.min(since)));
            }
        }
        Ok(backlog)
    }

    /// Makes everything durable, and says that the book was closed.
    pub(in crate::webhooks) fn close(&self) -> Result<(), BookError> {
        self.flush()?;
        Ok(self.folder.end_use()?)
    }
}
