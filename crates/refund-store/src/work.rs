//! What can be asked of a store, and what it answers.

use std::sync::Arc;

use refund_core::{
    Actor, AddressBook, Command, CommandKind, Event, Label, Message, Opening, Policy, Refund, RefundId, Refusal, Role,
    Rollout, SellerId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    Fingerprint, IdempotencyKey, Key, Secret, Seller, Session, StoreError, Tag, User, UserChange, Webhook,
    WebhookChange,
};

/// One thing to be done: whole, or not at all.
#[derive(Debug, Clone)]
pub struct Request {
    /// What.
    pub work: Work,
    /// Under which key the answer is remembered, if it is.
    pub idempotency: Option<(IdempotencyKey, Fingerprint)>,
    /// As whom the answer is seen: it lists what these may do next.
    pub viewers: Vec<Actor>,
    /// What the seller, the policy, the roll-out or the endpoint that it replaces has to be still, if that was said.
    pub replaces: Option<Tag>,
    /// Which version the refund of a message or of a buyer's link has to have still, if that was said. A command
    /// says it itself.
    pub version: Option<u64>,
}

impl Request {
    /// A request whose answer is not remembered and lists no actions.
    #[must_use]
    pub fn new(work: Work) -> Self {
        Self { work, idempotency: None, viewers: Vec::new(), replaces: None, version: None }
    }
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Work {
    /// Open a refund.
    Open {
        /// With what.
        opening: Box<Opening>,
        /// The buyer, through whatever speaks for them.
        actor: Actor,
    },
    /// Carry out a command on a refund.
    Command {
        /// Which refund.
        refund_id: RefundId,
        /// Who wants it.
        actor: Actor,
        /// What they want.
        command: Command,
        /// Of which version they speak.
        expected: Expected,
    },
    /// Post a message on a refund.
    PostMessage {
        /// Which refund.
        refund_id: RefundId,
        /// Who writes it.
        actor: Actor,
        /// What.
        message: Box<Message>,
    },
    /// Let happen what is due on one refund, before it is read (R3).
    Settle {
        /// Which refund.
        refund_id: RefundId,
    },
    /// Let happen what is due on any refund, in the order of the instants (R3).
    SettleDue,
    /// Set a seller up, or change it (R29, R34).
    PutSeller {
        /// Which.
        seller_id: SellerId,
        /// As it is from now on.
        seller: Box<Seller>,
        /// Who wants it.
        actor: Actor,
    },
    /// Change a seller's name and addresses; its policy stays what it is at that moment (R34).
    EditSeller {
        /// Which; it has been set up before.
        seller_id: SellerId,
        /// What people call it from now on.
        name: Label,
        /// Where goods go back to from now on.
        addresses: Box<AddressBook>,
        /// Who wants it.
        actor: Actor,
    },
    /// Change the platform's policy (R34).
    PutPolicy {
        /// As it is from now on.
        policy: Box<Policy>,
        /// Who wants it.
        actor: Actor,
    },
    /// Change the roll-out (R34, R37).
    PutRollout {
        /// As it is from now on.
        rollout: Box<Rollout>,
        /// Who wants it.
        actor: Actor,
    },
    /// Make a key. Its `created_at` is set when it is recorded.
    IssueKey {
        /// The key.
        key: Box<Key>,
        /// Who wants it.
        actor: Actor,
    },
    /// Revoke a key.
    RevokeKey {
        /// Which.
        key_id: String,
        /// Who wants it.
        actor: Actor,
    },
    /// Keep when keys were last used. What is known of a later use stays.
    KeysUsed {
        /// Which, and when.
        used: Vec<(String, Timestamp)>,
    },
    /// Replace a buyer's link: those that the refund had open nothing any more.
    ReplaceBuyerLink {
        /// Of which refund.
        refund_id: RefundId,
        /// Who wants it.
        actor: Actor,
    },
    /// Make an endpoint of webhooks. Its instants are set when it is recorded.
    MakeWebhook {
        /// The endpoint.
        webhook: Box<Webhook>,
        /// Who wants it.
        actor: Actor,
    },
    /// Change an endpoint of webhooks.
    ChangeWebhook {
        /// Which.
        webhook_id: String,
        /// What about it.
        change: WebhookChange,
        /// Who wants it.
        actor: Actor,
    },
    /// Remove an endpoint of webhooks.
    RemoveWebhook {
        /// Which.
        webhook_id: String,
        /// Who wants it.
        actor: Actor,
    },
    /// Set a person up. When that was is set when it is recorded.
    MakeUser {
        /// The person.
        user: Box<User>,
        /// Who wants it.
        actor: Actor,
    },
    /// Change a person.
    ChangeUser {
        /// Which.
        user_id: String,
        /// What about them.
        change: UserChange,
        /// Who wants it.
        actor: Actor,
    },
    /// Let somebody in. Of their other sessions those that are over by then go, and the oldest of too many.
    SignIn {
        /// Where, who and for how long.
        session: Box<Session>,
        /// By which link, if not by a password: it opens nothing any more afterwards.
        link: Option<Secret>,
    },
    /// Let somebody out.
    SignOut {
        /// In which browser.
        secret: Secret,
    },
    /// Move the test clock forward; everything that comes due on the way happens at its instant.
    AdvanceTestClock {
        /// How far.
        advance: Advance,
    },
}

/// How far the test clock is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// By that many seconds.
    Seconds(u32),
    /// To that instant, which is not before the present one.
    To(Timestamp),
}

/// Of which version of a refund a command speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// That one.
    Version(u64),
    /// It should have said and did not.
    Missing,
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
    /// That side has posted as many messages on the refund as it may.
    TooManyMessages {
        /// Which side.
        role: Role,
        /// The refund as the caller sees it.
        seen: Box<Seen>,
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
    /// Settling is held, so nothing can be decided (R36).
    SettlingHeld,
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

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(Arc::new(error))
    }
}
