//! Reading the feed as it grows.

use std::sync::Arc;

use refund_store::{EventPosition, Feed, Soon};
use tokio::sync::watch;

use crate::app::App;
use crate::error::Problem;

/// One reader of the feed, and how far it is.
pub(crate) struct Follower {
    app: Arc<App>,
    after: Option<EventPosition>,
    news: watch::Receiver<Option<EventPosition>>,
    stopping: watch::Receiver<bool>,
}

impl Follower {
    /// A reader of what comes behind that place, or of all from the start.
    pub(crate) fn new(app: Arc<App>, after: Option<EventPosition>) -> Self {
        let (news, stopping) = (app.store().news(), app.stopping());
        Self { app, after, news, stopping }
    }

    /// How far it is.
    pub(crate) fn place(&self) -> Option<EventPosition> {
        self.after
    }

    /// The next events, as soon as there are any; none when the server stops or can't read on.
    /// `read` says what is looked for behind a place, and may look at a part of it at a time.
    pub(crate) async fn next<'r>(
        &mut self,
        read: impl Fn(Option<EventPosition>) -> Soon<'r, Feed, Problem> + Send,
    ) -> Option<Feed> {
        loop {
            let turn = self.app.turns.acquire().await.ok()?;
            // Before reading, so that what is recorded meanwhile is news again.
            self.news.borrow_and_update();
            let reading = read(self.after);
            let feed = reading.await.ok()?;
            drop(turn);
            self.after = feed.looked_at;
            if !feed.events.is_empty() {
                return Some(feed);
            }
            if feed.more {
                continue;
            }
            tokio::select! {
                news = self.news.changed() => news.ok()?,
                _ = self.stopping.wait_for(|stop| *stop) => return None,
            }
        }
    }
}
