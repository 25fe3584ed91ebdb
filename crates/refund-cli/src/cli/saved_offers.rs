//! What a seller has prepared to be offered.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::values::RefundType;

#[derive(Subcommand)]
pub(crate) enum SavedOffers {
    /// List what a seller has prepared, by id
    #[command(after_help = "\
What each comes to on a refund is in `refund options ID`.

Examples:
  refund saved-offer list seller-homeware
  refund saved-offer list seller-homeware -o json > offers.json")]
    List(OfSeller),
    /// Prepare an offer, or change what is given here and keep the rest
    #[command(after_help = "\
A share is more than 0 and at most 100 percent, with at most two decimals. What
it comes to on a refund is rounded down, and shown before it is sent.

Examples:
  refund saved-offer set seller-homeware small --name 'A small refund' \\
    --type REFUND_ONLY --percent 12.5 --of requested --message en='Keep it.'
  refund saved-offer set seller-homeware gift --name 'Two yuan' \\
    --type REFUND_ONLY --amount 2.00 --currency CNY
  refund saved-offer set seller-homeware back --name 'Send it back' \\
    --type return --percent 100 --of paid --return-address south
  refund saved-offer set seller-homeware small --percent 10
  refund saved-offer set seller-homeware small --file small.json")]
    Set(SetSavedOffer),
    /// Remove a prepared offer; what was offered by it stays
    #[command(after_help = "\
Examples:
  refund saved-offer remove seller-homeware small
  refund saved-offer remove seller-homeware small --yes")]
    Remove(RemoveSavedOffer),
}

#[derive(Args)]
pub(crate) struct OfSeller {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) seller: String,
}

#[derive(Args)]
pub(crate) struct SetSavedOffer {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) seller: String,
    /// The offer, by an id of your own choice
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// The whole body as JSON, from a file or `-`; replaces all that is there
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "kind", "percent", "of", "amount", "currency", "message", "return_address"])]
    pub(crate) file: Option<PathBuf>,
    /// What people call it
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) name: Option<String>,
    /// What is offered
    #[arg(long = "type", value_name = "TYPE", value_enum, ignore_case = true)]
    pub(crate) kind: Option<RefundType>,
    /// How much of it, such as 12.5
    #[arg(long, value_name = "PERCENT", allow_hyphen_values = true, conflicts_with = "amount")]
    pub(crate) percent: Option<String>,
    /// Of what it is a share
    #[arg(long, value_name = "WHAT", value_enum, conflicts_with = "amount")]
    pub(crate) of: Option<ShareOf>,
    /// A fixed amount instead
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) amount: Option<String>,
    /// The fixed amount's currency
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// What the buyer is told in en, zh-Hant or zh-Hans; an empty text takes it away
    #[arg(long, value_name = "LANGUAGE=TEXT", allow_hyphen_values = true)]
    pub(crate) message: Vec<String>,
    /// Where a return goes; an empty id is the address that is the default then
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) return_address: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShareOf {
    /// What the buyer asks for.
    Requested,
    /// What was paid for the order line.
    Paid,
}

#[derive(Args)]
pub(crate) struct RemoveSavedOffer {
    /// The seller
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) seller: String,
    /// The offer
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}
