//! Every number and switch that a platform, or a seller under it, may tune.

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{MailContacts, Reasons, Rule, Span};

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

/// How long the operator has to rule where nobody has set it (R38); also on refunds from before there was such a deadline.
pub(crate) const OPERATOR_RULE: Span = Span::hours(7 * 24);

/// How long a payout may wait where nobody has set it (R38); also on refunds from before there was such a deadline.
pub(crate) const PAYOUT_REPORT: Span = Span::hours(24);

/// How long before a deadline its party is reminded (R7): at most five, each once, the earliest reminder first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Span>", into = "Vec<Span>")]
pub struct Reminders(Vec<Span>);

/// A list that can't be reminders.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at most 5 reminders, each at another time before the deadline")]
pub struct InvalidReminders;

impl Reminders {
    /// How many there are at the most.
    pub(crate) const MAX: usize = 5;

    /// Reminders that long before each deadline.
    ///
    /// # Errors
    /// [`InvalidReminders`] for more than five, or two alike.
    pub fn new(mut before: Vec<Span>) -> Result<Self, InvalidReminders> {
        before.sort_unstable_by(|a, b| b.cmp(a));
        let given = before.len();
        before.dedup();
        if before.len() == given && given <= Self::MAX { Ok(Self(before)) } else { Err(InvalidReminders) }
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

impl RefundsPerLine {
    /// How many a policy can let a line have.
    pub(crate) const MAX: u32 = 100;
}

impl TryFrom<u32> for RefundsPerLine {
    type Error = InvalidRefundsPerLine;
    fn try_from(max: u32) -> Result<Self, InvalidRefundsPerLine> {
        if (1..=Self::MAX).contains(&max) { Ok(Self(max)) } else { Err(InvalidRefundsPerLine) }
    }
}

impl From<RefundsPerLine> for u32 {
    fn from(max: RefundsPerLine) -> Self {
        max.0
    }
}

/// Writes the policy, its overrides and what is known of each field from one list: the field with its
/// type and default, its rule, what it means, to what a new value applies, and what that leaves as it is.
macro_rules! policy {
    ($(
        $variant:ident $field:ident: $type:ty = $default:expr, $words:literal;
        $rule:ident, $means:literal, $applies_to:literal, $keeps:literal;
    )+) => {
        /// The rules' numbers and switches, as they hold for one seller.
        ///
        /// A field that is missing where it is read has its default: what was stored before a field
        /// was there can always be read.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields, default)]
        pub struct Policy {
            $(#[doc = concat!($means, " (", stringify!($rule), "). Default: ", $words, ".")] pub $field: $type,)+
        }

        /// What a seller's policy has of its own; all else is the platform's.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields, default)]
        pub struct PolicyOverrides {
            $(
                #[doc = concat!($means, " (", stringify!($rule), ").")]
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )+
        }

        impl Default for Policy {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        names! {
            /// A field of the policy, by its name.
            PolicyField { $(#[doc = concat!("[`Policy::", stringify!($field), "`]")] $variant = stringify!($field),)+ }
        }

        impl PolicyField {
            /// The rule that it tunes.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self { $(Self::$variant => Rule::$rule),+ }
            }

            /// What it says, in a sentence without its end.
            #[must_use]
            pub const fn means(self) -> &'static str {
                match self { $(Self::$variant => $means),+ }
            }

            /// What it is where nobody has set it, in words.
            #[must_use]
            pub const fn default_in_words(self) -> &'static str {
                match self { $(Self::$variant => $words),+ }
            }

            /// To what a new value applies, in a sentence.
            #[must_use]
            pub const fn applies_to(self) -> &'static str {
                match self { $(Self::$variant => $applies_to),+ }
            }

            /// What stays as it is under a new value, in a sentence (R34).
            #[must_use]
            pub const fn keeps(self) -> &'static str {
                match self { $(Self::$variant => $keeps),+ }
            }
        }

        impl Policy {
            /// This policy with a seller's own fields in place of its.
            #[must_use]
            pub fn with(&self, overrides: &PolicyOverrides) -> Self {
                Self { $($field: overrides.$field.clone().unwrap_or_else(|| self.$field.clone()),)+ }
            }

            /// The fields in which another policy differs from this one, in declared order.
            #[must_use]
            pub fn changed_in(&self, other: &Self) -> Vec<PolicyField> {
                let mut changed = Vec::new();
                $(if self.$field != other.$field { changed.push(PolicyField::$variant); })+
                changed
            }
        }

        impl PolicyOverrides {
            /// The fields that the seller has of its own, in declared order.
            #[must_use]
            pub fn fields(&self) -> Vec<PolicyField> {
                let mut own = Vec::new();
                $(if self.$field.is_some() { own.push(PolicyField::$variant); })+
                own
            }
        }
    };
}

impl Policy {
    /// Whether notices are made: they are where silence needs them, too (R41, R42).
    #[must_use]
    pub fn makes_notices(&self) -> bool {
        self.notices || self.silence_needs_notice
    }

