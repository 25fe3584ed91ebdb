//! One refund, in the words of whoever reads.

use fluent_bundle::FluentValue;
use refund_core::{
    Address, Deadline, DeadlineKind, DisclosedPayout, Erased, Negotiation, OnSilence, PayoutAttempt, PayoutStatus,
    ReasonFor, Reasons, Refund, RefundType, Refusal, Role, Shipment, Status, Terms, Why,
};

use crate::pages::carriers::followed_at;
use crate::pages::reader::Reader;
use crate::pages::reasons::{WhyView, by_code};

/// A refund as a page shows it.
pub(crate) struct RefundView {
    pub(crate) id: String,
    pub(crate) version: u64,
    /// The number of the last event of it.
    pub(crate) sequence: u64,
    pub(crate) title: String,
    pub(crate) order_id: String,
    pub(crate) line_id: String,
    pub(crate) buyer_id: String,
    pub(crate) seller_id: String,
    pub(crate) category: String,
    pub(crate) paid: String,
    pub(crate) shipped: bool,
    pub(crate) insured: bool,
    /// Whether there is a picture of the goods.
    pub(crate) has_picture: bool,
    pub(crate) status: String,
    /// Whether nothing can happen to it any more.
    pub(crate) is_over: bool,
    /// What it is drawn as: `open`, `wait`, `dispute`, `good` or `over`.
    pub(crate) tone: &'static str,
    pub(crate) closed_reason: Option<String>,
    pub(crate) requested: TermsView,
    pub(crate) reason: WhyView,
    pub(crate) offer: Option<OfferView>,
    pub(crate) effective: Option<TermsView>,
    pub(crate) deadlines: Vec<DeadlineView>,
    /// What happens if the seller does nothing, while the seller is to decide.
    pub(crate) seller_silence: Option<String>,
    pub(crate) refusal: Option<WhyView>,
    pub(crate) parcel: Option<ParcelView>,
    /// Since when the operator has been called in, and why.
    pub(crate) escalated: Option<(String, Option<WhyView>)>,
    pub(crate) payout: Option<PayoutView>,
    pub(crate) opened_at: String,
    /// What of it was erased, when and by whom (R46).
    pub(crate) erased: Vec<String>,
}

/// What was sent back.
pub(crate) struct ParcelView {
    pub(crate) carrier: String,
    pub(crate) tracking_number: String,
    pub(crate) shipped_at: String,
    /// Where it can be followed, where the carrier is known.
    pub(crate) followed_at: Option<String>,
}

/// Terms: what kind, how much, and where the goods go.
pub(crate) struct TermsView {
    pub(crate) kind: String,
    pub(crate) is_return: bool,
    pub(crate) amount: String,
    pub(crate) address: Option<AddressView>,
}

pub(crate) struct AddressView {
    pub(crate) recipient: String,
    pub(crate) phone: String,
    pub(crate) address: String,
}

/// The one offer.
pub(crate) struct OfferView {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) tone: &'static str,
    pub(crate) is_pending: bool,
    pub(crate) ended_because: Option<String>,
    pub(crate) terms: TermsView,
    pub(crate) message: Option<String>,
    pub(crate) agreed_offline: bool,
    pub(crate) expires_at: String,
    pub(crate) left: String,
    pub(crate) until: String,
    pub(crate) resolved_at: Option<String>,
}

/// What is paid, and how that stands.
pub(crate) struct PayoutView {
    pub(crate) status: String,
    pub(crate) amount: String,
    pub(crate) tone: &'static str,
    /// That the money went out more than once, where that may be known and is so.
    pub(crate) is_paid_twice: bool,
    /// Each attempt, where there is more to say of them than that, and it may be known.
    pub(crate) attempts: Vec<AttemptView>,
}

/// One attempt to pay.
pub(crate) struct AttemptView {
    pub(crate) number: u32,
    pub(crate) status: String,
    pub(crate) started_at: String,
    pub(crate) reference: Option<String>,
    pub(crate) reason: Option<String>,
}

/// A clock that runs, and what silence leads to.
pub(crate) struct DeadlineView {
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) at: String,
    /// For programs.
    pub(crate) until: String,
    pub(crate) left: String,
    pub(crate) silence: String,
    pub(crate) is_urgent: bool,
}

