//! How often each of many may call.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// After how many calls those are forgotten who have been quiet since.
const CALLS_PER_SWEEP: u32 = 10_000;

/// A number of calls a second for each, and as many at once after a silence.
pub(crate) struct Rate<K: Hash + Eq + Clone, C: Clock> {
    limiter: RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<C::Instant>>,
    calls: AtomicU32,
}

impl<K: Hash + Eq + Clone, C: Clock> Rate<K, C> {
    /// A limit, where there is one.
    pub(crate) fn per_second(max: u32, clock: C) -> Option<Self> {
        Some(Self::new(Quota::per_second(NonZeroU32::new(max)?), clock))
    }

    /// So many a minute.
    pub(crate) fn per_minute(max: u32, clock: C) -> Option<Self> {
        Some(Self::new(Quota::per_minute(NonZeroU32::new(max)?), clock))
    }

    /// So many an hour.
    pub(crate) fn per_hour(max: u32, clock: C) -> Option<Self> {
        Some(Self::new(Quota::per_hour(NonZeroU32::new(max)?), clock))
    }

    fn new(quota: Quota, clock: C) -> Self {
        Self { limiter: RateLimiter::hashmap_with_clock(quota, clock), calls: AtomicU32::new(0) }
    }

    /// Counts a call.
    /// Fails with how long to wait, where it is one too many.
    pub(crate) fn count(&self, who: &K) -> Result<(), Duration> {
        if self.calls.fetch_add(1, Ordering::Relaxed) % CALLS_PER_SWEEP == CALLS_PER_SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let counted = self.limiter.check_key(who);
        counted.map_err(|until| until.wait_time_from(self.limiter.clock().now()))
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn each_has_so_many_at_once_and_then_so_many_a_second() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::per_second(2, clock.clone()).unwrap();
        assert_eq!([rate.count(&"a"), rate.count(&"a")], [Ok(()); 2]);
        assert_eq!(rate.count(&"a"), Err(Duration::from_millis(500)));
        assert_eq!(rate.count(&"b"), Ok(()), "the other is not held up by that");
        clock.advance(Duration::from_millis(500));
        assert_eq!(rate.count(&"a"), Ok(()));
        assert_eq!(rate.count(&"a"), Err(Duration::from_millis(500)), "and asking in vain costs nothing more");
    }

    #[test]
    fn whoever_is_quiet_is_forgotten() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::per_second(1, clock.clone()).unwrap();
        for who in 1..10 * CALLS_PER_SWEEP {
            clock.advance(Duration::from_millis(1));
            rate.count(&who).unwrap();
        }
        assert!(rate.limiter.len() <= usize::try_from(2 * CALLS_PER_SWEEP).unwrap());
    }

    #[test]
    fn without_a_number_there_is_no_limit() {
        assert!(Rate::<&str, _>::per_second(0, FakeRelativeClock::default()).is_none());
    }
}
