//! A refund in JSON, as answered.

use refund_core::{
    Address, BuyerId, ClosedReason, CommandKind, Deadline, DeadlineKind, DisclosedActor, DisclosedPayout,
    DisclosedTerms, Escalation, ExternalReference, Label, Metadata, NamedFiles, Negotiation, NegotiationId,
    NegotiationStatus, Offer, OfferMessage, OnSilence, PayoutAttempt, PayoutStatus, Reason, ReasonCode, References,
    RefundId, RefundType, Role, SellerId, Shipment, StatusKind, Timestamp, Via, WithdrawnReason,
};
use refund_store::Seen;
use serde::Serialize;
use utoipa::ToSchema;

use super::MoneyOut;
use super::contact::ContactOut;
use super::erasure::ErasedOut;
use super::evidence::FileOut;
use super::line::LineOut;

/// A refund as answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RefundOut {
    pub(crate) id: RefundId,
    pub(crate) version: u64,
    status: StatusKind,
    #[schema(required)]
    closed_reason: Option<ClosedReason>,
    seller_id: SellerId,
    buyer_id: BuyerId,
    order_line: LineOut,
    requested: RequestedOut,
    #[schema(required)]
    effective: Option<TermsOut>,
    #[schema(required)]
    seller_refusal: Option<Reason>,
    /// Which of the policy's reasons it was, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    seller_refusal_code: Option<ReasonCode>,
    /// The seller's files that show it, where some were named.
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    seller_refusal_files: NamedFiles,
    #[schema(required)]
    shipment: Option<ShipmentOut>,
    #[schema(required)]
    escalated: Option<EscalatedOut>,
    #[schema(required)]
    payout: Option<PayoutOut>,
    #[schema(required)]
    negotiation: Option<NegotiationOut>,
    deadlines: Vec<DeadlineOut>,
    actions: Vec<CommandKind>,
    opened_at: Timestamp,
    updated_at: Timestamp,
    /// What the platform calls it: for the platform and the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_reference: Option<ExternalReference>,
    /// What the platform keeps with it: for the platform and the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    /// How the buyer is reached: for the platform and the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_contact: Option<ContactOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    buyer_link: Option<BuyerLink>,
    /// The files that its sides have added; left out of lists, and where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileOut>,
    /// What was erased of it, each kind once: where a text was `[erased]` stands. Left out where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    erased: Vec<ErasedOut>,
}

/// The buyer's link to one refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct BuyerLink {
    /// What the buyer opens.
    pub url: String,
    /// The same as a bearer token.
    pub token: String,
}

/// What the buyer asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct RequestedOut {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    reason: Reason,
    /// Which of the policy's reasons it is, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<ReasonCode>,
    /// The buyer's files that show it, where some were named.
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
}

/// Terms: whether the goods go back, how much is paid, and where a return goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct TermsOut {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    #[schema(required)]
    return_address: Option<Address>,
}

/// A parcel on its way back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ShipmentOut {
    carrier: Label,
    tracking_number: Label,
    shipped_at: Timestamp,
}

/// The operator has been called in: when, by whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct EscalatedOut {
    at: Timestamp,
    by: ActorOut,
    #[schema(required)]
    reason: Option<Reason>,
    /// Which of the policy's reasons it was, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason_code: Option<ReasonCode>,
    /// The buyer's files that show it, where some were named.
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
}

/// The one payout of a refund, and the attempt that says where the money is: the one that succeeded, else the present one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct PayoutOut {
    key: RefundId,
    #[serde(flatten)]
    attempt: AttemptOut,
    amount: MoneyOut,
    /// All attempts, in order: for all but the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<Vec<AttemptOut>>,
    /// Whether more than one attempt has paid, and the money has not come back: for all but the buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_twice: Option<bool>,
}

