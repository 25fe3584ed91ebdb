//! What is known of people on a refund, taken out for good.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund erase rfd_01abc --because final --reason 'Letter 17'
  refund erase rfd_01abc --because law --what text --reason 'Letter 17'")]
pub(crate) struct Erase {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// What; all that may be where left out: an address waits until the refund is over
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(crate) what: Vec<Kind>,
    /// Why it may be: the refund is over, or the law asks
    #[arg(long, value_enum)]
    pub(crate) because: Because,
    /// Why, in words that stay for ever: name nobody in them
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: String,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY", help_heading = "Safety", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// What can be erased of a refund.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// How the buyer is reached
    Contact,
    /// What anybody wrote
    Text,
    /// Photos and documents
    Files,
    /// Where goods were to go back to
    Address,
    /// Which of the seller's people acted
    Person,
}

/// Why it may be erased.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Because {
    /// The refund is over
    Final,
    /// The law asks for it
    Law,
}
