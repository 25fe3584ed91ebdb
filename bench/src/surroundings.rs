//! What a store is opened with: time and randomness.

use std::sync::Arc;
use std::time::Duration;

use refund_bench::stopwatch::Stopwatch;
use refund_core::Timestamp;
use refund_store::{Clock, Surroundings};

/// The instant at which every load begins: 2026-03-01.
const START_MILLIS: i64 = 1_772_323_200_000;

/// What a store is opened with: a clock that runs and started `ahead` after every load's beginning,
/// and the randomness that a server has.
pub(crate) fn surroundings(ahead: Duration) -> Surroundings {
    let watch = Stopwatch::start();
    let now = move || {
        let millis = i64::try_from((ahead + watch.elapsed()).as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(START_MILLIS.saturating_add(millis)).unwrap_or(Timestamp::MAX)
    };
    Surroundings { clock: Clock::Running(Arc::new(now)), entropy: Arc::new(fill), hold_settling: false }
}

#[expect(clippy::disallowed_methods, reason = "a store has the system's randomness, and its cost is measured with it")]
fn fill(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        bytes.fill(0);
    }
}
