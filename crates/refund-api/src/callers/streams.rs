//! Who has how many streams open.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Places for streams that are open at once: so many in all, and so many for one.
pub(crate) struct Streams {
    max: usize,
    max_each: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by: BTreeMap<String, usize>,
}

/// The place of one stream, free again once this is dropped.
pub(crate) struct StreamPlace {
    streams: Arc<Streams>,
    who: String,
}

impl Streams {
    pub(crate) fn new(max: usize, max_each: usize) -> Self {
        Self { max, max_each, open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.open().all
    }

    /// A place for a stream of that caller.
    ///
    /// # Errors
    /// What there are too many of.
    pub(crate) fn enter(self: &Arc<Self>, who: &str) -> Result<StreamPlace, &'static str> {
        let mut open = self.open();
        if open.all >= self.max {
            return Err("the server has as many streams open as it takes");
        }
        let own = open.by.get(who).copied().unwrap_or_default();
        if own >= self.max_each {
            return Err("this key or link has as many streams open as there are for one");
        }
        open.all = open.all.saturating_add(1);
        open.by.insert(who.to_owned(), own.saturating_add(1));
        Ok(StreamPlace { streams: self.clone(), who: who.to_owned() })
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.all = open.all.saturating_sub(1);
        let own = open.by.remove(&self.who).unwrap_or_default().saturating_sub(1);
        if own > 0 {
            open.by.insert(std::mem::take(&mut self.who), own);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_place_again_once_a_stream_has_ended() {
        let streams = Arc::new(Streams::new(3, 2));
        let enter = |who| streams.enter(who);
        let (first, second) = (enter("a").unwrap(), enter("a").unwrap());
        assert!(enter("a").err().unwrap().contains("for one"));
        let third = enter("b").unwrap();
        assert!(enter("b").err().unwrap().contains("the server"));
        drop(first);
        let again = enter("a").unwrap();
        drop((second, third, again));
        assert!(streams.open().by.is_empty() && streams.open().all == 0, "nothing is kept of who has gone");
    }
}
