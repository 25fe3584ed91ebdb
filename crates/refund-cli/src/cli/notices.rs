//! Who was told of what, and what became of it.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::values::HowMany;

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund notices rfd_01abc
  refund notices rfd_01abc --all -o jsonl
  refund notices --all -o jsonl")]
pub(crate) struct Notices {
    /// The refund; all of them where none is named
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: Option<String>,
    #[command(flatten)]
    pub(crate) many: HowMany<50>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  refund report-notice ntc_rfd_01abc-2 accepted
  refund report-notice ntc_rfd_01abc-2 failed --reason 'no such number'")]
pub(crate) struct ReportNotice {
    /// The notice
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) id: String,
    /// What became of it
    #[arg(value_enum)]
    pub(crate) result: NoticeResult,
    /// Why it failed, in the gateway's words
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reason: Option<String>,
    /// So that it can be sent again without happening twice; random where left out
    #[arg(long, value_name = "KEY", help_heading = "Safety", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) idempotency_key: Option<String>,
}

/// What the platform's own gateway says of a notice.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum NoticeResult {
    /// It was taken; whether it was read is never known
    Accepted,
    /// It was not, and will not be
    Failed,
}
