//! What the book forgets.

use std::collections::BTreeSet;

use refund_core::Timestamp;

use super::book::Book;
use super::error::{BookError, strange};
use super::rows;
use super::waiting::Waiting;
use crate::deliveries::is_old;
use crate::{Delivery, Forget};

/// How many rows are removed at once.
const AT_ONCE: usize = 1000;

impl Book {
    /// Every endpoint of which something is here.
    pub(super) fn endpoints(&self) -> Result<BTreeSet<String>, BookError> {
        let mut ids = BTreeSet::new();
        for kind in rows::OF_ENDPOINTS {
            let mut next = kind.to_owned();
            while let Some(id) = self.endpoint_behind(kind, &next)? {
                next = format!("{kind}{id}/~");
                ids.insert(id);
            }
        }
        Ok(ids)
    }

    /// Whose the next row of a kind is.
    fn endpoint_behind(&self, kind: &str, row: &str) -> Result<Option<String>, BookError> {
        let Some((row, _)) = self.db.get_gt(row)?.filter(|(row, _)| row.starts_with(kind.as_bytes())) else {
            return Ok(None);
        };
        rows::whose(kind, &row).map(|id| Some(id.to_owned())).ok_or_else(|| strange(&row))
    }

    pub(super) fn forget(&self, what: Forget) -> Result<(), BookError> {
        match what {
            Forget::Old { now } => self.endpoints()?.iter().try_for_each(|id| self.forget_old(id, now)),
            Forget::Endpoints(ids) => ids.iter().try_for_each(|id| self.forget_endpoint(id)),
            Forget::Everything => {
                let mut waiting = self.waiting();
                self.db.clear()?;
                *waiting = Waiting::default();
                Ok(())
            }
        }
    }

    fn forget_old(&self, endpoint_id: &str, now: Timestamp) -> Result<(), BookError> {
        let mut old = Vec::new();
        for (place, delivery) in self.latest_first(endpoint_id, None).enumerate() {
            let delivery = delivery?;
            if is_old(place, &delivery, now) {
                old.push(delivery);
            }
            if old.len() >= AT_ONCE {
                self.forget_these(endpoint_id, &std::mem::take(&mut old))?;
            }
        }
        self.forget_these(endpoint_id, &old)
    }

    /// Forgets these of an endpoint's deliveries, but for those that changed since they were looked at.
    pub(super) fn forget_these(&self, endpoint_id: &str, old: &[Delivery]) -> Result<(), BookError> {
        let mut change = self.change();
        for delivery in old {
            if self.delivery(endpoint_id, delivery.event)?.as_ref() == Some(delivery) {
                change.batch.remove(rows::delivery(endpoint_id, delivery.event).as_bytes());
            }
        }
        change.apply()
    }

    fn forget_endpoint(&self, id: &str) -> Result<(), BookError> {
        let mut waiting = self.waiting();
        for kind in rows::OF_ENDPOINTS {
            self.db.remove(format!("{kind}{id}"))?;
            for row in self.db.scan_prefix(format!("{kind}{id}/")).keys() {
                self.db.remove(row?)?;
            }
        }
        waiting.forget(id);
        Ok(())
    }
}
