//! What has happened to a refund: past tense, never changed, never removed.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{
    Actor, Agreed, ClosedReason, DeadlineKind, Label, Message, Money, Negotiation, Opening, Reason, ReasonCode,
    ReasonFor, RefundId, Request, Shipment, Timer, Timestamp, Why, WithdrawnReason,
};

/// One thing that happened to a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// To which refund.
    pub refund_id: RefundId,
    /// Its number within the refund, from 1 without gaps.
    pub sequence: u64,
    /// When it happened: what silence decides happens at the instant that it was due (R3).
    pub at: Timestamp,
    /// When it was decided and written down; later than `at` where the clock was settled late (R36).
    pub recorded_at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What.
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// The buyer asked for a refund.
    Opened {
        /// Everything that it starts from.
        opening: Box<Opening>,
        /// The seller's clock.
        decide: Timer,
    },
    /// The buyer changed the request; the seller's clock starts anew (R19).
    Modified {
        /// The new request.
        request: Request,
        /// The seller's new clock.
        decide: Timer,
    },
    /// The refund was agreed, by the seller, by the buyer's accepting the offer, or by silence.
    Agreed {
        /// What will be carried out.
        agreed: Agreed,
        /// The buyer's clock to ship, exactly where the terms are a return.
        ship: Option<Timer>,
    },
    /// The seller refused (R22).
    Refused {
        /// Why.
        reason: Why,
        /// The buyer's clock.
        respond: Timer,
    },
    /// The buyer shipped the goods (R24).
    ReturnShipped {
        /// The parcel.
        shipment: Shipment,
        /// The seller's clock.
        confirm: Timer,
    },
    /// The buyer corrected how the parcel is traced; no clock moves (R24).
    TrackingCorrected {
        /// Who carries it.
        carrier: Label,
        /// By what it is traced.
        tracking_number: Label,
    },
    /// The goods are back, by the seller's word or by silence (R24).
    ReceiptConfirmed,
    /// The seller pays without waiting for the goods (R24).
    ReturnWaived,
    /// The seller refused the parcel (R24).
    ReceiptRefused {
        /// Why.
        reason: Why,
        /// The buyer's clock.
        respond: Timer,
    },
    /// The operator was called in; the buyer's clock stops (R25).
    Escalated {
        /// Why, where somebody said so.
        reason: Option<Why>,
        /// The operator's clock (R38); none where it happened before there was one.
        #[serde(default)]
        rule: Option<Timer>,
    },
    /// The operator decided (R25).
    Ruled {
        /// What is carried out; nothing where the refund is closed.
        agreed: Option<Agreed>,
        /// Why.
        reason: Reason,
    },
    /// The payment adapter was asked to pay (R26).
    PayoutStarted {
        /// How much.
        amount: Money,
        /// Which attempt it is (R39); none where it happened before they were counted.
        #[serde(default)]
        attempt: Option<u32>,
        /// By when it should be reported on (R38).
        #[serde(default)]
        report: Option<Timer>,
    },
    /// The money was paid.
    Succeeded {
        /// How much.
        amount: Money,
        /// By which attempt; the present one where none is named.
        #[serde(default)]
        attempt: Option<u32>,
        /// What the provider calls it.
        #[serde(default)]
        provider_reference: Option<Label>,
    },
    /// The payment adapter could not pay (R26).
    PayoutFailed {
        /// What it said.
        reason: Option<Reason>,
        /// Which attempt failed; the present one where none is named.
        #[serde(default)]
        attempt: Option<u32>,
        /// What the provider calls it.
        #[serde(default)]
        provider_reference: Option<Label>,
        /// By when something should be done about it (R38).
        #[serde(default)]
        report: Option<Timer>,
    },
    /// Money that had been paid came back; that it is owed stands (R39).
    PayoutReversed {
        /// How much.
        amount: Money,
        /// Which attempt had paid it.
        attempt: u32,
        /// Why.
        reason: Option<Reason>,
        /// What the provider calls it.
        provider_reference: Option<Label>,
        /// By when something should be done about it (R38); none where another attempt has paid too.
        report: Option<Timer>,
    },
    /// An attempt has paid although another one had (R39).
    PaidTwice {
        /// How much, once more.
        amount: Money,
        /// Which attempt.
        attempt: u32,
        /// What the provider calls it.
        provider_reference: Option<Label>,
        /// By when it should have been brought back (R38).
        report: Timer,
    },
    /// The refund ended without payment.
    Closed {
        /// Why.
        reason: ClosedReason,
        /// What the buyer said, where the buyer closed it.
        comment: Option<Reason>,
    },
    /// The seller made the one offer.
    OfferMade {
        /// The negotiation that it starts.
        negotiation: Box<Negotiation>,
    },
    /// The buyer said yes.
    OfferAccepted,
    /// The buyer said no.
    OfferRejected,
    /// The offer's end came.
    OfferExpired,
    /// Something else ended the offer.
    OfferWithdrawn {
        /// What.
        reason: WithdrawnReason,
    },
    /// A deadline was moved to a later instant (R6).
    DeadlineExtended {
        /// Which.
        kind: DeadlineKind,
        /// As it now runs.
        timer: Timer,
    },
    /// A party was told that its deadline comes closer (R7).
    Reminded {
        /// Which deadline.
        kind: DeadlineKind,
        /// When that is.
        by: Timestamp,
    },
    /// Somebody wrote something; the refund is as it was.
    MessagePosted {
        /// What.
        message: Box<Message>,
    },
    /// A deadline that decides nothing has come, and what it is for has not (R38).
    Overdue {
        /// Which deadline.
        kind: DeadlineKind,
        /// When that was.
        by: Timestamp,
    },
    /// The goods have been shipped to the buyer since the refund was opened (R40).
    LineShipped,
}

