//! Where everything in the database stands.

use refund_core::Timestamp;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use super::PostgresError;
use super::migrating::{SCHEMA, check_format};
use super::rows::strange;
use crate::codec::VERSION;
use crate::{EventPosition, StoreError};

/// Where everything stands, as one look tells.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) schema: i32,
    pub(super) format: i32,
    pub(super) test_clock: Option<bool>,
    /// Whether settling is held (R36).
    pub(super) held: bool,
    /// In which what is recorded from now on is written: another one where something may have been lost, after a restore or
    /// a failover, so that it is never taken for what comes in its place.
    pub(super) epoch: u32,
    /// The half of it that the database keeps.
    pub(super) history: i64,
    /// What the database's clock says.
    pub(super) clock: Timestamp,
    /// What was recorded last; nothing where nothing was yet.
    pub(super) last: Option<Last>,
    /// Whether a copy of a store into it is not complete.
    pub(super) copying: bool,
    /// How often something was asked to be sent again.
    pub(super) asked: i64,
    /// Whether nothing can be written where this was read.
    pub(super) read_only: bool,
    /// Whether a commit waits for a standby: until one has it, what others can read may be lost yet.
    pub(super) waits_for_standby: bool,
}

/// What was recorded last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Last {
    /// Where the last event stands, or would.
    pub(super) end: EventPosition,
    /// The latest instant recorded.
    pub(super) latest: Timestamp,
    /// The last record that changed a setting.
    pub(super) settings: u64,
    /// The hash that stands for everything recorded up to here.
    pub(super) chain: [u8; 32],
}

impl Head {
    pub(super) fn of(row: &Row) -> Result<Self, StoreError> {
        let last = match row.try_get::<_, Option<i64>>(7)? {
            None => None,
            Some(number) => Some(Last::of(number, row)?),
        };
        Ok(Self {
            schema: row.try_get(0)?,
            format: row.try_get(1)?,
            test_clock: row.try_get(2)?,
            held: row.try_get(3)?,
            epoch: epoch(row.try_get(4)?, row.try_get(5)?),
            history: row.try_get(4)?,
            clock: instant(row.try_get(6)?),
            last,
            copying: row.try_get(13)?,
            asked: row.try_get(14)?,
            read_only: row.try_get(15)?,
            waits_for_standby: row.try_get(16)?,
        })
    }

    /// Whether this program may work with what it finds, as servers do.
    pub(super) fn check(&self) -> Result<(), PostgresError> {
        self.check_format()?;
        if self.format < i32::from(VERSION) {
            return Err(PostgresError::OlderFormat { found: self.format, written: VERSION });
        }
        if self.copying { Err(PostgresError::HalfCopied) } else { Ok(()) }
    }

    /// Whether this program knows what it finds.
    pub(super) fn check_format(&self) -> Result<(), PostgresError> {
        if self.schema != SCHEMA {
            return Err(PostgresError::Layout { found: self.schema, wanted: SCHEMA });
        }
        check_format(self.format)
    }

    /// The number of the last record.
    pub(super) fn number(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.end.record)
    }

    pub(super) fn latest(&self) -> Timestamp {
        self.last.as_ref().map_or(Timestamp::MIN, |last| last.latest)
    }

    /// The last record that changed a setting.
    pub(super) fn settings(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.settings)
    }
}

impl Last {
    fn of(number: i64, row: &Row) -> Result<Self, StoreError> {
        let wrong = || strange("where the last batch ends can't be read");
        let entries: i32 = row.try_get(8)?;
        let epoch: i64 = row.try_get(9)?;
        let settings: i64 = row.try_get(11)?;
        let end = EventPosition {
            record: u64::try_from(number).map_err(|_| wrong())?,
            epoch: u32::try_from(epoch).map_err(|_| wrong())?,
            entry: u32::try_from(entries).map_err(|_| wrong())?.saturating_sub(1),
        };
        let chain: &[u8] = row.try_get(12)?;
        Ok(Self {
            end,
            latest: instant(row.try_get(10)?),
            settings: u64::try_from(settings).map_err(|_| wrong())?,
            chain: chain.try_into().map_err(|_| wrong())?,
        })
    }
}

/// The epoch of a history on a timeline. 0 is that of records without one.
fn epoch(history: i64, timeline: &str) -> u32 {
    let hash: [u8; 32] = Sha256::new().chain_update(history.to_le_bytes()).chain_update(timeline).finalize().into();
    hash.first_chunk().map_or(1, |first| u32::from_le_bytes(*first)).max(1)
}

/// An instant of a column.
pub(super) fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap_or(Timestamp::MIN)
}
