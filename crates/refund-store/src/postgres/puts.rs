//! Statements that write many rows each, sent in one go.

use deadpool_postgres::ClientWrapper;
use futures_util::future::{BoxFuture, FutureExt, try_join_all};
use tokio_postgres::types::ToSql;

/// A statement, and a column of values for each of its parameters.
pub(super) struct Put {
    pub(super) sql: &'static str,
    pub(super) columns: Vec<Box<dyn ToSql + Sync + Send>>,
}

/// Columns of many rows, from the rows.
macro_rules! columns {
    ($rows:expr, $($name:ident: $value:expr),+ $(,)?) => {{
        let rows = $rows;
        vec![$(
            Box::new(rows.iter().map(|$name| $value).collect::<Vec<_>>())
                as Box<dyn tokio_postgres::types::ToSql + Sync + Send>
        ),+]
    }};
}
pub(super) use columns;

/// Sends all of them with one flush, and with them the end of the transaction where that is told. Where any fails, so do
/// all.
pub(super) async fn send(client: &ClientWrapper, puts: &[Put], end: Option<&str>) -> Result<(), tokio_postgres::Error> {
    let mut statements = Vec::new();
    for put in puts {
        statements.push(client.prepare_cached(put.sql).await?);
    }
    let mut sent: Vec<BoxFuture<'_, Result<(), tokio_postgres::Error>>> = Vec::new();
    for (put, statement) in puts.iter().zip(&statements) {
        let parameters: Vec<_> = put.columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
        sent.push(async move { client.execute(statement, &parameters).await.map(drop) }.boxed());
    }
    // A transaction in which something failed ends with success and without effect: each answer is looked at.
    sent.extend(end.map(|end| client.batch_execute(end).boxed()));
    try_join_all(sent).await?;
    Ok(())
}
