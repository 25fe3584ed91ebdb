//! The tables of the store, held against those that were made beside them from its log.

use futures_util::TryStreamExt;
use refund_core::{Refund, Timestamp};
use serde::de::DeserializeOwned;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::super::PostgresError;
use super::database::Database;
use super::shadows::{TABLES, Table};
use super::sql;
use crate::codec::decode;
use crate::model::remembered::REMEMBERED_FOR_MILLIS;
use crate::record::Entry;

/// A row that is not what the log makes.
#[derive(Debug)]
pub(crate) struct Differing {
    /// Which, in words.
    pub(crate) row: String,
    /// How it differs.
    pub(crate) how: &'static str,
}

/// Tells every row of the store that is not as the log makes it, where `latest` is the latest instant recorded; and which
/// table is looked at, as so many of so many.
pub(crate) fn differences(
    database: &Database,
    latest: Timestamp,
    mut differs: impl FnMut(Differing),
    mut looks_at: impl FnMut(u64, u64),
) -> Result<(), PostgresError> {
    database.carry_out(sql::JOIN_WHOLE_TABLES)?;
    let schema: String = database.query_one(sql::SCHEMA, &[])?.try_get(0)?;
    for (count, table) in (1..).zip(TABLES) {
        looks_at(count, TABLES.len() as u64);
        table.compare(database, &schema, latest, &mut differs)?;
    }
    Ok(())
}

impl Table {
    /// Goes through the rows that differ in any column, those of the store on the left.
    fn compare(
        &self,
        database: &Database,
        schema: &str,
        latest: Timestamp,
        differs: &mut impl FnMut(Differing),
    ) -> Result<(), PostgresError> {
        let text = self.statement(schema);
        let oldest = latest.as_millis().saturating_sub(REMEMBERED_FOR_MILLIS);
        let parameters: &[&(dyn ToSql + Sync)] = if self.is_forgotten() { &[&oldest] } else { &[] };
        database.wait(async {
            let rows = database.client.query_raw(&text, parameters.iter().copied()).await?;
            let mut rows = std::pin::pin!(rows);
            while let Some(row) = rows.try_next().await? {
                if let Some(how) = self.how(&row)? {
                    let row = format!("{} {}", self.name, row.try_get::<_, &str>(0)?);
                    differs(Differing { row, how });
                }
            }
            Ok(())
        })
    }

    fn statement(&self, schema: &str) -> String {
        let Self { name, key, columns, body, called, .. } = self;
        let each = |list: &str, of: &str| {
            let columns = list.split(", ").filter(|column| !column.is_empty());
            columns.map(|column| format!("{of}.{column}")).collect::<Vec<_>>().join(", ")
        };
        let called = called.split(", ").map(|column| format!("coalesce(a.{column}, b.{column})::text"));
        let called = called.collect::<Vec<_>>().join(", ");
        let first = key.split(", ").next().unwrap_or(key);
        let plainly = format!("ROW({}) IS DISTINCT FROM ROW({})", each(columns, "a"), each(columns, "b"));
        let (bodies, or_body) = match body {
            Some(body) => (format!("a.{body}, b.{body}"), format!("OR a.{body} IS DISTINCT FROM b.{body}")),
            None => ("NULL::bytea, NULL::bytea".to_owned(), String::new()),
        };
        // What nobody is given any more was forgotten, or will be.
        let but = if self.is_forgotten() { "AND (a.at IS NOT NULL OR b.at >= $1)" } else { "" };
        format!(
            "SELECT concat_ws(' ', {called}), a.{first} IS NULL, b.{first} IS NULL, {plainly}, {bodies} \
             FROM {schema}.{name} a FULL JOIN pg_temp.{name} b USING ({key}) \
             WHERE (a.{first} IS NULL OR b.{first} IS NULL OR {plainly} {or_body}) {but}"
        )
    }

    /// Whether rows of it go when they are old.
    fn is_forgotten(&self) -> bool {
        self.name == "answers"
    }

    /// How a row differs, if it does.
    fn how(&self, row: &Row) -> Result<Option<&'static str>, PostgresError> {
        let (is_missing, is_more, differs): (bool, bool, bool) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        if is_missing {
            return Ok(Some("it is missing"));
        }
        if is_more {
            return Ok(Some("nothing that was recorded makes it"));
        }
        let (there, made): (Option<&[u8]>, Option<&[u8]>) = (row.try_get(4)?, row.try_get(5)?);
        let same = |there, made| match self.name {
            "refunds" => means_the_same::<Refund>(there, made),
            _ => means_the_same::<Entry>(there, made),
        };
        let is_other = there.zip(made).is_some_and(|(there, made)| !same(there, made));
        Ok((differs || is_other).then_some("it says otherwise than what was recorded"))
    }
}

/// Whether bytes mean the same, which programs of different versions may have written.
fn means_the_same<T: DeserializeOwned + PartialEq>(there: &[u8], made: &[u8]) -> bool {
    let (Ok(there), Ok(made)) = (decode::<T>(there), decode::<T>(made)) else { return false };
    there == made
}
