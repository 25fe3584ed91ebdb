//! What the book forgets: a part at a time, so that nobody waits for it, and as well by several servers at once.

use deadpool_postgres::Object;
use refund_core::Timestamp;
use tokio_postgres::types::ToSql;

use super::book::Book;
use super::{rows, sql};
use crate::deliveries::{KEPT, KEPT_MAX};
use crate::postgres::rows::column;
use crate::{Forget, StoreError};

/// How many deliveries one statement forgets at the most.
const AT_ONCE: u64 = 1000;

impl Book {
    pub(super) async fn endpoints(self) -> Result<Vec<String>, StoreError> {
        all(&self.client().await?).await
    }

    pub(super) async fn forget(self, what: Forget) -> Result<(), StoreError> {
        let client = self.client().await?;
        match what {
            Forget::Old { now } => old(&client, now).await,
            Forget::Endpoints(ids) => endpoints(&client, &ids).await,
            Forget::Everything => {
                endpoints(&client, &all(&client).await?).await?;
                // At the end: what is taken in meanwhile is taken in anew.
                client.execute(&client.prepare_cached(sql::FORGET_READING).await?, &[]).await?;
                Ok(())
            }
        }
    }
}

async fn all(client: &Object) -> Result<Vec<String>, StoreError> {
    let rows = client.query(&client.prepare_cached(sql::ENDPOINTS).await?, &[]).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

async fn endpoints(client: &Object, ids: &[String]) -> Result<(), StoreError> {
    // First: from now on nobody sends to them.
    client.execute(&client.prepare_cached(sql::FORGET_ENDPOINTS).await?, &[&ids]).await?;
    for id in ids {
        in_parts(client, sql::FORGET_OF_ENDPOINT, &[id]).await?;
    }
    Ok(())
}

async fn old(client: &Object, now: Timestamp) -> Result<(), StoreError> {
    let over = now.as_millis().saturating_sub(KEPT.as_millis());
    in_parts(client, sql::FORGET_OVER, &[&over]).await?;
    let behind = client.prepare_cached(sql::BEHIND).await?;
    for id in all(client).await? {
        if let Some(row) = client.query_opt(&behind, &[&id, &column(KEPT_MAX as u64)]).await? {
            let [record, epoch, entry] = rows::place(rows::event(&row, 0)?);
            in_parts(client, sql::FORGET_BEHIND, &[&id, &record, &epoch, &entry]).await?;
        }
    }
    Ok(())
}

async fn in_parts(client: &Object, statement: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<(), StoreError> {
    let statement = client.prepare_cached(statement).await?;
    while client.execute(&statement, parameters).await? >= AT_ONCE {}
    Ok(())
}
