//! What a request came to, or why nothing came of it.

use std::sync::Arc;

use refund_core::{Event, Refusal, Timestamp};

use crate::{Key, Seen, Seller, StoreError, User, Webhook};

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The refund as it now is.
    Refund {
        /// As the caller sees it.
        seen: Box<Seen>,
        /// Whether this request opened it.
        created: bool,
    },
    /// The seller as it now is.
    Seller {
        /// As it now is.
        seller: Box<Seller>,
        /// Whether this request set it up.
        created: bool,
    },
    /// The key as it now is.
    Key(Box<Key>),
    /// The endpoint of webhooks as it now is; one that was removed as it was before.
    Webhook(Box<Webhook>),
    /// The person as they now are.
    User(Box<User>),
    /// The message that was posted.
    Message(Box<Event>),
    /// The test clock as it now stands.
    Clock(Timestamp),
    /// Settled, or settings changed.
    Done,
}

/// An answer, and when it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What the request came to.
    pub answer: Answer,
    /// The instant at which it was decided.
    pub now: Timestamp,
    /// Whether it had been carried out before, and this is the answer that was given then.
    pub replayed: bool,
}

/// Why a request was not carried out. What was due before it has happened all the same (R33).
#[derive(Debug, Clone)]
pub enum Refused {
    /// A rule says no.
    Rule {
        /// Which, and why.
        refusal: Refusal,
        /// The refund that it is about, as the caller sees it.
        seen: Option<Box<Seen>>,
    },
    /// There is no such refund or key.
    NotFound,
    /// The command should have named the refund's version.
    VersionMissing,
    /// The refund has another version by now.
    VersionMoved {
        /// As the caller sees it.
        seen: Box<Seen>,
    },
    /// The settings are others by now than those that the request replaces.
    SettingsMoved,
    /// The idempotency key was used for another request.
    KeyReused,
    /// More is due than one step settles. What this one settled has happened; whoever asks again
    /// goes on from there.
    MoreIsDue {
        /// By when it is due: where a test clock is on its way to.
        by: Timestamp,
    },
    /// Whoever asks changes the same thing too often. A store has no measure for that; a server that stands before it
    /// may have one.
    TooOften {
        /// How long to wait until it becomes possible.
        wait: std::time::Duration,
        /// When that will be.
        possible_at: Timestamp,
    },
    /// The key or the person that asks was shut out meanwhile.
    ShutOut,
    /// The person that asks has another role among the seller's people by now, which is not for that.
    RightTaken,
    /// A seller has as many people who can sign in as there can be.
    TooManyPeople,
    /// Somebody else is called that.
    NameTaken,
    /// An operator shut that person out, and only operators let them in again.
    ShutOutByOperator,
    /// Nobody of the seller's could do all any more.
    LastOwner,
    /// The seller has prepared as many offers as there can be.
    TooManySavedOffers,
    /// A refund of that id is there already, on another order line.
    IdTaken,
    /// There is no test clock here.
    NoTestClock,
    /// The test clock doesn't go back.
    ClockGoesBack {
        /// Where it stands.
        now: Timestamp,
    },
    /// It could not be stored.
    Store(Arc<StoreError>),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Rule { refusal, seen: None }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
