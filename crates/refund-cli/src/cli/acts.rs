//! What is done to one refund.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::values::{RefundType, When};

/// Which refund, which version of it, and once at the most.
#[derive(Args, Clone)]
pub(crate) struct On {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Only if the refund still has this version; where left out, it is read first and told
    #[arg(long, value_name = "N", help_heading = "Safety")]
    pub(crate) version: Option<u64>,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY", help_heading = "Safety", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
}

/// What shows what is said: files of the refund.
#[derive(Args, Clone)]
pub(crate) struct Shown {
    /// A file of the refund that shows it, added by your side, by its SHA-256; up to ten times
    #[arg(long, value_name = "SHA256")]
    pub(crate) evidence: Vec<String>,
}

/// An amount; in the refund's own currency where nothing else is said.
#[derive(Args, Clone)]
pub(crate) struct Amount {
    /// How much, such as 2.00
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) amount: String,
    /// The currency; the refund's own where left out
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund {command} rfd_01abc
  refund {command} rfd_01abc --version 3")]
pub(crate) struct Plain {
    #[command(flatten)]
    pub(crate) on: On,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund {command} rfd_01abc --reason 'It is as it was described.'
  refund {command} rfd_01abc --reason '-10 % was agreed.' --version 3")]
pub(crate) struct Reasoned {
    #[command(flatten)]
    pub(crate) on: On,
    /// Why
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: String,
    /// Which reason it is, where the policy lists some; a refusal lists them
    #[arg(long, value_name = "CODE")]
    pub(crate) reason_code: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

#[derive(Args)]
#[command(after_help = "\
The one offer of a refund. `refund options ID` says what may be offered.

Examples:
  refund offer rfd_01abc --type REFUND_ONLY --amount 2.00
  refund offer rfd_01abc --type return --amount 20.00 --return-address main
  refund offer rfd_01abc --type REFUND_ONLY --amount 2.00 --check
  refund offer rfd_01abc --saved small --language zh-Hant
  refund offer rfd_01abc --type REFUND_ONLY --amount 2.00 --agreed-offline \\
    --message 'As we said.'")]
pub(crate) struct MakeOffer {
    #[command(flatten)]
    pub(crate) on: On,
    /// What is offered
    #[arg(long = "type", value_name = "TYPE", value_enum, ignore_case = true, required_unless_present = "saved")]
    pub(crate) kind: Option<RefundType>,
    /// How much, such as 2.00
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, required_unless_present = "saved")]
    pub(crate) amount: Option<String>,
    /// The currency; the refund's own where left out
    #[arg(long, value_name = "CODE", requires = "amount")]
    pub(crate) currency: Option<String>,
    /// In place of type, amount and address: what the seller has prepared under that id
    #[arg(long, value_name = "ID", conflicts_with_all = ["kind", "amount", "currency", "return_address"])]
    pub(crate) saved: Option<String>,
    /// In which language what was prepared speaks: en, zh-Hant or zh-Hans
    #[arg(long, value_name = "TAG", requires = "saved")]
    pub(crate) language: Option<String>,
    /// Don't ask whether the amount that it comes to is offered
    #[arg(long, requires = "saved", help_heading = "Safety")]
    pub(crate) yes: bool,
    /// Where the goods go, by the id of the seller's address; needed for a return
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) return_address: Option<String>,
    /// What the buyer is told
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) message: Option<String>,
    /// Seller and buyer agreed on it before
    #[arg(long)]
    pub(crate) agreed_offline: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// Only say what would come of it: all that stands against it, or what the buyer would be shown
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Args)]
#[command(after_help = "\
The offer that waits is shown before the answer is sent.

Examples:
  refund {command} rfd_01abc
  refund {command} rfd_01abc --offer neg_01abc --version 2")]
