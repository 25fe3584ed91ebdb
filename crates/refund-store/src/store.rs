//! What a store promises.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::soon::at_once;
use crate::{
    Answer, Answered, Around, Aside, AuditQuery, Audited, EventPosition, Fingerprint, Found, IdempotencyKey, Page,
    Query, Recorded, Refused, Request, Search, Settings, Soon, StoreError,
};
use refund_core::{DeadlineKind, Event, LineKey, Refund, RefundId, Role, SellerId, Timestamp, Whose};
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
///
/// What is at hand is read at once, and is never older than what this server answered; after a [look](Store::look)
/// never than what any did. Everything else may come from another machine: it is awaited, it is of one moment, and what can't be had is an error
/// and never an empty answer.
pub trait Store: Send + Sync {
    /// Carries a request out, or refuses it. The reply comes when it is durable.
    fn submit(&self, request: Request) -> Reply;

    /// Whatever was answered before, by any of the servers that share the store, is at hand afterwards: settings, the
    /// time, where the feed ends. A store of one server has it at hand always.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], as for everything that is read.
    fn look(&self) -> Soon<'_, ()> {
        at_once(Ok(()))
    }

    /// Whether other servers may use the same store.
    fn is_shared(&self) -> bool {
        false
    }

    /// Whether what [`answered`](Self::answered) finds is recorded for good: else it may be lost with the machine that has
    /// it alone, and the door finds out.
    fn is_read_for_good(&self) -> bool {
        true
    }

    /// How many servers use the same store and are alive, as of a moment ago; this one is among them.
    fn servers(&self) -> NonZeroU32 {
        NonZeroU32::MIN
    }

    /// Whether what stands there was recorded by this server, since it opened the store.
    fn recorded_here(&self, at: EventPosition) -> bool;

    /// All settings, as they are at this moment.
    fn settings(&self) -> Arc<Settings>;

    /// The engine's time: the later of the clock and the latest instant recorded (R35).
    fn now(&self) -> Timestamp;

    /// The latest instant recorded: the engine's time never goes before it (R35).
    fn latest(&self) -> Timestamp;

    /// Where the feed ends: behind it comes what is yet to be recorded. It changes whenever something
    /// has been recorded and can be read: whoever waits for news waits on this.
    fn news(&self) -> watch::Receiver<Option<EventPosition>>;

    /// Where the feed ends now. Nothing where nothing was recorded yet.
    fn feed_end(&self) -> Option<EventPosition> {
        *self.news().borrow()
    }

    /// Where the store stands, as far as it knows without trying.
    fn health(&self) -> Health;

    /// The refund of that id.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], as for everything that is read.
    fn refund<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Around>>;

    /// The refund of that id without what stands around it: for whoever asks whose it is, or where it stands.
    fn by_itself<'a>(&'a self, id: &'a RefundId) -> Soon<'a, Option<Arc<Refund>>> {
        let around = self.refund(id);
        Box::pin(async move { Ok(around.await?.map(|around| around.refund)) })
    }

    /// All refunds that an order line has had, in the order in which they were opened.
    fn on_line<'a>(&'a self, line: &'a LineKey) -> Soon<'a, Vec<Refund>>;

    /// One page of a list of refunds. It may lag behind what is due by the time that settling takes (R3).
    fn list<'a>(&'a self, query: &'a Query) -> Soon<'a, Page>;

    /// What somebody looks for among the refunds, and how much there is of it. Like a list it may lag behind, and what
    /// moves while it is looked through may be counted where it was or where it is.
    fn find<'a>(&'a self, search: &'a Search) -> Soon<'a, Found>;

    /// The events behind that position, in order, over all refunds. It looks at about `limit`
    /// records and may find fewer events; where it stopped is part of the answer.
    ///
    /// # Errors
    /// [`StoreError::NoSuchPosition`] where `after` never was, [`StoreError::OtherHistory`] where it
    /// is not of what this store holds.
    fn feed(&self, after: Option<EventPosition>, limit: usize) -> Soon<'_, Feed>;

    /// The events behind that position that this seller may be told of, in order, at most `limit`. It costs what it gives,
    /// however much was recorded about others; where it looked to is part of the answer, and may tell of others.
    ///
    /// # Errors
    /// As for [`Store::feed`].
    fn feed_of<'a>(&'a self, seller_id: &'a SellerId, after: Option<EventPosition>, limit: usize) -> Soon<'a, Feed>;

    /// The last event that this seller may be told of; nothing where there is none.
    fn end_of<'a>(&'a self, seller_id: &'a SellerId) -> Soon<'a, Option<EventPosition>>;

    /// The event at that position; nothing where something else was recorded there.
    ///
    /// # Errors
    /// As for [`Store::feed`].
    fn event(&self, at: EventPosition) -> Soon<'_, Option<Event>>;

    /// The position of the entry that stood in the journal at that place, in bytes: so positions were
    /// named before records were counted.
    ///
    /// # Errors
    /// [`StoreError::OtherHistory`] where no record of that time stands there, [`StoreError::Unreadable`].
    fn counted(&self, place: u64, entry: u32) -> Soon<'_, EventPosition>;

    /// A refund's history behind the event of that number, from its opening behind 0, with where
    /// each event stands in the feed; `limit` events at the most, and about as much is read.
    fn history<'a>(&'a self, id: &'a RefundId, after: u64, limit: usize) -> Soon<'a, Vec<Recorded>>;

    /// What of all that was recorded is for the audit: the latest first, so much at the most. Reading it costs what it
    /// shows, however much was recorded about refunds.
    fn audit<'a>(&'a self, query: &'a AuditQuery) -> Soon<'a, Vec<Audited>>;

    /// The answer that was given before to the same request under that key, if it was. The door looks for
    /// it too; to have it from outside keeps the door free for others, because a long history takes a
    /// while to read.
    ///
    /// # Errors
    /// [`Refused::KeyReused`] where the key was used for another request, also that of a call with many
    /// items; [`Refused::Store`].
    fn answered<'a>(&'a self, key: &'a IdempotencyKey, fingerprint: Fingerprint) -> Soon<'a, Option<Answer>, Refused>;

    /// Refunds on which something is due by `until`, earliest first, at most `limit`. Those that are
    /// due at the same instant come in any order.
    fn due(&self, until: Timestamp, limit: usize) -> Soon<'_, Vec<(Timestamp, RefundId)>>;

    /// The next instant at which something is due on any refund.
    fn next_due(&self) -> Soon<'_, Option<Timestamp>>;

    /// What is overdue of that kind, on all refunds (R38).
    fn overdue(&self, kind: DeadlineKind) -> Soon<'_, Overdue>;

    /// Keeps something beside the records, instead of what was kept there before.
    ///
    /// # Errors
    /// [`StoreError`]. Nothing is lost that anything depends on.
    fn keep(&self, aside: Aside, body: Vec<u8>) -> Soon<'_, ()>;

    /// What was kept, by whichever server, and is of use still.
    fn kept(&self, aside: Aside) -> Soon<'_, Option<Vec<u8>>>;

    /// Takes no more requests, finishes those it has, and makes everything durable.
    ///
    /// # Errors
    /// [`StoreError`] where something could not be written. Nothing that was answered is lost.
    fn close(&self) -> Result<(), StoreError>;
}