    /// Reminders that can never fire, each with the length of time that is too short for it (R7): they would come before
    /// that deadline is set.
    #[must_use]
    pub fn idle_reminders(&self) -> Vec<(PolicyField, Span)> {
        use PolicyField as F;
        let lengths = [
            (F::SellerDecideSeconds, self.seller_decide_seconds),
            (F::BuyerAnswerSeconds, self.buyer_answer_seconds),
            (F::BuyerRespondSeconds, self.buyer_respond_seconds),
            (F::BuyerShipSeconds, self.buyer_ship_seconds),
            (F::SellerConfirmSeconds, self.seller_confirm_seconds),
            (F::OperatorRuleSeconds, self.operator_rule_seconds),
            (F::PayoutReportSeconds, self.payout_report_seconds),
        ];
        let idle = |(field, length): (PolicyField, Span)| {
            self.reminders_seconds
                .as_slice()
                .iter()
                .filter(move |before| **before >= length)
                .map(move |before| (field, *before))
        };
        lengths.into_iter().flat_map(idle).collect()
    }
}

policy! {
    SellerDecideSeconds seller_decide_seconds: Span = Span::hours(36), "36 hours";
        S10, "How long the seller has to decide",
        "Refunds opened, and requests changed, from then on.",
        "A seller's deadline that runs stays where it is.";
    BuyerAnswerSeconds buyer_answer_seconds: Span = Span::hours(36), "36 hours";
        R1, "How long the buyer has to answer an offer, at most until the seller's deadline",
        "Offers made from then on.",
        "An open offer ends when it would have.";
    BuyerRespondSeconds buyer_respond_seconds: Span = Span::hours(5 * 24), "5 days";
        R22, "How long the buyer has to act after a refusal, of the refund or of the parcel",
        "Refusals from then on.",
        "A buyer's deadline after a refusal stays where it is.";
    BuyerShipSeconds buyer_ship_seconds: Span = Span::hours(7 * 24), "7 days";
        R24, "How long the buyer has to ship a return",
        "Returns agreed from then on, by silence too.",
        "A deadline to ship that runs stays where it is.";
    SellerConfirmSeconds seller_confirm_seconds: Span = Span::hours(10 * 24), "10 days";
        R24, "How long the seller has to confirm the receipt, from shipping",
        "Returns shipped from then on.",
        "A deadline to confirm that runs stays where it is.";
    OperatorRuleSeconds operator_rule_seconds: Span = OPERATOR_RULE, "7 days";
        R38, "How long the operator has to rule, from being called in, before that is overdue",
        "Calls of the operator from then on.",
        "A deadline to rule that runs stays where it is.";
    PayoutReportSeconds payout_report_seconds: Span = PAYOUT_REPORT, "24 hours";
        R38, "How long a payout may be out, or wait after a failure, before that is overdue",
        "Attempts, failures and reversals from then on.",
        "A deadline of a payout that runs stays where it is.";
    RemindersSeconds reminders_seconds: Reminders = Reminders(vec![Span::hours(6), Span::hours(1)]), "6 hours and 1 hour";
        R7, "How long before each deadline its party is reminded",
        "Deadlines set or extended from then on.",
        "Deadlines that run keep their reminders.";
    FreshGoods fresh_goods: FreshGoods = FreshGoods::Deny, "nothing";
        R14, "What negotiation may do with fresh goods",
        "Offers made from then on.",
        "An open offer on fresh goods can still be answered.";
    CapAtRequested cap_at_requested: bool = false, "no";
        R10, "Whether an offer may be at most what the buyer asked for",
        "Offers made from then on.",
        "An open offer keeps its amount.";
    ReturnNeedsFreightInsurance return_needs_freight_insurance: bool = false, "no";
        R12, "Whether an offered return needs freight insurance on the order",
        "Offers made from then on.",
        "An open offer of a return can still be answered.";
    AllowWithdraw allow_withdraw: bool = false, "no";
        R16, "Whether the seller may withdraw an offer by hand",
        "Every open offer, from then on.",
        "What was withdrawn stays withdrawn.";
    NegotiateBeforeRefuse negotiate_before_refuse: bool = false, "no";
        R17, "Whether the seller has to negotiate before refusing",
        "Refusals from then on, also of refunds that are open already.",
        "What was refused stays refused.";
    Payout payout: PayoutMode = PayoutMode::Immediate, "at once";
        R26, "How an agreed refund is paid",
        "Refunds agreed from then on, by silence too.",
        "A refund that is agreed already is paid as it was agreed.";
    RefundsPerLineMax refunds_per_line_max: RefundsPerLine = RefundsPerLine(5), "5";
        R27, "How many refunds an order line may ever have",
        "Refunds opened from then on.",
        "Refunds that are open already go on.";
    Notices notices: bool = false, "no";
        R41, "Whether the parties and the operator are told of what concerns them, by notices",
        "What happens from then on.",
        "Notices that were asked for are sent.";
    OperatorContacts operator_contacts: MailContacts = MailContacts::default(), "nobody";
        R41, "Who at the operator's is told by mail of what concerns the operator",
        "Notices that are mailed from then on.",
        "What somebody has been told by mail they have.";
    SilenceNeedsNotice silence_needs_notice: bool = false, "no";
        R42, "Whether a deadline by which a party can lose acts only if a notice that names it was sent in time",
        "Deadlines set from then on, and notices are made whether they are on or not.",
        "A deadline that runs acts as it would have.";
    NoticeBeforeSeconds notice_before_seconds: Span = Span::hours(1), "1 hour";
        R42, "How long before a deadline a notice that names it has to have been sent",
        "Deadlines set from then on.",
        "A deadline that runs keeps its own.";
    NoticeGraceSeconds notice_grace_seconds: Span = Span::hours(12), "12 hours";
        R42, "By how much a deadline moves, once, of which no notice was sent in time",
        "Deadlines set from then on.",
        "A deadline that runs keeps its own.";
    Reasons reasons: Reasons = Reasons::default(), "none";
        R44, "Which reasons there are to ask for a refund, to refuse it or its parcel, and to call the operator in: where some are listed, one of them is named",
        "Requests, refusals and calls of the operator from then on, also on refunds that are open already.",
        "A reason that was named stays, whether the list has it still or not.";
}
