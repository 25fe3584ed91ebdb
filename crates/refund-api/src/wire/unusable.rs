//! Why something that was sent can't be used.

use refund_core::{InvalidMoney, Refusal};

use super::code::ApiCode;

/// What is wrong with something that was sent.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// What stands at a place of the body, which is a JSON pointer (RFC 6901).
    Place { code: ApiCode, pointer: String, detail: String },
    /// An amount there that is none (R28).
    Money { code: ApiCode, pointer: String, detail: String },
    /// An id that names nothing.
    NotFound,
    /// A rule's no to what is asked for, whatever the state of things.
    Refused(Refusal),
}

impl Unusable {
    pub(crate) fn at(code: ApiCode, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Place { code, pointer: pointer.into(), detail: detail.into() }
    }

    /// In what the body has at that place.
    pub(crate) fn malformed(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::at(ApiCode::MalformedBody, pointer, detail)
    }

    pub(crate) fn money(pointer: &str, invalid: &InvalidMoney) -> Self {
        let (code, field) = match invalid {
            InvalidMoney::Malformed | InvalidMoney::SuperfluousZeros { .. } | InvalidMoney::CurrencyMismatch => {
                (ApiCode::MalformedBody, "value")
            }
            InvalidMoney::TooManyDecimals { .. } => (ApiCode::AmountTooPrecise, "value"),
            InvalidMoney::TooLarge => (ApiCode::AmountTooLarge, "value"),
            InvalidMoney::UnknownCurrency { .. } => (ApiCode::CurrencyUnknown, "currency"),
        };
        Self::Money { code, pointer: format!("{pointer}/{field}"), detail: invalid.to_string() }
    }

    /// Whether the body is not what the call takes, whatever is asked for with it.
    pub(crate) fn is_malformed(&self) -> bool {
        matches!(
            self,
            Self::Place { code: ApiCode::MalformedBody, .. } | Self::Money { code: ApiCode::MalformedBody, .. }
        )
    }

    /// What is wrong with a part of the body, as seen from the whole: the part stands there.
    pub(crate) fn within(mut self, place: &str) -> Self {
        if let Self::Place { pointer, .. } | Self::Money { pointer, .. } = &mut self {
            pointer.insert_str(0, place);
        }
        self
    }
}
