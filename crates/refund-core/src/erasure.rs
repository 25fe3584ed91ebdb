//! What can be erased of a refund, and what stands where it was (R46).

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{Actor, Reason, Text, Timestamp};

names! {
    /// What can be erased of a refund (R46).
    ErasedKind {
        /// How the buyer is reached.
        Contact = "contact",
        /// What people wrote: reasons, messages with their attachments, what providers and channels said.
        Text = "text",
        /// The files that its sides added, and what these called them.
        Files = "files",
        /// Where goods were to be sent back to.
        Address = "address",
        /// Which of the seller's people it was who acted.
        Person = "person",
    }
}

names! {
    /// Why something is erased (R46).
    ErasedBecause {
        /// The refund is over, and nobody needs it any more.
        Final = "final",
        /// The law asks for it, also while the refund goes on.
        Law = "law",
    }
}

/// What the operator wants erased of a refund (R46).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasing {
    /// What: at least one kind. Where none is named all that may be: the address alone waits until the refund is over.
    pub what: Option<Vec<ErasedKind>>,
    /// Why it may be.
    pub because: ErasedBecause,
    /// Why, in the operator's own words, which stay for ever and so name nobody.
    pub reason: Reason,
}

/// What of a refund was erased, when and by whom (R46).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// What.
    pub what: ErasedKind,
    /// When: the latest time.
    pub at: Timestamp,
    /// By whom.
    pub by: Actor,
    /// The number of the event that says so.
    pub sequence: u64,
}

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    /// What stands where a text was that was erased (R46).
    pub const ERASED: &'static str = "[erased]";

    /// That, in the place of a text.
    #[must_use]
    pub fn erased() -> Self {
        Self::made(Self::ERASED)
    }

    /// Whether it is what stands where one was.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.as_str() == Self::ERASED
    }
}