names! {
    /// What an event is called outside.
    EventType {
        /// [`Fact::Opened`]
        RefundOpened = "refund.opened",
        /// [`Fact::Modified`]
        RefundModified = "refund.modified",
        /// [`Fact::Agreed`]
        RefundAgreed = "refund.agreed",
        /// [`Fact::Refused`]
        RefundRefused = "refund.refused",
        /// [`Fact::ReturnShipped`] and [`Fact::TrackingCorrected`]
        RefundReturnShipped = "refund.return_shipped",
        /// [`Fact::ReceiptConfirmed`] and [`Fact::ReturnWaived`]
        RefundReceiptConfirmed = "refund.receipt_confirmed",
        /// [`Fact::ReceiptRefused`]
        RefundReceiptRefused = "refund.receipt_refused",
        /// [`Fact::Escalated`]
        RefundEscalated = "refund.escalated",
        /// [`Fact::Ruled`]
        RefundRuled = "refund.ruled",
        /// [`Fact::PayoutStarted`]
        RefundPayoutStarted = "refund.payout_started",
        /// [`Fact::Succeeded`]
        RefundSucceeded = "refund.succeeded",
        /// [`Fact::PayoutFailed`]
        RefundPayoutFailed = "refund.payout_failed",
        /// [`Fact::Closed`]
        RefundClosed = "refund.closed",
        /// [`Fact::OfferMade`]
        NegotiationOffered = "negotiation.offered",
        /// [`Fact::OfferAccepted`]
        NegotiationAccepted = "negotiation.accepted",
        /// [`Fact::OfferRejected`]
        NegotiationRejected = "negotiation.rejected",
        /// [`Fact::OfferExpired`]
        NegotiationExpired = "negotiation.expired",
        /// [`Fact::OfferWithdrawn`]
        NegotiationWithdrawn = "negotiation.withdrawn",
        /// [`Fact::DeadlineExtended`]
        DeadlineChanged = "deadline.changed",
        /// [`Fact::Reminded`]
        DeadlineReminder = "deadline.reminder",
        /// [`Fact::MessagePosted`]
        MessagePosted = "message.posted",
        /// [`Fact::PayoutReversed`]
        RefundPayoutReversed = "refund.payout_reversed",
        /// [`Fact::PaidTwice`]
        RefundPaidTwice = "refund.paid_twice",
        /// [`Fact::Overdue`]
        DeadlineOverdue = "deadline.overdue",
        /// [`Fact::LineShipped`]
        OrderLineShipped = "order_line.shipped",
    }
}

