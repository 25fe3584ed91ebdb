//! The memory model: sorted maps, nothing on disk. What it does is what every store has to do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use refund_core::{DeadlineKind, Event, LineKey, LineLedger, Refund, RefundId, SellerId, Timestamp};
use tokio::sync::watch;

use crate::door::{Case, Changed, Loaded, Moment, Need, Shelf, answered_before, carry_out};
use crate::journal::Stamp;
use crate::model::audit::audit_type;
use crate::model::search::{Finding, Gist};
use crate::record::{Entry, Record};
use crate::soon::at_once;
use crate::store::{Feed, Overdue, Told};
use crate::stored::setting;
use crate::{
    Answer, Around, Aside, AuditQuery, Audited, EventPosition, Fingerprint, Found, Health, IdempotencyKey, Listing,
    Page, Pile, Query, Recorded, Refused, Remembered, Reply, Request, Search, Settings, Soon, Store, StoreError,
    Surroundings,
};

/// A store that forgets everything when it goes.
pub struct MemoryStore {
    model: Mutex<Model>,
    surroundings: Surroundings,
    news: watch::Sender<Option<EventPosition>>,
}

#[derive(Default)]
struct Model {
    records: Vec<Record>,
    /// Each with its number: that of the record in which it was opened.
    refunds: BTreeMap<RefundId, (u64, Arc<Refund>)>,
    lines: BTreeMap<LineKey, Vec<RefundId>>,
    settings: Arc<Settings>,
    answers: BTreeMap<IdempotencyKey, Remembered>,
    asides: BTreeMap<Aside, (Timestamp, Vec<u8>)>,
    latest: Option<Timestamp>,
    epoch: u32,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        let model = Model { epoch: surroundings.epoch(), ..Model::default() };
        Self { model: Mutex::new(model), surroundings, news: watch::Sender::new(None) }
    }

    fn record(&self, model: &mut Model, written: Option<(Record, Changed)>) {
        if let Some((record, changed)) = written {
            model.records.push(record);
            model.apply(changed);
            self.news.send_replace(model.end());
        }
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        // A panic while it was held has changed nothing: changes are applied in one go at the end.
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn submit(&self, request: Request) -> Reply {
        let mut model = self.model();
        let moment = |latest| Moment::now(&self.surroundings, latest);
        let (result, written) = carry_out(&*model, &mut model.case(), &request, moment);
        self.record(&mut model, written);
        Reply::ready(result)
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.model().settings)
    }

    fn now(&self) -> Timestamp {
        self.surroundings.clock.now(self.latest())
    }

    fn latest(&self) -> Timestamp {
        self.model().latest()
    }

    fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.news.subscribe()
    }

    fn recorded_here(&self, at: EventPosition) -> bool {
        at.epoch == self.model().epoch
    }

    fn health(&self) -> Health {
        Health {
            clock_behind: self.surroundings.clock.behind(self.latest()),
            held: self.surroundings.hold_settling,
            ..Health::default()
        }
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        let model = self.model();
        let refund = model.refunds.get(id).map(|(_, refund)| model.around(refund));
        at_once(refund.transpose())
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        at_once(Ok(self.model().on_line(line).map(|refund| (**refund).clone()).collect()))
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        let model = self.model();
        let all = model.refunds.values().map(|(number, refund)| Ok((*number, model.around(refund)?)));
        at_once(all.collect::<Result<Vec<_>, _>>().map(|all| Listing::of(query, all)))
    }

    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found> {
        at_once(self.model().find(search))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        at_once(self.model().feed(after, limit))
    }

    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed> {
        at_once(self.model().feed_of(seller_id, after).map(|feed| feed.cut(limit)))
    }

    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>> {
        at_once(self.model().feed_of(seller_id, None).map(|feed| Some(feed.events.last()?.position)))
    }

    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>> {
        let model = self.model();
        let all = || model.stamped().flat_map(|(stamp, record)| numbered(stamp, record));
        at_once(model.is_known(at).map(|()| all().find(|(position, _)| *position == at)?.1.cloned()))
    }

    fn counted(&self, _: u64, _: u32) -> Soon<'_, EventPosition> {
        at_once(Err(StoreError::OtherHistory))
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        let model = self.model();
        let all = model.stamped().flat_map(|(stamp, record)| numbered(stamp, record));
        let is_wanted = |event: &&Event| event.refund_id == *id && event.sequence > after;
        let wanted = all.filter_map(|(position, event)| Some((position, event.filter(is_wanted)?)));
        at_once(Ok(wanted.take(limit).map(|(position, event)| (position, event.clone())).collect()))
    }

    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>> {
        at_once(Ok(self.model().audit(query)))
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        let model = self.model();
        let now = self.surroundings.clock.now(model.latest());
        at_once(answered_before(&*model, &mut model.case(), key, fingerprint, now))
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        at_once(Ok(self.model().due(until).into_iter().take(limit).collect()))
    }

    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue> {
        let model = self.model();
        let overdue = model.refunds.values().filter_map(|(_, refund)| refund.overdue());
        let came: Vec<_> = overdue.filter(|deadline| deadline.kind == kind).map(|deadline| deadline.at).collect();
        at_once(Ok(Overdue { count: came.len(), oldest: came.into_iter().min() }))
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        at_once(Ok(self.model().refunds.values().filter_map(|(_, refund)| refund.next_due()).min()))
    }

    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()> {
        let now = self.now();
        let asides = &mut self.model().asides;
        asides.retain(|_, (until, _)| now < *until);
        asides.insert(aside, (aside.until(now), body));
        at_once(Ok(()))
    }

    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>> {
        let now = self.now();
        let kept = self.model().asides.get(&aside).filter(|(until, _)| now < *until).map(|(_, body)| body.clone());
        at_once(Ok(kept))
    }

    fn close(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A record's entries with where they stand; events where they are about a refund.
fn numbered(stamp: Stamp, content: &Record) -> impl Iterator<Item = (EventPosition, Option<&Event>)> {
    (0..).zip(&content.entries).map(move |(entry, content)| {
        let event = if let Entry::Refund(event) = content { Some(event) } else { None };
        (EventPosition::of(stamp, entry), event)
    })
}

impl Model {
    fn case(&self) -> Case {
        Case::new(Arc::clone(&self.settings), self.latest())
    }

    fn apply(&mut self, changed: Changed) {
        for (line, ids) in changed.opened {
            self.lines.entry(line).or_default().extend(ids);
        }
        let opened = self.records.len() as u64;
        for (id, change) in changed.refunds {
            // One request opens one refund at the most.
            let number = self.refunds.get(&id).map_or(opened, |(number, _)| *number);
            self.refunds.insert(id, (number, change.after));
        }
        self.answers.extend(changed.answers);
        if let Some(settings) = changed.settings {
            self.settings = settings;
        }
        self.latest = changed.latest.max(self.latest);
        for (number, without) in changed.redacted {
            let index = number.checked_sub(1).and_then(|index| usize::try_from(index).ok());
            if let Some(record) = index.and_then(|index| self.records.get_mut(index)) {
                *record = without;
            }
        }
    }

    fn latest(&self) -> Timestamp {
        self.latest.unwrap_or(Timestamp::MIN)
    }

    /// All records, and which each is.
    fn stamped(&self) -> impl DoubleEndedIterator<Item = (Stamp, &Record)> + ExactSizeIterator {
        let epoch = self.epoch;
        self.records.iter().enumerate().map(move |(index, record)| {
            let number = (index as u64).saturating_add(1);
            (Stamp { number, epoch }, record)
        })
    }

    /// Refuses a position that this store never gave.
    fn is_known(&self, named: EventPosition) -> Result<(), StoreError> {
        let index = named.record.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        match index.and_then(|index| self.stamped().nth(index)) {
            Some((stamp, record)) => named.must_be_in(stamp, record.entries.len()),
            None => Err(named.nowhere(self.epoch)),
        }
    }

    fn end(&self) -> Option<EventPosition> {
        let last = self.stamped().last();
        last.map(|(stamp, record)| EventPosition::last_of(stamp, record.entries.len()))
    }

    fn on_line(&self, key: &LineKey) -> impl Iterator<Item = &Arc<Refund>> {
        let ids = self.lines.get(key).into_iter().flatten();
        ids.filter_map(|id| self.refunds.get(id)).map(|(_, refund)| refund)
    }

    fn around(&self, refund: &Arc<Refund>) -> Result<Around, StoreError> {
        let ledger = LineLedger::of(self.on_line(&refund.line_key()).map(|refund| &**refund));
        let refundable = ledger.map_or(refund.line.paid, |ledger| ledger.refundable());
        Around::new(&self.settings, Arc::clone(refund), refundable)
    }

    fn find(&self, search: &Search) -> Result<Found, StoreError> {
        let own = |refund: &Refund| search.seller_id.as_ref().is_none_or(|own| *own == refund.seller_id);
        let all: BTreeMap<_, _> =
            self.refunds.values().filter(|(_, refund)| own(refund)).map(|own| (own.0, &own.1)).collect();
        let mut finding = Finding::new(search);
        for (number, refund) in &all {
            finding.look(*number, Pile::of(refund), &Gist::of(refund));
        }
        let (found, numbers) = finding.page();
        let items = numbers.iter().filter_map(|number| all.get(number)).map(|refund| self.around(refund));
        Ok(Found { items: items.collect::<Result<_, _>>()?, ..found })
    }

    fn due(&self, until: Timestamp) -> BTreeSet<(Timestamp, RefundId)> {
        let next = self.refunds.values().filter_map(|(_, refund)| Some((refund.next_due()?, refund.id.clone())));
        next.filter(|(at, _)| *at <= until).collect()
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Result<Feed, StoreError> {
        if let Some(after) = after {
            self.is_known(after)?;
        }
        let start = after.map_or(0, |after| usize::try_from(after.record.saturating_sub(1)).unwrap_or(usize::MAX));
        let mut feed = Feed { events: Vec::new(), looked_at: after, more: false };
        // The record of `after` is there for its rest; `limit` counts those behind it.
        let until = start.saturating_add(limit.max(1)).saturating_add(usize::from(after.is_some()));
        for (stamp, record) in self.stamped().take(until).skip(start) {
            feed.looked_at = feed.looked_at.max(Some(EventPosition::last_of(stamp, record.entries.len())));
            let events = numbered(stamp, record).filter(|(position, _)| after.is_none_or(|after| *position > after));
            feed.events.extend(events.filter_map(|(position, event)| self.told(position, event?)));
        }
        feed.more = until < self.records.len();
        Ok(feed)
    }

    /// All that a seller may be told behind a position.
    fn feed_of(&self, seller_id: &SellerId, after: Option<EventPosition>) -> Result<Feed, StoreError> {
        let mut feed = self.feed(after, usize::MAX)?;
        feed.events.retain(|told| told.is_for_seller(seller_id));
        Ok(feed)
    }

    fn audit(&self, query: &AuditQuery) -> Vec<Audited> {
        let (mut found, mut latest, mut settings) = (Vec::new(), BTreeMap::new(), Settings::default());
        for (stamp, record) in self.stamped() {
            let before = settings.clone();
            record.entries.iter().for_each(|entry| settings.take_in(entry));
            for (number, entry) in (0..).zip(&record.entries) {
                let Some(audit_type) = audit_type(entry, &before) else { continue };
                let before = setting(entry).and_then(|(which, _)| latest.insert(which, entry)).cloned();
                let (position, entry) = (EventPosition::of(stamp, number), entry.clone());
                found.push(Audited { position, at: record.at, from: record.from, audit_type, entry, before });
            }
        }
        found.retain(|audited| query.asks_for(audited, &self.settings));
        found.retain(|audited| query.behind.is_none_or(|behind| audited.position < behind));
        found.reverse();
        found.truncate(query.limit);
        found
    }

    fn told(&self, position: EventPosition, event: &Event) -> Option<Arc<Told>> {
        let (_, refund) = self.refunds.get(&event.refund_id)?;
        Some(Arc::new(Told::new(position, event.clone(), refund)))
    }
}

impl Shelf for Model {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        match need {
            Need::Refund(id) => {
                let refund = self.refunds.get(id).map(|(_, refund)| Arc::clone(refund));
                if let Some(refund) = &refund {
                    self.load(&Need::Line(refund.line_key()), case)?;
                }
                case.put_refund(id.clone(), refund.map_or(Loaded::Nothing, Loaded::There));
            }
            Need::Line(key) => case.put_line(key.clone(), self.on_line(key).cloned().map(Loaded::by_id)),
            Need::Answer(key) => case.put_answer(key.clone(), self.answers.get(key).cloned()),
            Need::History(id) => {
                let all = self.records.iter().flat_map(|record| &record.entries);
                let own = all.filter_map(|entry| if let Entry::Refund(event) = entry { Some(event) } else { None });
                case.put_history(id.clone(), own.filter(|event| event.refund_id == *id).cloned().collect());
            }
            Need::Records(id) => {
                let all = self.stamped().filter(|(_, record)| record.events_of(id).next().is_some());
                case.put_records(id.clone(), all.map(|(stamp, record)| (stamp.number, record.clone())).collect());
            }
            Need::Due(until, limit) => {
                let mut due = self.due(*until).into_iter();
                let first: Vec<_> = due.by_ref().take(case.due_limit(*limit)).collect();
                for (_, id) in &first {
                    self.load(&Need::Refund(id.clone()), case)?;
                }
                case.put_due(*until, due.next().is_none(), first);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
