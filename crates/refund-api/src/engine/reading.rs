//! A store of which each read passes through something on its way.

use std::num::NonZeroU32;
use std::sync::Arc;

use refund_core::{DeadlineKind, Event, LineKey, Refund, RefundId, SellerId, Timestamp};
use refund_store::{
    Answer, Around, Aside, AuditQuery, Audited, EventPosition, Feed, Fingerprint, Found, Health, IdempotencyKey,
    Overdue, Page, Query, Recorded, Refused, Reply, Request, Search, Settings, Soon, Store, StoreError,
};
use tokio::sync::watch;

/// What each read of a store passes through.
pub(crate) trait Passage: Send + Sync {
    /// That read, gone through it.
    fn pass<'a, T: Send + 'a, E: From<StoreError> + Send + 'a>(&self, soon: Soon<'a, T, E>) -> Soon<'a, T, E>;
}

/// A store, and what each read of it passes through. What is at hand and what is handed in does not.
pub(crate) struct Reading<P> {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) passage: P,
}

impl<P: Passage> Store for Reading<P> {
    fn submit(&self, request: Request) -> Reply {
        self.store.submit(request)
    }

    fn look(&self) -> Soon<'_, ()> {
        self.passage.pass(self.store.look())
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    fn is_read_for_good(&self) -> bool {
        self.store.is_read_for_good()
    }

    fn servers(&self) -> NonZeroU32 {
        self.store.servers()
    }

    fn recorded_here(&self, at: EventPosition) -> bool {
        self.store.recorded_here(at)
    }

    fn settings(&self) -> Arc<Settings> {
        self.store.settings()
    }

    fn now(&self) -> Timestamp {
        self.store.now()
    }

    fn latest(&self) -> Timestamp {
        self.store.latest()
    }

    fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.store.news()
    }

    fn health(&self) -> Health {
        self.store.health()
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        self.passage.pass(self.store.refund(id))
    }

    fn by_itself<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Arc<Refund>>> {
        self.passage.pass(self.store.by_itself(id))
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        self.passage.pass(self.store.on_line(line))
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        self.passage.pass(self.store.list(query))
    }

    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found> {
        self.passage.pass(self.store.find(search))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        self.passage.pass(self.store.feed(after, limit))
    }

    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed> {
        self.passage.pass(self.store.feed_of(seller_id, after, limit))
    }

    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>> {
        self.passage.pass(self.store.end_of(seller_id))
    }

    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>> {
        self.passage.pass(self.store.event(at))
    }

    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition> {
        self.passage.pass(self.store.counted(place, entry))
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        self.passage.pass(self.store.history(id, after, limit))
    }

    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>> {
        self.passage.pass(self.store.audit(query))
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        self.passage.pass(self.store.answered(key, fingerprint))
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        self.passage.pass(self.store.due(until, limit))
    }

    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue> {
        self.passage.pass(self.store.overdue(kind))
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        self.passage.pass(self.store.next_due())
    }

    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()> {
        self.passage.pass(self.store.keep(aside, body))
    }

    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>> {
        self.passage.pass(self.store.kept(aside))
    }

    fn close(&self) -> Result<(), StoreError> {
        self.store.close()
    }
}
