//! Statistics in JSON.

use chrono::NaiveDate;
use refund_core::{ReasonCode, ReasonFor, SellerId};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};

use super::MoneyOut;

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
    pub(crate) seller_id: Option<SellerId>,
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) total: NumbersOut,
    /// Every day from `from` to `to`.
    pub(crate) days: Vec<DayOut>,
}

/// What was counted of one day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsDay)]
pub(crate) struct DayOut {
    pub(crate) date: Date,
    #[serde(flatten)]
    pub(crate) numbers: NumbersOut,
}

/// Numbers of one day, or of several together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsNumbers)]
pub(crate) struct NumbersOut {
    /// Offers that sellers made.
    pub(crate) offers_made: u64,
    /// Offers that the buyer accepted, whenever they were made; the same for the other three.
    pub(crate) offers_accepted: u64,
    pub(crate) offers_rejected: u64,
    pub(crate) offers_expired: u64,
    /// Offers that something else ended: the seller agreed or refused, or took it back; the buyer changed the request
    /// or cancelled.
    pub(crate) offers_withdrawn: u64,
    /// What buyers asked for at the moment in which an offer was made, by currency.
    pub(crate) amount_asked: Vec<MoneyOut>,
    /// Of offers that were accepted: what the buyer had asked for less what was agreed instead. Below zero where more
    /// was offered than asked for.
    pub(crate) amount_kept: Vec<MoneyOut>,
    /// Half of the buyers' answers took no longer than this; up to one part in 64 too low. Null without answers.
    #[schema(required)]
    pub(crate) median_answer_seconds: Option<u64>,
    /// Refunds that were agreed, confirmed as received, or closed because somebody let a deadline pass.
    pub(crate) decided_by_silence: u64,
    /// How often each reason that a policy lists was named, for what there were any.
    pub(crate) reasons: Vec<ReasonCountOut>,
}

/// How often a reason was named.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatsReason)]
pub(crate) struct ReasonCountOut {
    #[serde(rename = "for")]
    pub(crate) purpose: ReasonFor,
    pub(crate) code: ReasonCode,
    pub(crate) count: u64,
}
