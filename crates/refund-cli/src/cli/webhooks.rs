//! Endpoints of webhooks: set up, tried, and what was sent to them.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::values::{HowMany, When};

#[derive(Subcommand)]
pub(crate) enum Webhooks {
    /// List the endpoints; an operator sees everybody's
    #[command(after_help = "\
Examples:
  refund webhooks list
  refund webhooks list -o csv > endpoints.csv")]
    List,
    /// Show one endpoint, and what waits to be sent to it; never its secret
    #[command(after_help = "\
Examples:
  refund webhooks show whk_01abc")]
    Show(EndpointId),
    /// Make an endpoint; the secret that its messages are signed with is shown once
    #[command(after_help = "\
A seller's endpoint is told of that seller's refunds, others of all.

Examples:
  refund webhooks create https://shop.example/refunds
  refund webhooks create https://shop.example/refunds --secret-file whsec
  refund webhooks create https://shop.example/offers --description offers \\
    --types negotiation.accepted,negotiation.rejected,negotiation.expired")]
    Create(CreateWebhook),
    /// Change where an endpoint is or what it is told of, and keep the rest
    #[command(after_help = "\
Examples:
  refund webhooks set whk_01abc --url https://shop.example/v2/refunds
  refund webhooks set whk_01abc --types refund.opened,refund.closed
  refund webhooks set whk_01abc --types all --description ''")]
    Set(SetWebhook),
    /// Give an endpoint another secret; for 24 hours messages are signed with both
    #[command(after_help = "\
Examples:
  refund webhooks rotate whk_01abc
  refund webhooks rotate whk_01abc --secret-file whsec-2")]
    Rotate(RotateSecret),
    /// Switch an endpoint on: it is told of what happens from then on
    #[command(after_help = "\
Examples:
  refund webhooks enable whk_01abc")]
    Enable(EndpointId),
    /// Switch an endpoint off; what waits for it waits on
    #[command(after_help = "\
Examples:
  refund webhooks disable whk_01abc")]
    Disable(EndpointId),
    /// Remove an endpoint, with all that waits to be sent to it
    #[command(after_help = "\
Examples:
  refund webhooks remove whk_01abc
  refund webhooks remove whk_01abc --yes")]
    Remove(RemoveWebhook),
    /// Send a message that only tries whether messages arrive
    #[command(after_help = "\
It ends with 1 where the receiver did not take the message.

Examples:
  refund webhooks ping whk_01abc
  refund webhooks ping whk_01abc -o json")]
    Ping(EndpointId),
    /// List what was sent, the latest events first, with each attempt
    #[command(after_help = "\
In a demo the next attempt is by the demo's clock, which stands still until
`refund clock advance` moves it.

Examples:
  refund webhooks deliveries whk_01abc
  refund webhooks deliveries whk_01abc --state failed --all
  refund webhooks deliveries whk_01abc -o jsonl > deliveries.jsonl")]
    Deliveries(Deliveries),
    /// Show each attempt as it is made, until Ctrl-C
    #[command(after_help = "\
Where the connection is lost it is taken up again, with what was tried
meanwhile.

Examples:
  refund webhooks tail whk_01abc
  refund webhooks tail whk_01abc --failures
  refund webhooks tail whk_01abc --last 0 -o jsonl")]
    Tail(Tail),
    /// Send again: events, what was sent in a time, or all that failed
    #[command(after_help = "\
Events that are named are sent whether or not they were sent before, also what
happened while the endpoint was off; while it still is, they wait. The messages
have the ids that they had, so that the receiver can tell. What is said together
has to fit together: --failed --from 2h is what failed of what was recorded in
the last two hours. Ten thousand go at once, the oldest first.

Examples:
  refund webhooks redeliver whk_01abc evt_01abc
  refund webhooks redeliver whk_01abc --failed
  refund webhooks redeliver whk_01abc --from 2026-12-01T08:00:00Z \\
    --to 2026-12-01T09:30:00Z")]
    Redeliver(Redeliver),
}

#[derive(Args)]
pub(crate) struct EndpointId {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
}

/// Where a secret goes, and what makes it the same secret when it is asked for again.
#[derive(Args)]
pub(crate) struct Secret {
    /// Write the secret to this new file, which only you can read, and don't show it
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Args)]
pub(crate) struct CreateWebhook {
    /// Where messages are sent: https, to a public address
    pub(crate) url: String,
    /// What it is for
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) description: Option<String>,
    /// What it is told of, divided by commas; of everything where left out
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    #[command(flatten)]
    pub(crate) secret: Secret,
}

#[derive(Args)]
#[command(override_usage = "refund webhooks set [OPTIONS] <ENDPOINT>")]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args(["url", "description", "types"]))]
pub(crate) struct SetWebhook {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Where messages are sent from now on
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// What it is for; an empty text takes it away
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) description: Option<String>,
    /// What it is told of, divided by commas; `all` for everything
    #[arg(long, value_name = "TYPE,…", value_delimiter = ',')]
    pub(crate) types: Option<Vec<String>>,
}

#[derive(Args)]
pub(crate) struct RotateSecret {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Don't ask, also where the secret before the present one is still in use
    #[arg(long)]
    pub(crate) yes: bool,
    #[command(flatten)]
    pub(crate) secret: Secret,
}

#[derive(Args)]
pub(crate) struct RemoveWebhook {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Don't ask
    #[arg(long)]
    pub(crate) yes: bool,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    Pending,
    Succeeded,
    Failed,
}

#[derive(Args)]
pub(crate) struct Deliveries {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Only those that stand so: pending, succeeded or failed
    #[arg(long, value_name = "STATE", value_enum, hide_possible_values = true)]
    pub(crate) state: Option<State>,
    #[command(flatten)]
    pub(crate) many: HowMany<20>,
}

#[derive(Args)]
pub(crate) struct Tail {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// Begin with so many that were tried before, at most 100
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(..=100))]
    pub(crate) last: u8,
    /// Only attempts that the receiver did not take
    #[arg(long)]
    pub(crate) failures: bool,
}

#[derive(Args)]
#[command(override_usage = "refund webhooks redeliver [OPTIONS] <ENDPOINT> [EVENT]...")]
#[command(group = ArgGroup::new("which").required(true).multiple(true).args(["events", "failed", "from", "to"]))]
pub(crate) struct Redeliver {
    /// The endpoint
    #[arg(value_name = "ENDPOINT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// These events
    #[arg(value_name = "EVENT", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) events: Vec<String>,
    /// Those that had all their attempts, and did not arrive
    #[arg(long)]
    pub(crate) failed: bool,
    /// Events recorded since an instant, or within a span that ends now, such as 2h
    #[arg(long, value_name = "WHEN")]
    pub(crate) from: Option<When>,
    /// Events recorded before an instant, or before a span that ends now
    #[arg(long, value_name = "WHEN")]
    pub(crate) to: Option<When>,
}
