//! Reading the feed as it grows.

use std::sync::Arc;

use refund_store::{EventPosition, Feed, Soon, Store, StoreError, Told};
use tokio::sync::watch;

use super::Engine;
use crate::problem::Problem;

/// What was found behind some place.
#[derive(Debug)]
pub(crate) struct Found<P> {
    pub(crate) events: Vec<Arc<Told>>,
    /// Where reading goes on.
    pub(crate) looked_at: P,
    /// Whether more was there when this was read.
    pub(crate) more: bool,
}

impl From<Feed> for Found<Option<EventPosition>> {
    fn from(Feed { events, looked_at, more }: Feed) -> Self {
        Self { events, looked_at, more }
    }
}

/// Whether a place is of what this store has, and not of a history that is gone. A store that can't say is asked again
/// by whoever reads on from there.
pub(crate) async fn is_known(store: &dyn Store, place: EventPosition) -> bool {
    !matches!(store.feed(Some(place), 1).await, Err(StoreError::NoSuchPosition(_) | StoreError::OtherHistory))
}

/// One reader of what happens, and how far it is.
pub(crate) struct Follower<P = Option<EventPosition>> {
    engine: Arc<Engine>,
    after: P,
    news: watch::Receiver<Option<EventPosition>>,
    stopping: watch::Receiver<bool>,
    /// Whether it waits for its turn to read: there may be thousands of such readers.
    is_one_of_many: bool,
}

impl<P: Copy> Follower<P> {
    /// A reader of what comes behind that place, for a caller who listens.
    pub(crate) fn for_a_caller(engine: Arc<Engine>, after: P) -> Self {
        Self { is_one_of_many: true, ..Self::for_the_server(engine, after) }
    }

    /// One for the server's own work, which waits for no caller.
    pub(crate) fn for_the_server(engine: Arc<Engine>, after: P) -> Self {
        let (news, stopping) = (engine.store().news(), engine.stopping());
        Self { engine, after, news, stopping, is_one_of_many: false }
    }

    /// How far it is.
    pub(crate) fn place(&self) -> P {
        self.after
    }

    /// The next events, as soon as there are any; none when the server stops or can't read on.
    /// `read` says what is looked for behind a place, and may look at a part of it at a time.
    pub(crate) async fn next<'r>(
        &mut self,
        read: impl Fn(P) -> Soon<'r, Found<P>, Problem> + Send,
    ) -> Option<Found<P>> {
        loop {
            let mut turn = None;
            if self.is_one_of_many {
                tokio::select! {
                    taken = self.engine.turn() => turn = Some(taken?),
                    _ = self.stopping.wait_for(|stop| *stop) => return None,
                }
            }
            // Before reading, so that what is recorded meanwhile is news again.
            self.news.borrow_and_update();
            let reading = read(self.after);
            let found = reading.await.ok()?;
            drop(turn);
            self.after = found.looked_at;
            if !found.events.is_empty() {
                return Some(found);
            }
            if found.more {
                continue;
            }
            tokio::select! {
                news = self.news.changed() => news.ok()?,
                _ = self.stopping.wait_for(|stop| *stop) => return None,
            }
        }
    }
}
