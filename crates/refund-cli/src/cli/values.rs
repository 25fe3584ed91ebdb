//! Values that are written in more than one way.

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use crate::output::time::{Instant, instant, written};

/// Refund only, or a return.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RefundType {
    /// Money back, the goods stay.
    #[value(name = "REFUND_ONLY", aliases = ["refund-only", "refund_only"])]
    RefundOnly,
    /// Goods back, then the money.
    #[value(name = "RETURN_AND_REFUND", aliases = ["return-and-refund", "return_and_refund", "return"])]
    ReturnAndRefund,
}

/// How many items of a list are read.
#[derive(Args)]
pub(crate) struct HowMany<const DEFAULT: u32> {
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = DEFAULT, conflicts_with = "all", value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// As many as there are
    #[arg(long)]
    all: bool,
}

impl<const DEFAULT: u32> HowMany<DEFAULT> {
    /// How many at the most, where not all are.
    pub(crate) fn limit(&self) -> Option<usize> {
        (!self.all).then(|| usize::try_from(self.limit).unwrap_or(usize::MAX))
    }
}

/// A word of the command line as the API spells it: the same.
pub(crate) fn word(chosen: impl ValueEnum) -> String {
    chosen.to_possible_value().map_or_else(String::new, |word| word.get_name().to_owned())
}

/// An instant, or how far it is from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// `2026-11-24T10:00:00Z`
    At(Instant),
    /// `6h`, `2days`, `1h30min`
    After(TimeDelta),
}

impl std::str::FromStr for When {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(at) = instant(text) {
            return Ok(Self::At(at));
        }
        span(text.strip_prefix('+').unwrap_or(text))
            .map(Self::After)
            .map_err(|_| "an instant such as 2026-11-24T10:00:00Z, or a span such as 90min, 6h or 2days".to_owned())
    }
}

impl When {
    /// The instant as the API writes it; a span is counted from `start`.
    pub(crate) fn from(self, start: Instant) -> String {
        match self {
            Self::At(at) => written(at),
            Self::After(span) => written(start.checked_add_signed(span).unwrap_or(start)),
        }
    }

    /// The instant as the API writes it; a span is counted back from `end`.
    pub(crate) fn back_from(self, end: Instant) -> String {
        match self {
            Self::At(at) => written(at),
            Self::After(span) => written(end.checked_sub_signed(span).unwrap_or(end)),
        }
    }
}

/// A span of time in words: `36h`, `1day 2h`, `90s`.
pub(crate) fn span(text: &str) -> Result<TimeDelta, String> {
    let span = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    TimeDelta::from_std(span).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_or_counted() {
        let start = instant("2026-01-01T00:00:00Z").unwrap();
        let from = |text: &str| text.parse::<When>().unwrap().from(start);
        assert_eq!(from("6h"), "2026-01-01T06:00:00.000Z");
        assert_eq!(from("+1day 30min"), "2026-01-02T00:30:00.000Z");
        assert_eq!(from("2026-01-03T08:00:00+08:00"), "2026-01-03T00:00:00.000Z");
        let back = |text: &str| text.parse::<When>().unwrap().back_from(start);
        assert_eq!(
            (back("6h"), back("2026-01-03T00:00:00Z")),
            ("2025-12-31T18:00:00.000Z".into(), "2026-01-03T00:00:00.000Z".into())
        );
        assert!("soon".parse::<When>().is_err());
    }
}
