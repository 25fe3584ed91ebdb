//! The bodies of commands.

use refund_core::{
    AddressId, BuyerId, Category, Command, DeadlineKind, ExternalReference, ImageUrl, Label, LineId, MakeOffer,
    Metadata, NamedFiles, NegotiationId, OfferMessage, Opening, OrderId, OrderLine, PayoutReport, PayoutResult, Reason,
    ReasonCode, References, RefundId, RefundType, Request, Ruling, SellerId, Timestamp, Why,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::MoneyIn;
use super::contact::ContactIn;
use super::json::Object;
use super::unusable::Unusable;
use crate::machine::entropy::negotiation_id;

/// Opening a refund.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenIn {
    seller_id: SellerId,
    pub(crate) buyer_id: BuyerId,
    #[schema(value_type = LineIn)]
    order_line: Object<LineIn>,
    #[serde(rename = "type")]
    kind: RefundType,
    #[schema(value_type = MoneyIn)]
    amount: Object<MoneyIn>,
    reason: Reason,
    /// Which reason for a request it is, where the policy lists some.
    #[serde(default)]
    reason_code: Option<ReasonCode>,
    #[serde(default)]
    external_reference: Option<ExternalReference>,
    #[serde(default)]
    metadata: Option<Metadata>,
    /// Files that go with it, which were handed in before: they become the refund's, as the buyer's.
    #[serde(default)]
    pub(crate) files: Option<NamedFiles>,
    /// How the buyer is reached with notices.
    #[serde(default)]
    #[schema(value_type = Option<ContactIn>)]
    buyer_contact: Option<Object<ContactIn>>,
}

/// What was bought.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrderLineIn)]
#[serde(deny_unknown_fields)]
struct LineIn {
    order_id: OrderId,
    line_id: LineId,
    #[serde(deserialize_with = "quoted")]
    title: Label,
    category: Category,
    #[schema(value_type = MoneyIn)]
    paid: Object<MoneyIn>,
    shipped: bool,
    freight_insurance: bool,
    /// Where a picture of the goods lies: pages show it, small, fetched by the server.
    #[serde(default)]
    image_url: Option<ImageUrl>,
}

impl OpenIn {
    /// What the core opens a refund with.
    /// Fails where an amount is none.
    pub(crate) fn read(self, refund_id: RefundId) -> Result<Opening, Unusable> {
        let line = self.order_line.0;
        let reason = why(self.reason, self.reason_code, self.files);
        Ok(Opening {
            refund_id,
            seller_id: self.seller_id,
            buyer_id: self.buyer_id,
            line: OrderLine {
                paid: line.paid.0.read("/order_line/paid")?,
                order_id: line.order_id,
                line_id: line.line_id,
                title: line.title,
                category: line.category,
                shipped: line.shipped,
                freight_insurance: line.freight_insurance,
                image_url: line.image_url,
            },
            request: Request { kind: self.kind, amount: self.amount.0.read("/amount")?, reason },
            references: References {
                external_reference: self.external_reference,
                metadata: self.metadata.unwrap_or_default(),
            },
            buyer_contact: self.buyer_contact.map(|Object(contact)| Box::new(contact.into())),
        })
    }
}

/// Making the offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferIn {
    #[serde(rename = "type")]
    kind: RefundType,
    #[schema(value_type = MoneyIn)]
    amount: Object<MoneyIn>,
    #[serde(default)]
    return_address_id: Option<AddressId>,
    #[serde(default)]
    message: Option<OfferMessage>,
    #[serde(default)]
    agreed_offline: Option<bool>,
    /// Files of the refund that show something about it, which the seller has added.
    #[serde(default)]
    files: Option<NamedFiles>,
}

impl OfferIn {
    /// The command.
    /// Fails where the amount is none.
    pub(crate) fn read(self) -> Result<Command, Unusable> {
        Ok(Command::MakeOffer(MakeOffer {
            negotiation_id: negotiation_id().map_err(|_| Unusable::NotFound)?,
            kind: self.kind,
            amount: self.amount.0.read("/amount")?,
            return_address_id: self.return_address_id,
            message: self.message,
            agreed_offline: self.agreed_offline.unwrap_or(false),
            files: self.files.unwrap_or_default(),
        }))
    }
}

/// Answering the offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerIn {
    pub(crate) negotiation_id: NegotiationId,
}

/// Agreeing; the body may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreeIn {
    #[serde(default)]
    return_address_id: Option<AddressId>,
}

impl AgreeIn {
    pub(crate) fn read(self) -> Command {
        Command::Agree { return_address_id: self.return_address_id }
    }
}

