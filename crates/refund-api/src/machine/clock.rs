//! The one room in which the clock is read.
#![expect(clippy::disallowed_methods, reason = "this is the room; everywhere else time is an argument")]

use std::time::{Duration, Instant};

use refund_core::Timestamp;

/// The present instant by the machine's clock. A clock outside 1970 to 9999 reads as the nearer end.
pub(crate) fn system_now() -> Timestamp {
    let millis = chrono::Utc::now().timestamp_millis();
    Timestamp::from_millis(millis).unwrap_or(if millis < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Measures how long something takes; it has nothing to do with what time it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has been.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// What counts calls per second counts by this.
impl governor::clock::Clock for Stopwatch {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.elapsed()
    }
}
