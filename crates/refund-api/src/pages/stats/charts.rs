//! The numbers as bars, day by day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use refund_core::Currency;

use super::OFFERS;
use crate::pages::chart::{Chart, Columns, Day};
use crate::pages::reader::Reader;
use crate::stats::{AskedDays, Numbers};

pub(super) fn charts(
    reader: &Reader,
    days: AskedDays,
    counted: &BTreeMap<NaiveDate, Numbers>,
    total: &Numbers,
) -> Vec<Chart> {
    let ends = || (reader.day(days.from), reader.day(days.to));
    let nothing = Numbers::default();
    let drawn = |of: &dyn Fn(&Numbers) -> Columns, told: &dyn Fn(&Numbers) -> String| {
        let day = |day: NaiveDate| {
            let numbers = counted.get(&day).unwrap_or(&nothing);
            Day { told: format!("{} · {}", reader.day(day), told(numbers)), columns: of(numbers) }
        };
        days.each().map(day).collect::<Vec<_>>()
    };
    let key = |name: &'static str| (name, reader.term("stats", name));
    let mut charts = Vec::new();
    let offers = drawn(
        &|numbers| {
            let mut parts = OFFERS.iter().map(|(name, count)| (*name, i128::from(count(numbers))));
            vec![parts.by_ref().take(1).collect(), parts.collect()]
        },
        &|numbers| {
            let told = OFFERS.iter().map(|(name, count)| format!("{} {}", reader.term("stats", name), count(numbers)));
            told.collect::<Vec<_>>().join(" · ")
        },
    );
    let whole = |value: i128| value.to_string();
    let keys = OFFERS.iter().map(|(name, _)| key(name)).collect();
    charts.extend(Chart::new(reader.say("stats-chart-offers"), ends(), keys, offers, whole));
    for currency in total.sums.iter().map(|sums| sums.currency) {
        let days = drawn(
            &|numbers| {
                vec![vec![(if kept(numbers, currency) < 0 { "rejected" } else { "accepted" }, kept(numbers, currency))]]
            },
            &|numbers| reader.sum(kept(numbers, currency), currency),
        );
        let title = reader.say_with("stats-chart-kept", "currency", currency.code());
        charts.extend(Chart::new(title, ends(), Vec::new(), days, |value| reader.sum(value, currency)));
    }
    let silence = drawn(&|numbers| vec![vec![("expired", i128::from(numbers.decided_by_silence))]], &|numbers| {
        numbers.decided_by_silence.to_string()
    });
    charts.extend(Chart::new(reader.say("stats-silence"), ends(), Vec::new(), silence, whole));
    charts
}

fn kept(numbers: &Numbers, currency: Currency) -> i128 {
    numbers.sums.iter().find(|sums| sums.currency == currency).map_or(0, |sums| sums.kept)
}
