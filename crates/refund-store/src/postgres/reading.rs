//! Reads, on connections of their own.

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Object, Pool, PoolError, Status};
use refund_core::{DeadlineKind, LineKey, Refund, RefundId, Timestamp};
use tokio::runtime::Handle;
use tokio_postgres::Row;

use super::error::said;
use super::head::instant;
use super::known::Known;
use super::loading::{LoadError, Places, due_rows, load};
use super::looking::Looks;
use super::rows::{Placed, column, events, left, number, record, strange};
use super::sql;
use crate::codec::decode;
use crate::door::{Case, Need, Shelf, answered_before};
use crate::record::{Entry, Record};
use crate::store::{Overdue, Readers};
use crate::{
    Answer, Around, AuditQuery, Audited, EventPosition, Fingerprint, IdempotencyKey, Recorded, Refused, Settings, Soon,
    StoreError,
};

/// How long a read may take. What takes the database longer than 10 s it ends by itself.
pub(super) const READING_MAX: Duration = Duration::from_secs(12);

/// What everything is read from.
#[derive(Clone)]
pub(super) struct Reading {
    pub(super) pool: Pool,
    pub(super) known: Arc<Known>,
    pub(super) looks: Looks,
    pub(super) runtime: Handle,
}

impl From<PoolError> for StoreError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Timeout(_) => Self::TooSlow { seconds: 1 },
            // None could be made: those that are there report what befalls them by themselves.
            PoolError::Backend(error) => Self::Away(said(&error)),
            PoolError::Closed => Self::Closed,
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => Self::Unreadable(error.to_string()),
        }
    }
}