/// One attempt at a payout; `attempt_key` makes it safe to ask the provider for it more than once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PayoutAttempt)]
struct AttemptOut {
    /// Counted from 1; never told to the buyer.
    #[schema(required)]
    attempt: Option<u32>,
    /// Never told to the buyer.
    #[schema(required)]
    attempt_key: Option<String>,
    status: PayoutStatus,
    started_at: Timestamp,
    /// What the provider calls it; never told to the buyer.
    #[schema(required)]
    provider_reference: Option<Label>,
    /// Why it failed or came back, in the provider's words; never told to the buyer.
    #[schema(required)]
    failure_reason: Option<Reason>,
}

/// The refund's one negotiation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct NegotiationOut {
    id: NegotiationId,
    status: NegotiationStatus,
    #[schema(required)]
    withdrawn_reason: Option<WithdrawnReason>,
    offer: OfferOut,
    offered_at: Timestamp,
    expires_at: Timestamp,
    #[schema(required)]
    resolved_at: Option<Timestamp>,
}

/// What the seller proposed, and what was said with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct OfferOut {
    #[serde(flatten)]
    terms: TermsOut,
    #[schema(required)]
    message: Option<OfferMessage>,
    agreed_offline: bool,
    /// The seller's files that show something about it, where some were named.
    #[serde(skip_serializing_if = "NamedFiles::is_empty")]
    files: NamedFiles,
}

/// A deadline that runs: before which instant who has to act, and what silence leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(in crate::wire) struct DeadlineOut {
    kind: DeadlineKind,
    at: Timestamp,
    who: Role,
    on_silence: OnSilence,
}

/// Who did something: role, id, through what, and which one of that where it may be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ActorOut {
    pub(crate) role: Role,
    id: String,
    via: ViaOut,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) via_id: Option<String>,
}

/// Through what somebody acted: a key, a buyer's link, as a signed-in person, or nobody's hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ViaOut {
    Key,
    Link,
    User,
    Clock,
}

impl RefundOut {
    /// A refund as somebody of that role sees it.
    pub(crate) fn new(seen: Seen, to: Role) -> Self {
        let Seen { refund, actions } = seen;
        let References { external_reference, metadata } =
            refund.references.disclosed_to(to).cloned().unwrap_or_default();
        let metadata = Some(metadata).filter(|metadata| !metadata.is_empty());
        let payout = refund.payout.as_ref().map(|payout| payout_out(&refund.id, payout.disclosed_to(to)));
        let deadlines = refund.deadlines().into_iter().map(DeadlineOut::from).collect();
        let effective = refund.effective().map(|terms| DisclosedTerms::given_out(terms).into());
        let escalated = refund.escalated().map(EscalatedOut::from);
        let closed_reason = refund.status.closed_reason();
        let said = refund.seller_refusal.clone();
        let seller_refusal_files = said.as_ref().map(|why| why.files.clone()).unwrap_or_default();
        let (seller_refusal, seller_refusal_code) = said.map(|why| (why.text, why.code)).unzip();
        let shipment = refund.shipment.as_ref().map(ShipmentOut::from);
        Self {
            id: refund.id.clone(),
            version: refund.version,
            status: refund.status.kind(),
            closed_reason,
            seller_id: refund.seller_id.clone(),
            buyer_id: refund.buyer_id.clone(),
            order_line: (&refund.line).into(),
            requested: RequestedOut {
                kind: refund.requested.kind,
                amount: refund.requested.amount.into(),
                reason: refund.requested.reason.text.clone(),
                reason_code: refund.requested.reason.code.clone(),
                files: refund.requested.reason.files.clone(),
            },
            effective,
            seller_refusal,
            seller_refusal_code: seller_refusal_code.flatten(),
            seller_refusal_files,
            shipment,
            escalated,
            payout,
            negotiation: refund.negotiation.as_ref().map(NegotiationOut::from),
            deadlines,
            actions,
            opened_at: refund.opened_at,
            updated_at: refund.updated_at,
            external_reference,
            metadata,
            buyer_contact: refund.contact_disclosed_to(to).map(ContactOut::from),
            buyer_link: None,
            files: refund.evidence.iter().map(FileOut::from).collect(),
            erased: refund.erased.iter().map(ErasedOut::from).collect(),
        }
    }

    /// A refund as a list shows it.
    #[must_use]
    pub(crate) fn in_list(self) -> Self {
        Self { files: Vec::new(), ..self }
    }

