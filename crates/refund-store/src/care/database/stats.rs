//! How much there is of everything in a database.

use refund_core::Timestamp;
use serde::Serialize;

use super::super::by_seller::{BySeller, prepared_by};
use super::super::review::Contents;
use super::super::stats::Counts;
use super::super::{CareError, Watcher};
use crate::PostgresAddress;
use crate::postgres::{About, Database, Moment};

/// How much there is of everything in a store in a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatabaseStats {
    /// How many servers used it.
    pub servers: u64,
    /// How many bytes the records take, with their indexes.
    pub log_bytes: u64,
    /// How many bytes everything takes that follows from them.
    pub table_bytes: u64,
    /// What was recorded.
    #[serde(flatten)]
    pub contents: Contents,
    /// What the store has of everything.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Counts what is in the store in a database, as of one moment; `now` says what is due. Nothing is checked, and nothing
/// changed. Not for use within an asynchronous task.
///
/// # Errors
/// [`CareError`].
pub fn stats_of_database(
    address: &PostgresAddress,
    now: Timestamp,
    watcher: &Watcher,
) -> Result<DatabaseStats, CareError> {
    let database = Database::open(address)?;
    database.must_be_complete()?;
    database.begin(Moment::Beside)?;
    let sizes = database.sizes()?;
    let mut counts = Counts::of_settings(&database.all_settings()?);
    let mut events: u64 = 0;
    database.each_refund(|refund| {
        counts.add(refund, now);
        // They are numbered from 1 without gaps.
        events = events.saturating_add(refund.sequence);
        watcher.counted("counting the refunds", counts.refunds, counts.refunds);
    })?;
    let mut by_seller = BySeller::default();
    database.about_sellers(|About { seller_id, records, bytes }| by_seller.count(&seller_id, records, bytes))?;
    database.each_set_up(|record, bytes| {
        if let Some(seller_id) = record.entries.iter().find_map(prepared_by) {
            by_seller.count(seller_id, 1, bytes);
        }
    })?;
    counts.order_lines = sizes.lines;
    counts.largest_sellers = by_seller.largest();
    let first = database.first_record()?.map(|record| record.at);
    let contents = Contents { frames: sizes.batches, records: sizes.records, events, first, latest: sizes.latest };
    let (servers, log_bytes, table_bytes) = (sizes.servers, sizes.log_bytes, sizes.table_bytes);
    Ok(DatabaseStats { servers, log_bytes, table_bytes, contents, counts })
}
