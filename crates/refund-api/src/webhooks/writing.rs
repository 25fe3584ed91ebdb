//! What came of attempts, written into the book. Whatever can't be written down is kept by its attempt, which goes on
//! until it is, and meanwhile nothing else is sent: what is sent and not written down would be sent again and again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use refund_store::{Claimed, Noted, Tried};

use super::Webhooks;
use crate::engine::timer::WAIT_AFTER_FAILURE;
use crate::problem::Problem;

/// What stands against writing into the book.
#[derive(Default)]
pub(super) struct Writing {
    /// How many attempts wait to be written down after a write that failed.
    kept: AtomicUsize,
    /// Whether the book could not be written, or opened, when it was last looked at.
    fails: AtomicBool,
}

/// One attempt that waits to be written down.
struct Kept<'w>(&'w AtomicUsize);

impl<'w> Kept<'w> {
    fn one(kept: &'w AtomicUsize) -> Self {
        kept.fetch_add(1, Ordering::Relaxed);
        Self(kept)
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Webhooks {
    /// Whether what comes of attempts can't be written down, as far as is known.
    pub(crate) fn book_fails(&self) -> bool {
        self.writing.fails.load(Ordering::Relaxed) || self.writing.kept.load(Ordering::Relaxed) > 0
    }

    /// Whether anything more may be sent: not before all that was sent is written down.
    pub(super) async fn may_send(&self) -> Result<bool, Problem> {
        let looked = self.book.look().await;
        self.writing.fails.store(looked.is_err(), Ordering::Relaxed);
        looked?;
        Ok(!self.book_fails())
    }

    /// Writes down what came of an attempt, however often that fails.
    pub(super) async fn write_down(&self, claimed: Claimed, tried: Tried) -> Noted {
        let mut kept = None;
        loop {
            match self.book.tried(claimed.clone(), tried.clone()).await {
                Ok(noted) => return noted,
                Err(error) if kept.is_none() => {
                    tracing::error!(%error, "what came of an attempt can't be written down: nothing is sent until it is");
                    kept = Some(Kept::one(&self.writing.kept));
                }
                Err(_) => {}
            }
            // Whoever sends looks after the book.
            self.wake.notify_one();
            tokio::time::sleep(WAIT_AFTER_FAILURE).await;
        }
    }
}
