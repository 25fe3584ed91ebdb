//! The one exchange in which the seller proposes other terms (S2–S9).

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{NamedFiles, NegotiationId, OfferMessage, Terms, Timer, Timestamp};

names! {
    /// Where a negotiation stands, beside the refund's status and never in it.
    NegotiationStatus {
        /// The buyer may answer.
        Pending = "PENDING",
        /// The buyer said yes; the refund took the offered terms (S8).
        Accepted = "ACCEPTED",
        /// The buyer said no (S9).
        Rejected = "REJECTED",
        /// The buyer said nothing in time (S9).
        Expired = "EXPIRED",
        /// Something else ended it; the reason says what.
        Withdrawn = "WITHDRAWN",
    }
}

names! {
    /// What ended a negotiation that nobody answered.
    WithdrawnReason {
        /// The seller agreed to the refund as asked (R21).
        SellerAgreed = "seller_agreed",
        /// The seller refused the refund (R22).
        SellerRefused = "seller_refused",
        /// The seller took the offer back (R16).
        SellerWithdrew = "seller_withdrew",
        /// The buyer changed the request (R19).
        RequestModified = "request_modified",
        /// The buyer cancelled the refund (R20).
        RefundCancelled = "refund_cancelled",
    }
}

/// The terms that the seller proposed, and what was said with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// What the refund becomes if the buyer accepts.
    pub terms: Terms,
    /// What the seller tells the buyer.
    pub message: Option<OfferMessage>,
    /// Whether buyer and seller agreed on it before (S14).
    pub agreed_offline: bool,
    /// The seller's files that show something about it (R43).
    #[serde(default)]
    pub files: NamedFiles,
}

/// A refund's one negotiation (S5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negotiation {
    /// Its name; an answer names it (R15).
    pub id: NegotiationId,
    /// What was proposed.
    pub offer: Offer,
    /// When.
    pub offered_at: Timestamp,
    /// Until when the buyer may answer; fixed when the offer is made (R1, R6).
    pub answer: Timer,
    /// Where it stands.
    pub state: NegotiationState,
}

/// Where a negotiation stands, with what is true only there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NegotiationState {
    /// The buyer may answer.
    Pending,
    /// The buyer said yes.
    Accepted {
        /// When.
        at: Timestamp,
    },
    /// The buyer said no.
    Rejected {
        /// When.
        at: Timestamp,
    },
    /// Its end came.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Something else ended it.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// What ended it.
        reason: WithdrawnReason,
    },
}

impl Negotiation {
    /// The name of where it stands.
    #[must_use]
    pub fn status(&self) -> NegotiationStatus {
        match self.state {
            NegotiationState::Pending => NegotiationStatus::Pending,
            NegotiationState::Accepted { .. } => NegotiationStatus::Accepted,
            NegotiationState::Rejected { .. } => NegotiationStatus::Rejected,
            NegotiationState::Expired { .. } => NegotiationStatus::Expired,
            NegotiationState::Withdrawn { .. } => NegotiationStatus::Withdrawn,
        }
    }

    /// Whether the buyer may still answer.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status() == NegotiationStatus::Pending
    }

    /// When it ended, if it has.
    #[must_use]
    pub fn resolved_at(&self) -> Option<Timestamp> {
        match self.state {
            NegotiationState::Pending => None,
            NegotiationState::Accepted { at }
            | NegotiationState::Rejected { at }
            | NegotiationState::Expired { at }
            | NegotiationState::Withdrawn { at, .. } => Some(at),
        }
    }

    /// What ended it, where nobody answered and it did not expire.
    #[must_use]
    pub fn withdrawn_reason(&self) -> Option<WithdrawnReason> {
        match self.state {
            NegotiationState::Withdrawn { reason, .. } => Some(reason),
            NegotiationState::Pending
            | NegotiationState::Accepted { .. }
            | NegotiationState::Rejected { .. }
            | NegotiationState::Expired { .. } => None,
        }
    }
}
