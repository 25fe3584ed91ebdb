//! The delivery book: what is to be sent to whom and when, and what came of it.

mod delivery;
mod memory;

use refund_core::{Span, Timestamp};
use tokio::sync::watch;

pub use self::delivery::{Attempt, Delivery, DeliveryState};
pub use self::memory::MemoryDeliveries;
use crate::soon::at_once;
use crate::{EventPosition, Soon};

/// How long a delivery that came to an end is kept.
pub(crate) const KEPT: Span = Span::hours(30 * 24);
/// How many deliveries are kept of an endpoint.
pub(crate) const KEPT_MAX: usize = 100_000;

/// The delivery book of what sends webhooks.
///
/// It is not the truth: it holds no event, and if it is lost, what is young is taken in from the feed anew.
///
/// What every book promises, and [`conformance::deliveries`](crate::conformance::deliveries) holds it to:
/// - How far the feed was read moves on together with the deliveries that come of it, and for whoever read on from
///   where it was and for nobody else: what happens is taken in once, whoever reads.
/// - What came of an attempt is written down together with what it says of the endpoint. Where somebody asked for the
///   delivery again while it was tried, it is tried again all the same.
/// - An endpoint's deliveries are tried in the order of when they are due, and nobody's are given up: what is pending
///   is never forgotten while its endpoint is there.
/// - What was answered is there when this process is killed.
///
/// One server at a time sends to an endpoint. Where several share a book, it is the book's to see to that: [`due`] names
/// what is this server's to send, and [`claim`] and [`tried`] do nothing for a server whose turn is over.
///
/// [`due`]: Deliveries::due
/// [`claim`]: Deliveries::claim
/// [`tried`]: Deliveries::tried
pub trait Deliveries: Send + Sync {
    /// How far the feed was read. Nothing where the book is new.
    fn read_to(&self) -> Soon<'_, Option<EventPosition>>;

    /// Takes in what was read of the feed, in one piece. Answers whether it did: not where the feed was read to
    /// elsewhere than where this was read from, because then somebody else has taken it in.
    fn take_in(&self, intake: Intake) -> Soon<'_, bool>;

    /// What is to be sent next to each of these endpoints, in their order: `limit` at the most to each.
    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>>;

    /// The delivery to an endpoint that was queued so, to be tried. Nothing where it is no longer to be tried then, and
    /// then it is queued so no longer.
    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>>;

    /// Sees to it that the book can be written: after a write that failed one may have to be opened anew, and can't be
    /// read before. An error where that can't be done now.
    fn look(&self) -> Soon<'_, ()> {
        at_once(Ok(()))
    }

    /// Writes down what came of an attempt at what was claimed. Where that fails it can be asked for again.
    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted>;

    /// Has deliveries to an endpoint tried anew from now on: those that are chosen, the oldest first and `limit` at the
    /// most. They keep their attempts.
    fn send_again<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        limit: usize,
        now: Timestamp,
    ) -> Soon<'a, Again>;

    /// Has these deliveries to an endpoint tried anew from now on: each as it is in the book, or as it is given where
    /// the book does not know it.
    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()>;

    /// Turns whenever deliveries were asked for again through another server, which this one may have to send. A book of
    /// one server never tells: who asks knows.
    fn asked(&self) -> watch::Receiver<i64> {
        watch::channel(0).1
    }

    /// The deliveries to an endpoint that are chosen, the latest first, those of events before `before`, `limit` at
    /// the most.
    fn list<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Soon<'a, Vec<Delivery>>;

    /// How deliveries to an endpoint stand that any server may have tried a moment ago: those that wait, the earliest
    /// first, and those that came to an end and were last asked for from `since` on; `limit` of each at the most. A book
    /// of one server tells nothing: who sends knows.
    fn standing<'a>(&'a self, endpoint_id: &'a str, since: Timestamp, limit: usize) -> Soon<'a, Vec<Standing>> {
        let _ = (endpoint_id, since, limit);
        at_once(Ok(Vec::new()))
    }

    /// What waits to be sent to these endpoints, all together.
    fn backlog<'a>(&'a self, endpoint_ids: &'a [&'a str]) -> Soon<'a, Backlog>;

    /// Every endpoint whose id begins so and to which something waits to be sent, in the order of ids.
    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>>;

    /// Every endpoint of which something is in the book, so that those that are gone can be forgotten.
    fn endpoints(&self) -> Soon<'_, Vec<String>>;

    /// Forgets what nobody needs.
    fn forget(&self, what: Forget) -> Soon<'_, ()>;

    /// Makes everything durable, once nothing is sent any more.
    fn close(&self) -> Soon<'_, ()>;
}

