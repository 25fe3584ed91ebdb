//! How often each of many has done something, where it counts only once it is done.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock;

use super::rate::Sharers;

const HOUR: Duration = Duration::from_secs(3600);
/// From how many on those are forgotten that have been quiet long enough.
const MANY: usize = 10_000;

/// A number an hour for each, and as many at once after a silence: of all servers together, each of which grants its share
/// and at least one. `governor` counts when it is asked.
pub(crate) struct Paced<K> {
    /// How long one of them is, where one server grants all.
    alone: Duration,
    sharers: Sharers,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    /// Until when what was done would have taken, had it come at its pace.
    until: Mutex<HashMap<K, Duration>>,
}

impl<K: Hash + Eq> Paced<K> {
    /// So many an hour; none for 0, which is no limit.
    pub(crate) fn per_hour(
        max: u32,
        clock: impl Clock<Instant = Duration> + Send + Sync + 'static,
        sharers: &Sharers,
    ) -> Option<Self> {
        let alone = HOUR.checked_div(max)?;
        Some(Self { alone, sharers: sharers.clone(), clock: Box::new(move || clock.now()), until: Mutex::default() })
    }

    /// How long one of them is now.
    fn each(&self) -> Duration {
        self.alone.saturating_mul((self.sharers)().get()).min(HOUR)
    }

    fn until(&self) -> MutexGuard<'_, HashMap<K, Duration>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is room for one more.
    /// Fails with how long to wait, where there is none.
    pub(crate) fn check(&self, who: &K) -> Result<(), Duration> {
        let ahead = self.until().get(who).copied().unwrap_or_default().saturating_sub((self.clock)());
        let wait = ahead.saturating_add(self.each()).saturating_sub(HOUR);
        if wait.is_zero() { Ok(()) } else { Err(wait) }
    }

    /// Counts one that was done.
    pub(crate) fn count(&self, who: K) {
        let now = (self.clock)();
        let mut until = self.until();
        if until.len() >= MANY {
            until.retain(|_, until| *until > now);
        }
        let begins = until.get(&who).copied().unwrap_or_default().max(now);
        until.insert(who, begins.saturating_add(self.each()));
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn among(servers: u32) -> Sharers {
        Arc::new(move || NonZeroU32::new(servers).unwrap())
    }

    /// Seconds that are counted by hand.
    #[derive(Clone, Default)]
    struct Hand(Arc<AtomicU64>);

    impl Clock for Hand {
        type Instant = Duration;

        fn now(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::SeqCst))
        }
    }

    #[test]
    fn each_has_an_hours_share_at_once_and_then_one_at_a_time_and_what_is_only_asked_costs_nothing() {
        let hand = Hand::default();
        let paced = Paced::per_hour(60, hand.clone(), &among(1)).unwrap();
        for _ in 0..60 {
            assert_eq!((paced.check(&"a"), paced.check(&"a")), (Ok(()), Ok(())));
            paced.count("a");
        }
        assert_eq!(paced.check(&"a"), Err(Duration::from_secs(60)));
        assert_eq!(paced.check(&"b"), Ok(()));
        hand.0.store(59, Ordering::SeqCst);
        assert_eq!(paced.check(&"a"), Err(Duration::from_secs(1)));
        hand.0.store(60, Ordering::SeqCst);
        assert_eq!(paced.check(&"a"), Ok(()));
        paced.count("a");
        assert!(paced.check(&"a").is_err());
        hand.0.store(2 * 3600, Ordering::SeqCst);
        assert!((0..60).all(|_| (paced.check(&"a").is_ok(), paced.count("a")).0) && paced.check(&"a").is_err());
        assert!(Paced::<&str>::per_hour(0, hand, &among(1)).is_none());
    }

    #[test]
    fn servers_grant_together_what_one_would_and_each_at_least_one() {
        for (servers, granted) in [(1, 60), (2, 30), (7, 8), (60, 1), (100, 1)] {
            let paced = Paced::per_hour(60, Hand::default(), &among(servers)).unwrap();
            let done = (0..100).filter(|_| paced.check(&"a").map(|()| paced.count("a")).is_ok());
            assert_eq!(done.count(), granted, "{servers}");
        }
    }
}
