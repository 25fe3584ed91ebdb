//! Making a database a store, and bringing one to the present layout and format. Servers never do it by themselves.

use deadpool_postgres::ClientWrapper;
use refund_core::Refund;
use tokio_postgres::types::ToSql;
use tokio_postgres::{GenericClient, Row};

use super::PostgresAddress;
use super::connection::{Connector, Purpose};
use super::error::PostgresError;
use super::gists::put_gists;
use super::puts::Put;
use super::rows::{column, number};
use crate::StoreError;
use crate::codec::{VERSION, decode};

/// What leads to each layout from the one before; the first from an empty database. What was released is changed no more.
const MIGRATIONS: [&str; 3] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];
/// The layout that this program works with.
pub(super) const SCHEMA: i32 = 3;
/// The layout since which refunds can be looked for.
const WITH_GISTS: i32 = 3;

/// How a database keeps a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Which tables there are; 0 where there are none.
    pub layout: i32,
    /// The newest format that values may be written in: programs that don't know it leave the database alone.
    pub format: i32,
}

impl Level {
    const EMPTY: Self = Self { layout: 0, format: 0 };
    /// What this program works with.
    const OWN: Self = Self { layout: SCHEMA, format: VERSION as i32 };
}

/// What a database needed, or needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// What it was.
    pub from: Level,
    /// What this program works with.
    pub to: Level,
}

/// What stands in the way of two that migrate at once. A number as good as any other, kept for that.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7236)";

/// Brings a database to the present layout and format, or says what there is to be done if `is_plan`. What was done is
/// done whole.
///
/// # Errors
/// [`PostgresError`]. The database is as it was.
pub async fn migrate(address: &PostgresAddress, is_plan: bool) -> Result<Migrated, PostgresError> {
    let mut client = Connector::new(address.clone())?.connect(Purpose::Write).await?;
    check_server(&client).await?;
    // Changes wait for nobody's statements: they come again.
    client.batch_execute("SET lock_timeout = '2s'; SET statement_timeout = 0").await?;
    let turn = client.transaction().await?;
    turn.batch_execute(LOCK).await?;
    let from = match level(&*turn).await? {
        Some(from) => from,
        None if is_empty(&*turn).await? => Level::EMPTY,
        None => return Err(PostgresError::NotEmpty { address: address.shown() }),
    };
    let migrated = Migrated { from, to: Level::OWN };
    if from.layout > SCHEMA {
        return Err(PostgresError::Layout { found: from.layout, wanted: SCHEMA });
    }
    check_format(from.format)?;
    if is_plan || from == Level::OWN {
        return Ok(migrated);
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(from.layout).unwrap_or(usize::MAX)) {
        turn.batch_execute(migration).await?;
    }
    if from.layout < WITH_GISTS {
        make_gists(&*turn).await?;
    }
    turn.execute(
        "INSERT INTO meta (schema, format) VALUES ($1, $2) \
         ON CONFLICT (one) DO UPDATE SET schema = excluded.schema, format = excluded.format",
        &[&SCHEMA, &i32::from(VERSION)],
    )
    .await?;
    turn.commit().await?;
    Ok(migrated)
}

/// Makes what refunds are looked for by, of those that were there before they could be.
async fn make_gists(client: &impl GenericClient) -> Result<(), PostgresError> {
    let mut after = 0_i64;
    loop {
        let some = "SELECT no, state FROM refunds WHERE no > $1 ORDER BY no LIMIT 1000";
        let rows = client.query(some, &[&after]).await?;
        let refund = |row: &Row| Ok::<_, StoreError>((number(row.try_get(0)?)?, decode::<Refund>(row.try_get(1)?)?));
        let refunds = rows.iter().map(refund).collect::<Result<Vec<_>, _>>()?;
        let Some((last, _)) = refunds.last() else { return Ok(()) };
        after = column(*last);
        let Put { sql, columns } = put_gists(refunds.iter().map(|(number, refund)| (*number, refund)));
        let columns: Vec<_> = columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
        client.execute(sql, &columns).await?;
    }
}

/// How the database keeps a store; nothing where it is none.
async fn level(client: &impl GenericClient) -> Result<Option<Level>, PostgresError> {
    let has_meta =
        client.query_one("SELECT to_regclass('meta') IS NOT NULL AND to_regclass('turn') IS NOT NULL", &[]).await?;
    if !has_meta.try_get::<_, bool>(0)? {
        return Ok(None);
    }
    let row = client.query_opt("SELECT schema, format FROM meta", &[]).await?;
    row.map(|row| Ok(Level { layout: row.try_get(0)?, format: row.try_get(1)? })).transpose()
}

async fn is_empty(client: &impl GenericClient) -> Result<bool, PostgresError> {
    let any = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm', 'S')";
    Ok(client.query_one(any, &[]).await?.try_get::<_, i64>(0)? == 0)
}

/// Whether the server can be worked with at all.
pub(super) async fn check_server(client: &ClientWrapper) -> Result<(), PostgresError> {
    let row = client
        .query_one(
            "SELECT current_setting('server_version_num')::int4, current_setting('server_version'), \
                 current_setting('server_encoding'), current_setting('plan_cache_mode')",
            &[],
        )
        .await?;
    // What every connection here asks for, and nobody by chance.
    if row.try_get::<_, String>(3)? != "force_generic_plan" {
        return Err(PostgresError::Pooled);
    }
    if row.try_get::<_, i32>(0)? < 150_000 {
        return Err(PostgresError::TooOld { found: row.try_get(1)? });
    }
    let encoding: String = row.try_get(2)?;
    if encoding != "UTF8" { Err(PostgresError::Encoding { found: encoding }) } else { Ok(()) }
}

/// Whether this program reads what may be written there.
pub(super) fn check_format(found: i32) -> Result<(), PostgresError> {
    if found > i32::from(VERSION) { Err(PostgresError::NewerFormat { found, known: VERSION }) } else { Ok(()) }
}

/// Whether the database is a store of the layout that this program works with: what another one has can't be asked for.
pub(super) async fn check_layout(client: &impl GenericClient, address: &PostgresAddress) -> Result<(), PostgresError> {
    match level(client).await? {
        Some(Level { layout: SCHEMA, .. }) => Ok(()),
        Some(Level { layout: found, .. }) => Err(PostgresError::Layout { found, wanted: SCHEMA }),
        None => Err(PostgresError::NotMigrated { address: address.shown() }),
    }
}
