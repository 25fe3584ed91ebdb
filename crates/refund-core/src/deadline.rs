//! Deadlines are facts of a refund (R2, R5, R7): nobody registers or cancels a timer.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::policy::{Policy, Reminders};
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
    /// Whose turn it is.
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
    /// The notice without which it does not act, where it needs one (R42).
    #[serde(default)]
    pub notice: Option<NeededNotice>,
}

/// Of a deadline by which a party can lose its party has to have been told (R42). How long before, and what happens where
/// it was not, is fixed when the deadline is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeededNotice {
    /// How long before the deadline a notice that names it has to have been accepted.
    pub before: Span,
    /// By how much the deadline moves, once, where none was.
    pub grace: Span,
    /// The first notice that names it and was accepted.
    pub accepted: Option<AcceptedNotice>,
}

/// A notice that a channel has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedNotice {
    /// Its name: the number of the event that asked for it.
    pub number: u64,
    /// When it was accepted.
    pub at: Timestamp,
}

names! {
    /// Why a deadline was moved, where nobody chose to.
    ExtendedBecause {
        /// No notice that names it was accepted in time (R42).
        Unnotified = "unnotified",
    }
}

impl Timer {
    /// A timer that is set now. Reminders that would lie in the past are left out (R7).
    #[must_use]
    pub fn new(now: Timestamp, by: Timestamp, reminders: &Reminders) -> Self {
        let reminders = reminders.as_slice().iter().map(|before| by.minus(*before)).filter(|at| *at > now);
        Self { by, reminders: reminders.collect(), notice: None }
    }

    /// A timer that runs that long from now.
    #[must_use]
    pub fn running(now: Timestamp, length: Span, reminders: &Reminders) -> Self {
        Self::new(now, now.plus(length), reminders)
    }

    /// A party's clock, by which it can lose, and that runs that long from now: by policy it needs a notice (R42).
    #[must_use]
    pub fn of_party(now: Timestamp, length: Span, policy: &Policy) -> Self {
        let notice = policy.silence_needs_notice.then_some(NeededNotice {
            before: policy.notice_before_seconds,
            grace: policy.notice_grace_seconds,
            accepted: None,
        });
        Self { notice, ..Self::running(now, length, &policy.reminders_seconds) }
    }

    /// The same clock moved to a later instant: whoever was told of it stays told.
    #[must_use]
    pub(crate) fn moved(&self, now: Timestamp, to: Timestamp, reminders: &Reminders) -> Self {
        Self { notice: self.notice.clone(), ..Self::new(now, to, reminders) }
    }

    /// The notice that is missing for it to act, if one is: none that names it was accepted in time (R42).
    #[must_use]
    pub fn lacks(&self) -> Option<&NeededNotice> {
        let needed = self.notice.as_ref()?;
        let is_in_time = needed.accepted.is_some_and(|accepted| accepted.at <= self.by.minus(needed.before));
        (!is_in_time).then_some(needed)
    }

    /// A notice that names it has been accepted. Only the first counts.
    pub(crate) fn named_by(&mut self, notice: AcceptedNotice) {
        if let Some(needed) = &mut self.notice {
            needed.accepted.get_or_insert(notice);
        }
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
        let timer =
            timer.cloned().unwrap_or_else(|| Timer { by: from.plus(default), reminders: Vec::new(), notice: None });
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
