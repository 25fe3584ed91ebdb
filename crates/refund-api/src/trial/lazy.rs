//! A store that takes its time, as one on another machine may.

use std::sync::Arc;
use std::time::Duration;

use refund_core::{LineKey, Refund, RefundId, Timestamp};
use refund_store::{
    Answer, Around, EventPosition, Feed, Fingerprint, Health, IdempotencyKey, Page, Query, Recorded, Refused, Reply,
    Request, Settings, Soon, Store, StoreError,
};
use tokio::sync::watch;

/// A store each of whose reads takes as long as it is told to.
pub(crate) struct Lazy {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) takes: Box<dyn Fn() -> Duration + Send + Sync>,
}

impl Lazy {
    fn late<'a, T: Send + 'a, E: Send + 'a>(&self, soon: Soon<'a, T, E>) -> Soon<'a, T, E> {
        let takes = (self.takes)();
        Box::pin(async move {
            tokio::time::sleep(takes).await;
            soon.await
        })
    }
}

impl Store for Lazy {
    fn submit(&self, request: Request) -> Reply {
        self.store.submit(request)
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
        self.late(self.store.refund(id))
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        self.late(self.store.on_line(line))
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        self.late(self.store.list(query))
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        self.late(self.store.feed(after, limit))
    }

    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition> {
        self.late(self.store.counted(place, entry))
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        self.late(self.store.history(id, after, limit))
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        self.late(self.store.answered(key, fingerprint))
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        self.late(self.store.due(until, limit))
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        self.late(self.store.next_due())
    }

    fn close(&self) -> Result<(), StoreError> {
        self.store.close()
    }
}
