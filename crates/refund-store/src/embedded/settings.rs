//! Settings in memory, because every request asks for some. sled has them for the next start.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use refund_core::{Policy, Rollout, SellerId};

use crate::stage::Changed;
use crate::{Key, Secret, Seller};

pub(super) struct Settings {
    pub(super) policy: Arc<Policy>,
    pub(super) rollout: Arc<Rollout>,
    pub(super) sellers: BTreeMap<SellerId, Arc<Seller>>,
    keys: BTreeMap<String, Arc<Key>>,
    key_ids: BTreeMap<Secret, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Arc::default(),
            rollout: Arc::new(Rollout::everyone()),
            sellers: BTreeMap::new(),
            keys: BTreeMap::new(),
            key_ids: BTreeMap::new(),
        }
    }
}

impl Settings {
    pub(super) fn changed(&mut self, changed: Changed) {
        if let Some(policy) = changed.policy {
            self.policy = policy;
        }
        if let Some(rollout) = changed.rollout {
            self.rollout = rollout;
        }
        self.sellers.extend(changed.sellers);
        for key in changed.keys.into_values() {
            self.add_key(key);
        }
    }

    pub(super) fn add_key(&mut self, key: Arc<Key>) {
        self.key_ids.insert(key.secret, key.id.clone());
        self.keys.insert(key.id.clone(), key);
    }

    pub(super) fn sellers_after(&self, after: Option<&SellerId>, limit: usize) -> Vec<(SellerId, Arc<Seller>)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.sellers.range::<SellerId, _>((start, Bound::Unbounded));
        behind.take(limit).map(|(id, seller)| (id.clone(), Arc::clone(seller))).collect()
    }

    pub(super) fn key_by_secret(&self, secret: &Secret) -> Option<Arc<Key>> {
        let key = self.keys.get(self.key_ids.get(secret)?)?;
        (key.secret == *secret).then(|| Arc::clone(key))
    }

    /// In the order in which they were made.
    pub(super) fn keys(&self) -> Vec<Arc<Key>> {
        let mut keys: Vec<_> = self.keys.values().cloned().collect();
        keys.sort_by_key(|key| key.made());
        keys
    }
}