pub(crate) struct Accept {
    #[command(flatten)]
    pub(crate) on: On,
    /// The offer that is answered; the one that waits where left out
    #[arg(long, value_name = "ID")]
    pub(crate) offer: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
What is asked for is shown, and agreed to once you say yes. With --version it is
what that version asks for, and nobody is asked.

Examples:
  refund agree rfd_01abc
  refund agree rfd_01abc --version 3
  refund agree rfd_01abc --return-address south --yes")]
pub(crate) struct Agree {
    #[command(flatten)]
    pub(crate) on: On,
    /// Don't ask: agree to whatever is asked for now
    #[arg(long, help_heading = "Safety")]
    pub(crate) yes: bool,
    /// Where the goods go, where they do; the seller's default address where left out
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) return_address: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund modify rfd_01abc --type REFUND_ONLY --amount 5.00 \\
    --reason 'Half of it will do.'")]
pub(crate) struct Modify {
    #[command(flatten)]
    pub(crate) on: On,
    /// What is asked for now
    #[arg(long = "type", value_name = "TYPE", value_enum, ignore_case = true)]
    pub(crate) kind: RefundType,
    #[command(flatten)]
    pub(crate) amount: Amount,
    /// Why
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: String,
    /// Which reason it is, where the policy lists some; a refusal lists them
    #[arg(long, value_name = "CODE")]
    pub(crate) reason_code: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund cancel rfd_01abc
  refund cancel rfd_01abc --reason 'It works after all.'")]
pub(crate) struct Cancel {
    #[command(flatten)]
    pub(crate) on: On,
    /// Why
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Said again, it corrects how the parcel is traced.

Examples:
  refund ship rfd_01abc --carrier 'SF Express' --tracking-number SF-5550-0199")]
pub(crate) struct Ship {
    #[command(flatten)]
    pub(crate) on: On,
    /// Who carries the parcel
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) carrier: String,
    /// By what it is traced
    #[arg(long, value_name = "NUMBER", allow_hyphen_values = true)]
    pub(crate) tracking_number: String,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund rule rfd_01abc --decision REFUND --amount 49.50 \\
    --reason 'Half is fair.'
  refund rule rfd_01abc --decision CLOSE --reason 'Nothing is wrong with it.'")]
pub(crate) struct Rule {
    #[command(flatten)]
    pub(crate) on: On,
    /// What is decided
    #[arg(long, value_name = "DECISION", value_enum, ignore_case = true)]
    pub(crate) decision: Decision,
    /// How much is paid, where something is
    #[arg(long, value_name = "AMOUNT", required_if_eq("decision", "REFUND"), allow_hyphen_values = true)]
    pub(crate) amount: Option<String>,
    /// The currency; the refund's own where left out
    #[arg(long, value_name = "CODE", requires = "amount")]
    pub(crate) currency: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    /// That amount is paid.
    #[value(name = "REFUND")]
    Refund,
    /// Nothing is paid.
    #[value(name = "CLOSE")]
    Close,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund extend rfd_01abc --to 12h               12 hours more than it had
  refund extend rfd_01abc --deadline buyer_ship --to 2026-12-01T00:00:00Z")]
pub(crate) struct Extend {
    #[command(flatten)]
    pub(crate) on: On,
    /// Which: seller_decide, buyer_answer, buyer_respond, buyer_ship or seller_confirm; the only one that runs where left out
    #[arg(long, value_name = "KIND")]
    pub(crate) deadline: Option<String>,
    /// To an instant, or by a span such as 12h
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(crate) to: When,
}

#[derive(Subcommand)]
pub(crate) enum Payout {
    /// Report what came of an attempt at a payout (platform)
    Report(Report),
    /// Begin another attempt, after a failure or a reversal (platform, operator)
    Retry(Plain),
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund payout report rfd_01abc succeeded --provider-reference pay_77
  refund payout report rfd_01abc failed --reason 'The account is closed.'
  refund payout report rfd_01abc reversed --attempt 1")]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) on: On,
    /// What came of it
    #[arg(value_enum)]
    pub(crate) result: PayoutResult,
    /// Of which attempt; of the present one if left out
    #[arg(long, value_name = "NUMBER")]
    pub(crate) attempt: Option<u32>,
    /// What the provider calls it
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) provider_reference: Option<String>,
    /// What the provider said
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PayoutResult {
    Succeeded,
    Failed,
    Reversed,
}