/// Less than that is left: it is drawn as urgent.
const URGENT_MILLIS: i64 = 6 * 3_600_000;

impl RefundView {
    pub(crate) fn new(reader: &Reader, reasons: &Reasons, refund: &Refund, to: Role) -> Self {
        let why = |purpose, why: &Why| WhyView::new(reader, reasons, purpose, why);
        let refused = if refund.shipment.is_some() { ReasonFor::RefuseReceipt } else { ReasonFor::Refuse };
        let (line, status) = (&refund.line, &refund.status);
        Self {
            id: refund.id.to_string(),
            version: refund.version,
            sequence: refund.sequence,
            title: line.title.to_string(),
            order_id: line.order_id.to_string(),
            line_id: line.line_id.to_string(),
            buyer_id: refund.buyer_id.to_string(),
            seller_id: refund.seller_id.to_string(),
            category: reader.term("category", line.category.as_str()),
            paid: reader.money(line.paid),
            shipped: line.shipped,
            insured: line.freight_insurance,
            has_picture: line.image_url.is_some(),
            status: reader.term("status", status.kind().as_str()),
            is_over: status.kind().is_final(),
            tone: tone(refund),
            closed_reason: status.closed_reason().map(|reason| reader.term("closed", reason.as_str())),
            requested: TermsView::asked(reader, refund.requested.kind, refund.requested.amount),
            reason: why(ReasonFor::Request, &refund.requested.reason),
            offer: refund.negotiation.as_ref().map(|own| OfferView::new(reader, own)),
            effective: refund.effective().map(|terms| TermsView::new(reader, terms)),
            deadlines: refund.deadlines().iter().map(|own| DeadlineView::new(reader, own, refund)).collect(),
            seller_silence: (refund.deadlines().iter())
                .find(|own| own.kind == DeadlineKind::SellerDecide)
                .map(|own| silence(reader, own, refund)),
            refusal: refund.seller_refusal.as_ref().map(|own| why(refused, own)),
            parcel: refund.shipment.as_ref().map(|shipment| ParcelView::new(reader, shipment)),
            escalated: refund.escalated().map(|escalation| {
                (reader.instant(escalation.at), escalation.reason.as_ref().map(|own| why(ReasonFor::Dispute, own)))
            }),
            payout: refund.payout.as_ref().map(|payout| PayoutView::new(reader, payout.disclosed_to(to))),
            opened_at: reader.instant(refund.opened_at),
            erased: refund.erased.iter().map(|erased| told_of_erasure(reader, erased)).collect(),
        }
    }

    /// The clock that comes first.
    pub(crate) fn next(&self) -> Option<&DeadlineView> {
        self.deadlines.first()
    }
}

fn tone(refund: &Refund) -> &'static str {
    match &refund.status {
        Status::WaitSellerAgree { .. } => "open",
        Status::WaitBuyerReturnGoods { .. } | Status::WaitSellerConfirmGoods { .. } | Status::Refunding { .. } => {
            "wait"
        }
        Status::SellerRefuseBuyer { .. } | Status::SellerRefuseReceipt { .. } | Status::RefundFailed { .. } => {
            "dispute"
        }
        Status::Success { .. } => "good",
        Status::Closed { .. } => "over",
    }
}

impl TermsView {
    pub(crate) fn new(reader: &Reader, terms: &Terms) -> Self {
        let address = terms.return_address().map(|address| AddressView::new(reader, address));
        Self { address, ..Self::asked(reader, terms.kind(), terms.amount()) }
    }

    pub(crate) fn asked(reader: &Reader, kind: RefundType, amount: refund_core::Money) -> Self {
        Self {
            kind: reader.term("type", kind.as_str()),
            is_return: kind == RefundType::ReturnAndRefund,
            amount: reader.money(amount),
            address: None,
        }
    }
}

impl ParcelView {
    fn new(reader: &Reader, shipment: &Shipment) -> Self {
        let (carrier, number) = (shipment.carrier.as_str(), shipment.tracking_number.as_str());
        Self {
            carrier: carrier.to_owned(),
            tracking_number: number.to_owned(),
            shipped_at: reader.instant(shipment.shipped_at),
            followed_at: followed_at(carrier, number),
        }
    }
}

