//! The delivery book on one machine: a sled in a folder of its own, that may be lost.

mod book;
mod care;
mod change;
mod error;
mod older;
mod rows;
mod shelf;
mod waiting;

use std::path::Path;
use std::sync::Arc;

use refund_core::Timestamp;

use self::book::Book;
use self::error::BookError;
use self::shelf::Shelf;
use crate::soon::{apart, at_once};
use crate::{
    Again, Backlog, Chosen, Claimed, Deliveries, Delivery, Due, EmbeddedStore, EventPosition, Forget, Intake, Noted,
    Queued, Soon, StoreError, Tried,
};

/// The delivery book of the one server on a machine. What writes out or reads much is done on a thread that nobody
/// waits for, so it is awaited within a tokio runtime.
pub struct EmbeddedDeliveries(Arc<Shelf>);

impl EmbeddedDeliveries {
    /// The book in a data folder; an empty one where there is none that can be believed.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where the disk refuses.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Shelf::with(folder, Book::open(folder)?))))
    }

    /// Brings a book of before records were counted up to date, with the store that it is about.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where a disk refuses.
    pub fn count(&self, store: &EmbeddedStore) -> Result<(), StoreError> {
        let view = store.view();
        Ok(self.0.book()?.count(|place, entry| view.past.counted(place, entry, view.current()))?)
    }

    /// Does something on a thread that nobody waits for.
    fn apart<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Book) -> Result<T, BookError> + Send + 'static,
    ) -> Soon<'static, T> {
        let shelf = Arc::clone(&self.0);
        apart(move || Ok(what(&*shelf.book()?)?))
    }

    /// The same, where something is written by it.
    fn changing<T: Send + 'static>(
        &self,
        what: impl FnOnce(&Book) -> Result<T, BookError> + Send + 'static,
    ) -> Soon<'_, T> {
        let done = self.apart(what);
        Box::pin(async move { done.await.inspect_err(|_| self.0.let_go()) })
    }
}

impl Deliveries for EmbeddedDeliveries {
    fn read_to(&self) -> Soon<'_, Option<EventPosition>> {
        at_once(self.0.book().and_then(|book| book.read_to()).map_err(StoreError::from))
    }

    fn take_in(&self, intake: Intake) -> Soon<'_, bool> {
        self.changing(move |book| book.take_in(&intake))
    }

    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>> {
        let due = |book: Arc<Book>| endpoint_ids.iter().map(|id| book.due(id, limit)).collect::<Result<_, _>>();
        at_once(self.0.book().and_then(due).map_err(StoreError::from))
    }

    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>> {
        at_once(self.0.book().and_then(|book| book.claim(endpoint_id, queued)).map_err(StoreError::from))
    }

    fn look(&self) -> Soon<'_, ()> {
        if self.0.book().is_ok() {
            return at_once(Ok(()));
        }
        let shelf = Arc::clone(&self.0);
        apart(move || Ok(shelf.open_anew()?))
    }

    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted> {
        self.changing(move |book| book.tried(claimed, tried))
    }

    fn send_again<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        limit: usize,
        now: Timestamp,
    ) -> Soon<'a, Again> {
        let (endpoint_id, chosen) = (endpoint_id.to_owned(), chosen.clone());
        self.changing(move |book| book.send_again(&endpoint_id, &chosen, limit, now))
    }

    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()> {
        let endpoint_id = endpoint_id.to_owned();
        self.changing(move |book| book.send(&endpoint_id, deliveries, now))
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
        at_once(self.0.book().map(|book| book.waiting().backlog(endpoint_ids)).map_err(StoreError::from))
    }

    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>> {
        at_once(self.0.book().map(|book| book.waiting().begin_with(beginning)).map_err(StoreError::from))
    }

    fn endpoints(&self) -> Soon<'_, Vec<String>> {
        self.apart(|book| Ok(book.endpoints()?.into_iter().collect()))
    }

    fn forget(&self, what: Forget) -> Soon<'_, ()> {
        self.changing(|book| book.forget(what))
    }

    fn close(&self) -> Soon<'_, ()> {
        self.apart(Book::close)
    }
}

#[cfg(test)]
mod tests;
