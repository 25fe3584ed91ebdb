//! Amounts (R28): integer minor units of an ISO 4217 currency, checked arithmetic. Nothing is rounded but a
//! part of an amount, which is rounded down.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that has minor units, so that amounts of it can be paid.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency with that three-letter code.
    ///
    /// # Errors
    /// [`InvalidMoney::UnknownCurrency`] where ISO 4217 has no such code, or one without
    /// minor units (gold, drawing rights, "no currency").
    pub fn from_code(code: &str) -> Result<Self, InvalidMoney> {
        let unknown = || InvalidMoney::UnknownCurrency { given: code.chars().take(16).collect() };
        let currency = iso_currency::Currency::from_code(code).ok_or_else(unknown)?;
        currency.exponent().map(|_| Self(currency)).ok_or_else(unknown)
    }

    /// Its three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// That many minor units as a decimal string, with exactly the currency's decimals: also of a sum
    /// that is larger than an amount may be.
    #[must_use]
    pub fn decimal(self, minor: i128) -> String {
        let scale = 10_u128.saturating_pow(self.decimals());
        let (sign, size) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
        let whole = size.checked_div(scale).unwrap_or(size);
        match usize::try_from(self.decimals()) {
            Ok(0) | Err(_) => format!("{sign}{whole}"),
            Ok(decimals) => format!("{sign}{whole}.{:0decimals$}", size.checked_rem(scale).unwrap_or(0)),
        }
    }

    /// How many decimals an amount of it has: 2 for CNY, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn decimals(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = InvalidMoney;
    fn from_str(code: &str) -> Result<Self, InvalidMoney> {
        Self::from_code(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::names::from_text(deserializer)
    }
}

/// An amount in minor units (fen, cents) of one currency (R28).
///
/// Its size is below 10^15 minor units. It may be zero or less: that an amount is
/// positive is a rule about requests and offers, not about money.
///
/// ```
/// # use refund_core::{Currency, Money};
/// let cny = Currency::from_code("CNY")?;
/// assert_eq!(Money::parse(cny, "20.5")?.minor(), 2050);
/// assert_eq!(Money::parse(cny, "20.5")?.decimal(), "20.50");
/// assert!(Money::parse(cny, "0.001").is_err());
/// # Ok::<(), refund_core::InvalidMoney>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(i64, Currency)", into = "(i64, Currency)")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Text or numbers that are no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// Not digits with at most one point between them.
    #[error("an amount is written as digits with a point, such as 20.00: no exponent, no spaces, no plus sign")]
    Malformed,
    /// Zeros before its digits, which elsewhere set off thousands or were meant for decimals.
    #[error("an amount begins with no zeros that say nothing; it is written as: {}", meant.decimal())]
    SuperfluousZeros {
        /// The amount without them.
        meant: Money,
    },
    /// More decimals than the currency has; nothing is rounded in silence.
    #[error("{currency} has {} decimals and {given} were given; nothing is rounded", currency.decimals())]
    TooManyDecimals {
        /// The currency of the amount.
        currency: Currency,
        /// How many decimals were given.
        given: u32,
    },
    /// More than the engine counts.
    #[error("an amount is below 10^15 minor units")]
    TooLarge,
    /// No currency with minor units has this code.
    #[error("{given:?} is not an ISO 4217 currency with minor units")]
    UnknownCurrency {
        /// What was given, at most its first 16 characters.
        given: String,
    },
    /// Two currencies in one sum.
    #[error("amounts of two currencies can't be added or compared")]
    CurrencyMismatch,
}

impl Money {
    /// The largest size, in minor units.
    pub const MINOR_MAX: i64 = 999_999_999_999_999;

    /// An amount from minor units.
    ///
    /// # Errors
    /// [`InvalidMoney::TooLarge`] beyond [`Money::MINOR_MAX`] on either side of zero.
    pub fn new(minor: i64, currency: Currency) -> Result<Self, InvalidMoney> {
        if (-Self::MINOR_MAX..=Self::MINOR_MAX).contains(&minor) {
            Ok(Self { minor, currency })
        } else {
            Err(InvalidMoney::TooLarge)
        }
    }

