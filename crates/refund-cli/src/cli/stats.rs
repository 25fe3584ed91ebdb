//! What came of the offers, in numbers.

use chrono::NaiveDate;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

#[derive(Args)]
#[command(after_help = "\
Days are UTC's. Each event counts on the day on which it happened; docs/api.md
says what each number is. As CSV or JSON lines each day is a line, in CSV with
two columns for each currency.

Examples:
  refund stats                                  the last 30 days, of all
  refund stats --seller seller-homeware --days 7
  refund stats --from 2026-01-01 --to 2026-12-31 --chart
  refund stats --days 90 --chart=kept
  refund stats --days 366 -o csv > year.csv")]
pub(crate) struct Stats {
    /// Of this seller alone; a seller's own key shows no others
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) seller: Option<String>,
    /// How many days up to the last one, at most 366
    #[arg(long, value_name = "N", default_value_t = 30, conflicts_with = "from", value_parser = clap::value_parser!(u16).range(1..=366))]
    pub(crate) days: u16,
    /// The first day, such as 2026-12-01
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<NaiveDate>,
    /// The last day; today where left out
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<NaiveDate>,
    /// Draw bars: outcomes, made, silence, asked or kept; outcomes where only --chart is said
    #[arg(long, value_name = "WHAT", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "outcomes", hide_possible_values = true)]
    pub(crate) chart: Option<Chart>,
}

/// What bars are drawn of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Chart {
    Outcomes,
    Made,
    Silence,
    Asked,
    Kept,
}
