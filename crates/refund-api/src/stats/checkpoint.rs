//! What was counted and up to where, as it is kept for the next start: so that no start counts from the beginning.
//!
//! It is kept beside the records and is no truth. What is not whole, of another format or of another history than the
//! store's is as good as none: then everything is counted anew.

use chrono::{Datelike, NaiveDate};
use refund_core::{RefundId, SellerId};
use refund_store::EventPosition;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::counts::{Counts, Days, InProgress};
use super::day::Numbers;

/// Raised whenever something else is counted, or by another rule, or written otherwise.
const FORMAT: u8 = 3;

/// Days by their number from the first of the year 1.
type DaysWritten = Vec<(i32, Numbers)>;

#[derive(Serialize, Deserialize)]
struct Written {
    record: u64,
    epoch: u32,
    entry: u32,
    all: DaysWritten,
    by_seller: Vec<(SellerId, DaysWritten)>,
    in_progress: Vec<(RefundId, InProgress)>,
}

/// What is to be kept: the format, a digest, and what was counted.
pub(super) fn written(counts: &Counts, reached: EventPosition) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let EventPosition { record, epoch, entry } = reached;
    let by_seller = counts.by_seller.iter().map(|(id, days)| (id.clone(), days_written(days)));
    let in_progress = counts.in_progress.iter().map(|(id, refund)| (id.clone(), refund.clone()));
    let (all, by_seller, in_progress) = (days_written(&counts.all), by_seller.collect(), in_progress.collect());
    let body = rmp_serde::to_vec(&Written { record, epoch, entry, all, by_seller, in_progress })?;
    Ok([&[FORMAT][..], &Sha256::digest(&body), &body].concat())
}

/// What was kept, if it is that.
pub(super) fn read(bytes: &[u8]) -> Option<(Counts, EventPosition)> {
    let body = bytes.strip_prefix(&[FORMAT])?;
    let (digest, body) = body.split_first_chunk::<32>()?;
    if Sha256::digest(body)[..] != digest[..] {
        return None;
    }
    let Written { record, epoch, entry, all, by_seller, in_progress } = rmp_serde::from_slice(body).ok()?;
    let by_seller = by_seller.into_iter().map(|(id, days)| Some((id, days_read(days)?)));
    let by_seller = by_seller.collect::<Option<_>>()?;
    let counts = Counts::of(days_read(all)?, by_seller, in_progress.into_iter().collect());
    Some((counts, EventPosition { record, epoch, entry }))
}

fn days_written(days: &Days) -> DaysWritten {
    days.iter().map(|(day, numbers)| (day.num_days_from_ce(), numbers.clone())).collect()
}

fn days_read(days: DaysWritten) -> Option<Days> {
    days.into_iter().map(|(day, numbers)| Some((NaiveDate::from_num_days_from_ce_opt(day)?, numbers))).collect()
}