    /// Nothing, in that currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// Reads a decimal string, with at most the currency's decimals.
    ///
    /// # Errors
    /// [`InvalidMoney`] where it isn't one, begins with superfluous zeros, has too many decimals, or is too large.
    pub fn parse(currency: Currency, text: &str) -> Result<Self, InvalidMoney> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return Err(InvalidMoney::Malformed);
        }
        let given = fraction.map_or(0, |part| u32::try_from(part.len()).unwrap_or(u32::MAX));
        if given > currency.decimals() {
            return Err(InvalidMoney::TooManyDecimals { currency, given });
        }
        let decimal: Decimal = text.parse().map_err(|_| InvalidMoney::TooLarge)?;
        let scale = Decimal::from(10_i64.checked_pow(currency.decimals()).ok_or(InvalidMoney::TooLarge)?);
        let minor = decimal.checked_mul(scale).ok_or(InvalidMoney::TooLarge)?;
        let read = Self::new(i64::try_from(minor).map_err(|_| InvalidMoney::TooLarge)?, currency)?;
        let has_superfluous_zeros = whole.len() > 1 && whole.starts_with('0');
        if has_superfluous_zeros { Err(InvalidMoney::SuperfluousZeros { meant: read }) } else { Ok(read) }
    }

    /// Minor units: fen, cents.
    #[must_use]
    pub fn minor(self) -> i64 {
        self.minor
    }

    /// Its currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The decimal string, with exactly the currency's decimals.
    #[must_use]
    pub fn decimal(self) -> String {
        self.currency.decimal(self.minor.into())
    }

    /// Whether it is more than zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`InvalidMoney::CurrencyMismatch`] or [`InvalidMoney::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, InvalidMoney> {
        self.same_currency(other)?;
        Self::new(self.minor.checked_add(other.minor).ok_or(InvalidMoney::TooLarge)?, self.currency)
    }

    /// The difference, which may be below zero.
    ///
    /// # Errors
    /// [`InvalidMoney::CurrencyMismatch`] or [`InvalidMoney::TooLarge`].
    pub fn minus(self, other: Self) -> Result<Self, InvalidMoney> {
        self.same_currency(other)?;
        Self::new(self.minor.checked_sub(other.minor).ok_or(InvalidMoney::TooLarge)?, self.currency)
    }

    /// So many of so many equal parts of it, rounded down to the minor unit: never more than the amount itself, and
    /// no part of what is less than nothing.
    #[must_use]
    pub(crate) fn part(self, parts: u16, of: u16) -> Self {
        let exact = i128::from(self.minor).checked_mul(parts.min(of).into());
        let whole_units = exact.and_then(|exact| exact.checked_div(of.into()));
        let minor = whole_units.and_then(|minor| i64::try_from(minor).ok()).unwrap_or_default().max(0);
        Self { minor, currency: self.currency }
    }

    /// Whether it is more than the other amount.
    ///
    /// # Errors
    /// [`InvalidMoney::CurrencyMismatch`].
    pub fn is_over(self, other: Self) -> Result<bool, InvalidMoney> {
        self.same_currency(other)?;
        Ok(self.minor > other.minor)
    }

    fn same_currency(self, other: Self) -> Result<(), InvalidMoney> {
        if self.currency == other.currency { Ok(()) } else { Err(InvalidMoney::CurrencyMismatch) }
    }
}

impl std::fmt::Debug for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

impl TryFrom<(i64, Currency)> for Money {
    type Error = InvalidMoney;
    fn try_from((minor, currency): (i64, Currency)) -> Result<Self, InvalidMoney> {
        Self::new(minor, currency)
    }
}

impl From<Money> for (i64, Currency) {
    fn from(money: Money) -> Self {
        (money.minor, money.currency)
    }
}
