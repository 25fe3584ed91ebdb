//! Sellers and keys: what operators set up, kept as events like everything else.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use refund_core::{AddressBook, Label, Policy, PolicyOverrides, Rollout, SellerId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::stage::Changed;

/// A seller that has been set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// What people call it.
    pub name: Label,
    /// Where goods go back to; there is always a default (R29).
    pub addresses: AddressBook,
    /// What differs from the platform's policy.
    #[serde(with = "crate::codec::named")]
    pub policy: PolicyOverrides,
}

/// An API key: what is known of it, never the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its public name.
    pub id: String,
    /// What operators call it.
    pub name: Label,
    /// For whom it speaks.
    pub role: KeyRole,
    /// The SHA-256 of the secret.
    pub secret: Secret,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Key {
    /// Sorts keys in the order in which they were made.
    pub(crate) fn made(&self) -> (Timestamp, String) {
        (self.created_at, self.id.clone())
    }
}

/// For whom a key speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyRole {
    /// Whoever runs the platform.
    Operator,
    /// The marketplace's back end; it also speaks for any buyer.
    Platform,
    /// One seller.
    Seller(SellerId),
}

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Secret(pub [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// All settings, as they are: every store has them in memory, because every request asks for some.
pub(crate) struct Settings {
    pub(crate) policy: Arc<Policy>,
    pub(crate) rollout: Arc<Rollout>,
    pub(crate) sellers: BTreeMap<SellerId, Arc<Seller>>,
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
    pub(crate) fn changed(&mut self, changed: &Changed) {
        if let Some(policy) = &changed.policy {
            self.policy = Arc::clone(policy);
        }
        if let Some(rollout) = &changed.rollout {
            self.rollout = Arc::clone(rollout);
        }
        self.sellers.extend(changed.sellers.iter().map(|(id, seller)| (id.clone(), Arc::clone(seller))));
        for key in changed.keys.values() {
            self.add_key(Arc::clone(key));
        }
    }

    pub(crate) fn add_key(&mut self, key: Arc<Key>) {
        self.key_ids.insert(key.secret, key.id.clone());
        self.keys.insert(key.id.clone(), key);
    }

    pub(crate) fn sellers_after(&self, after: Option<&SellerId>, limit: usize) -> Vec<(SellerId, Arc<Seller>)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.sellers.range::<SellerId, _>((start, Bound::Unbounded));
        behind.take(limit).map(|(id, seller)| (id.clone(), Arc::clone(seller))).collect()
    }

    pub(crate) fn key_by_secret(&self, secret: &Secret) -> Option<Arc<Key>> {
        let key = self.keys.get(self.key_ids.get(secret)?)?;
        (key.secret == *secret).then(|| Arc::clone(key))
    }

    /// In the order in which they were made.
    pub(crate) fn keys(&self) -> Vec<Arc<Key>> {
        let mut keys: Vec<_> = self.keys.values().cloned().collect();
        keys.sort_by_key(|key| key.made());
        keys
    }
}
