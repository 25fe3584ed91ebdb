//! What decisions need, from the database.

use std::collections::{BTreeMap, BTreeSet};

use deadpool_postgres::ClientWrapper;
use futures_util::future::try_join3;
use refund_core::{LineKey, Refund, RefundId, Timestamp};
use tokio_postgres::Row;

use super::hashes;
use super::head::instant;
use super::rows::{column, number, record, strange};
use super::sql;
use crate::codec::decode;
use crate::door::{Case, Loaded, Need};
use crate::record::{Entry, Record};
use crate::{IdempotencyKey, Number, Remembered, StoreError};

/// Under which numbers the database has what was loaded.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Refunds, and their order lines.
    pub(super) refunds: BTreeMap<RefundId, (Number, Number)>,
    pub(super) lines: BTreeMap<LineKey, Number>,
}

/// What could not be loaded: because of the connection, or of what stands there.
pub(super) enum LoadError {
    Asked(tokio_postgres::Error),
    Read(StoreError),
}

impl From<tokio_postgres::Error> for LoadError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Asked(error)
    }
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> Self {
        Self::Read(error)
    }
}

impl From<LoadError> for StoreError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Asked(error) => error.into(),
            LoadError::Read(error) => error,
        }
    }
}

/// What is asked for, by how it is asked. Each once, however many requests of a turn need it: of a line that is asked for
/// twice the database would give each refund twice, and it would count twice.
#[derive(Default)]
struct Asked<'n> {
    refunds: BTreeSet<&'n RefundId>,
    lines: BTreeSet<&'n LineKey>,
    answers: BTreeSet<&'n IdempotencyKey>,
    histories: BTreeSet<&'n RefundId>,
    records: BTreeSet<&'n RefundId>,
    /// Until when most is due, and so many of it.
    due: Option<(Timestamp, usize)>,
}

impl<'n> Asked<'n> {
    fn of(needs: &'n [Need]) -> Self {
        let mut asked = Self::default();
        for need in needs {
            match need {
                Need::Refund(id) => drop(asked.refunds.insert(id)),
                Need::Line(key) => drop(asked.lines.insert(key)),
                Need::Answer(key) => drop(asked.answers.insert(key)),
                Need::History(id) => drop(asked.histories.insert(id)),
                Need::Records(id) => drop(asked.records.insert(id)),
                Need::Due(until, limit) => asked.due = asked.due.max(Some((*until, *limit))),
            }
        }
        asked
    }
}

/// Puts into the case whatever these needs name, in two round trips at the most; a history, or a refund's records, take one of their own.
pub(super) async fn load(
    client: &ClientWrapper,
    needs: &[Need],
    case: &mut Case,
    places: &mut Places,
) -> Result<(), LoadError> {
    let asked = Asked::of(needs);
    let refunds =
        async { if asked.refunds.is_empty() { Ok(Vec::new()) } else { beside(client, &asked.refunds).await } };
    let lines = async { if asked.lines.is_empty() { Ok(Vec::new()) } else { on(client, &asked.lines).await } };
    let answers =
        async { if asked.answers.is_empty() { Ok(Vec::new()) } else { remembered(client, &asked.answers).await } };
    let (refunds, lines, answers) = try_join3(refunds, lines, answers).await?;
    put_refunds(refunds, case, places)?;
    put_refunds(lines, case, places)?;
    asked.refunds.iter().for_each(|id| case.put_refund((*id).clone(), Loaded::Nothing));
    asked.lines.iter().for_each(|key| case.put_line((*key).clone(), []));
    put_answers(&answers, &asked.answers, case)?;
    for id in asked.histories {
        let records = records(client, id).await?;
        case.put_history(id.clone(), records.iter().flat_map(|(_, record)| record.events_of(id)).cloned().collect());
    }
    for id in asked.records {
        case.put_records(id.clone(), records(client, id).await?);
    }
    if let Some((until, limit)) = asked.due {
        due(client, until, limit, case, places).await?;
    }
    Ok(())
}

async fn beside(client: &ClientWrapper, ids: &BTreeSet<&RefundId>) -> Result<Vec<Row>, tokio_postgres::Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
    client.query(&client.prepare_cached(sql::REFUNDS_WITH_THOSE_BESIDE).await?, &[&ids]).await
}

async fn on(client: &ClientWrapper, keys: &BTreeSet<&LineKey>) -> Result<Vec<Row>, tokio_postgres::Error> {
    let sellers: Vec<_> = keys.iter().map(|key| key.seller_id.as_str()).collect();
    let orders: Vec<_> = keys.iter().map(|key| key.order_id.as_str()).collect();
    let lines: Vec<_> = keys.iter().map(|key| key.line_id.as_str()).collect();
    client.query(&client.prepare_cached(sql::REFUNDS_ON_LINES).await?, &[&sellers, &orders, &lines]).await
}

