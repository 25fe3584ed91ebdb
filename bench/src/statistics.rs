//! Numbers of several rounds, and of many calls, in a few words.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::Fault;

/// One figure, as it came out in several rounds.
#[derive(Debug, Clone, Default)]
pub struct Rounds(Vec<f64>);

impl Rounds {
    /// Adds what came out in a round.
    pub fn add(&mut self, figure: f64) {
        self.0.push(figure);
        self.0.sort_by(f64::total_cmp);
    }

    /// The middle one.
    #[must_use]
    pub fn median(&self) -> f64 {
        let half = self.0.len() / 2;
        let upper = self.0.get(half).copied().unwrap_or(f64::NAN);
        if self.0.len().is_multiple_of(2) {
            let lower = self.0.get(half.saturating_sub(1)).copied().unwrap_or(upper);
            return f64::midpoint(lower, upper);
        }
        upper
    }

    /// The quartiles, between which half of the rounds lie.
    #[must_use]
    pub fn spread(&self) -> (f64, f64) {
        let quarter = self.0.len() / 4;
        let low = self.0.get(quarter).copied().unwrap_or(f64::NAN);
        let high = self.0.iter().rev().nth(quarter).copied().unwrap_or(f64::NAN);
        (low, high)
    }

    /// The median, and within brackets the quartiles.
    #[must_use]
    pub fn ratio(&self) -> String {
        let (low, high) = self.spread();
        format!("{:.2} ({low:.2}–{high:.2})", self.median())
    }
}

/// The time within which that share of calls was answered.
///
/// # Errors
/// A time that is no time.
pub fn quantile(calls: &[Duration], share: f64) -> Result<Duration, Fault> {
    let mut histogram = Histogram::<u64>::new(3)?;
    for call in calls {
        histogram.record(u64::try_from(call.as_nanos())?)?;
    }
    Ok(Duration::from_nanos(histogram.value_at_quantile(share)))
}

/// The time within which half of the calls were answered.
///
/// # Errors
/// A time that is no time.
pub fn p50(calls: &[Duration]) -> Result<Duration, Fault> {
    quantile(calls, 0.5)
}

/// The time within which all but one of a hundred calls were answered.
///
/// # Errors
/// A time that is no time.
pub fn p99(calls: &[Duration]) -> Result<Duration, Fault> {
    quantile(calls, 0.99)
}