/// What has come without what it is for (R38).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overdue {
    /// On how many refunds.
    pub count: usize,
    /// When the first of them came.
    pub oldest: Option<Timestamp>,
}

/// Where a store stands.
#[derive(Debug, Default)]
pub struct Health {
    /// Why it takes no requests, if it takes none: until it is opened again, or until [it can](StoreError::Away).
    pub stopped: Option<StoreError>,
    /// How many bytes can still be written to its disk, where there is one and it can be asked. Below
    /// [`KEPT_FREE_BYTES`](crate::KEPT_FREE_BYTES) nothing is recorded.
    pub space_left: Option<u64>,
    /// What the clock says, where that is more than 5 minutes behind what was recorded (R35).
    pub clock_behind: Option<Timestamp>,
    /// Whether settling is held (R36).
    pub held: bool,
    /// Why the database that servers share takes no writes, where it was found to take none.
    pub refuses_writes: Option<WritesRefused>,
    /// How the connections for reads are used, where the store is read through some.
    pub readers: Option<Readers>,
}

/// How a server's connections for reads are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readers {
    /// Those that somebody reads through.
    pub in_use: usize,
    /// Those that nobody does.
    pub idle: usize,
    /// How many reads wait for one.
    pub waiting: usize,
}

/// Why a database takes no writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritesRefused {
    /// It is a standby, or was set to take none.
    ReadOnly,
    /// Its disk is full, or its memory.
    NoRoom,
}

/// An event of the feed and whose it is: who may see it is known without reading the refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Where it stands.
    pub position: EventPosition,
    /// What happened.
    pub event: Event,
    /// Whose the refund is that it happened to.
    pub whose: Whose,
}

impl Told {
    /// An event that happened to that refund.
    pub(crate) fn new(position: EventPosition, event: Event, refund: &Refund) -> Self {
        Self { position, event, whose: refund.whose() }
    }

    /// Whether that seller may be told of it.
    #[must_use]
    pub fn is_for_seller(&self, seller_id: &SellerId) -> bool {
        self.whose.seller_id == *seller_id && self.event.fact.is_for(Role::Seller)
    }
}

/// Some of all events, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// The events.
    pub events: Vec<Arc<Told>>,
    /// The last position that was looked at, if any was: where the next call goes on.
    pub looked_at: Option<EventPosition>,
    /// Whether more was there when this was read.
    pub more: bool,
}

impl Feed {
    /// At most so many of the events, and at least one; where it goes on behind them.
    pub(crate) fn cut(mut self, limit: usize) -> Self {
        if self.events.len() > limit.max(1) {
            self.events.truncate(limit.max(1));
            (self.looked_at, self.more) = (self.events.last().map(|last| last.position), true);
        }
        self
    }
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
