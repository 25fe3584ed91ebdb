//! What stands in rows, read as what it is.

use refund_core::{Money, Refund};
use tokio_postgres::Row;

use crate::codec::decode;
use crate::journal::Stamp;
use crate::record::{Entry, Record};
use crate::{EventPosition, Number, Recorded, StoreError};

/// What the database says makes no sense.
pub(super) fn strange(what: &str) -> StoreError {
    StoreError::Unreadable(format!("the database: {what}; run `refund-api store verify`"))
}

/// A number that grows from 0, as a column has it.
pub(super) fn number(column: i64) -> Result<u64, StoreError> {
    u64::try_from(column).map_err(|_| strange("a number below 0"))
}

/// A number as it is put into a column.
pub(super) fn column(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A record and which it is, from columns with its number, its epoch and its body.
pub(super) fn record(row: &Row, first: usize) -> Result<(Stamp, Record), StoreError> {
    let stamp = stamp(row.try_get(first)?, row.try_get(first.saturating_add(1))?)?;
    Ok((stamp, decode(row.try_get(first.saturating_add(2))?)?))
}

pub(super) fn stamp(at: i64, epoch: i64) -> Result<Stamp, StoreError> {
    let epoch = u32::try_from(epoch).map_err(|_| strange("an epoch that none can be"))?;
    Ok(Stamp { number: number(at)?, epoch })
}

/// The events of a record, each with where it stands.
pub(super) fn events(stamp: Stamp, record: Record) -> impl DoubleEndedIterator<Item = Recorded> {
    let entries = (0..).zip(record.entries).collect::<Vec<_>>().into_iter();
    entries.filter_map(move |(entry, content)| {
        if let Entry::Refund(event) = content { Some((EventPosition::of(stamp, entry), event)) } else { None }
    })
}

/// A place in a list: the refund's number, its rank, itself and what is left on its order line.
pub(super) struct Placed {
    pub(super) number: Number,
    pub(super) rank: Option<u64>,
    pub(super) refund: Refund,
    pub(super) refundable: Money,
}

impl Placed {
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        let refund: Refund = decode(row.try_get(2)?)?;
        let refundable = left(&refund, row.try_get(3)?)?;
        let rank = row.try_get::<_, Option<i64>>(1)?.map(number).transpose()?;
        Ok(Self { number: number(row.try_get(0)?)?, rank, refund, refundable })
    }
}

/// What is left on a refund's order line.
pub(super) fn left(refund: &Refund, minor: i64) -> Result<Money, StoreError> {
    Money::new(minor, refund.line.paid.currency()).map_err(|_| strange("an order line with an account that can't be"))
}
