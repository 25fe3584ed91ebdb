//! What can be asked of a store.

use std::net::IpAddr;

use refund_core::{
    Actor, Command, Erasing, EvidenceFile, FileHash, Message, NoticeReport, Opening, RefundId, Timestamp,
};

use super::SetUp;
use super::case::Need;
use crate::{Fingerprint, IdempotencyKey, Right, Tag};

/// How many instants one request of the timer settles, so that others get their turn between.
pub(super) const SETTLED_AT_ONCE: usize = 256;

/// One thing to be done: whole, or not at all.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who wants it.
    pub actor: Actor,
    /// By which right of theirs, where it is a person: they have it still when it is decided, or nothing is done. A key
    /// has all rights of its side, as long as it is valid.
    pub right: Right,
    /// What.
    pub work: Work,
    /// What has to be so still for it to be done.
    pub precondition: Precondition,
    /// Under which key the answer is remembered, if it is.
    pub idempotency: Option<(IdempotencyKey, Fingerprint)>,
    /// As whom the answer is seen: it lists what these may do next.
    pub viewers: Vec<Actor>,
    /// From which address it comes, where that is known: kept where it leads to something that is for the audit.
    pub from: Option<IpAddr>,
}

impl Request {
    /// A request that needs no right of a person's and has no precondition, whose answer is not remembered and lists no
    /// actions.
    #[must_use]
    pub fn new(actor: Actor, work: impl Into<Work>) -> Self {
        let (right, precondition) = (Right::Look, Precondition::None);
        Self { actor, right, work: work.into(), precondition, idempotency: None, viewers: Vec::new(), from: None }
    }

    /// What nobody in particular wants: the clock, or the server itself.
    #[must_use]
    pub fn by_system(work: impl Into<Work>) -> Self {
        Self::new(Actor::system(), work)
    }

    /// Whether it takes something out of earlier records: then these are all recorded before it is decided, and whatever
    /// comes after it is decided later, from what is left.
    pub(crate) fn erases(&self) -> bool {
        matches!(self.work, Work::Erase { .. })
    }

    /// What has to be known to decide it at that instant, as far as that can be said beforehand.
    pub(crate) fn needs(&self, now: Timestamp) -> Vec<Need> {
        let remembered = self.idempotency.iter().flat_map(|(key, _)| Need::answers(key));
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
    /// The setting that it replaces, or all keys beside which it makes one, is what has that tag.
    Tag(Tag),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Work {
    /// Open a refund, for the buyer.
    Open {
        /// With what.
        opening: Box<Opening>,
        /// The files that go with it, for which whoever hands them in vouches (R43).
        files: Vec<EvidenceFile>,
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
    /// Add a file to a refund, for which whoever hands it in vouches: that it is kept, and is what it is said to be (R43).
    AddEvidence {
        /// Which refund.
        refund_id: RefundId,
        /// Which file.
        file: Box<EvidenceFile>,
    },
    /// Erase a file of a refund. Whoever hands that in sees to it that the file itself is gone (R43).
    EraseEvidence {
        /// Which refund.
        refund_id: RefundId,
        /// Which file.
        sha256: FileHash,
    },
    /// Erase what is known of people on a refund (R46). Whoever hands that in sees to it that its files are gone.
    Erase {
        /// Of which refund.
        refund_id: RefundId,
        /// What, and why.
        erasing: Erasing,
    },
    /// Take down what a channel says of a notice (R41).
    ReportNotice {
        /// Of which refund.
        refund_id: RefundId,
        /// What it says.
        report: NoticeReport,
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
    /// Opening a refund with which no files go.
    #[must_use]
    pub fn open(opening: Opening) -> Self {
        Self::Open { opening: Box::new(opening), files: Vec::new() }
    }

    /// Whether everything that is due has to happen before this (R34), which may take more than one step: then
    /// [`Refused::MoreIsDue`](crate::Refused::MoreIsDue) asks for another.
    #[must_use]
    pub fn settles_first(&self) -> bool {
        match self {
            Self::SettleDue | Self::AdvanceTestClock { .. } => true,
            Self::SetUp(set_up) => set_up.settles_first(),
            Self::Open { .. }
            | Self::Command { .. }
            | Self::PostMessage { .. }
            | Self::AddEvidence { .. }
            | Self::EraseEvidence { .. }
            | Self::Erase { .. }
            | Self::ReportNotice { .. }
            | Self::ReplaceBuyerLink { .. }
            | Self::Settle { .. } => false,
        }
    }

    /// What has to be known to decide it at that instant, as far as that can be said beforehand.
    fn needs(&self, now: Timestamp) -> Vec<Need> {
        match self {
            Self::Open { opening, .. } => vec![Need::Refund(opening.refund_id.clone()), Need::Line(opening.line_key())],
            Self::Command { refund_id, .. }
            | Self::PostMessage { refund_id, .. }
            | Self::AddEvidence { refund_id, .. }
            | Self::EraseEvidence { refund_id, .. }
            | Self::ReportNotice { refund_id, .. }
            | Self::ReplaceBuyerLink { refund_id }
            | Self::Settle { refund_id } => vec![Need::Refund(refund_id.clone())],
            Self::Erase { refund_id, .. } => {
                vec![Need::Refund(refund_id.clone()), Need::Records(refund_id.clone())]
            }
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
