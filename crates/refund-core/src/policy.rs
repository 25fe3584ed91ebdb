//! Every number and switch that a platform, or a seller under it, may tune.

use serde::{Deserialize, Serialize};

use crate::Span;
use crate::names::names;

names! {
    /// What negotiation may do with fresh goods (S1, R14).
    FreshGoods {
        /// No offer at all.
        Deny = "deny",
        /// Only offers in which nothing goes back.
        RefundOnly = "refund_only",
        /// As for any other goods.
        Allow = "allow",
    }
}

names! {
    /// How an agreed refund is paid (R26).
    PayoutMode {
        /// Agreed means paid, in the same step.
        Immediate = "immediate",
        /// Agreed means on its way, until the payment adapter reports.
        Confirmed = "confirmed",
    }
}

/// How long before a deadline its party is reminded (R7): at most five, each once, the earliest reminder first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Span>", into = "Vec<Span>")]
pub struct Reminders(Vec<Span>);

/// A list that can't be reminders.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at most 5 reminders, each at another time before the deadline")]
pub struct InvalidReminders;

impl Reminders {
    /// Reminders that long before each deadline.
    ///
    /// # Errors
    /// [`InvalidReminders`] for more than five, or two alike.
    pub fn new(mut before: Vec<Span>) -> Result<Self, InvalidReminders> {
        before.sort_unstable_by(|a, b| b.cmp(a));
        let given = before.len();
        before.dedup();
        if before.len() == given && given <= 5 { Ok(Self(before)) } else { Err(InvalidReminders) }
    }

    /// The spans, longest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }
}

impl TryFrom<Vec<Span>> for Reminders {
    type Error = InvalidReminders;
    fn try_from(before: Vec<Span>) -> Result<Self, InvalidReminders> {
        Self::new(before)
    }
}

impl From<Reminders> for Vec<Span> {
    fn from(reminders: Reminders) -> Self {
        reminders.0
    }
}

/// How many refunds an order line may ever have (R27): 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct RefundsPerLine(u32);

/// A number that can't bound the refunds of a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an order line may have 1 to 100 refunds")]
pub struct InvalidRefundsPerLine;

impl TryFrom<u32> for RefundsPerLine {
    type Error = InvalidRefundsPerLine;
    fn try_from(max: u32) -> Result<Self, InvalidRefundsPerLine> {
        if (1..=100).contains(&max) { Ok(Self(max)) } else { Err(InvalidRefundsPerLine) }
    }
}

impl From<RefundsPerLine> for u32 {
    fn from(max: RefundsPerLine) -> Self {
        max.0
    }
}

/// Writes the policy and its overrides from one list of fields.
macro_rules! policy {
    ($($(#[$meta:meta])* $field:ident: $type:ty = $default:expr,)+) => {
        /// The rules' numbers and switches, as they hold for one seller.
        ///
        /// A field that is missing where it is read has its default: what was stored before a field
        /// was there can always be read.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Policy { $($(#[$meta])* pub $field: $type,)+ }

        /// What a seller's policy has of its own; all else is the platform's.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct PolicyOverrides {
            $($(#[$meta])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
        }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl Policy {
            /// This policy with a seller's own fields in place of its.
            #[must_use]
            pub fn with(&self, overrides: &PolicyOverrides) -> Self {
                Self { $($field: overrides.$field.clone().unwrap_or_else(|| self.$field.clone()),)+ }
            }
        }
    };
}

policy! {
    /// How long the seller has to decide (S10). Default: 36 hours.
    seller_decide_seconds: Span = Span::hours(36),
    /// How long the buyer has to answer an offer, at most until the seller's deadline (S10, R1). Default: 36 hours.
    buyer_answer_seconds: Span = Span::hours(36),
    /// How long the buyer has to act after a refusal (R22, R24). Default: 5 days.
    buyer_respond_seconds: Span = Span::hours(5 * 24),
    /// How long the buyer has to ship a return (R24). Default: 7 days.
    buyer_ship_seconds: Span = Span::hours(7 * 24),
    /// How long the seller has to confirm the receipt, from shipping (R24). Default: 10 days.
    seller_confirm_seconds: Span = Span::hours(10 * 24),
    /// How long before each deadline its party is reminded (R7). Default: 6 hours and 1 hour.
    reminders_seconds: Reminders = Reminders(vec![Span::hours(6), Span::hours(1)]),
    /// What negotiation may do with fresh goods (R14). Default: nothing.
    fresh_goods: FreshGoods = FreshGoods::Deny,
    /// Whether an offer may be at most what the buyer asked for (R10). Default: no.
    cap_at_requested: bool = false,
    /// Whether an offered return needs freight insurance on the order (R12). Default: no.
    return_needs_freight_insurance: bool = false,
    /// Whether the seller may withdraw an offer by hand (R16). Default: no.
    allow_withdraw: bool = false,
    /// Whether the seller has to negotiate before refusing (R17). Default: no.
    negotiate_before_refuse: bool = false,
    /// How an agreed refund is paid (R26). Default: at once.
    payout: PayoutMode = PayoutMode::Immediate,
    /// How many refunds an order line may ever have (R27). Default: 5.
    refunds_per_line_max: RefundsPerLine = RefundsPerLine(5),
}
