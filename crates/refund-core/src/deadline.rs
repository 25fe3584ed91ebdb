//! Deadlines are facts of a refund (R2, R5, R7): nobody registers or cancels a timer.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::policy::Reminders;
use crate::{Role, Span, Timestamp};

names! {
    /// What somebody has to do before an instant.
    DeadlineKind {
        /// The seller agrees or refuses (S10).
        SellerDecide = "seller_decide",
        /// The buyer answers the offer (S10).
        BuyerAnswer = "buyer_answer",
        /// The buyer acts after a refusal (R22, R24).
        BuyerRespond = "buyer_respond",
        /// The buyer ships the return (R24).
        BuyerShip = "buyer_ship",
        /// The seller confirms the receipt (R24).
        SellerConfirm = "seller_confirm",
        /// The operator rules (R38).
        OperatorRule = "operator_rule",
        /// The platform brings the payout to its end: its adapter reports, or it is tried again (R38).
        PayoutReport = "payout_report",
    }
}

impl DeadlineKind {
    /// Who is due.
    #[must_use]
    pub fn who(self) -> Role {
        match self {
            Self::SellerDecide | Self::SellerConfirm => Role::Seller,
            Self::BuyerAnswer | Self::BuyerRespond | Self::BuyerShip => Role::Buyer,
            Self::OperatorRule => Role::Operator,
            Self::PayoutReport => Role::Platform,
        }
    }

    /// Whether nothing is decided at it: it is told that it is overdue, and what it waits for is waited for on (R38).
    #[must_use]
    pub fn is_watched(self) -> bool {
        match self {
            Self::OperatorRule | Self::PayoutReport => true,
            Self::SellerDecide | Self::BuyerAnswer | Self::BuyerRespond | Self::BuyerShip | Self::SellerConfirm => {
                false
            }
        }
    }
}

names! {
    /// What happens if nobody acts.
    OnSilence {
        /// The refund is agreed as the buyer asked for it (S11).
        AgreedAsRequested = "agreed_as_requested",
        /// The offer expires; the refund is as it was (S9).
        OfferExpires = "offer_expires",
        /// The refund is closed.
        RefundClosed = "refund_closed",
        /// The operator is called in (R24).
        OperatorCalledIn = "operator_called_in",
        /// The refund is paid (R24).
        RefundPaid = "refund_paid",
        /// Nothing is decided; it is told that it is overdue, and goes on waiting (R38).
        Overdue = "overdue",
    }
}

/// A running deadline, as the parties see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// What has to be done.
    pub kind: DeadlineKind,
    /// Before when: at this instant it is too late (R2).
    pub at: Timestamp,
    /// What happens if nobody does it.
    pub on_silence: OnSilence,
}

/// An instant that something is due by, and the reminders that are still to come before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// Before when.
    pub by: Timestamp,
    /// When its party is reminded, earliest first.
    pub reminders: Vec<Timestamp>,
}

impl Timer {
    /// A timer that is set now. Reminders that would lie in the past are left out (R7).
    #[must_use]
    pub fn new(now: Timestamp, by: Timestamp, reminders: &Reminders) -> Self {
        let reminders = reminders.as_slice().iter().map(|before| by.minus(*before)).filter(|at| *at > now);
        Self { by, reminders: reminders.collect() }
    }

    /// A timer that runs that long from now.
    #[must_use]
    pub fn running(now: Timestamp, length: Span, reminders: &Reminders) -> Self {
        Self::new(now, now.plus(length), reminders)
    }

    /// The next instant at which it asks for anything.
    #[must_use]
    pub fn next(&self) -> Timestamp {
        self.reminders.first().copied().unwrap_or(self.by)
    }
}

/// A timer at whose end nothing is decided: that it has come is told once, and what it waits for is waited for on (R38).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// By when it should have come.
    pub timer: Timer,
    /// Whether it has been told that it did not.
    pub is_overdue: bool,
}

impl Watch {
    /// The watch that this timer is for, or the one that ran by default before there were any.
    pub(crate) fn of(timer: Option<&Timer>, from: Timestamp, default: Span) -> Self {
        let timer = timer.cloned().unwrap_or_else(|| Timer { by: from.plus(default), reminders: Vec::new() });
        Self { timer, is_overdue: false }
    }

    /// The next instant at which it asks for anything; none once it is overdue.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        (!self.is_overdue).then(|| self.timer.next())
    }
}

/// One of the deadlines that a refund has.
pub(crate) struct Running<'a> {
    pub(crate) kind: DeadlineKind,
    pub(crate) timer: &'a Timer,
    pub(crate) on_silence: OnSilence,
    /// The next instant at which it asks for anything.
    pub(crate) next: Option<Timestamp>,
}

impl<'a> Running<'a> {
    /// A deadline at which silence decides.
    pub(crate) fn decides(kind: DeadlineKind, timer: &'a Timer, on_silence: OnSilence) -> Self {
        Self { kind, timer, on_silence, next: Some(timer.next()) }
    }

    /// A deadline at which nothing is decided.
    pub(crate) fn watches(kind: DeadlineKind, watch: &'a Watch) -> Self {
        Self { kind, timer: &watch.timer, on_silence: OnSilence::Overdue, next: watch.next() }
    }
}
