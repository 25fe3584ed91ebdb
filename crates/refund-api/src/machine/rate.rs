//! How often each of many may call.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// After how many calls those are forgotten who have been quiet since.
const CALLS_PER_SWEEP: u32 = 10_000;

/// Among how many servers what there is for each caller is divided: asked at each call, because they come and go.
pub(crate) type Sharers = Arc<dyn Fn() -> NonZeroU32 + Send + Sync>;

/// A number of calls a second for each, and as many at once after a silence: of all servers together, each of which
/// grants its share and at least one.
pub(crate) struct Rate<K: Hash + Eq + Clone, C: Clock> {
    limiter: RateLimiter<K, HashMapStateStore<K>, C, NoOpMiddleware<C::Instant>>,
    max: NonZeroU32,
    sharers: Sharers,
    calls: AtomicU32,
}

impl<K: Hash + Eq + Clone, C: Clock> Rate<K, C> {
    /// A limit, where there is one.
    pub(crate) fn per_second(max: u32, clock: C, sharers: &Sharers) -> Option<Self> {
        Some(Self::new(Quota::per_second, NonZeroU32::new(max)?, clock, sharers))
    }

    /// So many a minute.
    pub(crate) fn per_minute(max: u32, clock: C, sharers: &Sharers) -> Option<Self> {
        Some(Self::new(Quota::per_minute, NonZeroU32::new(max)?, clock, sharers))
    }

    /// So many an hour.
    pub(crate) fn per_hour(max: u32, clock: C, sharers: &Sharers) -> Option<Self> {
        Some(Self::new(Quota::per_hour, NonZeroU32::new(max)?, clock, sharers))
    }

    fn new(quota: impl Fn(NonZeroU32) -> Quota, max: NonZeroU32, clock: C, sharers: &Sharers) -> Self {
        let limiter = RateLimiter::hashmap_with_clock(quota(max), clock);
        Self { limiter, max, sharers: sharers.clone(), calls: AtomicU32::new(0) }
    }

    /// Counts a call.
    /// Fails with how long to wait, where it is one too many.
    pub(crate) fn count(&self, who: &K) -> Result<(), Duration> {
        if self.calls.fetch_add(1, Ordering::Relaxed) % CALLS_PER_SWEEP == CALLS_PER_SWEEP - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        // Of three servers each takes three for one.
        let each = (self.sharers)().min(self.max);
        match self.limiter.check_key_n(who, each) {
            Ok(counted) => counted.map_err(|until| until.wait_time_from(self.limiter.clock().now())),
            // More than the whole is never asked for.
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn among(servers: u32) -> Sharers {
        Arc::new(move || NonZeroU32::new(servers).unwrap())
    }

    #[test]
    fn each_has_so_many_at_once_and_then_so_many_a_second() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::per_second(2, clock.clone(), &among(1)).unwrap();
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
        let rate = Rate::per_second(1, clock.clone(), &among(1)).unwrap();
        for who in 1..10 * CALLS_PER_SWEEP {
            clock.advance(Duration::from_millis(1));
            rate.count(&who).unwrap();
        }
        assert!(rate.limiter.len() <= usize::try_from(2 * CALLS_PER_SWEEP).unwrap());
    }

    #[test]
    fn without_a_number_there_is_no_limit() {
        assert!(Rate::<&str, _>::per_second(0, FakeRelativeClock::default(), &among(1)).is_none());
    }

    #[test]
    fn servers_grant_together_what_one_would_and_each_at_least_one() {
        for (servers, max, at_once) in [(1, 12, 12), (2, 12, 6), (3, 12, 4), (5, 12, 2), (12, 12, 1), (100, 12, 1)] {
            let clock = FakeRelativeClock::default();
            let rate = Rate::per_second(max, clock.clone(), &among(servers)).unwrap();
            assert_eq!((0..100).filter(|_| rate.count(&"a").is_ok()).count(), at_once, "{servers}");
        }
    }

    #[test]
    fn who_is_left_alone_grants_all_again() {
        let servers = Arc::new(AtomicU32::new(2));
        let asked = servers.clone();
        let clock = FakeRelativeClock::default();
        let sharers: Sharers = Arc::new(move || NonZeroU32::new(asked.load(Ordering::SeqCst)).unwrap());
        let rate = Rate::per_minute(10, clock.clone(), &sharers).unwrap();
        assert_eq!((0..20).filter(|_| rate.count(&"a").is_ok()).count(), 5);
        servers.store(1, Ordering::SeqCst);
        assert_eq!((0..20).filter(|_| rate.count(&"a").is_ok()).count(), 0, "what was used stays used");
        clock.advance(Duration::from_secs(60));
        assert_eq!((0..20).filter(|_| rate.count(&"a").is_ok()).count(), 10);
    }
}
