//! What a store promises.

use crate::{Answered, EventPosition, Page, Query, Recorded, Refused, Request, StoreError, View};
use refund_core::{RefundId, Timestamp};
use tokio::sync::watch;

/// The memory of the engine. Everything that changes anything goes through [`Store::submit`].
///
/// What every store promises, and `conformance` holds it to:
/// - A request is carried out whole or not at all: its events, the refund's new state, its next
///   deadline, the order line's account and the remembered answer are recorded together.
/// - Requests are decided one after the other, in the order in which they become durable, each
///   at a time of its own that never goes back (R2, R35).
/// - An answer is given only once what it says is durable. A request whose answer was never given
///   was carried out whole or not at all; its idempotency key tells which.
/// - Reading shows what was answered; it never shows half a request.
/// - The feed has every event once, and no event ever appears before one that was already read.
pub trait Store: View + Send + Sync {
    /// Carries a request out, or refuses it. The reply comes when it is durable.
    fn submit(&self, request: Request) -> Reply;

    /// One page of a list of refunds. It may lag behind what is due by the time that settling takes (R3).
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    fn list(&self, query: &Query) -> Result<Page, StoreError>;

    /// The events behind that position, in order, over all refunds. It looks at about `limit`
    /// records and may find fewer events; where it stopped is part of the answer.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Result<Feed, StoreError>;

    /// Where the feed ends now: behind it comes what is yet to be recorded. Nothing where nothing is.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    fn feed_end(&self) -> Result<Option<EventPosition>, StoreError>;

    /// A refund's history behind the event of that number, from its opening behind 0, with where
    /// each event stands in the feed; `limit` events at the most, and about as much is read.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    fn history(&self, id: &RefundId, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError>;

    /// The next instant at which something is due on any refund.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`].
    fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Changes whenever something has been recorded and can be read: whoever waits for news waits on this.
    fn news(&self) -> watch::Receiver<()>;

    /// Whether it takes requests, as far as it knows without trying.
    ///
    /// # Errors
    /// Why it takes none until it is opened again.
    fn is_writable(&self) -> Result<(), StoreError>;

    /// How many bytes can still be written to its disk, where there is one and it can be asked. Below
    /// [`KEPT_FREE_BYTES`](crate::KEPT_FREE_BYTES) nothing is recorded.
    fn space_left(&self) -> Option<u64>;

    /// What the clock says, where that is more than 5 minutes behind what was recorded (R35).
    fn clock_behind(&self) -> Option<Timestamp>;

    /// The engine's time: the later of the clock and the latest instant recorded (R35).
    fn now(&self) -> Timestamp;

    /// Takes no more requests, finishes those it has, and makes everything durable.
    ///
    /// # Errors
    /// [`StoreError`] where something could not be written. Nothing that was answered is lost.
    fn close(&self) -> Result<(), StoreError>;
}

/// Some of all events, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The events.
    pub events: Vec<Recorded>,
    /// The last position that was looked at, if any was: where the next call goes on.
    pub looked_at: Option<EventPosition>,
    /// Whether more was there when this was read.
    pub more: bool,
}

/// The answer to come. It can be awaited, or waited for with [`Reply::wait`].
#[derive(Debug)]
pub struct Reply(tokio::sync::oneshot::Receiver<Result<Answered, Refused>>);

impl Reply {
    /// A reply, and where its answer goes.
    #[must_use]
    pub fn pending() -> (tokio::sync::oneshot::Sender<Result<Answered, Refused>>, Self) {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        (sender, Self(receiver))
    }

    /// A reply that is there already.
    #[must_use]
    pub fn ready(result: Result<Answered, Refused>) -> Self {
        let (sender, reply) = Self::pending();
        // The receiver is in our hand, so there is somebody to send to.
        let _ = sender.send(result);
        reply
    }

    /// Waits for the answer. Not for use within an asynchronous task: there, await the reply.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn wait(self) -> Result<Answered, Refused> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }
}

impl Future for Reply {
    type Output = Result<Answered, Refused>;
    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0)
            .poll(context)
            .map(|result| result.unwrap_or_else(|_| Err(StoreError::Closed.into())))
    }
}
