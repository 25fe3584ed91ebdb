//! Offers that a seller has prepared.

use std::collections::BTreeMap;

use refund_core::{AddressId, Label, Money, OfferMessage, RefundType};
use serde::{Deserialize, Serialize};

/// An offer that a seller has prepared: for a refund exact terms are computed from it, and only those
/// are ever offered (R13, R45).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedOffer {
    /// Its public name, one of the seller's own.
    pub id: String,
    /// What its seller calls it.
    pub name: Label,
    /// Whether the goods come back.
    pub kind: RefundType,
    /// How much is offered.
    pub amount: SavedAmount,
    /// What the buyer is told, by the tag of the language (BCP 47) in which it is written.
    pub messages: BTreeMap<String, OfferMessage>,
    /// Where goods go back to, if not to the seller's default address.
    pub return_address_id: Option<AddressId>,
}

/// How much a saved offer offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SavedAmount {
    /// That much of what the buyer asked for.
    OfRequested(Share),
    /// That much of what was paid for the order line.
    OfPaid(Share),
    /// That much, where the refund is in its currency.
    Fixed(Money),
}

/// A part of something, in hundredths of a percent: 1 to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Share(u16);

/// The whole, in hundredths of a percent.
const WHOLE: u16 = 10_000;

/// A share that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a share is 1 to {WHOLE} hundredths of a percent, and not {0}")]
pub struct InvalidShare(u16);

impl TryFrom<u16> for Share {
    type Error = InvalidShare;

    fn try_from(hundredths_of_percent: u16) -> Result<Self, InvalidShare> {
        let is_one = (1..=WHOLE).contains(&hundredths_of_percent);
        if is_one { Ok(Self(hundredths_of_percent)) } else { Err(InvalidShare(hundredths_of_percent)) }
    }
}

impl From<Share> for u16 {
    fn from(share: Share) -> Self {
        share.0
    }
}
