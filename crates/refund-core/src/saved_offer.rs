//! Offers that a seller has prepared, and what each comes to on a refund (R45).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    AddressBook, AddressId, Label, MakeOffer, Money, NamedFiles, NegotiationId, OfferMessage, Refund, RefundType,
    Refusal,
};

/// The most offers that a seller can have prepared.
pub const SAVED_OFFERS_MAX: usize = 50;

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

impl SavedOffer {
    /// Whether it may be kept, for a seller with these addresses.
    ///
    /// # Errors
    /// The [`Refusal`] of an amount that could never be offered, or of an address that isn't there.
    pub fn check(&self, addresses: &AddressBook) -> Result<(), Refusal> {
        if let SavedAmount::Fixed(amount) = self.amount
            && !amount.is_positive()
        {
            return Err(Refusal::AmountNotPositive { amount });
        }
        match &self.return_address_id {
            Some(id) if addresses.get(id).is_none() => Err(Refusal::ReturnAddressUnknown { address_id: id.clone() }),
            Some(_) | None => Ok(()),
        }
    }

    /// The offer that it comes to on a refund. Whether that can be made is for `check_offer` to say, also where its
    /// address has gone since, its currency is another, or its share comes to nothing.
    #[must_use]
    pub fn on(
        &self,
        refund: &Refund,
        addresses: &AddressBook,
        negotiation_id: NegotiationId,
        language: Option<&str>,
    ) -> MakeOffer {
        let goes_back = self.kind == RefundType::ReturnAndRefund;
        let return_address_id =
            goes_back.then(|| self.return_address_id.clone().unwrap_or_else(|| addresses.default_address().id.clone()));
        MakeOffer {
            negotiation_id,
            kind: self.kind,
            amount: self.amount.on(refund),
            return_address_id,
            message: self.message(language).cloned(),
            agreed_offline: false,
            files: NamedFiles::default(),
        }
    }

    /// What the buyer is told in that language: no language stands in for another. Where none is asked for, it is the
    /// only message that there is.
    #[must_use]
    pub fn message(&self, language: Option<&str>) -> Option<&OfferMessage> {
        match language {
            Some(language) => self.messages.get(language),
            None => self.messages.values().next().filter(|_| self.messages.len() == 1),
        }
    }
}

impl SavedAmount {
    /// The exact amount that it comes to on a refund.
    #[must_use]
    pub fn on(self, refund: &Refund) -> Money {
        match self {
            Self::OfRequested(share) => share.of(refund.requested.amount),
            Self::OfPaid(share) => share.of(refund.line.paid),
            Self::Fixed(amount) => amount,
        }
    }
}

/// A part of something, in hundredths of a percent: 1 to 10,000.
///
/// ```
/// # use refund_core::{Currency, Money, Share};
/// let share: Share = "12.5".parse()?;
/// assert_eq!(share.to_string(), "12.5");
/// let paid = Money::new(1999, Currency::from_code("CNY")?)?;
/// assert_eq!(share.of(paid).decimal(), "2.49");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Share(u16);

/// The whole, in hundredths of a percent.
const WHOLE: u16 = 10_000;

/// A share that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidShare {
    /// Not digits with at most one point between them.
    #[error("a share is percent, written as digits with a point, such as 12.5: no sign, no zeros before it")]
    Malformed,
    /// Finer than a share is.
    #[error("a share has at most two decimals, and {given} were given; nothing is rounded")]
    TooManyDecimals {
        /// How many were given.
        given: usize,
    },
    /// None, or more than the whole.
    #[error("a share is more than 0 and at most 100 percent")]
    OutOfRange,
}

impl Share {
    /// That part of an amount, rounded down to its currency's minor unit.
    #[must_use]
    pub fn of(self, amount: Money) -> Money {
        amount.part(self.0, WHOLE)
    }
}

impl TryFrom<u16> for Share {
    type Error = InvalidShare;

    fn try_from(hundredths_of_percent: u16) -> Result<Self, InvalidShare> {
        let is_one = (1..=WHOLE).contains(&hundredths_of_percent);
        if is_one { Ok(Self(hundredths_of_percent)) } else { Err(InvalidShare::OutOfRange) }
    }
}

impl From<Share> for u16 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl std::str::FromStr for Share {
    type Err = InvalidShare;

    /// Reads percent with at most two decimals.
    fn from_str(text: &str) -> Result<Self, InvalidShare> {
        let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let has_superfluous_zeros = whole.len() > 1 && whole.starts_with('0');
        if !digits(whole) || !fraction.is_none_or(digits) || has_superfluous_zeros {
            return Err(InvalidShare::Malformed);
        }
        let fraction = fraction.unwrap_or_default();
        if fraction.len() > 2 {
            return Err(InvalidShare::TooManyDecimals { given: fraction.len() });
        }
        // What has too many digits for a number is more than the whole.
        let hundredths = format!("{whole}{fraction:0<2}").parse::<u16>().map_err(|_| InvalidShare::OutOfRange)?;
        Self::try_from(hundredths)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, hundredths) = (self.0 / 100, self.0 % 100);
        match hundredths {
            0 => write!(f, "{whole}"),
            tenths if tenths % 10 == 0 => write!(f, "{whole}.{}", tenths / 10),
            hundredths => write!(f, "{whole}.{hundredths:02}"),
        }
    }
}
