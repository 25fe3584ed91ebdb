//! Looking at refunds, and opening them.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::values::{HowMany, RefundType, When};

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund list                                   the most urgent first
  refund list --escalated                       what waits for the operator
  refund list --status WAIT_SELLER_AGREE --due-before 6h
  refund list --negotiation PENDING --seller seller-homeware
  refund list --sort opened_at --all -o csv > refunds.csv
  refund list --watch                           until Ctrl-C")]
pub(crate) struct List {
    /// Only those in this status, such as WAIT_SELLER_AGREE
    #[arg(long, value_name = "STATUS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) status: Option<String>,
    /// Only those whose offer is PENDING, ACCEPTED, REJECTED, EXPIRED or WITHDRAWN
    #[arg(long, value_name = "STATUS", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) negotiation: Option<String>,
    /// Only those that wait for the operator to rule
    #[arg(long)]
    pub(crate) escalated: bool,
    /// Only this seller's
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) seller: Option<String>,
    /// Only this buyer's
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) buyer: Option<String>,
    /// Only this order's
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub(crate) order: Option<String>,
    /// Only the one that the platform calls so
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) external_reference: Option<String>,
    /// Only those with this in their metadata
    #[arg(long, value_name = "NAME:TEXT")]
    pub(crate) metadata: Option<String>,
    /// Only those with something due before an instant, or within a span such as 6h
    #[arg(long, value_name = "WHEN")]
    pub(crate) due_before: Option<When>,
    /// By `deadline` or `opened_at`
    #[arg(long, value_name = "ORDER", default_value = "deadline", value_parser = ["deadline", "opened_at"], hide_possible_values = true)]
    pub(crate) sort: String,
    #[command(flatten)]
    pub(crate) many: HowMany<50>,
    /// Draw the list anew, every few seconds, until Ctrl-C
    #[arg(long)]
    pub(crate) watch: bool,
    /// How many seconds between two drawings
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "watch", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) every: u64,
}

#[derive(Args)]
#[command(after_help = "\
A file of CSV with a line of headings, or of JSON lines, which begin with {.
Each line is one command; all are looked at before the first is sent. The same
file again does nothing twice.

Examples:
  refund bulk decisions.csv
  refund bulk decisions.jsonl -o jsonl > results.jsonl
  refund bulk - < decisions.csv

decisions.csv:
refund_id,version,action,type,amount,currency,reason
rfd_01abc,1,agree,,,,
rfd_02def,3,refuse,,,,It was whole.
rfd_03ghi,1,offer,REFUND_ONLY,2.00,CNY,

Further columns are reason_code, return_address_id, message, agreed_offline and
files: the hashes of your own files that show it, with blanks between them.
In JSON an amount is {\"currency\": \"CNY\", \"value\": \"2.00\"}, as in the API.")]
pub(crate) struct Bulk {
    /// The file, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund {command} rfd_01abc
  refund {command} rfd_01abc -o json")]
pub(crate) struct One {
    /// The refund
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund open --seller seller-homeware --buyer buyer-7 --order 1001 --line 1 \\
    --title 'Steel waste bin' --paid 20.00 --currency CNY --shipped \\
    --type RETURN_AND_REFUND --amount 20.00 --reason 'It has a dent.'
  refund open --file refund.json
  refund open --file - < refund.json

refund.json:
{
  \"seller_id\": \"seller-homeware\", \"buyer_id\": \"buyer-7\",
  \"order_line\": {
    \"order_id\": \"1001\", \"line_id\": \"1\", \"title\": \"Steel waste bin\",
    \"category\": \"general\", \"paid\": {\"currency\": \"CNY\", \"value\": \"20.00\"},
    \"shipped\": true, \"freight_insurance\": false
  },
  \"type\": \"RETURN_AND_REFUND\",
  \"amount\": {\"currency\": \"CNY\", \"value\": \"20.00\"}, \"reason\": \"It has a dent.\"
}")]
pub(crate) struct Open {
    /// The whole body as JSON, from a file or `-`; then nothing else is needed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["seller", "buyer", "order", "line", "title", "paid", "currency", "kind", "amount", "reason", "reason_code", "evidence", "shipped", "freight_insurance", "image_url", "external_reference", "metadata"])]
    pub(crate) file: Option<PathBuf>,
    /// Whose goods they are
    #[arg(long, value_name = "ID", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) seller: Option<String>,
    /// Who bought them
    #[arg(long, value_name = "ID", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) buyer: Option<String>,
    /// The order
    #[arg(long, value_name = "ID", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) order: Option<String>,
    /// The line of the order
    #[arg(long, value_name = "ID", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) line: Option<String>,
    /// What was bought
    #[arg(long, value_name = "TEXT", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) title: Option<String>,
    /// `general` or `fresh`
    #[arg(long, value_name = "CATEGORY", default_value = "general")]
    pub(crate) category: String,
    /// What was paid for the line
    #[arg(long, value_name = "AMOUNT", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) paid: Option<String>,
    /// The currency of both amounts, such as CNY
    #[arg(long, value_name = "CODE", required_unless_present = "file")]
    pub(crate) currency: Option<String>,
    /// The goods were shipped
    #[arg(long)]
    pub(crate) shipped: bool,
    /// The order has freight insurance
    #[arg(long)]
    pub(crate) freight_insurance: bool,
    /// Where a picture of the goods lies: https, a JPEG, PNG or WebP of at most 5 MiB
    #[arg(long, value_name = "URL")]
    pub(crate) image_url: Option<String>,
    /// What the buyer asks for
    #[arg(long = "type", value_name = "TYPE", value_enum, ignore_case = true, required_unless_present = "file")]
    pub(crate) kind: Option<RefundType>,
    /// How much the buyer asks for
    #[arg(long, value_name = "AMOUNT", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) amount: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) reason: Option<String>,
    /// Which reason it is, where the policy lists some; a refusal lists them
    #[arg(long, value_name = "CODE")]
    pub(crate) reason_code: Option<String>,
    /// A file that shows it, which was handed in before, by its SHA-256; up to ten times
    #[arg(long, value_name = "SHA256")]
    pub(crate) evidence: Vec<String>,
    /// What the platform calls the refund; no buyer and no seller sees it
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) external_reference: Option<String>,
    /// What else the platform wants to find it by, up to twenty times
    #[arg(long, value_name = "NAME:TEXT", value_parser = named_text)]
    pub(crate) metadata: Vec<(String, String)>,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(Args)]
#[command(after_help = "\
Each line is one refund, as `refund open --help` shows it, without line breaks.
Running the same file again opens nothing twice: each line's idempotency key is
made from what it says.

Examples:
  refund import refunds.jsonl
  refund import refunds.jsonl --failed failed.tsv
  zcat refunds.jsonl.gz | refund import - -o jsonl > opened.jsonl")]
pub(crate) struct Import {
    /// JSON lines, or `-` for standard input
    pub(crate) file: PathBuf,
    /// Where the lines that failed are told: line number, code and detail, divided by tabs
    #[arg(long, value_name = "FILE")]
    pub(crate) failed: Option<PathBuf>,
    /// How many lines are sent at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub(crate) parallel: u8,
}

fn named_text(typed: &str) -> Result<(String, String), &'static str> {
    let (name, text) = typed.split_once(':').ok_or("a name, a colon and a text, such as ticket:A17")?;
    Ok((name.to_owned(), text.to_owned()))
}
