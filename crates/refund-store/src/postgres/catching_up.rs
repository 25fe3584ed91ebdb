//! What a server has at hand brought up to where the database stands, where that goes on from there.

use std::sync::Arc;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::GenericClient;

use super::head::Head;
use super::known::Known;
use super::loading::LoadError;
use super::rows::column;
use super::sql;
use crate::codec::decode;
use crate::record::Record;
use crate::{Settings, StoreError};

/// All settings that there are, for whoever knows none yet.
pub(super) async fn all_settings(client: &impl GenericClient) -> Result<Arc<Settings>, LoadError> {
    let mut settings = Settings::default();
    for row in client.query(sql::SETTINGS, &[]).await? {
        settings.take_in(&decode(row.try_get(0)?).map_err(StoreError::from)?);
    }
    Ok(Arc::new(settings))
}

/// Whether what this server follows is a part of the database's history still. It is asked wherever the database stands
/// elsewhere or has another epoch: a standby that lagged may have taken the primary's place, and a backup the database's.
/// What the server has at hand was never undone then, and it would decide by settings, keys and instants that nobody has.
/// The epoch alone does not tell: two promotions from one timeline are two histories on one timeline.
pub(super) async fn goes_on(client: &ClientWrapper, known: &Known, head: &Head) -> Result<(), LoadError> {
    let Some(last) = known.followed().filter(|last| head.epoch != known.epoch() || head.last.as_ref() != Some(last))
    else {
        return Ok(());
    };
    let statement = client.prepare_cached(sql::CHAIN_AT).await?;
    let found = client.query_opt(&statement, &[&column(last.end.record)]).await?;
    let chain = found.map(|row| row.try_get::<_, Vec<u8>>(0)).transpose()?;
    if chain.as_deref() == Some(&last.chain[..]) {
        return Ok(());
    }
    // Others were told of what is gone: what comes in its place is of another history, so that no event gets the id of one
    // that they know. Whoever finds it out first says so, and waits for no standby; where nothing can be written at the
    // moment, whoever is started again says `store recovered`.
    let said = client.batch_execute(&sql::another_history(head.history)).await;
    tracing::debug!(?said, "a history was lost");
    let why = format!(
        "record {} is not what it was: what was recorded since is lost. The server has to be started again; see \
         `store recovered`",
        last.end.record
    );
    Err(known.lose(&why).into())
}

/// The settings as they are at `head`, from what they were at record `since`.
pub(super) async fn settings_at(
    client: &ClientWrapper,
    head: &Head,
    (since, settings): (u64, Arc<Settings>),
) -> Result<Arc<Settings>, LoadError> {
    if head.settings() <= since {
        return Ok(settings);
    }
    let statement = client.prepare_cached(sql::SETTINGS_SINCE).await?;
    let rows = client.query(&statement, &[&column(since), &column(head.number())]).await?;
    let mut settings = Arc::unwrap_or_clone(settings);
    for row in &rows {
        let record: Record = decode(row.try_get(0)?).map_err(StoreError::from)?;
        record.entries.iter().for_each(|entry| settings.take_in(entry));
    }
    Ok(Arc::new(settings))
}
