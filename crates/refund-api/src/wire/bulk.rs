//! Many commands in one call, in JSON.

use refund_core::{
    AddressId, Command, CommandKind, NamedFiles, OfferMessage, Reason, ReasonCode, RefundId, RefundType,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::json::{Object, read_members};
use super::problem::ProblemOut;
use super::requests::{AgreeIn, OfferIn, ReasonIn};
use super::unusable::Unusable;
use super::{MoneyIn, RefundOut};

/// How many commands one call takes.
pub(crate) const BULK_MAX: usize = 100;

/// Agreeing to, refusing, or offering on many refunds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkIn {
    #[schema(value_type = Vec<BulkItemIn>, min_items = 1, max_items = 100)]
    items: Vec<Object<BulkItem>>,
}

impl BulkIn {
    /// The commands, in order. One that is well formed and asks for what can't be, such as too many
    /// decimals, is a problem of its own; what is malformed is a mistake in the whole call.
    /// Fails where there are none, too many, or one of them is malformed.
    pub(crate) fn read(self) -> Result<Vec<BulkCommand>, Unusable> {
        if !(1..=BULK_MAX).contains(&self.items.len()) {
            let detail = format!("1 to {BULK_MAX} items are taken");
            return Err(Unusable::malformed("/items", detail));
        }
        let items = (0_usize..).zip(self.items);
        items
            .map(|(index, Object(item))| item.read().map_err(|unusable| unusable.within(&format!("/items/{index}"))))
            .collect()
    }
}

/// One command of many. What it takes beside the first three is what the call for one refund takes, which reads it. Each
/// member has a place of its own here, because of two with one name a map would keep the last.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BulkItem {
    refund_id: RefundId,
    version: u64,
    action: BulkAction,
    #[serde(rename = "type")]
    kind: Option<Value>,
    amount: Option<Object<Amount>>,
    return_address_id: Option<Value>,
    message: Option<Value>,
    agreed_offline: Option<Value>,
    reason: Option<Value>,
    reason_code: Option<Value>,
    files: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    currency: Option<Value>,
    value: Option<Value>,
}

/// Those members that were given.
fn given<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// An item that could be read.
pub(crate) struct BulkCommand {
    pub(crate) refund_id: RefundId,
    pub(crate) version: u64,
    pub(crate) kind: CommandKind,
    pub(crate) command: Result<Command, Unusable>,
}

/// What can be done in bulk.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BulkAction {
    Agree,
    Refuse,
    Offer,
}

/// One command of many: which refund, of which version, and what; then the members of the call for one refund.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what the contract says of an item, which is read as its own call's body")]
pub(super) struct BulkItemIn {
    refund_id: RefundId,
    #[schema(minimum = 1)]
    version: u64,
    #[schema(inline)]
    action: BulkAction,
    /// Of an offer, where it has to be.
    #[serde(rename = "type")]
    kind: Option<RefundType>,
    /// Of an offer, where it has to be.
    amount: Option<MoneyIn>,
    /// Of an offer or of agreeing.
    return_address_id: Option<AddressId>,
    /// Of an offer.
    message: Option<OfferMessage>,
    /// Of an offer.
    agreed_offline: Option<bool>,
    /// Of refusing, where it has to be.
    reason: Option<Reason>,
    /// Of refusing, where the policy lists reasons for it.
    reason_code: Option<ReasonCode>,
    /// Of refusing or of an offer.
    files: Option<NamedFiles>,
}

impl BulkItem {
    /// The command, read as the call for one refund reads it.
    fn read(self) -> Result<BulkCommand, Unusable> {
        let Self { refund_id, version, action, .. } = self;
        let amount = self
            .amount
            .map(|Object(Amount { currency, value })| Value::Object(given([("currency", currency), ("value", value)])));
        let body = given([
            ("type", self.kind),
            ("amount", amount),
            ("return_address_id", self.return_address_id),
            ("message", self.message),
            ("agreed_offline", self.agreed_offline),
            ("reason", self.reason),
            ("reason_code", self.reason_code),
            ("files", self.files),
        ]);
        let (kind, command) = match action {
            BulkAction::Agree => (CommandKind::Agree, Ok(read_members::<AgreeIn>(body)?.read())),
            BulkAction::Refuse => {
                (CommandKind::Refuse, Ok(Command::Refuse { reason: read_members::<ReasonIn>(body)?.into() }))
            }
            BulkAction::Offer => (CommandKind::MakeOffer, read_members::<OfferIn>(body)?.read()),
        };
        match command {
            Err(unusable) if unusable.is_malformed() => Err(unusable),
            command => Ok(BulkCommand { refund_id, version, kind, command }),
        }
    }
}

/// What came of each command, in the order in which they were given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkOut {
    pub(crate) items: Vec<ResultOut>,
}

/// What came of one command: the refund as it then was, or why not, as the call for one refund says it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BulkResult)]
pub(crate) struct ResultOut {
    pub(crate) refund_id: RefundId,
    /// The HTTP status that the call for this refund alone would have had.
    #[schema(minimum = 200, maximum = 599)]
    pub(crate) status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<RefundOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<ProblemOut>,
}
