//! What is asked for, offered and carried out: type, amount, and where a return goes.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{AddressId, BuyerId, Contact, ImageUrl, Label, LineId, Money, OrderId, Reason, References, SellerId, Why};

names! {
    /// Whether the goods go back.
    RefundType {
        /// Money back, the buyer keeps the goods.
        RefundOnly = "REFUND_ONLY",
        /// Money back once the goods are back.
        ReturnAndRefund = "RETURN_AND_REFUND",
    }
}

names! {
    /// What kind of goods an order line is; it decides whether negotiation is open to it (S1, R14).
    Category {
        /// Anything that isn't fresh food.
        General = "general",
        /// Fresh food.
        Fresh = "fresh",
    }
}

/// What the buyer asks for: type, amount, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Refund only, or a return.
    pub kind: RefundType,
    /// How much; more than zero and at most what can still be refunded on the line.
    pub amount: Money,
    /// Why.
    pub reason: Why,
}

/// Terms that can be carried out: a return says where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Terms {
    /// Pay, nothing comes back.
    RefundOnly {
        /// How much.
        amount: Money,
    },
    /// Pay once the goods are back at this address.
    ReturnAndRefund {
        /// How much.
        amount: Money,
        /// Where the goods go: a copy, which later edits of the address book leave alone (R12).
        return_address: Address,
    },
}

impl Terms {
    /// Terms of that type; the address counts only where the goods go back.
    #[must_use]
    pub fn new(kind: RefundType, amount: Money, return_address: Address) -> Self {
        match kind {
            RefundType::RefundOnly => Self::RefundOnly { amount },
            RefundType::ReturnAndRefund => Self::ReturnAndRefund { amount, return_address },
        }
    }

    /// Refund only, or a return.
    #[must_use]
    pub fn kind(&self) -> RefundType {
        match self {
            Self::RefundOnly { .. } => RefundType::RefundOnly,
            Self::ReturnAndRefund { .. } => RefundType::ReturnAndRefund,
        }
    }

    /// How much.
    #[must_use]
    pub fn amount(&self) -> Money {
        match self {
            Self::RefundOnly { amount } | Self::ReturnAndRefund { amount, .. } => *amount,
        }
    }

    /// Where the goods go, if they do.
    #[must_use]
    pub fn return_address(&self) -> Option<&Address> {
        match self {
            Self::RefundOnly { .. } => None,
            Self::ReturnAndRefund { return_address, .. } => Some(return_address),
        }
    }
}

/// One of a seller's return addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    /// Its name in the seller's address book.
    pub id: AddressId,
    /// Who receives the parcel.
    pub recipient: Label,
    /// Their telephone number, as they write it.
    pub phone: Label,
    /// Street, town and whatever else a carrier needs.
    pub address: Reason,
}

/// What was bought, known by seller, order id and line id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The order.
    pub order_id: OrderId,
    /// The line within it.
    pub line_id: LineId,
    /// What the goods are called.
    pub title: Label,
    /// What kind of goods.
    pub category: Category,
    /// What the buyer paid for it.
    pub paid: Money,
    /// Whether it had been shipped when the refund was opened.
    pub shipped: bool,
    /// Whether the order carries freight insurance: the reason a seller offers a return (S4).
    pub freight_insurance: bool,
    /// Where a picture of the goods lies, for people alone: nothing is decided by it.
    // It can be left out where fields have no names as long as none stands behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<ImageUrl>,
}

impl OrderLine {
    /// Its name over all sellers and orders.
    #[must_use]
    pub fn key(&self, seller_id: &SellerId) -> LineKey {
        LineKey { seller_id: seller_id.clone(), order_id: self.order_id.clone(), line_id: self.line_id.clone() }
    }
}

/// An order line's name over all sellers and orders.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LineKey {
    /// Order ids are unique within a seller only.
    pub seller_id: SellerId,
    /// The order.
    pub order_id: OrderId,
    /// The line within it.
    pub line_id: LineId,
}

/// What a buyer opens a refund with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The new refund's id, made by the caller.
    pub refund_id: crate::RefundId,
    /// Against whom.
    pub seller_id: SellerId,
    /// For whom.
    pub buyer_id: BuyerId,
    /// On what.
    pub line: OrderLine,
    /// What is asked for.
    pub request: Request,
    /// By what the platform finds it again.
    #[serde(default)]
    pub references: References,
    /// How the buyer is reached, where the platform says so (R41).
    #[serde(default)]
    pub buyer_contact: Option<Box<Contact>>,
}

impl Opening {
    /// The order line's name over all sellers.
    #[must_use]
    pub fn line_key(&self) -> LineKey {
        self.line.key(&self.seller_id)
    }
}
