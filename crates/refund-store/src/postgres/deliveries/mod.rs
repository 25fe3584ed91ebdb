//! The delivery book of servers that share a database: what one takes in, whichever has the endpoint sends.
//!
//! Each endpoint is one server's at a time (`leases.rs`), so that what is in one process alone holds for it: how many
//! messages are on their way at once, and how often it failed in a row.

mod book;
mod care;
mod claims;
mod leases;
mod rows;
pub(super) mod sql;

use std::sync::Arc;
use std::time::Duration;

use refund_core::Timestamp;
use tokio::sync::watch;

use self::book::Book;
use super::reading::{READING_MAX, Reading};
use super::servers::Servers;
use crate::soon::at_once;
use crate::{
    Again, Backlog, Chosen, Claimed, Deliveries, Delivery, Due, EventPosition, Forget, Intake, Noted, Queued, Soon,
    Standing, StoreError, Tried,
};

/// How long it may take to forget what nobody needs, for which nobody waits. What is left goes the next time.
const FORGETTING_MAX: Duration = Duration::from_secs(600);

/// The delivery book of the servers of one database. It works on the threads of the store that it is of, as long as that
/// is open.
pub struct PostgresDeliveries(Book);

impl PostgresDeliveries {
    pub(super) fn new(reading: Reading, servers: Arc<Servers>) -> Self {
        Self(Book { reading, servers, claims: Arc::default() })
    }

    /// Does something with the book on the store's own threads.
    fn apart<'a, T, F>(&self, what: impl Fn(Book) -> F + Send + Sync + 'static) -> Soon<'a, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        self.within(READING_MAX, what)
    }

    fn within<'a, T, F>(&self, longest: Duration, what: impl Fn(Book) -> F + Send + Sync + 'static) -> Soon<'a, T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let book = self.0.clone();
        self.0.reading.apart(longest, move |_| what(book.clone()))
    }
}

impl Deliveries for PostgresDeliveries {
    fn read_to(&self) -> Soon<'_, Option<EventPosition>> {
        self.apart(Book::read_to)
    }

    fn take_in(&self, intake: Intake) -> Soon<'_, bool> {
        self.apart(move |book| book.take_in(intake.clone()))
    }

    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>> {
        if endpoint_ids.is_empty() {
            return at_once(Ok(Vec::new()));
        }
        let ids = owned(endpoint_ids);
        self.apart(move |book| book.due(ids.clone(), limit))
    }

    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>> {
        let endpoint_id = endpoint_id.to_owned();
        self.apart(move |book| book.claim(endpoint_id.clone(), queued))
    }

    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted> {
        self.apart(move |book| book.tried(claimed.clone(), tried.clone()))
    }

    fn send_again<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        limit: usize,
        at: Timestamp,
    ) -> Soon<'a, Again> {
        let (endpoint_id, chosen) = (endpoint_id.to_owned(), chosen.clone());
        self.apart(move |book| book.send_again(endpoint_id.clone(), chosen.clone(), limit, at))
    }

    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()> {
        let endpoint_id = endpoint_id.to_owned();
        self.apart(move |book| book.send(endpoint_id.clone(), deliveries.clone(), now))
    }

    fn list<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Soon<'a, Vec<Delivery>> {
        let (endpoint_id, chosen) = (endpoint_id.to_owned(), chosen.clone());
        self.apart(move |book| book.list(endpoint_id.clone(), chosen.clone(), before, limit))
    }

    fn standing<'a>(&'a self, endpoint_id: &'a str, since: Timestamp, limit: usize) -> Soon<'a, Vec<Standing>> {
        let endpoint_id = endpoint_id.to_owned();
        self.apart(move |book| book.standing(endpoint_id.clone(), since, limit))
    }

    fn backlog<'a>(&'a self, endpoint_ids: &'a [&'a str]) -> Soon<'a, Backlog> {
        if endpoint_ids.is_empty() {
            return at_once(Ok(Backlog::default()));
        }
        let ids = owned(endpoint_ids);
        self.apart(move |book| book.backlog(ids.clone()))
    }

    fn asked(&self) -> watch::Receiver<i64> {
        self.0.reading.known.asked()
    }

    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>> {
        let beginning = beginning.to_owned();
        self.apart(move |book| book.waiting(beginning.clone()))
    }

    fn endpoints(&self) -> Soon<'_, Vec<String>> {
        self.apart(Book::endpoints)
    }

    fn forget(&self, what: Forget) -> Soon<'_, ()> {
        self.within(FORGETTING_MAX, move |book| book.forget(what.clone()))
    }

    fn close(&self) -> Soon<'_, ()> {
        self.apart(Book::close)
    }
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}
