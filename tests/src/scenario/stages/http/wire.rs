//! JSON as a client reads and writes it, written apart from the server's own.

use refund_core::{
    Address, AddressId, ClosedReason, CommandKind, Currency, Deadline, DeadlineKind, EventType, MakeOffer, Money,
    NamedFiles, NegotiationId, NegotiationStatus, Opening, PayoutStatus, RefundId, RefundType, RefusalCode, Request,
    Role, SavedAmount, SavedOffer, Share, StatusKind, Terms, Timestamp, Why, WithdrawnReason,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scenario::stages::{CheckLook, Happened, Look, NegotiationLook, Not, OptionsLook, PayoutLook};

pub(super) fn money(amount: Money) -> Value {
    json!({ "currency": amount.currency(), "value": amount.decimal() })
}

pub(super) fn request(request: &Request) -> Value {
    with_reason(json!({ "type": request.kind, "amount": money(request.amount) }), &request.reason)
}

/// A body, and in it why.
pub(super) fn with_reason(mut body: Value, why: &Why) -> Value {
    let code = why.code.as_ref().map(|code| ("reason_code".to_owned(), json!(code)));
    if let Some(members) = body.as_object_mut() {
        members.extend([("reason".to_owned(), json!(why.text))].into_iter().chain(code));
    }
    with_files(body, &why.files)
}

/// A body, and in it the files that it names.
pub(super) fn with_files(mut body: Value, files: &NamedFiles) -> Value {
    if let (Some(members), false) = (body.as_object_mut(), files.is_empty()) {
        members.insert("files".to_owned(), json!(files));
    }
    body
}

pub(super) fn offer(offer: &MakeOffer) -> Value {
    let body = json!({
        "type": offer.kind, "amount": money(offer.amount), "return_address_id": offer.return_address_id,
        "message": offer.message, "agreed_offline": offer.agreed_offline,
    });
    with_files(body, &offer.files)
}

pub(super) fn saved_offer(saved: &SavedOffer) -> Value {
    let share = |of: &str, share: Share| json!({ "of": of, "percent": share.to_string() });
    let (share, amount) = match saved.amount {
        SavedAmount::OfRequested(of) => (share("requested", of), Value::Null),
        SavedAmount::OfPaid(of) => (share("paid", of), Value::Null),
        SavedAmount::Fixed(amount) => (Value::Null, money(amount)),
    };
    json!({
        "name": saved.name, "type": saved.kind, "share": share, "amount": amount,
        "return_address_id": saved.return_address_id,
    })
}

pub(super) fn opening(opening: &Opening) -> Value {
    let line = &opening.line;
    let body = json!({
        "seller_id": opening.seller_id, "buyer_id": opening.buyer_id,
        "order_line": {
            "order_id": line.order_id, "line_id": line.line_id, "title": line.title, "category": line.category,
            "paid": money(line.paid), "shipped": line.shipped, "freight_insurance": line.freight_insurance,
        },
        "type": opening.request.kind, "amount": money(opening.request.amount),
    });
    with_reason(body, &opening.request.reason)
}

#[derive(Deserialize)]
pub(super) struct Issued {
    pub(super) secret: String,
}

#[derive(Deserialize)]
pub(super) struct OpenedRefund {
    pub(super) id: RefundId,
    pub(super) buyer_link: Link,
}

#[derive(Deserialize)]
pub(super) struct Link {
    pub(super) token: String,
}

#[derive(Deserialize)]
pub(super) struct Items<T> {
    pub(super) items: Vec<T>,
}

#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) version: u64,
    pub(super) actions: Vec<CommandKind>,
    status: StatusKind,
    closed_reason: Option<ClosedReason>,
    escalated: Option<Value>,
    requested: TermsIn,
    effective: Option<TermsIn>,
    negotiation: Option<Negotiation>,
    deadlines: Vec<Deadline>,
    payout: Option<PayoutIn>,
    order_line: LineIn,
}

#[derive(Deserialize)]
struct LineIn {
    shipped: bool,
}

#[derive(Deserialize)]
struct MoneyIn {
    currency: Currency,
    value: String,
}

#[derive(Deserialize)]
struct TermsIn {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyIn,
    #[serde(default)]
    return_address: Option<Address>,
}

#[derive(Deserialize)]
struct Negotiation {
    id: NegotiationId,
    status: NegotiationStatus,
    withdrawn_reason: Option<WithdrawnReason>,
    offer: TermsIn,
    expires_at: Timestamp,
}

#[derive(Deserialize)]
struct PayoutIn {
    status: PayoutStatus,
    amount: MoneyIn,
    attempt: u32,
    attempts: Vec<AttemptIn>,
    paid_twice: bool,
}

#[derive(Deserialize)]
struct AttemptIn {
    attempt: u32,
}

#[derive(Deserialize)]
pub(super) struct Event {
    sequence: u64,
    #[serde(rename = "type")]
    kind: EventType,
    at: Timestamp,
    actor: ActorIn,
    data: DataIn,
}

#[derive(Deserialize)]
struct ActorIn {
    role: Role,
}

