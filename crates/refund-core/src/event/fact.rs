//! What can be asked of a fact.

use crate::{DeadlineKind, EventType, Fact, FileHash, Message, ReasonCode, ReasonFor, Role, Why};

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
            Self::NoticeRequested { .. } => EventType::NoticeRequested,
            Self::NoticeAccepted { .. } => EventType::NoticeAccepted,
            Self::NoticeFailed { .. } => EventType::NoticeFailed,
            Self::EvidenceAdded { .. } => EventType::EvidenceAdded,
            Self::EvidenceErased { .. } => EventType::EvidenceErased,
            Self::Erased { .. } => EventType::RefundErased,
        }
    }

    /// Whether it changes the refund's state, and so its version. Messages don't, nor do files, notices, being told of
    /// a deadline, or what is erased.
    #[must_use]
    pub fn changes_state(&self) -> bool {
        let is_told = matches!(self, Self::Reminded { .. } | Self::Overdue { .. } | Self::MessagePosted { .. });
        !is_told && !self.is_about_notice() && !self.is_about_file() && !matches!(self, Self::Erased { .. })
    }

    /// Whether it is about a file alone (R43).
    #[must_use]
    pub fn is_about_file(&self) -> bool {
        matches!(self, Self::EvidenceAdded { .. } | Self::EvidenceErased { .. })
    }

    /// Whether it is about a notice, and about nothing else that happened (R41).
    #[must_use]
    pub fn is_about_notice(&self) -> bool {
        self.notice_to().is_some()
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
            | Self::LineShipped
            | Self::NoticeRequested { .. }
            | Self::NoticeAccepted { .. }
            | Self::NoticeFailed { .. }
            | Self::EvidenceAdded { .. }
            | Self::EvidenceErased { .. }
            | Self::Erased { .. } => false,
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
            | Self::LineShipped
            | Self::NoticeRequested { .. }
            | Self::NoticeAccepted { .. }
            | Self::NoticeFailed { .. }
            | Self::EvidenceAdded { .. }
            | Self::EvidenceErased { .. }
            | Self::Erased { .. } => return None,
        };
        why.code.as_ref().map(|code| (purpose, code))
    }

    /// Which files somebody named with it, to show what they say (R43).
    #[must_use]
    pub fn named_files(&self) -> &[FileHash] {
        let named = match self {
            Self::Opened { opening, .. } => &opening.request.reason.files,
            Self::Modified { request, .. } => &request.reason.files,
            Self::Refused { reason, .. } | Self::ReceiptRefused { reason, .. } => &reason.files,
            Self::Escalated { reason: Some(reason), .. } => &reason.files,
            Self::Ruled { files, .. } => files,
            Self::OfferMade { negotiation } => &negotiation.offer.files,
            Self::MessagePosted { message } => &message.files,
            Self::Escalated { reason: None, .. }
            | Self::Agreed { .. }
            | Self::ReturnShipped { .. }
            | Self::TrackingCorrected { .. }
            | Self::ReceiptConfirmed
            | Self::ReturnWaived
            | Self::PayoutStarted { .. }
            | Self::Succeeded { .. }
            | Self::PayoutFailed { .. }
            | Self::PayoutReversed { .. }
            | Self::PaidTwice { .. }
            | Self::Closed { .. }
            | Self::OfferAccepted
            | Self::OfferRejected
            | Self::OfferExpired
            | Self::OfferWithdrawn { .. }
            | Self::DeadlineExtended { .. }
            | Self::Reminded { .. }
            | Self::Overdue { .. }
            | Self::LineShipped
            | Self::NoticeRequested { .. }
            | Self::NoticeAccepted { .. }
            | Self::NoticeFailed { .. }
            | Self::EvidenceAdded { .. }
            | Self::EvidenceErased { .. }
            | Self::Erased { .. } => return &[],
        };
        named.as_slice()
    }

    /// Whether silence brings it about at the end of a party's clock, where the engine did it.
    #[must_use]
    pub fn ends_a_clock(&self) -> bool {
        matches!(self, Self::Agreed { .. } | Self::Closed { .. } | Self::Escalated { .. } | Self::ReceiptConfirmed)
    }

    /// What was written, where something was.
    #[must_use]
    pub fn message(&self) -> Option<&Message> {
        if let Self::MessagePosted { message } = self { Some(message) } else { None }
    }

    /// To whom the notice is that it is about, where it is about one.
    #[must_use]
    pub fn notice_to(&self) -> Option<Role> {
        if let Self::NoticeRequested { notice } = self {
            return Some(notice.to);
        }
        if let Self::NoticeAccepted { to, .. } | Self::NoticeFailed { to, .. } = self { Some(*to) } else { None }
    }
}
