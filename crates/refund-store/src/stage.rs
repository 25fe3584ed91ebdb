//! What a request is about to write, and everything as it will be then.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::{Event, LineKey, Policy, Refund, RefundId, Rollout, SellerId, Timestamp, evolve, opened};

use crate::record::{Entry, Record};
use crate::{IdempotencyKey, Key, Remembered, Secret, Seller, Session, StoreError, User, View, Webhook};

/// What differs from what a store holds.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    pub(crate) refunds: BTreeMap<RefundId, RefundChange>,
    /// Refunds that were opened, by their order lines.
    pub(crate) opened: BTreeMap<LineKey, Vec<RefundId>>,
    pub(crate) sellers: BTreeMap<SellerId, Arc<Seller>>,
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) rollout: Option<Arc<Rollout>>,
    pub(crate) keys: BTreeMap<String, Arc<Key>>,
    pub(crate) links: BTreeMap<RefundId, u32>,
    /// Nothing where one was removed.
    pub(crate) webhooks: BTreeMap<String, Option<Arc<Webhook>>>,
    pub(crate) users: BTreeMap<String, Arc<User>>,
    /// Nothing where one ended.
    pub(crate) sessions: BTreeMap<Secret, Option<Arc<Session>>>,
    pub(crate) answers: BTreeMap<IdempotencyKey, Remembered>,
    pub(crate) latest: Option<Timestamp>,
}

/// A refund that changed: as the store holds it, as it is now, and what happened in between.
#[derive(Debug)]
pub(crate) struct RefundChange {
    pub(crate) before: Option<Refund>,
    pub(crate) after: Refund,
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
        self.sellers.extend(later.sellers);
        self.keys.extend(later.keys);
        self.links.extend(later.links);
        self.webhooks.extend(later.webhooks);
        self.users.extend(later.users);
        self.sessions.extend(later.sessions);
        self.answers.extend(later.answers);
        self.policy = later.policy.or_else(|| self.policy.take());
        self.rollout = later.rollout.or_else(|| self.rollout.take());
        self.latest = later.latest.max(self.latest);
    }
}

/// A store with changes laid over it.
#[derive(Clone, Copy)]
pub(crate) struct Overlay<'a> {
    pub(crate) under: &'a dyn View,
    pub(crate) changed: &'a Changed,
}

impl Overlay<'_> {
    /// Refunds of a line as they are now, and those that were opened on it.
    fn with_changed(&self, mut refunds: Vec<Refund>, line: &LineKey) -> Vec<Refund> {
        let changed = |id: &RefundId| self.changed.refunds.get(id).map(|change| change.after.clone());
        for refund in &mut refunds {
            if let Some(after) = changed(&refund.id) {
                *refund = after;
            }
        }
        refunds.extend(self.changed.opened.get(line).into_iter().flatten().filter_map(changed));
        refunds
    }
}

impl View for Overlay<'_> {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        match self.changed.refunds.get(id) {
            Some(change) => Ok(Some(change.after.clone())),
            None => self.under.refund(id),
        }
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        let mut events = self.under.events(id)?;
        events.extend(self.changed.refunds.get(id).into_iter().flat_map(|change| change.events.iter().cloned()));
        Ok(events)
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        Ok(self.with_changed(self.under.on_line(key)?, key))
    }

    fn beside(&self, refund: &Refund) -> Result<Vec<Refund>, StoreError> {
        let mut others = self.with_changed(self.under.beside(refund)?, &refund.line_key());
        others.retain(|other| other.id != refund.id);
        Ok(others)
    }

    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError> {
        self.changed.sellers.get(id).map_or_else(|| self.under.seller(id), |seller| Ok(Some(seller.clone())))
    }

    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError> {
        self.under.sellers(after, limit)
    }

    fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        self.changed.policy.as_ref().map_or_else(|| self.under.policy(), |policy| Ok(policy.clone()))
    }

    fn rollout(&self) -> Result<Arc<Rollout>, StoreError> {
        self.changed.rollout.as_ref().map_or_else(|| self.under.rollout(), |rollout| Ok(rollout.clone()))
    }

    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError> {
        let changed = self.changed.keys.values().find(|key| key.secret == *secret);
        changed.map_or_else(|| self.under.key_by_secret(secret), |key| Ok(Some(key.clone())))
    }

    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError> {
        let mut keys = self.under.keys()?;
        keys.retain(|key| !self.changed.keys.contains_key(&key.id));
        keys.extend(self.changed.keys.values().cloned());
        keys.sort_by_key(|key| key.made());
        Ok(keys)
    }

    fn webhooks(&self) -> Result<Vec<Arc<Webhook>>, StoreError> {
        let mut webhooks = self.under.webhooks()?;
        webhooks.retain(|webhook| !self.changed.webhooks.contains_key(&webhook.id));
        webhooks.extend(self.changed.webhooks.values().flatten().cloned());
        Ok(crate::settings::in_order(webhooks))
    }

    fn users(&self) -> Result<Vec<Arc<User>>, StoreError> {
        let mut users = self.under.users()?;
        users.retain(|user| !self.changed.users.contains_key(&user.id));
        users.extend(self.changed.users.values().cloned());
        users.sort_by_key(|user| user.made());
        Ok(users)
    }

    fn user(&self, id: &str) -> Result<Option<Arc<User>>, StoreError> {
        self.changed.users.get(id).map_or_else(|| self.under.user(id), |user| Ok(Some(user.clone())))
    }

    fn session(&self, secret: &Secret) -> Result<Option<Arc<Session>>, StoreError> {
        self.changed.sessions.get(secret).map_or_else(|| self.under.session(secret), |session| Ok(session.clone()))
    }

    fn sessions_of(&self, user_id: &str) -> Result<Vec<Arc<Session>>, StoreError> {
        let mut sessions = self.under.sessions_of(user_id)?;
        sessions.retain(|session| !self.changed.sessions.contains_key(&session.secret));
        let begun = self.changed.sessions.values().flatten();
        sessions.extend(begun.filter(|session| session.user_id == user_id).cloned());
        Ok(crate::settings::by_beginning(sessions))
    }

    fn link(&self, id: &RefundId) -> Result<u32, StoreError> {
        self.changed.links.get(id).map_or_else(|| self.under.link(id), |generation| Ok(*generation))
    }

    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        let changed = self.changed.answers.get(key);
        changed.map_or_else(|| self.under.remembered(key), |remembered| Ok(Some(remembered.clone())))
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        let changed = &self.changed.refunds;
        let mut due = self.under.due(until, limit.saturating_add(changed.len()))?;
        due.retain(|(_, id)| !changed.contains_key(id));
        due.extend(
            changed.iter().filter_map(|(id, change)| {
                change.after.next_due().filter(|at| *at <= until).map(|at| (at, id.clone()))
            }),
        );
        due.sort_unstable();
        due.truncate(limit);
        Ok(due)
    }

    fn latest(&self) -> Timestamp {
        self.changed.latest.unwrap_or(Timestamp::MIN).max(self.under.latest())
    }
}

