//! What can be asked of a store, and what it answers.

use std::sync::Arc;

use refund_core::{Actor, Command, CommandKind, Event, Message, Opening, Refund, RefundId, Refusal, Timestamp};
use serde::{Deserialize, Serialize};

use super::SetUp;
use super::case::Need;
use super::due::SETTLED_AT_ONCE;
use crate::{Fingerprint, IdempotencyKey, Key, Seller, StoreError, Tag, User, Webhook};

/// One thing to be done: whole, or not at all.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who wants it.
    pub actor: Actor,
    /// What.
    pub work: Work,
    /// What has to be so still for it to be done.
    pub precondition: Precondition,
    /// Under which key the answer is remembered, if it is.
    pub idempotency: Option<(IdempotencyKey, Fingerprint)>,
    /// As whom the answer is seen: it lists what these may do next.
    pub viewers: Vec<Actor>,
}

impl Request {
    /// A request without precondition, whose answer is not remembered and lists no actions.
    #[must_use]
    pub fn new(actor: Actor, work: impl Into<Work>) -> Self {
        let precondition = Precondition::None;
        Self { actor, work: work.into(), precondition, idempotency: None, viewers: Vec::new() }
    }

    /// What nobody in particular wants: the clock, or the server itself.
    #[must_use]
    pub fn by_system(work: impl Into<Work>) -> Self {
        Self::new(Actor::system(), work)
    }

    /// What has to be known to decide it at that instant, as far as that can be said beforehand.
    pub(crate) fn needs(&self, now: Timestamp) -> Vec<Need> {
        let remembered = self.idempotency.iter().flat_map(|(key, _)| key.needs());
        remembered.chain(self.work.needs(now)).collect()
    }
}

/// What has to be so still for a request to be done; else it is told how things stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    #[default]
    None,
    /// It should have named the refund's version and did not.
    Missing,
    /// The refund has that version.
    Version(u64),
    /// The seller, the policy, the roll-out or the endpoint is what has that tag.
    Tag(Tag),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Work {
    /// Open a refund, for the buyer.
    Open {
        /// With what.
        opening: Box<Opening>,
    },
    /// Carry out a command on a refund.
    Command {
        /// Which refund.
        refund_id: RefundId,
        /// What is wanted.
        command: Command,
    },
    /// Post a message on a refund.
    PostMessage {
        /// Which refund.
        refund_id: RefundId,
        /// What.
        message: Box<Message>,
    },
    /// Replace a buyer's link: those that the refund had open nothing any more.
    ReplaceBuyerLink {
        /// Of which refund.
        refund_id: RefundId,
    },
    /// Let happen what is due on one refund, before it is read (R3).
    Settle {
        /// Which refund.
        refund_id: RefundId,
    },
    /// Let happen what is due on any refund, in the order of the instants (R3).
    SettleDue,
    /// Change a setting.
    SetUp(SetUp),
    /// Move the test clock forward; everything that comes due on the way happens at its instant.
    AdvanceTestClock {
        /// How far.
        advance: Advance,
    },
}

impl Work {
    /// What has to be known to decide it at that instant, as far as that can be said beforehand.
    fn needs(&self, now: Timestamp) -> Vec<Need> {
        match self {
            Self::Open { opening } => vec![Need::Refund(opening.refund_id.clone()), Need::Line(opening.line_key())],
            Self::Command { refund_id, .. }
            | Self::PostMessage { refund_id, .. }
            | Self::ReplaceBuyerLink { refund_id }
            | Self::Settle { refund_id } => vec![Need::Refund(refund_id.clone())],
            Self::SettleDue => vec![Need::Due(now, SETTLED_AT_ONCE)],
            Self::SetUp(set_up) if set_up.settles_first() => vec![Need::Due(now, SETTLED_AT_ONCE)],
            // How far the clock is moved is not known before it is read.
            Self::SetUp(_) | Self::AdvanceTestClock { .. } => Vec::new(),
        }
    }
}

impl From<SetUp> for Work {
    fn from(set_up: SetUp) -> Self {
        Self::SetUp(set_up)
    }
}

/// How far the test clock is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// By that many seconds.
    Seconds(u32),
    /// To that instant, which is not before the present one.
    To(Timestamp),
}

/// An answer, without what can be had from the events again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// A refund as it was after that event.
    Refund {
        /// Which refund.
        refund_id: RefundId,
        /// The number of its latest event then.
        sequence: u64,
        /// What the caller could do then.
        actions: Vec<CommandKind>,
        /// Whether this request opened it.
        created: bool,
    },
    /// A key was made or revoked.
    Key {
        /// Which.
        key_id: String,
    },
    /// The test clock was moved there.
    Clock {
        /// To when.
        now: Timestamp,
    },
    /// Settings were changed; whoever changed them knows to what.
    Settings,
    /// A seller was set up or changed.
    Seller {
        /// As it was then.
        seller: Box<Seller>,
        /// Whether that request set it up.
        created: bool,
    },
    /// An endpoint of webhooks was made or changed.
    Webhook {
        /// As it was then.
        webhook: Box<Webhook>,
    },
    /// A message was posted.
    Message {
        /// On which refund.
        refund_id: RefundId,
        /// Its number among the refund's events.
        sequence: u64,
    },
}

/// A refund as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The refund.
    pub refund: Refund,
    /// What they may do with it.
    pub actions: Vec<CommandKind>,
}

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
    /// Somebody else is called that.
    NameTaken,
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
