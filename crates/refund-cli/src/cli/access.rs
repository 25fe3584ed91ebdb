//! Who gets in, and with what: keys, and buyers' links.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand, ValueEnum};

use super::values::When;

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// List the keys that were made, with when each was last used
    #[command(after_help = "\
Examples:
  refund keys list
  refund keys list -o csv > keys.csv")]
    List,
    /// Show one key; never its secret
    #[command(after_help = "\
Examples:
  refund keys show key_01abc")]
    Show(KeyId),
    /// Make a key; its secret is shown once
    #[command(after_help = "\
Examples:
  refund keys create 'back end' --role platform
  refund keys create 'night shift' --role seller --seller seller-homeware
  refund keys create 'year-end audit' --role operator --scope read \\
    --expires-at 30days
  (umask 077; refund keys create ops --role operator -o json > key.json)")]
    Create(CreateKey),
    /// Revoke a key: it opens nothing from then on
    #[command(after_help = "\
Examples:
  refund keys revoke key_01abc")]
    Revoke(KeyId),
}

#[derive(Args)]
pub(crate) struct CreateKey {
    /// What it is for
    pub(crate) name: String,
    /// For whom it speaks
    #[arg(long, value_name = "ROLE", value_enum)]
    pub(crate) role: Role,
    /// Which seller, for a seller's key
    #[arg(long, value_name = "ID", required_if_eq("role", "seller"), allow_hyphen_values = true)]
    pub(crate) seller: Option<String>,
    /// What it is good for: all that its role may do, or only reading
    #[arg(long, value_name = "SCOPE", value_enum, default_value_t = Scope::Full)]
    pub(crate) scope: Scope,
    /// When it ends by itself: an instant, or a span such as 30days; never where left out
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires_at: Option<When>,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    Operator,
    Platform,
    Seller,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    Full,
    Read,
}

#[derive(Args)]
pub(crate) struct KeyId {
    /// The key's id, which is not its secret
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
}

#[derive(Subcommand)]
pub(crate) enum Link {
    /// Show the link with which the buyer opens the refund; it is a secret
    #[command(after_help = "\
Whoever has the link can answer for the buyer.

Examples:
  refund link show rfd_01abc")]
    Show(LinkOf),
    /// Give the buyer a new link; the old one opens nothing from then on
    #[command(after_help = "\
Examples:
  refund link replace rfd_01abc
  refund link replace rfd_01abc --yes -o json")]
    Replace(ReplaceLink),
}

#[derive(Args)]
pub(crate) struct LinkOf {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
}

#[derive(Args)]
pub(crate) struct ReplaceLink {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
}