/// One request's changes while they are being made.
pub(crate) struct Stage<'a> {
    under: &'a dyn View,
    pub(crate) now: Timestamp,
    pub(crate) changed: Changed,
    pub(crate) entries: Vec<Entry>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(under: &'a dyn View, now: Timestamp) -> Self {
        Self { under, now, changed: Changed::default(), entries: Vec::new() }
    }

    /// What a recorded request changed, when a view is built from the records again.
    pub(crate) fn replay(under: &'a dyn View, record: Record) -> Result<Changed, StoreError> {
        let mut stage = Self::new(under, record.at);
        for entry in record.entries {
            stage.push(entry)?;
        }
        stage.changed.latest = Some(record.at);
        Ok(stage.changed)
    }

    /// Everything as it is with the changes so far.
    pub(crate) fn view(&self) -> Overlay<'_> {
        Overlay { under: self.under, changed: &self.changed }
    }

    /// What is to be recorded, and what it changes; nothing where nothing happened.
    pub(crate) fn finish(mut self) -> Option<(Record, Changed)> {
        if self.entries.is_empty() && self.changed.latest.is_none() {
            return None;
        }
        self.changed.latest = Some(self.now);
        Some((Record { at: self.now, entries: self.entries }, self.changed))
    }

    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), StoreError> {
        match &entry {
            Entry::Refund(event) => self.happened(event)?,
            Entry::Seller { seller_id, seller, .. } => {
                self.changed.sellers.insert(seller_id.clone(), Arc::new((**seller).clone()));
            }
            Entry::Policy { policy, .. } => self.changed.policy = Some(Arc::new((**policy).clone())),
            Entry::Rollout { rollout, .. } => self.changed.rollout = Some(Arc::new((**rollout).clone())),
            Entry::Key { key, .. } => {
                self.changed.keys.insert(key.id.clone(), Arc::new((**key).clone()));
            }
            Entry::Answer { key, remembered } => {
                self.changed.answers.insert(key.clone(), remembered.clone());
            }
            Entry::BuyerLink { refund_id, generation, .. } => {
                self.changed.links.insert(refund_id.clone(), *generation);
            }
            Entry::Webhook { webhook, .. } => {
                self.changed.webhooks.insert(webhook.id.clone(), Some(Arc::new((**webhook).clone())));
            }
            Entry::WebhookRemoved { webhook_id, .. } => {
                self.changed.webhooks.insert(webhook_id.clone(), None);
            }
            Entry::User { user, .. } => {
                self.changed.users.insert(user.id.clone(), Arc::new((**user).clone()));
            }
            Entry::Session(session) => {
                self.changed.sessions.insert(session.secret, Some(Arc::new((**session).clone())));
            }
            Entry::SessionEnded { secret } => {
                self.changed.sessions.insert(*secret, None);
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    /// A refund's event, and with it the refund's new state.
    fn happened(&mut self, event: &Event) -> Result<(), StoreError> {
        if let Some(change) = self.changed.refunds.get_mut(&event.refund_id) {
            change.after = evolve(change.after.clone(), event);
            change.events.push(event.clone());
            return Ok(());
        }
        let before = self.under.refund(&event.refund_id)?;
        let after = match &before {
            Some(before) => evolve(before.clone(), event),
            None => {
                let id = &event.refund_id;
                let early = || StoreError::Unreadable(format!("an event comes before the opening of refund {id}"));
                let after = opened(event).ok_or_else(early)?;
                self.changed.opened.entry(after.line_key()).or_default().push(after.id.clone());
                after
            }
        };
        let change = RefundChange { before, after, events: vec![event.clone()] };
        self.changed.refunds.insert(event.refund_id.clone(), change);
        Ok(())
    }
}