impl Fact {
    /// What it is called outside.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Opened { .. } => EventType::RefundOpened,
            Self::Modified { .. } => EventType::RefundModified,
            Self::Agreed { .. } => EventType::RefundAgreed,
            Self::Refused { .. } => EventType::RefundRefused,
            Self::ReturnShipped { .. } | Self::TrackingCorrected { .. } => EventType::RefundReturnShipped,
            Self::ReceiptConfirmed | Self::ReturnWaived => EventType::RefundReceiptConfirmed,
            Self::ReceiptRefused { .. } => EventType::RefundReceiptRefused,
            Self::Escalated { .. } => EventType::RefundEscalated,
            Self::Ruled { .. } => EventType::RefundRuled,
            Self::PayoutStarted { .. } => EventType::RefundPayoutStarted,
            Self::Succeeded { .. } => EventType::RefundSucceeded,
            Self::PayoutFailed { .. } => EventType::RefundPayoutFailed,
            Self::Closed { .. } => EventType::RefundClosed,
            Self::OfferMade { .. } => EventType::NegotiationOffered,
            Self::OfferAccepted => EventType::NegotiationAccepted,
            Self::OfferRejected => EventType::NegotiationRejected,
            Self::OfferExpired => EventType::NegotiationExpired,
            Self::OfferWithdrawn { .. } => EventType::NegotiationWithdrawn,
            Self::DeadlineExtended { .. } => EventType::DeadlineChanged,
            Self::Reminded { .. } => EventType::DeadlineReminder,
            Self::MessagePosted { .. } => EventType::MessagePosted,
            Self::PayoutReversed { .. } => EventType::RefundPayoutReversed,
            Self::PaidTwice { .. } => EventType::RefundPaidTwice,
            Self::Overdue { .. } => EventType::DeadlineOverdue,
            Self::LineShipped => EventType::OrderLineShipped,
        }
    }

    /// Whether it changes the refund's state, and so its version. Messages don't, nor does being told of a deadline.
    #[must_use]
    pub fn changes_state(&self) -> bool {
        !matches!(self, Self::Reminded { .. } | Self::Overdue { .. } | Self::MessagePosted { .. })
    }

    /// Whether it is about the payout, which goes on where the refund itself has ended (R39).
    #[must_use]
    pub fn is_about_payout(&self) -> bool {
        match self {
            Self::PayoutStarted { .. }
            | Self::Succeeded { .. }
            | Self::PayoutFailed { .. }
            | Self::PayoutReversed { .. }
            | Self::PaidTwice { .. } => true,
            Self::DeadlineExtended { kind, .. } | Self::Reminded { kind, .. } | Self::Overdue { kind, .. } => {
                *kind == DeadlineKind::PayoutReport
            }
            Self::Opened { .. }
            | Self::Modified { .. }
            | Self::Agreed { .. }
            | Self::Refused { .. }
            | Self::ReturnShipped { .. }
            | Self::TrackingCorrected { .. }
            | Self::ReceiptConfirmed
            | Self::ReturnWaived
            | Self::ReceiptRefused { .. }
            | Self::Escalated { .. }
            | Self::Ruled { .. }
            | Self::Closed { .. }
            | Self::OfferMade { .. }
            | Self::OfferAccepted
            | Self::OfferRejected
            | Self::OfferExpired
            | Self::OfferWithdrawn { .. }
            | Self::MessagePosted { .. }
            | Self::LineShipped => false,
        }
    }

    /// Which reason of a list was chosen with it, and for what, where one was (R44).
    #[must_use]
    pub fn chosen_reason(&self) -> Option<(ReasonFor, &ReasonCode)> {
        let (purpose, why): (_, &Why) = match self {
            Self::Opened { opening, .. } => (ReasonFor::Request, &opening.request.reason),
            Self::Modified { request, .. } => (ReasonFor::Request, &request.reason),
            Self::Refused { reason, .. } => (ReasonFor::Refuse, reason),
            Self::ReceiptRefused { reason, .. } => (ReasonFor::RefuseReceipt, reason),
            Self::Escalated { reason, .. } => (ReasonFor::Dispute, reason.as_ref()?),
            Self::Agreed { .. }
            | Self::ReturnShipped { .. }
            | Self::TrackingCorrected { .. }
            | Self::ReceiptConfirmed
            | Self::ReturnWaived
            | Self::Ruled { .. }
            | Self::PayoutStarted { .. }
            | Self::Succeeded { .. }
            | Self::PayoutFailed { .. }
            | Self::PayoutReversed { .. }
            | Self::PaidTwice { .. }
            | Self::Closed { .. }
            | Self::OfferMade { .. }
            | Self::OfferAccepted
            | Self::OfferRejected
            | Self::OfferExpired
            | Self::OfferWithdrawn { .. }
            | Self::DeadlineExtended { .. }
            | Self::Reminded { .. }
            | Self::MessagePosted { .. }
            | Self::Overdue { .. }
            | Self::LineShipped => return None,
        };
        why.code.as_ref().map(|code| (purpose, code))
    }

    /// What was written, where something was.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        if let Self::MessagePosted { message } = self { Some(message) } else { None }
    }
}
