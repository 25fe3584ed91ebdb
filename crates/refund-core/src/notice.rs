//! Notices: what they say, and what becomes of them (R41).

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{Deadline, Reason, Role, Timestamp};

/// How many notices to one reader a refund remembers that nobody has reported on. The next one stands for all of them, so
/// that nothing goes unsaid.
pub(crate) const QUEUED_MAX: usize = 32;

names! {
    /// What became of a notice.
    NoticeStatus {
        /// It is to be sent, or under way.
        Queued = "QUEUED",
        /// A channel has taken it; whether it was read is never known.
        Accepted = "ACCEPTED",
        /// No channel would take it.
        Failed = "FAILED",
    }
}

names! {
    /// By what a notice is sent.
    NoticeChannel {
        /// Mail, by the server itself.
        Smtp = "smtp",
        /// The platform's own gateway, which is told by webhook and reports back.
        Gateway = "gateway",
    }
}

names! {
    /// What a channel says of a notice.
    NoticeResult {
        /// It was taken.
        Accepted = "accepted",
        /// It was not, and will not be.
        Failed = "failed",
    }
}

/// A notice to one of those whom something concerns. Its name is the number of the event that asks for it, and its leap
/// beside that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// To whom: the buyer, the seller or the operator.
    pub to: Role,
    /// Of which events of the refund, by their numbers, in order.
    pub about: Vec<u64>,
    /// The deadlines by which its reader has to act, as they run once this has happened: those that it names (R42).
    pub deadlines: Vec<Deadline>,
    /// Notices that it stands for, by their names: they need not be sent any more.
    pub replaces: Vec<u64>,
    /// How much further its name is than the number of the event that asks for it: a multiple of [`NOTICE_LEAP`], and
    /// another one after each restore from a backup, so that what is said of a notice that was lost counts for none that
    /// has come in its place (R41).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub leap: u64,
}

/// What leaps are multiples of: more events than a refund ever has.
pub const NOTICE_LEAP: u64 = 1 << 24;

fn is_zero(leap: &u64) -> bool {
    *leap == 0
}

impl Notice {
    /// The name of a notice for which the event of that number asks.
    #[must_use]
    pub fn number(&self, sequence: u64) -> u64 {
        sequence.saturating_add(self.leap)
    }

    /// The number of the event that asks for the notice of that name.
    #[must_use]
    pub fn asked_by(number: u64) -> u64 {
        number % NOTICE_LEAP
    }
}

/// A notice that nobody has reported on yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedNotice {
    /// Its name: [`Notice::number`].
    pub number: u64,
    /// Since when the earliest of what it says waits to be told.
    pub at: Timestamp,
    /// What it says.
    pub notice: Notice,
}

/// What a channel reports of a notice (R41).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeReport {
    /// Which, by its name: [`Notice::number`].
    pub number: u64,
    /// Who reports.
    pub channel: NoticeChannel,
    /// What came of it.
    pub result: NoticeResult,
    /// Why it failed, in the channel's words.
    pub reason: Option<Reason>,
}

/// The notices of a refund that nobody has reported on, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedNotices(Vec<QueuedNotice>);

impl QueuedNotices {
    /// All of them, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &QueuedNotice> {
        self.0.iter()
    }

    /// The one of that name, as long as nobody has reported on it.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&QueuedNotice> {
        self.iter().find(|queued| queued.number == number)
    }

    /// The one that the event of that number asks for, as long as nobody has reported on it.
    #[must_use]
    pub fn asked_by(&self, sequence: u64) -> Option<&QueuedNotice> {
        self.iter().find(|queued| Notice::asked_by(queued.number) == sequence)
    }

    /// One more is to be sent, instead of those that it stands for.
    pub(crate) fn put(&mut self, number: u64, at: Timestamp, notice: &Notice) {
        let replaced = self.0.extract_if(.., |queued| notice.replaces.contains(&queued.number));
        // Whoever is told something every moment is told all the same: a minute runs from the first.
        let at = replaced.map(|queued| queued.at).fold(at, Timestamp::min);
        // In histories of before the next one stood for none of them, and the oldest is forgotten; of each reader's own,
        // so that what one party is told pushes out nothing that another was.
        let own = |queued: &QueuedNotice| queued.notice.to == notice.to;
        if self.0.iter().filter(|queued| own(queued)).count() >= QUEUED_MAX
            && let Some(oldest) = self.0.iter().position(own)
        {
            self.0.remove(oldest);
        }
        self.0.push(QueuedNotice { number, at, notice: notice.clone() });
    }

    /// Takes the one out that was reported on.
    pub(crate) fn take(&mut self, number: u64) -> Option<Notice> {
        let place = self.0.iter().position(|queued| queued.number == number)?;
        Some(self.0.remove(place).notice)
    }
}

impl From<Vec<QueuedNotice>> for QueuedNotices {
    fn from(queued: Vec<QueuedNotice>) -> Self {
        Self(queued)
    }
}
