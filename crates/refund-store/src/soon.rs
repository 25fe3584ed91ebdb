//! Something that may come from another machine.

use std::future::ready;
use std::pin::Pin;

use crate::StoreError;

/// Something that may come from another machine.
pub type Soon<'a, T, E = StoreError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Something that is at hand.
pub(crate) fn at_once<'a, T: Send + 'a, E: Send + 'a>(result: Result<T, E>) -> Soon<'a, T, E> {
    Box::pin(ready(result))
}

/// Something that is done on a thread that nobody else waits for, so it is awaited within a tokio runtime.
pub(crate) fn apart<'a, T: Send + 'static, E: From<StoreError> + Send + 'static>(
    what: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Soon<'a, T, E> {
    Box::pin(async move {
        let done = tokio::task::spawn_blocking(what).await;
        done.unwrap_or_else(|failed| Err(StoreError::Unreadable(failed.to_string()).into()))
    })
}

/// Waits for it, where nothing else is to be done meanwhile. Not for use within an asynchronous task:
/// there, await it.
///
/// # Errors
/// Its own; [`StoreError::Unreadable`] where nothing can be waited for.
pub fn wait<T, E: From<StoreError>>(soon: Soon<'_, T, E>) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(|error| StoreError::Unreadable(format!("nothing can be waited for: {error}")))?;
    runtime.block_on(soon)
}
