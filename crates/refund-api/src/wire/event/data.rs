//! What an event says beside its type: a struct for each, and the list of all types with their struct.

mod notice;
mod payout;
mod shipment;

use refund_core::{
    BuyerId, ClosedReason, DeadlineKind, Disclosed, EventType, ExtendedBecause, Fact, Label, LineId, Metadata, Money,
    NamedFiles, NegotiationId, OfferMessage, Opening, OrderId, PayoutMode, Reason, ReasonCode, RefundType, Request,
    Role, SellerId, Timer, Timestamp, Whose, Why, WithdrawnReason, attempt_key,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use self::notice::{NoticeReportedData, NoticeRequestedData};
use self::payout::{PaidData, PayoutFailedData, PayoutReversedData, PayoutStartedData};
use self::shipment::ReturnShippedData;
use crate::wire::MoneyOut;
use crate::wire::erasure::RefundErasedData;
use crate::wire::evidence::{EvidenceAddedData, EvidenceErasedData};
use crate::wire::message::WrittenOut;
use crate::wire::refund::TermsOut;
use crate::wire::requests::Decision;

/// Declares what an event of each type says beside it.
macro_rules! each_type {
    ($($kind:ident($data:ident),)+) => {
        /// What an event says beside its type.
        #[derive(Debug, Serialize)]
        #[serde(untagged)]
        pub(crate) enum EventData { $($kind($data),)+ }

        impl EventData {
            pub(super) fn event_type(&self) -> EventType {
                match self { $(Self::$kind(_) => EventType::$kind,)+ }
            }
        }

        /// Every type of event: what it is called, and what the contract calls it and what it says.
        pub(crate) fn each_type() -> Vec<(EventType, &'static str, String)> {
            vec![$((EventType::$kind, stringify!($kind), $data::name().into_owned()),)+]
        }

        /// The schemas of what they say, and of all that these are made of.
        pub(crate) fn schemas() -> Vec<(String, RefOr<Schema>)> {
            use utoipa::PartialSchema;
            let mut schemas = Vec::new();
            $(schemas.push(($data::name().into_owned(), $data::schema())); $data::schemas(&mut schemas);)+
            schemas
        }
    };
}

each_type! {
    RefundOpened(RefundOpenedData),
    RefundModified(RefundModifiedData),
    RefundAgreed(RefundAgreedData),
    RefundRefused(SellerRefusedData),
    RefundReturnShipped(ReturnShippedData),
    RefundReceiptConfirmed(ReceiptConfirmedData),
    RefundReceiptRefused(SellerRefusedData),
    RefundEscalated(EscalatedData),
    RefundRuled(RefundRuledData),
    RefundPayoutStarted(PayoutStartedData),
    RefundSucceeded(PaidData),
    RefundPayoutFailed(PayoutFailedData),
    RefundClosed(RefundClosedData),
    NegotiationOffered(OfferMadeData),
    NegotiationAccepted(OfferEndedData),
    NegotiationRejected(OfferEndedData),
    NegotiationExpired(OfferEndedData),
    NegotiationWithdrawn(OfferWithdrawnData),
    DeadlineChanged(DeadlineChangedData),
    DeadlineReminder(DeadlineReminderData),
    MessagePosted(WrittenOut),
    RefundPayoutReversed(PayoutReversedData),
    RefundPaidTwice(PaidData),
    DeadlineOverdue(DeadlineReminderData),
    OrderLineShipped(NothingData),
    NoticeRequested(NoticeRequestedData),
    NoticeAccepted(NoticeReportedData),
    NoticeFailed(NoticeReportedData),
    EvidenceAdded(EvidenceAddedData),
    EvidenceErased(EvidenceErasedData),
    RefundErased(RefundErasedData),
}

/// What was asked for, by whom, and on what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundOpenedData {
    seller_id: SellerId,
    buyer_id: BuyerId,
    order_id: OrderId,
    line_id: LineId,
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<ReasonCode>,
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
    seller_decides_by: Timestamp,
    /// What the platform keeps with the refund: for the platform and the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
}

/// What is asked for now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundModifiedData {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<ReasonCode>,
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
    seller_decides_by: Timestamp,
}

/// The terms that are carried out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundAgreedData {
    effective: TermsOut,
    payout: PayoutMode,
    /// Until when the goods have to be on their way, where they go back.
    #[schema(required)]
    buyer_ships_by: Option<Timestamp>,
}

/// Why the seller said no, and until when the buyer may do something about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SellerRefusedData {
    reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<ReasonCode>,
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
    buyer_responds_by: Timestamp,
}

/// Whether the seller pays without waiting for the goods.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptConfirmedData {
    waived: bool,
}

/// Why, where somebody said so, and by when the operator should have ruled.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EscalatedData {
    #[schema(required)]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<ReasonCode>,
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
    /// Left out of what happened before there was such a deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator_rules_by: Option<Timestamp>,
}

