//! Reads that take their time, as those of a store on another machine may.

use std::time::Duration;

use refund_store::{Soon, StoreError};

use crate::engine::reading::Passage;

/// Each read takes as long as it is told to.
pub(crate) struct Lazy(pub(crate) Box<dyn Fn() -> Duration + Send + Sync>);

impl Passage for Lazy {
    fn pass<'a, T: Send + 'a, E: From<StoreError> + Send + 'a>(&self, soon: Soon<'a, T, E>) -> Soon<'a, T, E> {
        let takes = (self.0)();
        Box::pin(async move {
            tokio::time::sleep(takes).await;
            soon.await
        })
    }
}
