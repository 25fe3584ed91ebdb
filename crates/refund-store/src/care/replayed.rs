//! What a journal makes, kept small: states as the bytes that are stored of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::{Event, LineKey, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};

use crate::codec::{parse_last, parse_refund, refund_row};
use crate::settings::Settings;
use crate::stage::Changed;
use crate::{IdempotencyKey, Key, Remembered, Secret, Seller, Session, StoreError, User, View, Webhook};

/// Everything as it is after some records. A refund takes about half a kilobyte.
#[derive(Default)]
pub(super) struct Replayed {
    /// Where the latest record of each stands, and its state.
    pub(super) refunds: BTreeMap<RefundId, Box<[u8]>>,
    pub(super) lines: BTreeMap<LineKey, Vec<RefundId>>,
    pub(super) settings: Settings,
    latest: Option<Timestamp>,
}

impl Replayed {
    /// Where the latest record stands that tells of a refund; 0 where there is none.
    pub(super) fn last(&self, id: &RefundId) -> u64 {
        self.refunds.get(id).and_then(|row| parse_last(row)).unwrap_or(0)
    }

    /// Adds what the record that stands at `position` changed.
    pub(super) fn apply(&mut self, position: u64, changed: Changed) -> Result<(), StoreError> {
        self.settings.changed(&changed);
        for (id, change) in changed.refunds {
            self.refunds.insert(id, refund_row(position, &change.after)?.into());
        }
        for (line, ids) in changed.opened {
            self.lines.entry(line).or_default().extend(ids);
        }
        self.latest = changed.latest.max(self.latest);
        Ok(())
    }
}

impl View for Replayed {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.refunds.get(id).map(|row| parse_refund(row)).transpose()?)
    }

    /// Histories stay in the journal.
    fn events(&self, _: &RefundId) -> Result<Vec<Event>, StoreError> {
        Ok(Vec::new())
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        let ids = self.lines.get(key).into_iter().flatten();
        ids.filter_map(|id| self.refund(id).transpose()).collect()
    }

    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError> {
        Ok(self.settings.sellers.get(id).cloned())
    }

    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError> {
        Ok(self.settings.sellers_after(after, limit))
    }

    fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        Ok(Arc::clone(&self.settings.policy))
    }

    fn rollout(&self) -> Result<Arc<Rollout>, StoreError> {
        Ok(Arc::clone(&self.settings.rollout))
    }

    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError> {
        Ok(self.settings.key_by_secret(secret))
    }

    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError> {
        Ok(self.settings.keys())
    }

    fn link(&self, id: &RefundId) -> Result<u32, StoreError> {
        Ok(self.settings.link(id))
    }

    fn webhooks(&self) -> Result<Vec<Arc<Webhook>>, StoreError> {
        Ok(self.settings.webhooks())
    }

    fn users(&self) -> Result<Vec<Arc<User>>, StoreError> {
        Ok(self.settings.users())
    }

    fn user(&self, id: &str) -> Result<Option<Arc<User>>, StoreError> {
        Ok(self.settings.user(id))
    }

    fn session(&self, secret: &Secret) -> Result<Option<Arc<Session>>, StoreError> {
        Ok(self.settings.session(secret))
    }

    fn sessions_of(&self, user_id: &str) -> Result<Vec<Arc<Session>>, StoreError> {
        Ok(self.settings.sessions_of(user_id))
    }

    /// Answers stay in the journal.
    fn remembered(&self, _: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        Ok(None)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        let mut due = Vec::new();
        for (id, row) in &self.refunds {
            let next = parse_refund(row)?.next_due().filter(|at| *at <= until);
            due.extend(next.map(|at| (at, id.clone())));
        }
        due.sort_unstable();
        due.truncate(limit);
        Ok(due)
    }

    fn latest(&self) -> Timestamp {
        self.latest.unwrap_or(Timestamp::MIN)
    }
}
