//! Several servers that share a store, as one: each call goes to the next of them, and looks first.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use refund_core::{DeadlineKind, Event, LineKey, Refund, RefundId, SellerId, Timestamp};
use tokio::sync::watch;

use crate::store::Overdue;
use crate::{
    Answer, Around, Aside, AuditQuery, Audited, EventPosition, Feed, Fingerprint, Found, Health, IdempotencyKey, Page,
    Query, Recorded, Refused, Reply, Request, Search, Settings, Soon, Store, StoreError, wait,
};

/// Several servers that share a store, asked in turn: whoever asks can't tell them from one.
///
/// A request is done before the next is handed in, because of two servers nobody knows whose turn comes first; unless
/// they are [together](InTurn::together).
pub struct InTurn {
    first: Box<dyn Store>,
    others: Vec<Box<dyn Store>>,
    next: AtomicUsize,
    together: bool,
}

impl InTurn {
    /// These, of which there is at least one.
    #[must_use]
    pub fn new(first: Box<dyn Store>, others: Vec<Box<dyn Store>>) -> Self {
        Self { first, others, next: AtomicUsize::new(0), together: false }
    }

    /// As they are when requests are handed in to all of them at once.
    #[must_use]
    pub fn together(self) -> Self {
        Self { together: true, ..self }
    }

    fn all(&self) -> impl Iterator<Item = &dyn Store> {
        std::iter::once(&self.first).chain(&self.others).map(|store| &**store)
    }

    fn next(&self) -> &dyn Store {
        let turn = self.next.fetch_add(1, Ordering::SeqCst);
        let index = turn.checked_rem(self.others.len().saturating_add(1)).unwrap_or(0);
        &**self.others.get(index).unwrap_or(&self.first)
    }

    fn looked(&self) -> &dyn Store {
        let store = self.next();
        // What can't be looked at is at hand as it was.
        let _ = wait(store.look());
        store
    }
}

/// Reads from the next of them, once it has looked.
macro_rules! read {
    ($self:ident, $method:ident $(, $argument:expr)*) => {{
        let store = $self.next();
        Box::pin(async move {
            store.look().await?;
            store.$method($($argument),*).await
        })
    }};
}

impl Store for InTurn {
    fn submit(&self, request: Request) -> Reply {
        let reply = self.next().submit(request);
        if self.together { reply } else { Reply::ready(reply.wait()) }
    }

    fn look(&self) -> Soon<'_, ()> {
        Box::pin(async {
            for store in self.all() {
                store.look().await?;
            }
            Ok(())
        })
    }

    fn is_shared(&self) -> bool {
        self.all().any(|store| store.is_shared())
    }

    fn servers(&self) -> NonZeroU32 {
        self.next().servers()
    }

    fn recorded_here(&self, at: EventPosition) -> bool {
        self.all().any(|store| store.recorded_here(at))
    }

    fn settings(&self) -> Arc<Settings> {
        self.looked().settings()
    }

    fn now(&self) -> Timestamp {
        self.looked().now()
    }

    fn latest(&self) -> Timestamp {
        self.looked().latest()
    }

    fn news(&self) -> watch::Receiver<Option<EventPosition>> {
        self.looked().news()
    }

    fn health(&self) -> Health {
        self.looked().health()
    }

    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>> {
        read!(self, refund, id)
    }

    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>> {
        read!(self, on_line, line)
    }

    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page> {
        read!(self, list, query)
    }

    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found> {
        read!(self, find, search)
    }

    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed> {
        read!(self, feed, after, limit)
    }

    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed> {
        read!(self, feed_of, seller_id, after, limit)
    }

    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>> {
        read!(self, end_of, seller_id)
    }

    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>> {
        read!(self, event, at)
    }

    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition> {
        self.next().counted(place, entry)
    }

    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>> {
        read!(self, history, id, after, limit)
    }

    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>> {
        read!(self, audit, query)
    }

    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused> {
        read!(self, answered, key, fingerprint)
    }

    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>> {
        read!(self, due, until, limit)
    }

    fn next_due(&self) -> Soon<'_, Option<Timestamp>> {
        read!(self, next_due)
    }

    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue> {
        read!(self, overdue, kind)
    }

    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()> {
        self.next().keep(aside, body)
    }

    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>> {
        read!(self, kept, aside)
    }

    fn close(&self) -> Result<(), StoreError> {
        self.all().try_for_each(|store| store.close())
    }
}
