//! The JSON of the least server: what the measurement sends, and refunds as the server shows them.

use refund_core::{
    Address, BuyerId, Category, ClosedReason, Command, CommandKind, Currency, Deadline, DeadlineKind, ImageUrl, Label,
    LineId, MakeOffer, Money, NamedFiles, Negotiation, NegotiationId, NegotiationStatus, OfferMessage, OnSilence,
    Opening, OrderId, OrderLine, PayoutAttempt, PayoutStatus, Reason, References, Refund, RefundId, RefundType,
    Request, Role, SellerId, Status, StatusKind, Terms, Timestamp, WithdrawnReason,
};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenIn {
    seller_id: SellerId,
    buyer_id: BuyerId,
    order_line: LineIn,
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyIn,
    reason: Reason,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineIn {
    order_id: OrderId,
    line_id: LineId,
    title: Label,
    category: Category,
    paid: MoneyIn,
    shipped: bool,
    freight_insurance: bool,
    #[serde(default)]
    image_url: Option<ImageUrl>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyIn {
    currency: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferIn {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyIn,
    message: Option<OfferMessage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerIn {
    pub(super) negotiation_id: NegotiationId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

impl MoneyIn {
    fn read(&self) -> Option<Money> {
        Money::parse(Currency::from_code(&self.currency).ok()?, &self.value).ok()
    }
}

impl OpenIn {
    /// What the core opens a refund with; nothing where an amount is none.
    pub(super) fn read(self, refund_id: RefundId) -> Option<Opening> {
        let Self { seller_id, buyer_id, order_line, kind, amount, reason } = self;
        let paid = order_line.paid.read()?;
        let LineIn { order_id, line_id, title, category, shipped, freight_insurance, image_url, .. } = order_line;
        let line = OrderLine { order_id, line_id, title, category, paid, shipped, freight_insurance, image_url };
        let request = Request { kind, amount: amount.read()?, reason: reason.into() };
        let references = References::default();
        Some(Opening { refund_id, seller_id, buyer_id, line, request, references, buyer_contact: None })
    }
}

impl OfferIn {
    /// The command; nothing where the amount is none.
    pub(super) fn read(self, refund_id: &RefundId) -> Option<Command> {
        Some(Command::MakeOffer(MakeOffer {
            negotiation_id: NegotiationId::new(refund_id.as_str().replacen("rfd_", "neg_", 1)).ok()?,
            kind: self.kind,
            amount: self.amount.read()?,
            return_address_id: None,
            message: self.message,
            agreed_offline: false,
            files: NamedFiles::default(),
        }))
    }
}

#[derive(Serialize)]
pub(super) struct Items {
    pub(super) items: Vec<RefundOut>,
    pub(super) next_cursor: Option<String>,
}

/// A refund, field by field as in the contract. What no command here leads to is nothing.
#[derive(Serialize)]
pub(super) struct RefundOut {
    id: RefundId,
    version: u64,
    status: StatusKind,
    closed_reason: Option<ClosedReason>,
    seller_id: SellerId,
    buyer_id: BuyerId,
    order_line: LineOut,
    requested: RequestedOut,
    effective: Option<TermsOut>,
    seller_refusal: Option<Reason>,
    shipment: Option<()>,
    escalated: Option<()>,
    payout: Option<PayoutOut>,
    negotiation: Option<NegotiationOut>,
    deadlines: Vec<DeadlineOut>,
    actions: Vec<CommandKind>,
    opened_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize)]
struct MoneyOut {
    currency: Currency,
    value: String,
}

#[derive(Serialize)]
struct LineOut {
    order_id: OrderId,
    line_id: LineId,
    title: Label,
    category: Category,
    paid: MoneyOut,
    shipped: bool,
    freight_insurance: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_url: Option<ImageUrl>,
}

#[derive(Serialize)]
struct RequestedOut {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    reason: Reason,
}

#[derive(Serialize)]
struct TermsOut {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyOut,
    return_address: Option<Address>,
}

#[derive(Serialize)]
struct PayoutOut {
    key: RefundId,
    #[serde(flatten)]
    attempt: AttemptOut,
    amount: MoneyOut,
    attempts: Vec<AttemptOut>,
    paid_twice: bool,
}

#[derive(Serialize)]
struct AttemptOut {
    attempt: u32,
    attempt_key: String,
    status: PayoutStatus,
    started_at: Timestamp,
    provider_reference: Option<Label>,
    failure_reason: Option<Reason>,
}

#[derive(Serialize)]
struct NegotiationOut {
    id: NegotiationId,
    status: NegotiationStatus,
    withdrawn_reason: Option<WithdrawnReason>,
    offer: OfferOut,
    offered_at: Timestamp,
    expires_at: Timestamp,
    resolved_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct OfferOut {
    #[serde(flatten)]
    terms: TermsOut,
    message: Option<OfferMessage>,
    agreed_offline: bool,
}

#[derive(Serialize)]
struct DeadlineOut {
    kind: DeadlineKind,
    at: Timestamp,
    who: Role,
    on_silence: OnSilence,
}

fn attempt(id: &RefundId, attempt: &PayoutAttempt) -> AttemptOut {
    AttemptOut {
        attempt: attempt.number,
        attempt_key: attempt.key(id),
        status: attempt.status,
        started_at: attempt.started_at,
        provider_reference: attempt.provider_reference.clone(),
        failure_reason: attempt.failure_reason.clone(),
    }
}

impl RefundOut {
    pub(super) fn of(refund: &Refund) -> Self {
        let closed_reason = if let Status::Closed { reason, .. } = &refund.status { Some(*reason) } else { None };
        let payout = refund.payout.as_ref().map(|payout| PayoutOut {
            key: refund.id.clone(),
            attempt: attempt(&refund.id, payout.deciding()),
            amount: payout.amount.into(),
            attempts: payout.attempts().map(|own| attempt(&refund.id, own)).collect(),
            paid_twice: payout.is_paid_twice(),
        });
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
            },
            effective: refund.effective().map(TermsOut::from),
            seller_refusal: None,
            shipment: None,
            escalated: None,
            payout,
            negotiation: refund.negotiation.as_ref().map(NegotiationOut::from),
            deadlines: refund.deadlines().into_iter().map(DeadlineOut::from).collect(),
            actions: Vec::new(),
            opened_at: refund.opened_at,
            updated_at: refund.updated_at,
        }
    }
}

impl From<Money> for MoneyOut {
    fn from(money: Money) -> Self {
        Self { currency: money.currency(), value: money.decimal() }
    }
}

impl From<&OrderLine> for LineOut {
    fn from(line: &OrderLine) -> Self {
        Self {
            order_id: line.order_id.clone(),
            line_id: line.line_id.clone(),
            title: line.title.clone(),
            category: line.category,
            paid: line.paid.into(),
            shipped: line.shipped,
            freight_insurance: line.freight_insurance,
            image_url: line.image_url.clone(),
        }
    }
}

impl From<&Terms> for TermsOut {
    fn from(terms: &Terms) -> Self {
        Self { kind: terms.kind(), amount: terms.amount().into(), return_address: terms.return_address().cloned() }
    }
}

impl From<&Negotiation> for NegotiationOut {
    fn from(negotiation: &Negotiation) -> Self {
        Self {
            id: negotiation.id.clone(),
            status: negotiation.status(),
            withdrawn_reason: negotiation.withdrawn_reason(),
            offer: OfferOut {
                terms: (&negotiation.offer.terms).into(),
                message: negotiation.offer.message.clone(),
                agreed_offline: negotiation.offer.agreed_offline,
            },
            offered_at: negotiation.offered_at,
            expires_at: negotiation.answer.by,
            resolved_at: negotiation.resolved_at(),
        }
    }
}

impl From<Deadline> for DeadlineOut {
    fn from(deadline: Deadline) -> Self {
        let Deadline { kind, at, on_silence } = deadline;
        Self { kind, at, who: kind.who(), on_silence }
    }
}
