//! What servers keep beside the records, for each other and for the next start.

use super::reading::Reading;
use super::sql;
use crate::{Aside, StoreError};

impl Reading {
    pub(super) async fn keep(self, aside: Aside, body: Vec<u8>) -> Result<(), StoreError> {
        let until = aside.until(self.known.now()).as_millis();
        let client = self.client().await?;
        let statement = client.prepare_cached(sql::KEEP).await?;
        client.execute(&statement, &[&aside.kind(), &aside.id(), &until, &body]).await?;
        Ok(())
    }

    pub(super) async fn kept(self, aside: Aside) -> Result<Option<Vec<u8>>, StoreError> {
        let now = self.known.now().as_millis();
        let client = self.client().await?;
        let statement = client.prepare_cached(sql::KEPT).await?;
        let row = client.query_opt(&statement, &[&aside.kind(), &aside.id(), &now]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}
