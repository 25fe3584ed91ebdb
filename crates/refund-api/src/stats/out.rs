//! Statistics as they are answered.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use refund_core::SellerId;

use super::{AskedDays, Numbers, Sums};
use crate::wire::{Date, DayOut, MoneyOut, NumbersOut, ReasonCountOut, StatsOut};

impl From<&Numbers> for NumbersOut {
    fn from(numbers: &Numbers) -> Self {
        let sums =
            |of: fn(&Sums) -> i128| numbers.sums.iter().map(|sums| MoneyOut::sum(of(sums), sums.currency)).collect();
        Self {
            offers_made: numbers.offers_made,
            offers_accepted: numbers.offers_accepted,
            offers_rejected: numbers.offers_rejected,
            offers_expired: numbers.offers_expired,
            offers_withdrawn: numbers.offers_withdrawn,
            amount_asked: sums(|sums| sums.asked),
            amount_kept: sums(|sums| sums.kept),
            median_answer_seconds: numbers.median_answer_seconds(),
            decided_by_silence: numbers.decided_by_silence,
            reasons: (numbers.reasons.iter())
                .map(|((purpose, code), count)| ReasonCountOut { purpose: *purpose, code: code.clone(), count: *count })
                .collect(),
        }
    }
}

impl StatsOut {
    /// What was counted between two days, with the days on which nothing was.
    pub(crate) fn new(seller_id: Option<SellerId>, asked: AskedDays, counted: &BTreeMap<NaiveDate, Numbers>) -> Self {
        let mut total = Numbers::default();
        counted.values().for_each(|numbers| total.add(numbers));
        let nothing = Numbers::default();
        let days = asked.each().map(|day| {
            let numbers = counted.get(&day).unwrap_or(&nothing).into();
            DayOut { date: Date(day), numbers }
        });
        let (from, to) = (Date(asked.from), Date(asked.to));
        Self { seller_id, from, to, total: (&total).into(), days: days.collect() }
    }
}
