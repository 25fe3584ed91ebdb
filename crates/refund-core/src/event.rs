//! What has happened to a refund: past tense, never changed, never removed.

mod fact;

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{
    Actor, Agreed, ClosedReason, DeadlineKind, ErasedBecause, ErasedKind, EvidenceFile, ExtendedBecause, FileHash,
    Label, Message, Money, NamedFiles, Negotiation, Notice, NoticeChannel, Opening, Reason, RefundId, Request, Role,
    Shipment, Timer, Timestamp, Why, WithdrawnReason,
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
        /// The operator's files that show it (R43).
        #[serde(default)]
        files: NamedFiles,
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
        /// Why, where nobody chose to.
        #[serde(default)]
        because: Option<ExtendedBecause>,
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
    /// Somebody is to be told of what concerns them (R41).
    NoticeRequested {
        /// Whom, and of what.
        notice: Box<Notice>,
    },
    /// A channel has taken a notice (R41).
    NoticeAccepted {
        /// Which: the number of the event that asked for it.
        number: u64,
        /// To whom it is.
        to: Role,
        /// Which channel.
        channel: NoticeChannel,
    },
    /// A notice could not be sent (R41).
    NoticeFailed {
        /// Which: the number of the event that asked for it.
        number: u64,
        /// To whom it is.
        to: Role,
        /// By what it was tried.
        channel: NoticeChannel,
        /// Why, in the channel's words.
        reason: Option<Reason>,
    },
    /// A side added a file that shows something; the refund stands where it stood (R43).
    EvidenceAdded {
        /// Which.
        file: Box<EvidenceFile>,
    },
    /// The operator erased a file; that there was one stays known (R43).
    EvidenceErased {
        /// Which.
        sha256: FileHash,
    },
    /// The operator had somebody's data taken out of the refund, and of every event before this one (R46).
    Erased {
        /// What.
        what: Vec<ErasedKind>,
        /// Why it might be.
        because: ErasedBecause,
        /// Why, in the operator's words.
        reason: Reason,
    },
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
        /// [`Fact::NoticeRequested`]
        NoticeRequested = "notice.requested",
        /// [`Fact::NoticeAccepted`]
        NoticeAccepted = "notice.accepted",
        /// [`Fact::NoticeFailed`]
        NoticeFailed = "notice.failed",
        /// [`Fact::EvidenceAdded`]
        EvidenceAdded = "evidence.added",
        /// [`Fact::EvidenceErased`]
        EvidenceErased = "evidence.erased",
        /// [`Fact::Erased`]
        RefundErased = "refund.erased",
    }
}
