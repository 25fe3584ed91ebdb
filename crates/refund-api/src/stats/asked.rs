//! About which days somebody asks, and what was counted of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeDelta};
use refund_core::{SellerId, Timestamp};

use super::{Numbers, Stats, day_of};
use crate::engine::Engine;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// How many days are shown where nothing is said.
const DAYS: u64 = 30;
/// How many at the most.
pub(crate) const DAYS_MAX: i64 = 366;

/// Days in UTC, the first and the last among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AskedDays {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

impl AskedDays {
    /// All that there ever were.
    pub(crate) const EVER: Self = Self { from: NaiveDate::MIN, to: NaiveDate::MAX };

    /// The days as far as they were said: up to today, and 30 of them.
    pub(crate) fn new(from: Option<NaiveDate>, to: Option<NaiveDate>, now: Timestamp) -> Self {
        let to = to.unwrap_or_else(|| day_of(now));
        let from = from.unwrap_or_else(|| to.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(to));
        Self { from, to }
    }

    /// Whether there are so many, the first one first.
    pub(crate) fn can_be_asked(self) -> bool {
        (0..DAYS_MAX).contains(&self.to.signed_duration_since(self.from).num_days())
    }

    /// As many days right before them.
    pub(crate) fn before(self) -> Self {
        let count = self.to.signed_duration_since(self.from).num_days().saturating_add(1);
        let back = |day: NaiveDate| TimeDelta::try_days(count).and_then(|days| day.checked_sub_signed(days));
        Self { from: back(self.from).unwrap_or(NaiveDate::MIN), to: back(self.to).unwrap_or(NaiveDate::MIN) }
    }

    pub(crate) fn each(self) -> impl Iterator<Item = NaiveDate> {
        let dates = std::iter::successors(Some(self.from), |day| day.checked_add_days(Days::new(1)));
        dates.take_while(move |day| *day <= self.to)
    }
}

/// What was counted on these days of one seller or of all, with everything that was recorded before this call.
pub(crate) async fn counted(
    engine: &Engine,
    stats: &Stats,
    seller_id: Option<&SellerId>,
    days: AskedDays,
) -> Result<BTreeMap<NaiveDate, Numbers>, Problem> {
    stats.up_to(engine.store().feed_end()).await?;
    Ok(stats.between(seller_id, days.from, days.to))
}

/// What was counted on these days of each seller that has something, as far as it has been counted.
pub(crate) async fn of_each_seller(stats: &Arc<Stats>, days: AskedDays) -> Result<Vec<(SellerId, Numbers)>, Problem> {
    let stats = stats.clone();
    // There may be many: whoever else is answered does not wait for it.
    let all = tokio::task::spawn_blocking(move || stats.of_each_seller(days.from, days.to)).await;
    all.map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))
}
