//! Who tried to sign in and was not let in: counted in memory at once, in the store now and then, so that a flood of
//! tries writes no more than a few.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{FailedSignIns as Failed, Request, SetUp};

use crate::engine::Engine;
use crate::machine::clock::Stopwatch;

/// How often they are stored. A server that is killed forgets those since the last time.
const STORED_EVERY: Duration = Duration::from_secs(300);
/// Whoever looks is shown all there is, but nobody writes by looking more often than this.
const STORED_FOR_LOOKING: Duration = Duration::from_secs(60);
/// From how many addresses tries are told apart until they are stored; those from further ones are counted together.
const ADDRESSES_MAX: usize = 64;

/// As whom, and from where.
type Try = (Option<String>, Option<IpAddr>);

/// Tries since they were stored last.
#[derive(Default)]
pub(crate) struct FailedSignIns(Mutex<Tally>);

#[derive(Default)]
struct Tally {
    tries: HashMap<Try, Failed>,
    stored: Option<Stopwatch>,
}

impl FailedSignIns {
    /// Somebody was not let in: as that person, if anybody is called what they said, from that address as it is counted.
    pub(crate) fn note(&self, user_id: Option<&str>, from: Option<IpAddr>, now: Timestamp) {
        let mut tally = self.tally();
        let user_id = user_id.map(str::to_owned);
        let is_known = tally.tries.contains_key(&(user_id.clone(), from));
        let from = from.filter(|_| is_known || tally.tries.len() < ADDRESSES_MAX);
        let first = Failed { user_id: user_id.clone(), from, count: 0, since: now };
        let failed = tally.tries.entry((user_id, from)).or_insert(first);
        failed.count = failed.count.saturating_add(1);
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores them for somebody who is about to look, unless that was done a moment ago.
    pub(crate) async fn store_for_looking(&self, engine: &Engine) {
        if self.tally().stored.is_none_or(|stored| stored.elapsed() >= STORED_FOR_LOOKING) {
            self.store(engine).await;
        }
    }

    async fn store(&self, engine: &Engine) {
        let tries = std::mem::take(&mut self.tally().tries);
        if tries.is_empty() {
            return;
        }
        let mut failed: Vec<_> = tries.into_values().collect();
        failed
            .sort_by(|one, other| (one.since, &one.user_id, one.from).cmp(&(other.since, &other.user_id, other.from)));
        let told = engine.submit(Request::by_system(SetUp::TellOfFailedSignIns(failed.clone()))).await;
        let mut tally = self.tally();
        match told {
            Ok(_) => tally.stored = Some(Stopwatch::start()),
            // What can't be stored now is tried again the next time.
            Err(_) => failed.into_iter().for_each(|failed| tally.put_back(failed)),
        }
    }
}

impl Tally {
    fn put_back(&mut self, failed: Failed) {
        let again = self.tries.entry((failed.user_id.clone(), failed.from));
        again
            .and_modify(|later| {
                later.count = later.count.saturating_add(failed.count);
                later.since = failed.since;
            })
            .or_insert(failed);
    }
}

/// Stores them every now and then, and when the server stops.
pub(crate) async fn run(engine: Arc<Engine>, failed: Arc<FailedSignIns>) {
    let mut stopping = engine.stopping();
    loop {
        let stops = tokio::time::timeout(STORED_EVERY, stopping.wait_for(|stop| *stop)).await.is_ok();
        failed.store(&engine).await;
        if stops {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use refund_core::AuditType;
    use refund_store::{AuditQuery, Entry};

    use super::*;
    use crate::trial;

    fn address(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_tries_leaves_one_record_of_a_few_entries_and_every_try_is_counted() {
        let app = trial::app(&trial::Machine::start()).await;
        let (engine, failed) = (&app.engine, FailedSignIns::default());
        let now = engine.store().now();
        for round in 0..100_u8 {
            for last in 0..200 {
                failed.note(None, address(last), now);
            }
            failed.note(Some("usr_1"), address(round), now);
        }
        let before = engine.store().feed_end();
        failed.store_for_looking(engine).await;
        let after = engine.store().feed_end();
        assert_eq!(after.map(|end| end.record), Some(before.map_or(0, |end| end.record) + 1));
        failed.note(None, address(1), now);
        failed.store_for_looking(engine).await;
        assert_eq!(engine.store().feed_end(), after, "nobody writes by looking again and again");
        let query = AuditQuery { types: vec![AuditType::SignInFailed], limit: 1_000, ..AuditQuery::default() };
        let audited = engine.store().audit(&query).await.unwrap();
        let kept: Vec<_> = audited
            .iter()
            .filter_map(|audited| if let Entry::SignInsFailed(failed) = &audited.entry { Some(failed) } else { None })
            .collect();
        let count = |user_id: Option<&str>| -> u32 {
            kept.iter().filter(|failed| failed.user_id.as_deref() == user_id).map(|failed| failed.count).sum()
        };
        assert_eq!((count(None), count(Some("usr_1"))), (20_000, 100));
        assert!(kept.len() <= 66, "{}", kept.len());
    }
}