impl Reading {
    /// Does something on the store's own threads, whoever waits for it, and once more where it was cut off.
    pub(super) fn apart<'a, T, E, F>(
        &self,
        within: Duration,
        what: impl Fn(Self) -> F + Send + Sync + 'static,
    ) -> Soon<'a, T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let reading = self.clone();
        let task = self.runtime.spawn(async move {
            let doing = async {
                match what(reading.clone()).await {
                    // What was cut off says nothing of what is there.
                    Err(_) if reading.was_cut() => what(reading.clone()).await,
                    done => done,
                }
            };
            tokio::time::timeout(within, doing).await.unwrap_or_else(|_| {
                reading.begin_anew();
                Err(StoreError::TooSlow { seconds: within.as_secs() }.into())
            })
        });
        Box::pin(async move { task.await.unwrap_or_else(|_| Err(StoreError::Closed.into())) })
    }

    /// A connection for one read.
    pub(super) async fn client(&self) -> Result<Object, StoreError> {
        Ok(self.pool.get().await?)
    }

    /// How the connections for reads are used.
    pub(super) fn readers(&self) -> Readers {
        let Status { size, available, waiting, .. } = self.pool.status();
        Readers { in_use: size.saturating_sub(available), idle: available, waiting }
    }

    /// Whether a connection was cut, so that what was read through it is to be read again. Those that were are gone then.
    fn was_cut(&self) -> bool {
        !self.pool.retain(|client, _| !client.is_closed()).removed.is_empty()
    }

    /// Lets go of every connection that nobody reads through: one of them says nothing any more.
    fn begin_anew(&self) {
        self.pool.retain(|_, _| false);
    }

    /// A refund among the settings, which may have been read after these were heard of.
    pub(super) async fn around(&self, placed: Placed) -> Result<Around, StoreError> {
        let Placed { refund, refundable, .. } = placed;
        let refund = Arc::new(refund);
        let settings = self.settings_with(&refund).await?;
        Around::new(&settings, refund, refundable)
    }

    async fn settings_with(&self, refund: &Refund) -> Result<Arc<Settings>, StoreError> {
        let (_, settings) = self.known.settings();
        if settings.seller(&refund.seller_id).is_some() {
            return Ok(settings);
        }
        self.looks.look().await?;
        Ok(self.known.settings().1)
    }

    pub(super) async fn refund(self, id: RefundId) -> Result<Option<Around>, StoreError> {
        let client = self.client().await?;
        let row = client.query_opt(&client.prepare_cached(sql::REFUND).await?, &[&id.as_str()]).await?;
        drop(client);
        let found = row.map(|row| {
            let refund: Refund = decode(row.try_get(1)?)?;
            let refundable = left(&refund, row.try_get(2)?)?;
            Ok::<_, StoreError>(Placed { number: number(row.try_get(0)?)?, rank: None, refund, refundable })
        });
        let found = found.transpose()?;
        match found {
            Some(placed) => self.around(placed).await.map(Some),
            None => Ok(None),
        }
    }

    pub(super) async fn on_line(self, key: LineKey) -> Result<Vec<Refund>, StoreError> {
        let client = self.client().await?;
        let (seller, order, line) = (key.seller_id.as_str(), key.order_id.as_str(), key.line_id.as_str());
        let rows = client.query(&client.prepare_cached(sql::ON_LINE).await?, &[&seller, &order, &line]).await?;
        rows.iter().map(|row| Ok(decode(row.try_get(0)?)?)).collect()
    }

    pub(super) async fn history(self, id: RefundId, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        let client = self.client().await?;
        let limits: [i64; 2] = [column(after), column(limit as u64)];
        let statement = client.prepare_cached(sql::HISTORY).await?;
        let rows = client.query(&statement, &[&id.as_str(), &limits[0], &limits[1]]).await?;
        let mut history = Vec::new();
        for row in &rows {
            let (stamp, record) = record(row, 0)?;
            let own = events(stamp, record).filter(|(_, event)| event.refund_id == id && event.sequence > after);
            history.extend(own);
        }
        history.truncate(limit);
        Ok(history)
    }

    /// On which refunds something is due by then, the earliest first.
    pub(super) async fn due(self, until: Timestamp, limit: usize) -> Result<Vec<(Timestamp, RefundId)>, StoreError> {
        Ok(due_rows(&*self.client().await?, until, limit).await?)
    }

    pub(super) async fn next_due(self) -> Result<Option<Timestamp>, StoreError> {
        let client = self.client().await?;
        let row = client.query_opt(&client.prepare_cached(sql::NEXT_DUE).await?, &[]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(instant))
    }

    pub(super) async fn overdue(self, kind: DeadlineKind) -> Result<Overdue, StoreError> {
        let client = self.client().await?;
        let row = client.query_one(&client.prepare_cached(sql::OVERDUE).await?, &[&kind.as_str()]).await?;
        let count = usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0);
        let oldest = row.try_get::<_, Option<i64>>(1)?.map(instant);
        Ok(Overdue { count, oldest })
    }

    pub(super) async fn audit(self, query: AuditQuery) -> Result<Vec<Audited>, StoreError> {
        let types = (!query.types.is_empty()).then(|| query.types.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
        let (record, entry) = query.behind.map_or((i64::MAX, 0), |at| (column(at.record), i64::from(at.entry)));
        let seller = query.seller_id.as_ref().map(|id| id.as_str());
        let since = query.since.map_or(i64::MIN, Timestamp::as_millis);
        let until = query.until.map_or(i64::MAX, Timestamp::as_millis);
        let limit = column(query.limit as u64);
        let (_, settings) = self.known.settings();
        let client = self.client().await?;
        let statement = client.prepare_cached(sql::AUDIT).await?;
        let rows =
            client.query(&statement, &[&record, &entry, &types, &query.actor, &seller, &since, &until, &limit]).await?;
        let audited = rows.iter().map(audited).collect::<Result<Vec<_>, _>>()?;
        Ok(audited.into_iter().filter(|audited| query.asks_for(audited, &settings)).collect())
    }

    /// The answer that was given before, if it was. A long history takes a while to read.
    pub(super) async fn answered(
        self,
        key: IdempotencyKey,
        fingerprint: Fingerprint,
    ) -> Result<Option<Answer>, Refused> {
        let client = self.client().await?;
        let (now, known) = (self.known.now(), self.known.settings().1);
        let mut case = Case::new(known, self.known.latest());
        let needs = Need::answers(&key);
        load(&client, &needs, &mut case, &mut Places::default()).await.map_err(StoreError::from)?;
        if needs.iter().all(|need| case.has_no_answer(need)) {
            return Ok(None);
        }
        let handle = self.runtime.clone();
        let apart = tokio::task::spawn_blocking(move || {
            let shelf = Apart { client, handle };
            answered_before(&shelf, &mut case, &key, fingerprint, now)
        });
        apart.await.unwrap_or_else(|failed| Err(StoreError::Unreadable(failed.to_string()).into()))
    }
}

/// What decisions need, for whoever waits on a thread of their own.
struct Apart {
    client: Object,
    handle: Handle,
}

impl Shelf for Apart {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        let mut places = Places::default();
        let loaded = self.handle.block_on(load(&self.client, std::slice::from_ref(need), case, &mut places));
        loaded.map_err(LoadError::into)
    }
}

/// What stands in a row of the audit.
fn audited(row: &Row) -> Result<Audited, StoreError> {
    let (stamp, Record { at, from, entries }) = record(row, 0)?;
    let entry: i32 = row.try_get(3)?;
    let audit_type =
        row.try_get::<_, &str>(4)?.parse().map_err(|_| strange("something for the audit of no known kind"))?;
    let before = match (row.try_get::<_, Option<i32>>(5)?, row.try_get::<_, Option<&[u8]>>(6)?) {
        (Some(entry), Some(body)) => Some(nth(decode::<Record>(body)?.entries, entry)?),
        _ => None,
    };
    let position = EventPosition::of(stamp, u32::try_from(entry).unwrap_or(0));
    Ok(Audited { position, at, from, audit_type, entry: nth(entries, entry)?, before })
}

fn nth(entries: Vec<Entry>, entry: i32) -> Result<Entry, StoreError> {
    let wanted = usize::try_from(entry).ok().and_then(|entry| entries.into_iter().nth(entry));
    wanted.ok_or_else(|| strange("an entry of the audit that is not there"))
}
