//! Statistics in JSON.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use refund_core::SellerId;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};

use super::MoneyOut;
use crate::stats::{AskedDays, Numbers, Sums};

/// A day in UTC, as in `2026-03-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) NaiveDate);

impl std::str::FromStr for Date {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let day: NaiveDate = text.parse().map_err(|_| ())?;
        // Written in one way only.
        if day.to_string() == text { Ok(Self(day)) } else { Err(()) }
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl utoipa::PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let schema = schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
        schema.description(Some("A day in UTC, as in 2026-03-01.")).into()
    }
}

impl ToSchema for Date {}

/// What was counted, over all days asked for and of each of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsOut {
    /// Of which seller; null where it is of all.
    #[schema(required)]
    seller_id: Option<SellerId>,
    from: Date,
    to: Date,
    total: NumbersOut,
    /// Every day from `from` to `to`.
    days: Vec<DayOut>,
}

/// What was counted of one day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsDay)]
struct DayOut {
    date: Date,
    #[serde(flatten)]
    numbers: NumbersOut,
}

/// Numbers of one day, or of several together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsNumbers)]
struct NumbersOut {
    /// Offers that sellers made.
    offers_made: u64,
    /// Offers that the buyer accepted, whenever they were made; the same for the other three.
    offers_accepted: u64,
    offers_rejected: u64,
    offers_expired: u64,
    /// Offers that something else ended: the seller agreed or refused, or took it back; the buyer changed the request
    /// or cancelled.
    offers_withdrawn: u64,
    /// What buyers asked for at the moment in which an offer was made, by currency.
    amount_asked: Vec<MoneyOut>,
    /// Of offers that were accepted: what the buyer had asked for less what was agreed instead. Below zero where more
    /// was offered than asked for.
    amount_kept: Vec<MoneyOut>,
    /// Half of the buyers' answers took no longer than this; up to one part in 64 too low. Null without answers.
    #[schema(required)]
    median_answer_seconds: Option<u64>,
    /// Refunds that were agreed, confirmed as received, or closed because somebody let a deadline pass.
    decided_by_silence: u64,
}

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
