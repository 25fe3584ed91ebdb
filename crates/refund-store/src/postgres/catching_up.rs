//! Settings brought up to where the database stands.

use std::sync::Arc;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::GenericClient;

use super::head::Head;
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
