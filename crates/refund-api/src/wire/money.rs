//! Money in JSON: a currency and a decimal string.

use refund_core::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::unusable::Unusable;

/// An amount in an answer, with exactly the currency's decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MoneyOut {
    currency: Currency,
    #[schema(pattern = r"^-?\d+(\.\d+)?$")]
    value: String,
}

impl MoneyOut {
    /// A sum of amounts, in minor units.
    pub(crate) fn sum(minor: i128, currency: Currency) -> Self {
        Self { currency, value: currency.decimal(minor) }
    }
}

impl From<Money> for MoneyOut {
    fn from(money: Money) -> Self {
        Self { currency: money.currency(), value: money.decimal() }
    }
}

/// An amount in a request, not yet read: what is wrong with it has a problem of its own.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoneyIn {
    #[schema(value_type = Currency)]
    currency: String,
    /// Digits with at most one point, and at most the currency's decimals; no zeros before them that say nothing.
    #[schema(pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$")]
    value: String,
}

impl MoneyIn {
    /// The amount; `pointer` says where in the body it stands.
    /// Fails where it is no amount (R28).
    pub(crate) fn read(&self, pointer: &str) -> Result<Money, Unusable> {
        let currency = Currency::from_code(&self.currency).map_err(|invalid| Unusable::money(pointer, &invalid))?;
        Money::parse(currency, &self.value).map_err(|invalid| Unusable::money(pointer, &invalid))
    }
}
