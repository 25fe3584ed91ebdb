//! The memory model: sorted maps, nothing on disk. What it does is what every store has to do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use refund_core::{Event, LineKey, Policy, Refund, RefundId, Rollout, SellerId, Timestamp};
use tokio::sync::watch;

use crate::record::{Entry, Record};
use crate::settings::Settings;
use crate::stage::Changed;
use crate::step::carry_out;
use crate::store::Feed;
use crate::{
    EventPosition, IdempotencyKey, Key, Listing, Page, Query, Recorded, Remembered, Reply, Request, Secret, Seller,
    Session, Store, StoreError, Surroundings, User, View, Webhook,
};

/// A store that forgets everything when it goes.
pub struct MemoryStore {
    model: Mutex<Model>,
    surroundings: Surroundings,
    news: watch::Sender<()>,
}

#[derive(Default)]
struct Model {
    records: Vec<Record>,
    /// Each with its number: how many were opened before.
    refunds: BTreeMap<RefundId, (u64, Refund)>,
    lines: BTreeMap<LineKey, Vec<RefundId>>,
    settings: Settings,
    answers: BTreeMap<IdempotencyKey, Remembered>,
    latest: Option<Timestamp>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        Self { model: Mutex::new(Model::default()), surroundings, news: watch::Sender::new(()) }
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        // A panic while it was held has changed nothing: changes are applied in one go at the end.
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn submit(&self, request: Request) -> Reply {
        let mut model = self.model();
        let (result, written) = carry_out(&*model, &request, &self.surroundings);
        if let Some((record, changed)) = written {
            model.records.push(record);
            model.apply(changed);
            self.news.send_replace(());
        }
        Reply::ready(result)
    }

    fn list(&self, query: &Query) -> Result<Page, StoreError> {
        Ok(Listing::of(query, self.model().refunds.values().cloned()))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Result<Feed, StoreError> {
        let model = self.model();
        let first = after.map_or(0, |after| after.record);
        let start = usize::try_from(first).ok().filter(|start| after.is_none() || *start < model.records.len());
        let start = start.ok_or(StoreError::NoSuchPosition(first))?;
        let mut feed = Feed { events: Vec::new(), looked_at: after, more: false };
        // The record of `after` is there for its rest; `limit` counts those behind it.
        let until = start.saturating_add(limit.max(1)).saturating_add(usize::from(after.is_some()));
        for (number, record) in (first..).zip(model.records.iter().take(until).skip(start)) {
            feed.looked_at = feed.looked_at.max(Some(EventPosition::last_of(number, record.entries.len())));
            let events = numbered(number, record).filter(|(position, _)| after.is_none_or(|after| *position > after));
            feed.events.extend(events.filter_map(|(position, event)| Some((position, event?.clone()))));
        }
        feed.more = until < model.records.len();
        Ok(feed)
    }

    fn feed_end(&self) -> Result<Option<EventPosition>, StoreError> {
        let model = self.model();
        Ok((0..)
            .zip(&model.records)
            .last()
            .map(|(number, record)| EventPosition::last_of(number, record.entries.len())))
    }

    fn history(&self, id: &RefundId, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        let model = self.model();
        let all = (0..).zip(&model.records).flat_map(|(number, record)| numbered(number, record));
        let is_wanted = |event: &&Event| event.refund_id == *id && event.sequence > after;
        let wanted = all.filter_map(|(position, event)| Some((position, event.filter(is_wanted)?)));
        Ok(wanted.take(limit).map(|(position, event)| (position, event.clone())).collect())
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.model().refunds.values().filter_map(|(_, refund)| refund.next_due()).min())
    }

    fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    fn is_writable(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn space_left(&self) -> Option<u64> {
        None
    }

    fn clock_behind(&self) -> Option<Timestamp> {
        self.surroundings.clock.behind(self.model().latest())
    }

    fn now(&self) -> Timestamp {
        self.surroundings.clock.now(self.model().latest())
    }

    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A record's entries with where they stand; events where they are about a refund.
fn numbered(record: u64, content: &Record) -> impl Iterator<Item = (EventPosition, Option<&Event>)> {
    (0..).zip(&content.entries).map(move |(entry, content)| {
        let event = if let Entry::Refund(event) = content { Some(event) } else { None };
        (EventPosition { record, entry }, event)
    })
}

impl Model {
    fn apply(&mut self, changed: Changed) {
        self.settings.changed(&changed);
        for (line, ids) in changed.opened {
            self.lines.entry(line).or_default().extend(ids);
        }
        let opened = u64::try_from(self.refunds.len()).unwrap_or(u64::MAX);
        for (id, change) in changed.refunds {
            // One request opens one refund at the most.
            let number = self.refunds.get(&id).map_or(opened, |(number, _)| *number);
            self.refunds.insert(id, (number, change.after));
        }
        self.answers.extend(changed.answers);
        self.latest = changed.latest.max(self.latest);
    }
}

impl View for Model {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.refunds.get(id).map(|(_, refund)| refund.clone()))
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        let all = self.records.iter().flat_map(|record| &record.entries);
        let own = all.filter_map(|entry| if let Entry::Refund(event) = entry { Some(event) } else { None });
        Ok(own.filter(|event| event.refund_id == *id).cloned().collect())
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        let ids = self.lines.get(key).into_iter().flatten();
        Ok(ids.filter_map(|id| self.refunds.get(id)).map(|(_, refund)| refund.clone()).collect())
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

    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        Ok(self.answers.get(key).cloned())
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        let all = self.refunds.values().filter_map(|(_, refund)| Some((refund.next_due()?, refund.id.clone())));
        let mut due: Vec<_> = all.filter(|(at, _)| *at <= until).collect();
        due.sort_unstable();
        due.truncate(limit);
        Ok(due)
    }

    fn latest(&self) -> Timestamp {
        self.latest.unwrap_or(Timestamp::MIN)
    }
}

/// Reads each thing on its own, as it is at that moment.
impl View for MemoryStore {
    fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        self.model().refund(id)
    }

    fn events(&self, id: &RefundId) -> Result<Vec<Event>, StoreError> {
        self.model().events(id)
    }

    fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        self.model().on_line(key)
    }

    fn seller(&self, id: &SellerId) -> Result<Option<Arc<Seller>>, StoreError> {
        self.model().seller(id)
    }

    fn sellers(&self, after: Option<&SellerId>, limit: usize) -> Result<Vec<(SellerId, Arc<Seller>)>, StoreError> {
        self.model().sellers(after, limit)
    }

    fn policy(&self) -> Result<Arc<Policy>, StoreError> {
        self.model().policy()
    }

    fn rollout(&self) -> Result<Arc<Rollout>, StoreError> {
        self.model().rollout()
    }

    fn key_by_secret(&self, secret: &Secret) -> Result<Option<Arc<Key>>, StoreError> {
        self.model().key_by_secret(secret)
    }

    fn keys(&self) -> Result<Vec<Arc<Key>>, StoreError> {
        self.model().keys()
    }

    fn link(&self, id: &RefundId) -> Result<u32, StoreError> {
        self.model().link(id)
    }

    fn webhooks(&self) -> Result<Vec<Arc<Webhook>>, StoreError> {
        self.model().webhooks()
    }

    fn users(&self) -> Result<Vec<Arc<User>>, StoreError> {
        self.model().users()
    }

    fn user(&self, id: &str) -> Result<Option<Arc<User>>, StoreError> {
        self.model().user(id)
    }

    fn session(&self, secret: &Secret) -> Result<Option<Arc<Session>>, StoreError> {
        self.model().session(secret)
    }

    fn sessions_of(&self, user_id: &str) -> Result<Vec<Arc<Session>>, StoreError> {
        self.model().sessions_of(user_id)
    }

    fn remembered(&self, key: &IdempotencyKey) -> Result<Option<Remembered>, StoreError> {
        self.model().remembered(key)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        self.model().due(until, limit)
    }

    fn latest(&self) -> Timestamp {
        self.model().latest()
    }
}