/// Of an event's data only what a transcript tells.
#[derive(Deserialize)]
struct DataIn {
    kind: Option<DeadlineKind>,
    /// A reader of a notice, or an instant.
    to: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Explanation {
    if_nobody_acts: Vec<Foretold>,
}

#[derive(Deserialize)]
struct Foretold {
    at: Timestamp,
    #[serde(rename = "type")]
    kind: EventType,
}

impl Explanation {
    pub(super) fn if_nobody_acts(self) -> Vec<(Timestamp, EventType)> {
        self.if_nobody_acts.into_iter().map(|event| (event.at, event.kind)).collect()
    }
}

#[derive(Deserialize)]
pub(super) struct Options {
    objections: Vec<Objection>,
    types: Vec<TypeIn>,
    return_addresses: Vec<Address>,
    expires_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Objection {
    code: RefusalCode,
}

#[derive(Deserialize)]
pub(super) struct OfferCheck {
    terms: OfferTerms,
    objections: Vec<Objection>,
}

/// The terms as they are sent.
#[derive(Deserialize)]
struct OfferTerms {
    #[serde(rename = "type")]
    kind: RefundType,
    amount: MoneyIn,
    return_address_id: Option<AddressId>,
}

impl OfferCheck {
    /// What a transcript tells of it.
    pub(super) fn look(self) -> Result<CheckLook, Not> {
        let Self { terms, objections } = self;
        Ok(CheckLook {
            kind: terms.kind,
            amount: terms.amount.read()?,
            address: terms.return_address_id,
            objections: objections.into_iter().map(|objection| objection.code).collect(),
        })
    }
}

#[derive(Deserialize)]
struct TypeIn {
    #[serde(rename = "type")]
    kind: RefundType,
    objections: Vec<Objection>,
    amount_min: MoneyIn,
    amount_max: MoneyIn,
}

impl MoneyIn {
    /// The amount, which has to have exactly the currency's decimals.
    fn read(&self) -> Result<Money, Not> {
        let amount = Money::parse(self.currency, &self.value).map_err(Not::broken)?;
        if amount.decimal() == self.value {
            Ok(amount)
        } else {
            Err(Not::Broken(format!("{} is not how {amount} is written", self.value)))
        }
    }
}

impl TermsIn {
    fn read(self) -> Result<Terms, Not> {
        let amount = self.amount.read()?;
        match (self.kind, self.return_address) {
            (RefundType::RefundOnly, None) => Ok(Terms::RefundOnly { amount }),
            (RefundType::ReturnAndRefund, Some(return_address)) => {
                Ok(Terms::ReturnAndRefund { amount, return_address })
            }
            (RefundType::RefundOnly, Some(_)) => Err(Not::broken("a refund alone has a return address")),
            (RefundType::ReturnAndRefund, None) => Err(Not::broken("a return has no address")),
        }
    }
}

impl Refund {
    /// What a transcript tells of it.
    pub(super) fn look(self, events: Vec<Event>) -> Result<Look, Not> {
        let payout = self.payout.map(|payout| {
            let amount = payout.amount.read()?;
            let PayoutIn { status, attempt, paid_twice, .. } = payout;
            let attempts = payout.attempts.last().map_or(0, |last| last.attempt);
            Ok::<_, Not>(PayoutLook { status, amount, attempt, attempts, paid_twice })
        });
        Ok(Look {
            version: self.version,
            status: self.status,
            closed_reason: self.closed_reason,
            escalated: self.escalated.is_some(),
            requested: (self.requested.kind, self.requested.amount.read()?),
            effective: self.effective.map(TermsIn::read).transpose()?,
            negotiation: self.negotiation.map(Negotiation::look).transpose()?,
            deadlines: self.deadlines,
            shipped: self.order_line.shipped,
            payout: payout.transpose()?,
            events: events.into_iter().map(Event::happened).collect(),
        })
    }
}

impl Negotiation {
    fn look(self) -> Result<NegotiationLook, Not> {
        let Self { id, status, withdrawn_reason, offer, expires_at } = self;
        Ok(NegotiationLook { id, status, withdrawn_reason, terms: offer.read()?, expires_at })
    }
}

impl Event {
    fn happened(self) -> Happened {
        let reminds = self.data.kind.filter(|_| self.kind == EventType::DeadlineReminder);
        let to = self.data.to.filter(|_| self.kind == EventType::NoticeRequested);
        let notice_to = to.and_then(|to| to.parse().ok());
        Happened { sequence: self.sequence, kind: self.kind, at: self.at, by: self.actor.role, reminds, notice_to }
    }
}

impl Options {
    /// What a transcript tells of them.
    pub(super) fn look(self) -> Result<OptionsLook, Not> {
        let codes = |objections: Vec<Objection>| objections.into_iter().map(|objection| objection.code).collect();
        let types = self
            .types
            .into_iter()
            .map(|of| Ok((of.kind, codes(of.objections), of.amount_min.read()?, of.amount_max.read()?)));
        Ok(OptionsLook {
            types: types.collect::<Result<_, Not>>()?,
            objections: codes(self.objections),
            addresses: self.return_addresses.into_iter().map(|address| address.id.into()).collect(),
            expires_at: self.expires_at,
        })
    }
}
