//! The delivery book on one machine: a sled in a folder of its own, that may be lost.

mod book;
mod care;
mod change;
mod error;
mod older;
mod rows;
mod waiting;

use std::path::Path;
use std::sync::Arc;

use refund_core::Timestamp;

use self::book::Book;
use self::error::BookError;
use crate::soon::{apart, at_once};
use crate::{
    Again, Backlog, Chosen, Claimed, Deliveries, Delivery, Due, EmbeddedStore, EventPosition, Forget, Intake, Noted,
    Queued, Soon, StoreError, Tried,
};

/// The delivery book of the one server on a machine. What writes out or reads much is done on a thread that nobody
/// waits for, so it is awaited within a tokio runtime.
pub struct EmbeddedDeliveries(Arc<Book>);

impl EmbeddedDeliveries {
    /// The book in a data folder; an empty one where there is none that can be believed.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where the disk refuses.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Book::open(folder)?)))
    }

    /// Brings a book of before records were counted up to date, with the store that it is about.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where a disk refuses.
    pub fn count(&self, store: &EmbeddedStore) -> Result<(), StoreError> {
        let view = store.view();
        Ok(self.0.count(|place, entry| view.past.counted(place, entry, view.current()))?)
    }

    /// Does something on a thread that nobody waits for.
    fn apart<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Book) -> Result<T, BookError> + Send + 'static,
    ) -> Soon<'static, T> {
        let book = Arc::clone(&self.0);
        apart(move || Ok(what(&book)?))
    }
}

impl Deliveries for EmbeddedDeliveries {
    fn read_to(&self) -> Soon<'_, Option<EventPosition>> {
        at_once(self.0.read_to().map_err(StoreError::from))
    }

    fn take_in(&self, intake: Intake) -> Soon<'_, bool> {
        self.apart(move |book| book.take_in(&intake))
    }

    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>> {
        at_once(endpoint_ids.iter().map(|id| Ok(self.0.due(id, limit)?)).collect())
    }

    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>> {
        at_once(self.0.claim(endpoint_id, queued).map_err(StoreError::from))
    }

    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted> {
        self.apart(move |book| book.tried(claimed, tried))
    }

    fn send_again<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        limit: usize,
        now: Timestamp,
    ) -> Soon<'a, Again> {
        let (endpoint_id, chosen) = (endpoint_id.to_owned(), chosen.clone());
        self.apart(move |book| book.send_again(&endpoint_id, &chosen, limit, now))
    }

    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()> {
        let endpoint_id = endpoint_id.to_owned();
        self.apart(move |book| book.send(&endpoint_id, deliveries, now))
    }

    fn list<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Soon<'a, Vec<Delivery>> {
        let (endpoint_id, chosen) = (endpoint_id.to_owned(), chosen.clone());
        self.apart(move |book| {
            let all = book.latest_first(&endpoint_id, before);
            all.filter(|found| found.as_ref().map_or(true, |found| chosen.has(found))).take(limit).collect()
        })
    }

    fn backlog<'a>(&'a self, endpoint_ids: &'a [&'a str]) -> Soon<'a, Backlog> {
        at_once(Ok(self.0.waiting().backlog(endpoint_ids)))
    }

    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>> {
        at_once(Ok(self.0.waiting().begin_with(beginning)))
    }

    fn endpoints(&self) -> Soon<'_, Vec<String>> {
        self.apart(|book| Ok(book.endpoints()?.into_iter().collect()))
    }

    fn forget(&self, what: Forget) -> Soon<'_, ()> {
        self.apart(|book| book.forget(what))
    }

    fn close(&self) -> Soon<'_, ()> {
        self.apart(Book::close)
    }
}

#[cfg(test)]
mod tests;