    /// What its `ETag` says: its version, and what has come of its files and was erased, which leave that.
    pub(crate) fn tag(&self) -> String {
        let files: u64 = self.files.iter().map(FileOut::changes).map(u64::from).sum();
        let erased = self.erased.iter().map(|erased| erased.sequence).max().unwrap_or(0);
        let changes = erased.saturating_add(files);
        if changes == 0 { self.version.to_string() } else { format!("{}.{changes}", self.version) }
    }

    /// A refund with the buyer's link beside it.
    #[must_use]
    pub(crate) fn with_link(self, link: BuyerLink) -> Self {
        Self { buyer_link: Some(link), ..self }
    }
}

fn payout_out(id: &RefundId, payout: DisclosedPayout<'_>) -> PayoutOut {
    let attempt = |attempt: &PayoutAttempt| AttemptOut {
        attempt: payout.of_provider(Some(attempt.number)),
        attempt_key: payout.of_provider(Some(attempt.key(id))),
        status: attempt.status,
        started_at: attempt.started_at,
        provider_reference: payout.of_provider(attempt.provider_reference.clone()),
        failure_reason: payout.of_provider(attempt.failure_reason.clone()),
    };
    let all = payout.attempts().map(|(attempts, paid_twice)| (attempts.map(attempt).collect(), paid_twice));
    let (attempts, paid_twice) = all.unzip();
    let (key, amount) = (id.clone(), payout.amount().into());
    PayoutOut { key, attempt: attempt(payout.deciding()), amount, attempts, paid_twice }
}

impl From<DisclosedTerms<'_>> for TermsOut {
    fn from(terms: DisclosedTerms<'_>) -> Self {
        Self { kind: terms.kind(), amount: terms.amount().into(), return_address: terms.return_address().cloned() }
    }
}

impl From<&Shipment> for ShipmentOut {
    fn from(shipment: &Shipment) -> Self {
        Self {
            carrier: shipment.carrier.clone(),
            tracking_number: shipment.tracking_number.clone(),
            shipped_at: shipment.shipped_at,
        }
    }
}

impl From<&Escalation> for EscalatedOut {
    fn from(escalation: &Escalation) -> Self {
        // A refund is shown to everybody alike, so this names nobody whom its buyer may not know.
        let by = escalation.by.disclosed_to(Role::Buyer).into();
        let files = escalation.reason.as_ref().map(|why| why.files.clone()).unwrap_or_default();
        let (reason, reason_code) = escalation.reason.clone().map(|why| (why.text, why.code)).unzip();
        Self { at: escalation.at, by, reason, reason_code: reason_code.flatten(), files }
    }
}

impl From<&Offer> for OfferOut {
    fn from(offer: &Offer) -> Self {
        let terms = DisclosedTerms::given_out(&offer.terms).into();
        let (message, files) = (offer.message.clone(), offer.files.clone());
        Self { terms, message, agreed_offline: offer.agreed_offline, files }
    }
}

impl From<&Negotiation> for NegotiationOut {
    fn from(negotiation: &Negotiation) -> Self {
        Self {
            status: negotiation.status(),
            withdrawn_reason: negotiation.withdrawn_reason(),
            resolved_at: negotiation.resolved_at(),
            id: negotiation.id.clone(),
            offer: (&negotiation.offer).into(),
            offered_at: negotiation.offered_at,
            expires_at: negotiation.answer.by,
        }
    }
}

impl From<Deadline> for DeadlineOut {
    fn from(deadline: Deadline) -> Self {
        let Deadline { kind, at, on_silence } = deadline;
        Self { kind, at, who: kind.who(), on_silence }
    }
}

impl From<DisclosedActor<'_>> for ActorOut {
    fn from(actor: DisclosedActor<'_>) -> Self {
        let via = match actor.via() {
            Via::Key(_) => ViaOut::Key,
            Via::Link => ViaOut::Link,
            Via::User(_) => ViaOut::User,
            Via::Clock => ViaOut::Clock,
        };
        Self { role: actor.role(), id: actor.id().to_owned(), via, via_id: actor.via_id().map(str::to_owned) }
    }
}
