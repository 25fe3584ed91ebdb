//! Something that may come from another machine.

use std::future::ready;
use std::pin::Pin;

use tokio::sync::Semaphore;

use crate::StoreError;

/// Something that may come from another machine.
pub type Soon<'a, T, E = StoreError> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Something that is at hand.
pub(crate) fn at_once<'a, T: Send + 'a, E: Send + 'a>(result: Result<T, E>) -> Soon<'a, T, E> {
    Box::pin(ready(result))
}

/// How many reads are done at once. Each needs a thread, and each thread memory of its own: more of them
/// than a disk and some processors can serve only wait for each other.
const READS_AT_ONCE: usize = 8;

static TURNS: Semaphore = Semaphore::const_new(READS_AT_ONCE);

/// Something that is done on a thread that nobody else waits for, so it is awaited within a tokio runtime.
pub(crate) fn apart<'a, T: Send + 'static, E: From<StoreError> + Send + 'static>(
    what: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Soon<'a, T, E> {
    Box::pin(async move {
        let turn = TURNS.acquire().await;
        let done = tokio::task::spawn_blocking(move || (what(), turn)).await.map(|(done, _turn)| done);
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    static AT_ONCE: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);

    fn read() -> Result<(), StoreError> {
        MOST.fetch_max(AT_ONCE.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        (0..1000).for_each(|_| std::thread::yield_now());
        AT_ONCE.fetch_sub(1, Ordering::SeqCst);
        Ok(())
    }

    #[tokio::test]
    async fn however_many_read_at_once_there_are_few_threads() {
        let all: Vec<_> = (0..200).map(|_| tokio::spawn(apart(read))).collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
        let most = MOST.load(Ordering::SeqCst);
        assert!((2..=READS_AT_ONCE).contains(&most), "{most}");
    }
}
