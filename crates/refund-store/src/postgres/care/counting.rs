//! How much there is in a database, as of the moment that was [begun](Database::begin).

use futures_util::TryStreamExt;
use refund_core::{Refund, SellerId, Timestamp};
use tokio_postgres::Row;

use super::super::PostgresError;
use super::super::catching_up::all_settings;
use super::super::head::instant;
use super::super::rows::{number, strange};
use super::database::Database;
use super::sql;
use crate::codec::decode;
use crate::record::Record;
use crate::{Settings, StoreError};

/// How much there is in the tables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) batches: u64,
    pub(crate) records: u64,
    pub(crate) lines: u64,
    /// The latest instant recorded, if anything was.
    pub(crate) latest: Option<Timestamp>,
    /// Bytes of the log, and of all that follows from it, with their indexes.
    pub(crate) log_bytes: u64,
    pub(crate) table_bytes: u64,
    /// How many servers live.
    pub(crate) servers: u64,
}

/// How much of the log is about a seller.
pub(crate) struct About {
    pub(crate) seller_id: SellerId,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
}

impl Database {
    /// How much there is in the tables.
    pub(crate) fn sizes(&self) -> Result<Sizes, PostgresError> {
        self.carry_out(sql::JOIN_WHOLE_TABLES)?;
        let row = self.query_one(sql::SIZES, &[])?;
        let count = |column: usize| Ok::<_, PostgresError>(number(row.try_get(column)?)?);
        Ok(Sizes {
            batches: count(0)?,
            records: count(1)?,
            latest: row.try_get::<_, Option<i64>>(2)?.map(instant),
            lines: count(3)?,
            log_bytes: count(4)?,
            table_bytes: count(5)?,
            servers: self.live_servers()?.len() as u64,
        })
    }

    pub(crate) fn first_record(&self) -> Result<Option<Record>, PostgresError> {
        let rows = self.query(sql::RECORDS, &[&1_i64, &2_i64])?;
        rows.first().map(|row| Ok(decode(row.try_get(5)?)?)).transpose()
    }

    pub(crate) fn all_settings(&self) -> Result<Settings, PostgresError> {
        let settings = self.wait(all_settings(&*self.client)).map_err(StoreError::from)?;
        Ok(std::sync::Arc::unwrap_or_clone(settings))
    }

    /// Gives every refund, in any order.
    pub(crate) fn each_refund(&self, mut give: impl FnMut(&Refund)) -> Result<(), PostgresError> {
        self.each_row(sql::EVERY_STATE, |row| {
            give(&decode(row.try_get(0)?)?);
            Ok(())
        })
    }

    /// Says how much of the log is about the refunds of each seller; of a record that tells of several one counts.
    pub(crate) fn about_sellers(&self, mut give: impl FnMut(About)) -> Result<(), PostgresError> {
        self.each_row(sql::ABOUT_SELLERS, |row| {
            let seller_id: &str = row.try_get(0)?;
            let seller_id = seller_id.parse().map_err(|_| strange("a seller with an id that can't be"))?;
            give(About { seller_id, records: number(row.try_get(1)?)?, bytes: number(row.try_get(2)?)? });
            Ok(())
        })
    }

    /// Gives every record that changes a setting and tells of no refund, with how many bytes it has.
    pub(crate) fn each_set_up(&self, mut give: impl FnMut(&Record, u64)) -> Result<(), PostgresError> {
        self.each_row(sql::EVERY_SET_UP, |row| {
            let body: &[u8] = row.try_get(0)?;
            give(&decode(body)?, body.len() as u64);
            Ok(())
        })
    }

    fn each_row(
        &self,
        sql: &str,
        mut give: impl FnMut(&Row) -> Result<(), PostgresError>,
    ) -> Result<(), PostgresError> {
        self.wait(async {
            let none: [&str; 0] = [];
            let rows = self.client.query_raw(sql, none).await?;
            let mut rows = std::pin::pin!(rows);
            while let Some(row) = rows.try_next().await? {
                give(&row)?;
            }
            Ok(())
        })
    }
}
