//! Who did what.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::values::{HowMany, When};

#[derive(Args)]
#[command(after_help = "\
Changes of settings, rulings, and who signed in or was not let in; the latest
first.

Examples:
  refund audit
  refund audit --type key,person --since 30days
  refund audit --type sign_in_failed
  refund audit --actor usr_01abc --all -o csv > ann.csv")]
pub(crate) struct Audit {
    /// Only what is about these, with commas between: policy, rollout, seller, key, webhook, person, buyer_link, ruling, sign_in, sign_in_failed, …
    #[arg(long = "type", value_name = "TYPE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) types: Option<String>,
    /// Only what this person or key did, or what was tried in this person's name
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) actor: Option<String>,
    /// Only what was recorded since an instant, or within a span such as 30days
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<When>,
    /// Only what was recorded before an instant, or before a span ago
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<When>,
    #[command(flatten)]
    pub(crate) many: HowMany<50>,
}