async fn remembered(
    client: &ClientWrapper,
    keys: &BTreeSet<&IdempotencyKey>,
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let hashes: Vec<_> = keys.iter().map(|key| hashes::of_key(key)).collect();
    client.query(&client.prepare_cached(sql::ANSWERS).await?, &[&hashes]).await
}

/// An order line, and all its refunds.
type OnLine = (LineKey, Vec<(RefundId, Loaded)>);

/// Puts in order lines with all their refunds.
fn put_refunds(rows: Vec<Row>, case: &mut Case, places: &mut Places) -> Result<(), LoadError> {
    let mut lines: BTreeMap<Number, OnLine> = BTreeMap::new();
    for row in rows {
        let (no, line) = (number(row.try_get(0)?)?, number(row.try_get(1)?)?);
        let (id, loaded) = match decode::<Refund>(row.try_get(3)?) {
            Ok(refund) => Loaded::by_id(refund.into()),
            Err(error) => {
                let id: &str = row.try_get(2)?;
                let id = id.parse().map_err(|_| strange("a refund with an id that can't be"))?;
                (id, Loaded::Senseless(error.to_string()))
            }
        };
        places.refunds.insert(id.clone(), (no, line));
        let key = line_key(&row, &loaded)?;
        lines.entry(line).or_insert_with(|| (key, Vec::new())).1.push((id, loaded));
    }
    for (no, (key, refunds)) in lines {
        places.lines.insert(key.clone(), no);
        case.put_line(key, refunds);
    }
    Ok(())
}

fn line_key(row: &Row, loaded: &Loaded) -> Result<LineKey, LoadError> {
    if let Loaded::There(refund) = loaded {
        return Ok(refund.line_key());
    }
    let wrong = || strange("an order line with a name that can't be");
    Ok(LineKey {
        seller_id: row.try_get::<_, &str>(4)?.parse().map_err(|_| wrong())?,
        order_id: row.try_get::<_, &str>(5)?.parse().map_err(|_| wrong())?,
        line_id: row.try_get::<_, &str>(6)?.parse().map_err(|_| wrong())?,
    })
}

/// Puts in what is remembered under these keys. Two keys may have one hash: the record tells.
fn put_answers(rows: &[Row], keys: &BTreeSet<&IdempotencyKey>, case: &mut Case) -> Result<(), LoadError> {
    let mut found: BTreeMap<IdempotencyKey, Remembered> = BTreeMap::new();
    for row in rows {
        let record: Record = decode(row.try_get(1)?).map_err(StoreError::from)?;
        for entry in record.entries {
            // The latest comes first, and stands.
            if let Entry::Answer { key, remembered } = entry {
                found.entry(key).or_insert(remembered);
            }
        }
    }
    keys.iter().for_each(|key| case.put_answer((*key).clone(), found.remove(*key)));
    Ok(())
}

/// The records that tell of a refund, each with its number.
async fn records(client: &ClientWrapper, id: &RefundId) -> Result<Vec<(u64, Record)>, LoadError> {
    let statement = client.prepare_cached(sql::HISTORY).await?;
    let rows = client.query(&statement, &[&id.as_str(), &0_i64, &i64::MAX]).await?;
    let records = rows.iter().map(|row| record(row, 0).map(|(stamp, record)| (stamp.number, record)));
    Ok(records.collect::<Result<_, _>>()?)
}

async fn due(
    client: &ClientWrapper,
    until: Timestamp,
    limit: usize,
    case: &mut Case,
    places: &mut Places,
) -> Result<(), LoadError> {
    let limit = case.due_limit(limit);
    let rows = due_rows(client, until, limit.saturating_add(1)).await?;
    let is_all = rows.len() <= limit;
    let due: Vec<_> = rows.into_iter().take(limit).collect();
    let ids: BTreeSet<_> =
        due.iter().map(|(_, id)| id).filter(|id| !case.knows(&Need::Refund((*id).clone()))).collect();
    if !ids.is_empty() {
        put_refunds(beside(client, &ids).await?, case, places)?;
        ids.iter().for_each(|id| case.put_refund((*id).clone(), Loaded::Nothing));
    }
    case.put_due(until, is_all, due);
    Ok(())
}

/// On which refunds something is due by then, the earliest first.
pub(super) async fn due_rows(
    client: &ClientWrapper,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<(Timestamp, RefundId)>, LoadError> {
    let statement = client.prepare_cached(sql::DUE).await?;
    let rows = client.query(&statement, &[&until.as_millis(), &column(limit as u64)]).await?;
    let due = rows.iter().map(|row| {
        let id: &str = row.try_get(1)?;
        Ok((instant(row.try_get(0)?), id.parse().map_err(|_| strange("a refund with an id that can't be"))?))
    });
    due.collect()
}
