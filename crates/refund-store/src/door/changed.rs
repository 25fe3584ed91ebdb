//! What requests have changed, and nothing has recorded yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::{Event, LineKey, Refund, RefundId, Timestamp};

use crate::record::Record;
use crate::{IdempotencyKey, Remembered, Settings};

/// What differs from what a store holds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Changed {
    pub(crate) refunds: BTreeMap<RefundId, RefundChange>,
    /// Refunds that were opened, by their order lines.
    pub(crate) opened: BTreeMap<LineKey, Vec<RefundId>>,
    /// All settings, where one of them changed.
    pub(crate) settings: Option<Arc<Settings>>,
    pub(crate) answers: BTreeMap<IdempotencyKey, Remembered>,
    pub(crate) latest: Option<Timestamp>,
    /// What earlier records say from now on, by their numbers (R46).
    pub(crate) redacted: BTreeMap<u64, Record>,
}

/// A refund that changed: as the store holds it, as it is now, and what happened in between.
#[derive(Debug, Clone)]
pub(crate) struct RefundChange {
    pub(crate) before: Option<Arc<Refund>>,
    pub(crate) after: Arc<Refund>,
    pub(crate) events: Vec<Event>,
}

impl Changed {
    /// Adds what a later step changed.
    pub(crate) fn merge(&mut self, later: Self) {
        for (id, change) in later.refunds {
            match self.refunds.get_mut(&id) {
                Some(earlier) => {
                    earlier.after = change.after;
                    earlier.events.extend(change.events);
                }
                None => {
                    self.refunds.insert(id, change);
                }
            }
        }
        for (line, ids) in later.opened {
            self.opened.entry(line).or_default().extend(ids);
        }
        self.answers.extend(later.answers);
        self.redacted.extend(later.redacted);
        self.settings = later.settings.or_else(|| self.settings.take());
        self.latest = later.latest.max(self.latest);
    }
}
