//! When keys were last used: in memory at once, in the store now and then, so that a call that only
//! reads writes nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use refund_core::Timestamp;
use refund_store::{Key, Request, SetUp, hour_of};

use crate::engine::Engine;

/// How often uses are stored. A server that is killed forgets those since the last time.
const STORED_EVERY: Duration = Duration::from_secs(600);

/// The hour of each key's latest use, where the store doesn't know it yet.
#[derive(Default)]
pub(crate) struct KeyUses(Mutex<BTreeMap<String, Timestamp>>);

impl KeyUses {
    /// That key was used.
    pub(crate) fn note(&self, key: &Key, now: Timestamp) {
        let hour = hour_of(now);
        if key.last_used_at < Some(hour) {
            self.with(|uses| uses.insert(key.id.clone(), hour));
        }
    }

    /// When a key was last used, to the hour.
    pub(crate) fn last(&self, key: &Key) -> Option<Timestamp> {
        self.with(|uses| uses.get(&key.id).copied()).max(key.last_used_at)
    }

    fn with<T>(&self, what: impl FnOnce(&mut BTreeMap<String, Timestamp>) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn all(&self) -> Vec<(String, Timestamp)> {
        self.with(|uses| uses.iter().map(|(id, at)| (id.clone(), *at)).collect())
    }

    /// Drops what the store knows by now.
    fn forget(&self, stored: &[(String, Timestamp)]) {
        self.with(|uses| uses.retain(|id, at| !stored.iter().any(|(known, until)| known == id && *at <= *until)));
    }
}

/// Stores uses every now and then, and when the server stops.
pub(crate) async fn run(engine: Arc<Engine>, uses: Arc<KeyUses>) {
    let mut stopping = engine.stopping();
    loop {
        let stops = tokio::time::timeout(STORED_EVERY, stopping.wait_for(|stop| *stop)).await.is_ok();
        let used = uses.all();
        // What can't be stored now is tried again the next time.
        if !used.is_empty() && engine.submit(Request::by_system(SetUp::KeysUsed { used: used.clone() })).await.is_ok() {
            uses.forget(&used);
        }
        if stops {
            return;
        }
    }
}
