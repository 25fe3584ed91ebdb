//! What the book forgets, and how much waits in it.

use std::sync::PoisonError;

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
        let mut old = Vec::new();
        for (place, delivery) in self.deliveries(endpoint_id, None).enumerate() {
            let delivery: Delivery = delivery?;
            if is_over(&delivery) && (place >= KEPT_MAX || later(delivery.asked_at, KEPT) <= now) {
                old.push(delivery);
            }
            if old.len() >= AT_ONCE {
                self.forget(endpoint_id, &std::mem::take(&mut old))?;
            }
        }
        self.forget(endpoint_id, &old)
    }

    /// Forgets these of an endpoint's deliveries, but for those that changed since they were looked at.
    pub(super) fn forget(&self, endpoint_id: &str, old: &[Delivery]) -> Result<(), BookError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = Batch::default();
        for delivery in old {
            if self.delivery(endpoint_id, delivery.event)?.as_ref() == Some(delivery) {
                batch.remove(rows::delivery(endpoint_id, delivery.event).as_bytes());
            }
        }
        self.apply(batch)
    }

    /// Forgets every endpoint that is gone at the moment at which it is met.
    pub(in crate::webhooks) fn forget_gone<E: From<BookError>>(
        &self,
        is_gone: impl Fn(&str) -> Result<bool, E>,
    ) -> Result<(), E> {
        for kind in rows::OF_ENDPOINTS {
            let mut next = kind.to_owned();
            while let Some(id) = self.endpoint_behind(kind, &next)? {
                next = format!("{kind}{id}/~");
                if is_gone(&id)? {
                    self.remove_all(&format!("{kind}{id}"))?;
                }
            }
        }
        Ok(())
    }

    /// Whose the next row of a kind is.
    fn endpoint_behind(&self, kind: &str, row: &str) -> Result<Option<String>, BookError> {
        let Some((row, _)) = self.db.get_gt(row)?.filter(|(row, _)| row.starts_with(kind.as_bytes())) else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&row).map_err(|_| strange(&row))?;
        Ok(text.strip_prefix(kind).and_then(|rest| rest.split('/').next()).map(str::to_owned))
    }

    /// Removes the row of that name, and what is below it.
    fn remove_all(&self, name: &str) -> Result<(), BookError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.db.remove(name)?;
        for row in self.db.scan_prefix(format!("{name}/")).keys() {
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

fn is_over(delivery: &Delivery) -> bool {
    delivery.state != DeliveryState::Pending
}
