//! Who looks at what comes of deliveries while they are tried.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::Timestamp;
use refund_store::Delivery;
use tokio::sync::{broadcast, watch};

/// How many attempts a listener may be behind: what a slow one misses is in the book.
const TRIED_KEPT: usize = 1024;

/// A delivery that was just tried.
#[derive(Debug, Clone)]
pub(crate) struct JustTried {
    pub(crate) webhook_id: String,
    pub(crate) delivery: Delivery,
}

/// By endpoint how many listen, and since when the first of them has.
pub(super) type Listened = BTreeMap<String, (usize, Timestamp)>;

/// All who listen at this server.
pub(super) struct Listeners {
    tried: broadcast::Sender<JustTried>,
    listened: watch::Sender<Listened>,
}

impl Default for Listeners {
    fn default() -> Self {
        Self { tried: broadcast::Sender::new(TRIED_KEPT), listened: watch::Sender::default() }
    }
}

impl Listeners {
    /// One more, from now on.
    pub(super) fn listen(self: &Arc<Self>, webhook_id: &str, now: Timestamp) -> Listening {
        let tried = self.tried.subscribe();
        self.listened.send_modify(|listened| {
            let (count, _) = listened.entry(webhook_id.to_owned()).or_insert((0, now));
            *count = count.saturating_add(1);
        });
        Listening { tried, webhook_id: webhook_id.to_owned(), all: self.clone() }
    }

    /// To which endpoints somebody listens. It turns whenever somebody comes or goes.
    pub(super) fn listened(&self) -> watch::Receiver<Listened> {
        self.listened.subscribe()
    }

    /// Tells whoever listens of a delivery that was tried.
    pub(super) fn tell(&self, webhook_id: &str, delivery: impl FnOnce() -> Delivery) {
        if self.tried.receiver_count() > 0 {
            // Whoever listened may have gone meanwhile.
            let _ = self.tried.send(JustTried { webhook_id: webhook_id.to_owned(), delivery: delivery() });
        }
    }

    /// Each delivery that is tried from now on, to whichever endpoint.
    #[cfg(test)]
    pub(super) fn all(&self) -> broadcast::Receiver<JustTried> {
        self.tried.subscribe()
    }
}

/// Somebody who listens, as long as they do.
pub(crate) struct Listening {
    tried: broadcast::Receiver<JustTried>,
    webhook_id: String,
    all: Arc<Listeners>,
}

impl Listening {
    /// The next delivery to that endpoint that was tried; none where the listener was too slow.
    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        loop {
            let tried = self.tried.recv().await.ok()?;
            if tried.webhook_id == self.webhook_id {
                return Some(tried.delivery);
            }
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.all.listened.send_modify(|listened| {
            if let Some((count, _)) = listened.get_mut(&self.webhook_id) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    listened.remove(&self.webhook_id);
                }
            }
        });
    }
}
