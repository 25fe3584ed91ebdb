//! Statistics: what came of the offers, as numbers and as bars. A seller's people see their own.

mod by_seller;
mod charts;
mod csv;
mod period;

use askama::Template;
use axum::response::Response;
use chrono::NaiveDate;
use refund_core::SellerId;

use self::by_seller::BySeller;
use self::charts::charts;
pub(super) use self::csv::download;
use self::period::{Preset, Tile, presets, tiles};
use super::chart::Chart;
use super::form::{Mistake, in_address};
use super::frame::{Frame, Notice, shown};
use super::reader::Reader;
use super::reasons::in_words;
use super::visit::Visit;
use crate::problem::Problem;
use crate::stats::{AskedDays, DAYS_MAX, Numbers, Sums, counted};
use crate::wire::Date;

#[derive(Template)]
#[template(path = "pages/stats.html")]
struct Page {
    page: Frame,
    shows_sellers: bool,
    seller: String,
    from: String,
    to: String,
    presets: Vec<Preset>,
    /// The days that these are compared with, the first and the last.
    before: (String, String),
    tiles: Vec<Tile>,
    total: Row,
    charts: Vec<Chart>,
    rows: Vec<Row>,
    /// Each seller, for operators who have not asked for one.
    sellers: Option<BySeller>,
    /// Where each table is to be had as CSV.
    csv: Csv,
    /// What each reason was named for, what it is called, and how often that was.
    reasons: Vec<(String, String, u64)>,
}

/// The addresses of the tables as CSV.
struct Csv {
    days: String,
    sellers: String,
    reasons: String,
}

impl Csv {
    fn of(visit: &Visit) -> Self {
        let table = |name: &str| in_address("/stats/csv", &visit.query, "table", name);
        Self { days: table("days"), sellers: table("sellers"), reasons: table("reasons") }
    }
}

/// The numbers of one day, or of all of them.
struct Row {
    day: String,
    /// What came of offers: the class of its colour, what it is, how many.
    counts: Vec<(&'static str, String, u64)>,
    asked: Vec<String>,
    kept: Vec<String>,
    median: String,
    silence: u64,
}

type Counted = fn(&Numbers) -> u64;

/// What is counted of offers, each in a colour of its own; the first is no outcome.
const OFFERS: [(&str, Counted); 5] = [
    ("made", |day| day.offers_made),
    ("accepted", |day| day.offers_accepted),
    ("rejected", |day| day.offers_rejected),
    ("expired", |day| day.offers_expired),
    ("withdrawn", |day| day.offers_withdrawn),
];

impl Row {
    fn new(reader: &Reader, day: String, numbers: &Numbers) -> Self {
        let sums = |of: fn(&Sums) -> i128| {
            let told = numbers.sums.iter().map(|sums| reader.sum(of(sums), sums.currency));
            told.collect()
        };
        let median = numbers.median_answer_seconds();
        let minutes = |seconds: u64| i64::try_from(seconds / 60).unwrap_or(i64::MAX);
        Self {
            day,
            counts: OFFERS.iter().map(|(name, count)| (*name, reader.term("stats", name), count(numbers))).collect(),
            asked: sums(|sums| sums.asked),
            kept: sums(|sums| sums.kept),
            median: median.map_or_else(|| "—".to_owned(), |seconds| reader.span(minutes(seconds))),
            silence: numbers.decided_by_silence,
        }
    }
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit.person()?;
    let (app, reader) = (&visit.app, &visit.reader);
    let (seller_id, days, notice) = asked(&visit);
    let counted_on = |days| counted(&app.engine, &app.stats, seller_id.as_ref(), days);
    let (counted, before) = (counted_on(days).await?, counted_on(days.before()).await?);
    let (total, total_before) = (Numbers::of_all(counted.values()), Numbers::of_all(before.values()));
    let rows = counted.iter().rev().map(|(day, numbers)| Row::new(reader, reader.day(*day), numbers));
    let shows_sellers = visit.seller_id().is_none();
    let listed = app.engine.settings().reasons(seller_id.as_ref());
    let reasons = total.reasons.iter().map(|((purpose, code), count)| {
        (reader.term("reason-for", purpose.as_str()), in_words(reader, &listed, *purpose, code), *count)
    });
    let sellers =
        if shows_sellers && seller_id.is_none() { Some(BySeller::of(&visit, days, &total).await?) } else { None };
    let page = Page {
        page: Frame::new(&visit, "stats-title", "stats").saying(notice),
        seller: if shows_sellers { visit.query.get("seller").to_owned() } else { String::new() },
        shows_sellers,
        from: days.from.to_string(),
        to: days.to.to_string(),
        presets: presets(&visit, days),
        before: (reader.day(days.before().from), reader.day(days.before().to)),
        tiles: tiles(reader, &total, &total_before),
        charts: charts(reader, days, &counted, &total),
        rows: rows.collect(),
        sellers,
        csv: Csv::of(&visit),
        reasons: reasons.collect(),
        total: Row::new(reader, reader.say("stats-total"), &total),
    };
    shown(page.page.status(), &page)
}

/// Of whom and about which days, and what is wrong with that. A seller's people ask about their own whatever they say.
fn asked(visit: &Visit) -> (Option<SellerId>, AskedDays, Option<Notice>) {
    let (query, now) = (&visit.query, visit.reader.now);
    let named = query.get("seller").trim();
    let mut notice = None;
    let mut wrong = |field: &'static str, text: &'static str, max: usize| {
        let name = visit.reader.term("field", field);
        notice = Some(Notice::mistaken(&visit.reader, &name, &Mistake { max, ..Mistake::new(field, text) }));
    };
    let seller_id = match visit.seller_id() {
        Some(own) => Some(own.clone()),
        None if named.is_empty() => None,
        None => SellerId::new(named).map_err(|_| wrong("seller", "mistake-id", 0)).ok(),
    };
    let mut day = |field: &'static str| -> Option<NaiveDate> {
        let typed = query.get(field).trim();
        if typed.is_empty() {
            return None;
        }
        typed.parse().map(|Date(day)| day).map_err(|()| wrong(field, "mistake-day", 0)).ok()
    };
    let days = AskedDays::new(day("from"), day("to"), now);
    if days.can_be_asked() {
        return (seller_id, days, notice);
    }
    wrong("from", "mistake-days", usize::try_from(DAYS_MAX).unwrap_or_default());
    (seller_id, AskedDays::new(None, None, now), notice)
}
