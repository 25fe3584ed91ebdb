//! What waits to be sent to whom, counted as it changes. To walk the queues instead would cost more the more waits,
//! each time that somebody looks.

use std::collections::BTreeMap;

use refund_core::Timestamp;
use sled::Db;

use super::error::{BookError, strange};
use super::rows;
use crate::Backlog;

/// What waits, by endpoint.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<String, Queue>);

/// How much waits to be sent to one endpoint.
#[derive(Debug, Default)]
struct Queue {
    count: u64,
    /// How much of it by the instant since which it waits: what is taken in together has the same.
    since: BTreeMap<Timestamp, u64>,
}

impl Waiting {
    /// Counts what is in the queues.
    pub(super) fn read(db: &Db) -> Result<Self, BookError> {
        let mut waiting = Self::default();
        for row in db.scan_prefix(rows::QUEUES) {
            let (row, since) = row?;
            let endpoint_id = rows::whose(rows::QUEUES, &row).ok_or_else(|| strange(&row))?;
            waiting.begins(endpoint_id, serde_json::from_slice(&since)?);
        }
        Ok(waiting)
    }

    /// One more waits, since then.
    pub(super) fn begins(&mut self, endpoint_id: &str, since: Timestamp) {
        let queue = self.0.entry(endpoint_id.to_owned()).or_default();
        queue.count = queue.count.saturating_add(1);
        let same = queue.since.entry(since).or_default();
        *same = same.saturating_add(1);
    }

    /// One that waited since then does so no longer.
    pub(super) fn ends(&mut self, endpoint_id: &str, since: Timestamp) {
        let Some(queue) = self.0.get_mut(endpoint_id) else { return };
        let Some(same) = queue.since.get_mut(&since) else { return };
        *same = same.saturating_sub(1);
        queue.count = queue.count.saturating_sub(1);
        if *same == 0 {
            queue.since.remove(&since);
        }
        if queue.since.is_empty() {
            self.0.remove(endpoint_id);
        }
    }

    /// Nothing waits for that endpoint any more.
    pub(super) fn forget(&mut self, endpoint_id: &str) {
        self.0.remove(endpoint_id);
    }

    /// To which endpoints something waits whose ids begin so.
    pub(super) fn begin_with(&self, beginning: &str) -> Vec<String> {
        let behind = self.0.range(beginning.to_owned()..).map(|(id, _)| id);
        behind.take_while(|id| id.starts_with(beginning)).cloned().collect()
    }

    /// What waits to be sent to these endpoints, all together.
    pub(super) fn backlog(&self, endpoint_ids: &[&str]) -> Backlog {
        let queues = endpoint_ids.iter().filter_map(|id| self.0.get(*id));
        queues.fold(Backlog::default(), |sum, queue| Backlog {
            count: sum.count.saturating_add(queue.count),
            oldest: sum.oldest.into_iter().chain(queue.since.keys().next().copied()).min(),
        })
    }
}
