//! `refund stats`: what came of the offers.

use chrono::Days;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Desk;
use crate::cli::stats::Stats;
use crate::client::{Query, Reply};
use crate::failure::Failure;
use crate::model;
use crate::output::{Format, Said};
use crate::view;

const COUNTS: &[&str] = &[
    "date",
    "offers_made",
    "offers_accepted",
    "offers_rejected",
    "offers_expired",
    "offers_withdrawn",
    "median_answer_seconds",
    "decided_by_silence",
];
const AMOUNTS: [&str; 2] = ["amount_asked", "amount_kept"];

pub(super) fn run(desk: &Desk, given: &Stats) -> Result<(), Failure> {
    if given.chart.is_some() && desk.out.format != Format::Table {
        return Err(Failure::Usage(
            "--chart draws for people; for programs there are the numbers without it".to_owned(),
        ));
    }
    let answer = read(desk, given)?;
    let stats: model::Stats = answer.seen()?;
    match desk.out.format {
        Format::Table | Format::Json => desk.out.say(&Said::One(answer.text()), &[], || {
            Ok(match given.chart {
                Some(chart) => view::stats::chart(&stats, chart, &desk.out),
                None => view::stats::table(&stats, &desk.out),
            })
        }),
        Format::Jsonl => by_day(desk, &days(&answer)?, &[]),
        Format::Csv => {
            let currencies = AMOUNTS.iter().flat_map(|amount| {
                let of = if *amount == "amount_asked" { &stats.total.amount_asked } else { &stats.total.amount_kept };
                of.iter().map(move |money| format!("{amount}.{}", money.currency))
            });
            let currencies: Vec<String> = currencies.collect();
            let fields: Vec<&str> = COUNTS.iter().copied().chain(currencies.iter().map(String::as_str)).collect();
            let days: Vec<String> = days(&answer)?.iter().map(|day| flat(day)).collect();
            by_day(desk, &days, &fields)
        }
    }
}

fn read(desk: &Desk, given: &Stats) -> Result<Reply, Failure> {
    let client = desk.client()?;
    let (mut from, mut to) = (given.from, given.to);
    if from.is_none() {
        // Counted from the server's own day, which may be another one here.
        let last = to.map_or_else(|| client.now([]).map(|now| now.date_naive()), Ok)?;
        from = last.checked_sub_days(Days::new(u64::from(given.days.saturating_sub(1))));
        to = Some(last);
    }
    let given = [
        ("seller_id", given.seller.clone()),
        ("from", from.map(|day| day.to_string())),
        ("to", to.map(|day| day.to_string())),
    ];
    let query: Query = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    client.get("/v1/stats", &query)
}

#[derive(Deserialize)]
struct Raw {
    days: Vec<Box<RawValue>>,
}

/// The days as the server said them.
fn days(answer: &Reply) -> Result<Vec<String>, Failure> {
    let Raw { days } = answer.raw()?;
    Ok(days.into_iter().map(|day| day.get().to_owned()).collect())
}

fn by_day(desk: &Desk, days: &[String], fields: &[&str]) -> Result<(), Failure> {
    desk.out.say(&Said::Items { items: days, next_cursor: None }, fields, || Ok(String::new()))
}

/// A day with an amount under the name of its currency, so that each currency has a column of its own.
fn flat(day: &str) -> String {
    let mut day: Value = serde_json::from_str(day).unwrap_or_default();
    for name in AMOUNTS {
        let Some(amounts) = day.get_mut(name) else { continue };
        let text = |money: &Value, of: &str| money.get(of).and_then(Value::as_str).map(str::to_owned);
        let each = amounts.as_array().into_iter().flatten();
        let each = each.filter_map(|money| Some((text(money, "currency")?, Value::from(text(money, "value")?))));
        *amounts = Value::Object(each.collect::<Map<_, _>>());
    }
    day.to_string()
}