/// How a delivery stands: no attempt at it leaves it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Of which event it is.
    pub event: EventPosition,
    /// When it is tried next, if it is.
    pub next_at: Option<Timestamp>,
    /// When it was last asked for.
    pub asked_at: Timestamp,
}

/// What was read of the feed in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// How far the feed had been read before, by the book.
    pub from: Option<EventPosition>,
    /// How far it is read now.
    pub to: EventPosition,
    /// What is to be sent of it: to which endpoint, and what.
    pub deliveries: Vec<(String, Delivery)>,
}

/// When a delivery is tried next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Queued {
    /// Then.
    pub at: Timestamp,
    /// Of which event.
    pub event: EventPosition,
}

/// What is to be sent to an endpoint, and how it fares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// What is tried next, the earliest first, also what is not due yet.
    pub queue: Vec<Queued>,
    /// Since when the endpoint has failed, if its last attempt did.
    pub failing_since: Option<Timestamp>,
    /// Until when its receiver was last to be left alone, if it ever was.
    pub left_alone: Option<LeftAlone>,
}

/// That a receiver is left alone: it asked for that, or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftAlone {
    /// Since the attempt that began then.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// A delivery that is being tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// To which endpoint.
    pub endpoint_id: String,
    /// As it was when it was claimed.
    pub delivery: Delivery,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The attempt.
    pub attempt: Attempt,
    /// When to try again, if at all.
    pub next_at: Option<Timestamp>,
    /// Until when the receiver is left alone, if it is.
    pub leave_alone_until: Option<Timestamp>,
}

/// What became of writing an attempt down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// It is written down.
    Written {
        /// As the delivery stands now.
        delivery: Delivery,
        /// Since when the endpoint has failed, if this attempt did.
        failing_since: Option<Timestamp>,
    },
    /// Nothing was changed, because the delivery is forgotten, or somebody else's to try.
    Gone,
}

/// Which of an endpoint's deliveries: those that are all that is said here, each where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// Of one of these events.
    pub events: Option<Vec<EventPosition>>,
    /// That stand so.
    pub state: Option<DeliveryState>,
    /// Of events that were recorded from then on.
    pub from: Option<Timestamp>,
    /// Of events that were recorded before then.
    pub to: Option<Timestamp>,
}

impl Chosen {
    /// Whether a delivery is among them.
    #[must_use]
    pub fn has(&self, delivery: &Delivery) -> bool {
        self.events.as_ref().is_none_or(|events| events.contains(&delivery.event))
            && self.state.is_none_or(|state| state == delivery.state)
            && self.from.is_none_or(|from| delivery.recorded_at() >= from)
            && self.to.is_none_or(|to| delivery.recorded_at() < to)
    }
}

/// What is sent again of what was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Again {
    /// How many deliveries.
    pub count: usize,
    /// When the first event that had no room was recorded, if there was one.
    pub next_from: Option<Timestamp>,
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many deliveries.
    pub count: u64,
    /// Since when the oldest of it waits.
    pub oldest: Option<Timestamp>,
}

impl Backlog {
    /// With one more that waits since then.
    pub(crate) fn and(self, since: Timestamp) -> Self {
        Self {
            count: self.count.saturating_add(1),
            oldest: Some(self.oldest.map_or(since, |oldest| oldest.min(since))),
        }
    }
}

/// What is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forget {
    /// What came to an end 30 days ago or before, and of what came to an end whatever lies behind 100,000 others to its
    /// endpoint.
    Old {
        /// What time it is.
        now: Timestamp,
    },
    /// All that there is of these endpoints: they are gone, and no others get their ids.
    Endpoints(Vec<String>),
    /// Everything, also how far the feed was read: the book is of another journal.
    Everything,
}

/// Whether a delivery behind so many to the same endpoint is kept no longer.
pub(crate) fn is_old(place: usize, delivery: &Delivery, now: Timestamp) -> bool {
    delivery.is_over() && (place >= KEPT_MAX || delivery.asked_at.plus(KEPT) <= now)
}