/// What the operator decided.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundRuledData {
    decision: Decision,
    /// The terms that are carried out, where something is.
    #[schema(required)]
    effective: Option<TermsOut>,
    reason: Reason,
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
}

/// Nothing beside that it happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NothingData {}

/// Why it ended without payment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefundClosedData {
    closed_reason: ClosedReason,
    /// What the buyer said, where the buyer closed it.
    #[schema(required)]
    reason: Option<Reason>,
}

/// What was offered, and until when it can be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferMadeData {
    negotiation_id: NegotiationId,
    offer: TermsOut,
    #[schema(required)]
    message: Option<OfferMessage>,
    agreed_offline: bool,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
}

/// Which offer it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferEndedData {
    // There wherever an offer was made, and what was not made does not end.
    #[schema(value_type = NegotiationId, required)]
    negotiation_id: Option<NegotiationId>,
}

/// Which offer it was, and what ended it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferWithdrawnData {
    // Always there: the refund has its negotiation by then.
    #[schema(value_type = NegotiationId, required)]
    negotiation_id: Option<NegotiationId>,
    withdrawn_reason: WithdrawnReason,
}

/// Which deadline was moved, and to when.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadlineChangedData {
    kind: DeadlineKind,
    to: Timestamp,
    /// Why, where nobody chose to: `unnotified`, because no notice of it was accepted in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<ExtendedBecause>,
}

/// Which deadline comes closer or is overdue, when it is or was, and who has to act.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeadlineReminderData {
    kind: DeadlineKind,
    deadline_at: Timestamp,
    who: Role,
}

impl EventData {
    /// What an event says, as far as it may be known.
    pub(in crate::wire) fn new(event: Disclosed<'_>, whose: &Whose) -> Self {
        let negotiation_id = || whose.negotiation_id.clone();
        let ended = || OfferEndedData { negotiation_id: negotiation_id() };
        match event.fact() {
            Fact::Opened { opening, decide } => Self::RefundOpened(opened(event, opening, decide)),
            Fact::Modified { request, decide } => Self::RefundModified(modified(request, decide)),
            Fact::Agreed { agreed, ship } => Self::RefundAgreed(RefundAgreedData {
                effective: event.terms(&agreed.terms).into(),
                payout: agreed.payout,
                buyer_ships_by: ship.as_ref().map(|timer| timer.by),
            }),
            Fact::Refused { reason, respond } => Self::RefundRefused(refused(reason, respond)),
            Fact::ReturnShipped { shipment, confirm } => {
                Self::RefundReturnShipped(shipment::shipped(shipment, confirm))
            }
            Fact::TrackingCorrected { carrier, tracking_number } => {
                Self::RefundReturnShipped(shipment::corrected(carrier, tracking_number))
            }
            Fact::ReceiptConfirmed => Self::RefundReceiptConfirmed(ReceiptConfirmedData { waived: false }),
            Fact::ReturnWaived => Self::RefundReceiptConfirmed(ReceiptConfirmedData { waived: true }),
            Fact::ReceiptRefused { reason, respond } => Self::RefundReceiptRefused(refused(reason, respond)),
            Fact::Escalated { reason, rule } => Self::RefundEscalated(EscalatedData {
                reason: reason.as_ref().map(|why| why.text.clone()),
                reason_code: reason.as_ref().and_then(|why| why.code.clone()),
                files: reason.as_ref().map(|why| why.files.clone()).unwrap_or_default(),
                operator_rules_by: rule.as_ref().map(|timer| timer.by),
            }),
            Fact::Ruled { agreed, reason, files } => Self::RefundRuled(RefundRuledData {
                decision: if agreed.is_some() { Decision::Refund } else { Decision::Close },
                effective: agreed.as_ref().map(|agreed| event.terms(&agreed.terms).into()),
                reason: reason.clone(),
                files: files.clone(),
            }),
            Fact::PayoutStarted { amount, attempt, report } => Self::RefundPayoutStarted(PayoutStartedData {
                amount: (*amount).into(),
                order_id: whose.order_id.clone(),
                line_id: whose.line_id.clone(),
                attempt: event.of_provider(attempt.or(Some(1))),
                attempt_key: event.of_provider(Some(attempt_key(event.refund_id(), *attempt))),
                report_by: report.as_ref().map(|timer| timer.by),
            }),
            Fact::Succeeded { amount, attempt, provider_reference } => {
                Self::RefundSucceeded(paid(event, *amount, attempt.or(Some(1)), provider_reference.as_ref()))
            }
            Fact::PaidTwice { amount, attempt, provider_reference, .. } => {
                Self::RefundPaidTwice(paid(event, *amount, Some(*attempt), provider_reference.as_ref()))
            }
            Fact::PayoutFailed { reason, attempt, provider_reference, .. } => {
                Self::RefundPayoutFailed(PayoutFailedData {
                    attempt: event.of_provider(attempt.or(Some(1))),
                    reason: event.of_provider(reason.as_ref()).cloned(),
                    provider_reference: event.of_provider(provider_reference.as_ref()).cloned(),
                })
            }
            Fact::PayoutReversed { amount, attempt, reason, provider_reference, .. } => {
                Self::RefundPayoutReversed(PayoutReversedData {
                    amount: (*amount).into(),
                    attempt: event.of_provider(Some(*attempt)),
                    reason: event.of_provider(reason.as_ref()).cloned(),
                    provider_reference: event.of_provider(provider_reference.as_ref()).cloned(),
                })
            }
            Fact::Closed { reason, comment } => {
                Self::RefundClosed(RefundClosedData { closed_reason: *reason, reason: comment.clone() })
            }
            Fact::OfferMade { negotiation } => Self::NegotiationOffered(OfferMadeData {
                negotiation_id: negotiation.id.clone(),
                offer: event.terms(&negotiation.offer.terms).into(),
                message: negotiation.offer.message.clone(),
                agreed_offline: negotiation.offer.agreed_offline,
                expires_at: negotiation.answer.by,
                files: negotiation.offer.files.clone(),
            }),
            Fact::OfferAccepted => Self::NegotiationAccepted(ended()),
            Fact::OfferRejected => Self::NegotiationRejected(ended()),
            Fact::OfferExpired => Self::NegotiationExpired(ended()),
            Fact::OfferWithdrawn { reason } => Self::NegotiationWithdrawn(OfferWithdrawnData {
                negotiation_id: negotiation_id(),
                withdrawn_reason: *reason,
            }),
            Fact::DeadlineExtended { kind, timer, because } => {
                Self::DeadlineChanged(DeadlineChangedData { kind: *kind, to: timer.by, because: *because })
            }
            Fact::Reminded { kind, by } => Self::DeadlineReminder(due(*kind, *by)),
            Fact::MessagePosted { message } => Self::MessagePosted((&**message).into()),
            Fact::Overdue { kind, by } => Self::DeadlineOverdue(due(*kind, *by)),
            Fact::LineShipped => Self::OrderLineShipped(NothingData {}),
            Fact::NoticeRequested { notice } => {
                Self::NoticeRequested(notice::requested(event.refund_id(), notice.number(event.sequence()), notice))
            }
            Fact::NoticeAccepted { number, to, channel } => {
                Self::NoticeAccepted(notice::reported(event.refund_id(), *number, *to, *channel, None))
            }
            Fact::NoticeFailed { number, to, channel, reason } => {
                let reason = event.of_gateway(reason.as_ref());
                Self::NoticeFailed(notice::reported(event.refund_id(), *number, *to, *channel, reason))
            }
            Fact::EvidenceAdded { file } => Self::EvidenceAdded((&**file).into()),
            Fact::EvidenceErased { sha256 } => Self::EvidenceErased(EvidenceErasedData { sha256: *sha256 }),
            Fact::Erased { what, because, reason } => {
                let (what, because, reason) = (what.clone(), *because, reason.clone());
                Self::RefundErased(RefundErasedData { what, because, reason })
            }
        }
    }
}

