//! What was counted of offers.

use serde::Deserialize;

use super::Money;

/// What was counted, in all and day by day.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stats {
    pub(crate) seller_id: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) total: Numbers,
    pub(crate) days: Vec<Day>,
}

/// What was counted of one day.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Day {
    pub(crate) date: String,
    #[serde(flatten)]
    pub(crate) numbers: Numbers,
}

/// Numbers of one day, or of several together.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Numbers {
    pub(crate) offers_made: u64,
    pub(crate) offers_accepted: u64,
    pub(crate) offers_rejected: u64,
    pub(crate) offers_expired: u64,
    pub(crate) offers_withdrawn: u64,
    pub(crate) amount_asked: Vec<Money>,
    pub(crate) amount_kept: Vec<Money>,
    pub(crate) median_answer_seconds: Option<i64>,
    pub(crate) decided_by_silence: u64,
    pub(crate) reasons: Vec<ReasonCount>,
}

/// How often a reason was named.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReasonCount {
    #[serde(rename = "for")]
    pub(crate) purpose: String,
    pub(crate) code: String,
    pub(crate) count: u64,
}

impl Numbers {
    /// How many offers came to an end.
    pub(crate) fn ended(&self) -> u64 {
        let each = [self.offers_accepted, self.offers_rejected, self.offers_expired, self.offers_withdrawn];
        each.into_iter().fold(0, u64::saturating_add)
    }

    /// Whether anything was counted.
    pub(crate) fn is_empty(&self) -> bool {
        self.offers_made == 0 && self.ended() == 0 && self.decided_by_silence == 0 && self.reasons.is_empty()
    }
}