/// A command that takes a reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonIn {
    reason: Reason,
    /// Which reason it is of those that the policy lists for this, where it lists some.
    #[serde(default)]
    reason_code: Option<ReasonCode>,
    /// Files of the refund that show it, which its sender has added.
    #[serde(default)]
    files: Option<NamedFiles>,
}

impl From<ReasonIn> for Why {
    fn from(ReasonIn { reason, reason_code, files }: ReasonIn) -> Self {
        why(reason, reason_code, files)
    }
}

fn why(text: Reason, code: Option<ReasonCode>, files: Option<NamedFiles>) -> Why {
    Why { text, code, files: files.unwrap_or_default() }
}

/// Cancelling; the body may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelIn {
    #[serde(default)]
    pub(crate) reason: Option<Reason>,
}

/// A command that takes nothing; the body may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Changing the request: all three.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModifyIn {
    #[serde(rename = "type")]
    kind: RefundType,
    #[schema(value_type = MoneyIn)]
    amount: Object<MoneyIn>,
    reason: Reason,
    /// Which reason for a request it is, where the policy lists some.
    #[serde(default)]
    reason_code: Option<ReasonCode>,
    /// Files of the refund that show it, which its sender has added.
    #[serde(default)]
    files: Option<NamedFiles>,
}

impl ModifyIn {
    /// The command.
    /// Fails where the amount is none.
    pub(crate) fn read(self) -> Result<Command, Unusable> {
        let reason = why(self.reason, self.reason_code, self.files);
        let request = Request { kind: self.kind, amount: self.amount.0.read("/amount")?, reason };
        Ok(Command::Modify { request })
    }
}

/// Shipping, or correcting how the parcel is traced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipIn {
    #[serde(deserialize_with = "quoted")]
    pub(crate) carrier: Label,
    #[serde(deserialize_with = "quoted")]
    pub(crate) tracking_number: Label,
}

/// What goods, carriers and parcels are called is not their sender's own to word.
fn quoted<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Label, D::Error> {
    Label::quoted(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// The operator's ruling.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleIn {
    decision: Decision,
    #[serde(default)]
    #[schema(value_type = Option<MoneyIn>)]
    amount: Option<Object<MoneyIn>>,
    reason: Reason,
    /// Files of the refund that show it, which its sender has added.
    #[serde(default)]
    files: Option<NamedFiles>,
}

/// To pay, or to close the refund.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(super) enum Decision {
    #[serde(rename = "REFUND")]
    Refund,
    #[serde(rename = "CLOSE")]
    Close,
}

impl RuleIn {
    /// The command.
    /// Fails where an amount is missing, is there without need, or is none.
    pub(crate) fn read(self) -> Result<Command, Unusable> {
        let at_amount = |detail| Err(Unusable::malformed("/amount", detail));
        let ruling = match (self.decision, self.amount) {
            (Decision::Refund, Some(amount)) => Ruling::Refund { amount: amount.0.read("/amount")? },
            (Decision::Close, None) => Ruling::Close,
            (Decision::Refund, None) => return at_amount("a ruling to refund says how much"),
            (Decision::Close, Some(_)) => return at_amount("a ruling to close pays nothing"),
        };
        Ok(Command::Rule { ruling, reason: self.reason, files: self.files.unwrap_or_default() })
    }
}

/// Extending a deadline.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtendIn {
    pub(crate) kind: DeadlineKind,
    pub(crate) to: Timestamp,
}

/// What the payment adapter reports of an attempt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutIn {
    result: PayoutResult,
    /// Which attempt it is about; the one that the refund shows where it is left out.
    #[serde(default)]
    #[schema(format = Int64, minimum = 1, maximum = 4_294_967_295_u32)]
    attempt: Option<u32>,
    /// What the provider calls it.
    #[serde(default)]
    provider_reference: Option<Label>,
    /// Why it failed or came back, in the provider's words.
    #[serde(default)]
    reason: Option<Reason>,
}

impl From<PayoutIn> for Command {
    fn from(body: PayoutIn) -> Self {
        let PayoutIn { result, attempt, provider_reference, reason } = body;
        Self::ReportPayout(PayoutReport { attempt, result, provider_reference, reason })
    }
}

/// Where the test clock stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClockOut {
    pub(crate) now: Timestamp,
}

/// Advancing the test clock: by seconds, or to an instant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdvanceIn {
    #[serde(default)]
    #[schema(format = Int64, maximum = 4_294_967_295_u32)]
    pub(crate) seconds: Option<u32>,
    #[serde(default)]
    pub(crate) to: Option<Timestamp>,
}