fn opened(event: Disclosed<'_>, opening: &Opening, decide: &Timer) -> RefundOpenedData {
    let Opening { seller_id, buyer_id, line, request, references, .. } = opening;
    let metadata = event.references(references).map(|references| &references.metadata);
    RefundOpenedData {
        seller_id: seller_id.clone(),
        buyer_id: buyer_id.clone(),
        order_id: line.order_id.clone(),
        line_id: line.line_id.clone(),
        kind: request.kind,
        amount: request.amount.into(),
        reason: request.reason.text.clone(),
        reason_code: request.reason.code.clone(),
        files: request.reason.files.clone(),
        seller_decides_by: decide.by,
        metadata: metadata.filter(|metadata| !metadata.is_empty()).cloned(),
    }
}

fn modified(request: &Request, decide: &Timer) -> RefundModifiedData {
    RefundModifiedData {
        kind: request.kind,
        amount: request.amount.into(),
        reason: request.reason.text.clone(),
        reason_code: request.reason.code.clone(),
        files: request.reason.files.clone(),
        seller_decides_by: decide.by,
    }
}

fn due(kind: DeadlineKind, by: Timestamp) -> DeadlineReminderData {
    DeadlineReminderData { kind, deadline_at: by, who: kind.who() }
}

fn paid(event: Disclosed<'_>, amount: Money, attempt: Option<u32>, reference: Option<&Label>) -> PaidData {
    let (attempt, reference) = (event.of_provider(attempt), event.of_provider(reference));
    PaidData { amount: amount.into(), attempt, provider_reference: reference.cloned() }
}

fn refused(Why { text, code, files }: &Why, respond: &Timer) -> SellerRefusedData {
    let (reason, reason_code, files) = (text.clone(), code.clone(), files.clone());
    SellerRefusedData { reason, reason_code, files, buyer_responds_by: respond.by }
}
