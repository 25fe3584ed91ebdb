//! What becomes of turns at the database, for whoever measures them.

use std::sync::OnceLock;
use std::time::Duration;

/// What became of one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    /// It was had, and given on.
    Done {
        /// How long it was waited for.
        waited: Duration,
        /// How long others waited for it then.
        had: Duration,
        /// How many requests were carried out or refused in it.
        requests: usize,
    },
    /// It came to nothing.
    Failed,
    /// Its commit was sent and its end not heard of: the next turn finds out whether it was recorded.
    Unheard,
}

/// Who is told of turns, if anybody is.
#[derive(Default)]
pub(super) struct Telling(OnceLock<Box<dyn Fn(Turned) + Send + Sync>>);

impl Telling {
    /// The first who asks is told.
    pub(super) fn begin(&self, tell: Box<dyn Fn(Turned) + Send + Sync>) {
        // Whoever asks later asks for nothing: one measures.
        let _ = self.0.set(tell);
    }

    pub(super) fn tell(&self, turned: Turned) {
        if let Some(tell) = self.0.get() {
            tell(turned);
        }
    }
}