/// What was erased, when and by whom: nobody is told which of the operator's people it was.
fn told_of_erasure(reader: &Reader, erased: &Erased) -> String {
    let told: [(&str, FluentValue<'_>); 3] = [
        ("what", reader.term("erased", erased.what.as_str()).into()),
        ("at", reader.instant(erased.at).into()),
        ("who", reader.term("role", erased.by.role.as_str()).into()),
    ];
    reader.language.say("refund-erased", &told)
}

impl AddressView {
    fn new(reader: &Reader, address: &Address) -> Self {
        Self {
            recipient: reader.written(address.recipient.as_str()),
            phone: reader.written(address.phone.as_str()),
            address: reader.written(address.address.as_str()),
        }
    }
}

impl PayoutView {
    fn new(reader: &Reader, payout: DisclosedPayout<'_>) -> Self {
        let view = |attempt: &PayoutAttempt| AttemptView {
            number: attempt.number,
            status: reader.term("payout", attempt.status.as_str()),
            started_at: reader.instant(attempt.started_at),
            reference: attempt.provider_reference.as_ref().map(ToString::to_string),
            reason: attempt.failure_reason.as_ref().map(|reason| reader.written(reason.as_str())),
        };
        let (attempts, is_paid_twice) = payout
            .attempts()
            .map_or_else(Default::default, |(attempts, twice)| (attempts.map(view).collect::<Vec<_>>(), twice));
        let says_more = attempts.iter().any(|own| own.number > 1 || own.reference.is_some() || own.reason.is_some());
        let status = payout.deciding().status;
        Self {
            status: reader.term("payout", status.as_str()),
            amount: reader.money(payout.amount()),
            tone: match status {
                _ if is_paid_twice => "dispute",
                PayoutStatus::Started => "wait",
                PayoutStatus::Succeeded => "good",
                PayoutStatus::Failed | PayoutStatus::Reversed => "dispute",
            },
            is_paid_twice,
            attempts: if says_more { attempts } else { Vec::new() },
        }
    }
}

impl OfferView {
    fn new(reader: &Reader, own: &Negotiation) -> Self {
        Self {
            id: own.id.to_string(),
            status: reader.term("negotiation", own.status().as_str()),
            tone: match own.status() {
                refund_core::NegotiationStatus::Pending => "open",
                refund_core::NegotiationStatus::Accepted => "good",
                refund_core::NegotiationStatus::Rejected => "dispute",
                refund_core::NegotiationStatus::Expired | refund_core::NegotiationStatus::Withdrawn => "over",
            },
            is_pending: own.is_pending(),
            ended_because: own.withdrawn_reason().map(|reason| reader.term("withdrawn", reason.as_str())),
            terms: TermsView::new(reader, &own.offer.terms),
            message: own.offer.message.as_ref().map(|text| reader.written(text.as_str())),
            agreed_offline: own.offer.agreed_offline,
            expires_at: reader.instant(own.answer.by),
            left: reader.left(own.answer.by),
            until: own.answer.by.to_string(),
            resolved_at: own.resolved_at().map(|at| reader.instant(at)),
        }
    }
}

impl DeadlineView {
    pub(crate) fn new(reader: &Reader, deadline: &Deadline, refund: &Refund) -> Self {
        let left = deadline.at.as_millis().saturating_sub(reader.now.as_millis());
        Self {
            who: reader.term("role", deadline.kind.who().as_str()),
            what: reader.term("deadline", deadline.kind.as_str()),
            at: reader.instant(deadline.at),
            until: deadline.at.to_string(),
            left: reader.left(deadline.at),
            silence: silence(reader, deadline, refund),
            is_urgent: deadline.kind != DeadlineKind::BuyerAnswer && left < URGENT_MILLIS,
        }
    }
}

/// What happens at a deadline if nobody acts.
fn silence(reader: &Reader, deadline: &Deadline, refund: &Refund) -> String {
    let terms = [
        ("type", FluentValue::from(reader.term("type", refund.requested.kind.as_str()))),
        ("amount", FluentValue::from(reader.money(refund.requested.amount))),
    ];
    let name = match (deadline.on_silence, refund.requested.kind) {
        (OnSilence::AgreedAsRequested, RefundType::ReturnAndRefund) => "silence-agreed-return",
        (OnSilence::AgreedAsRequested, RefundType::RefundOnly) => "silence-agreed-paid",
        (OnSilence::OfferExpires, _) => "silence-offer-expires",
        (OnSilence::RefundClosed, _) => "silence-refund-closed",
        (OnSilence::OperatorCalledIn, _) => "silence-operator-called-in",
        (OnSilence::RefundPaid, _) => "silence-refund-paid",
        (OnSilence::Overdue, _) => "silence-overdue",
    };
    reader.language.say(name, &terms)
}

/// A rule's no, in the reader's language.
pub(crate) fn refusal_text(reader: &Reader, refusal: &Refusal) -> String {
    let mut told: Vec<(&str, FluentValue<'_>)> = Vec::new();
    let mut tell = |name: &'static str, value: String| told.push((name, value.into()));
    match refusal {
        Refusal::NotYourRole { allowed, .. } => {
            let names: Vec<_> = allowed.iter().map(|role: &Role| reader.term("role", role.as_str())).collect();
            tell("who", names.join(" / "));
        }
        Refusal::NegotiationAlreadyUsed { status, .. } => tell("status", reader.term("negotiation", status.as_str())),
        Refusal::WrongStatus { status, .. } => tell("status", reader.term("status", status.as_str())),
        Refusal::DeadlinePassed { expired_at } => tell("at", reader.instant(*expired_at)),
        Refusal::AmountOverRefundable { max, .. } | Refusal::AmountOverRequested { max, .. } => {
            tell("max", reader.money(*max));
        }
        Refusal::CurrencyMismatch { expected, .. } => tell("currency", expected.to_string()),
        Refusal::TooManyRefundsOnLine { max }
        | Refusal::TooManyPayoutAttempts { max }
        | Refusal::TooManyFiles { max, .. } => {
            tell("count", max.to_string());
        }
        Refusal::PayoutAttemptUnknown { attempt, .. } => tell("attempt", attempt.to_string()),
        Refusal::PayoutNotReversible { attempt, status } => {
            tell("attempt", attempt.to_string());
            tell("status", reader.term("payout", status.as_str()));
        }
        Refusal::ReasonUnknown { codes, .. } => {
            let all: Vec<_> = codes.iter().map(|code| by_code(reader, code)).collect();
            tell("codes", if all.is_empty() { "none".to_owned() } else { all.join(" · ") });
        }
        Refusal::EvidenceRequired { code, .. } => tell("reason", by_code(reader, code)),
        Refusal::ExtensionNotLater { after, .. } => tell("at", reader.instant(*after)),
        Refusal::ExtensionTooFar { limit, .. } => tell("at", reader.instant(*limit)),
        Refusal::SettlingHeld
        | Refusal::TooManyMessages { .. }
        | Refusal::SellerUnknown { .. }
        | Refusal::OrderLineDiffers { .. }
        | Refusal::RefundInProgress { .. }
        | Refusal::OfferIsAnother { .. }
        | Refusal::OfferNotPending { .. }
        | Refusal::PayoutAlreadySucceeded
        | Refusal::AlreadyShipped
        | Refusal::DeadlineNotRunning { .. }
        | Refusal::WithdrawNotAllowed
        | Refusal::NegotiateBeforeRefuse { .. }
        | Refusal::NegotiationNotOpenToSeller { .. }
        | Refusal::FreshGoodsNotNegotiable { .. }
        | Refusal::AmountNotPositive { .. }
        | Refusal::ReturnNeedsShippedGoods
        | Refusal::ReturnNeedsFreightInsurance
        | Refusal::ReturnAddressRequired
        | Refusal::ReturnAddressUnknown { .. }
        | Refusal::DefaultAddressRequired { .. }
        | Refusal::EvidenceUnknown { .. }
        | Refusal::EvidenceErased { .. }
        | Refusal::RefundNotFinal { .. }
        | Refusal::NoteNamesFiles
        | Refusal::OfferChangesNothing
        | Refusal::RequestChangesNothing => {}
    }
    let name = format!("refusal-{}", refusal.code().as_str().replace('_', "-"));
    reader.language.say(&name, &told)
}
