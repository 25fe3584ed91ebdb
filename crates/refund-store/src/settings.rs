//! What operators set up, and what of it can be replaced: kept as events like everything else.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use refund_core::{AddressBook, Label, Policy, PolicyOverrides, RefundId, Rollout, SellerId, Span, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::codec::{Named, encode};
use crate::stage::Changed;
use crate::{Session, StoreError, User, Webhook};

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
    /// What it is good for.
    #[serde(default)]
    pub scope: KeyScope,
    /// From when on it is not valid any more, if that was said.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the hour, as far as that has been recorded.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
}

impl Key {
    /// Sorts keys in the order in which they were made.
    pub(crate) fn made(&self) -> (Timestamp, String) {
        (self.created_at, self.id.clone())
    }

    /// Whether it has expired by that instant.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }
}

/// What a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum KeyScope {
    /// All that its role may do.
    #[default]
    Full,
    /// Reading what its role may read.
    Read,
}

/// How exactly it is kept when a key was last used, so that a busy key costs a record an hour.
const USE_IS_KEPT_TO: Span = Span::hours(1);

/// The hour in which an instant is.
#[must_use]
pub fn hour_of(instant: Timestamp) -> Timestamp {
    let millis = instant.as_millis();
    let hour = USE_IS_KEPT_TO.as_millis();
    Timestamp::from_millis(millis.saturating_sub(millis.rem_euclid(hour))).unwrap_or(instant)
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

/// What some settings are, in short: another one where anything in them is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag(pub [u8; 16]);

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl Tag {
    /// The tag of a seller, the policy or the roll-out.
    ///
    /// # Errors
    /// None in practice: settings can be written.
    pub fn of<T: Serialize>(settings: &T) -> Result<Self, StoreError> {
        let hash = Sha256::digest(encode(&Named(settings))?);
        Ok(Self(std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default())))
    }
}

/// Which link a refund has when it is opened; each that replaces one is the next.
pub(crate) const FIRST_LINK: u32 = 1;

/// All settings, as they are: every store has them in memory, because every request asks for some.
pub(crate) struct Settings {
    pub(crate) policy: Arc<Policy>,
    pub(crate) rollout: Arc<Rollout>,
    pub(crate) sellers: BTreeMap<SellerId, Arc<Seller>>,
    keys: BTreeMap<String, Arc<Key>>,
    key_ids: BTreeMap<Secret, String>,
    /// Which buyer's link is the present one, for refunds that have had more than one.
    pub(crate) links: BTreeMap<RefundId, u32>,
    pub(crate) webhooks: BTreeMap<String, Arc<Webhook>>,
    pub(crate) users: BTreeMap<String, Arc<User>>,
    pub(crate) sessions: BTreeMap<Secret, Arc<Session>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Arc::default(),
            rollout: Arc::new(Rollout::everyone()),
            sellers: BTreeMap::new(),
            keys: BTreeMap::new(),
            key_ids: BTreeMap::new(),
            links: BTreeMap::new(),
            webhooks: BTreeMap::new(),
            users: BTreeMap::new(),
            sessions: BTreeMap::new(),
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
        self.links.extend(changed.links.iter().map(|(id, generation)| (id.clone(), *generation)));
        for (id, webhook) in &changed.webhooks {
            match webhook {
                Some(webhook) => self.webhooks.insert(id.clone(), Arc::clone(webhook)),
                None => self.webhooks.remove(id),
            };
        }
        self.users.extend(changed.users.iter().map(|(id, user)| (id.clone(), Arc::clone(user))));
        for (secret, session) in &changed.sessions {
            match session {
                Some(session) => self.sessions.insert(*secret, Arc::clone(session)),
                None => self.sessions.remove(secret),
            };
        }
    }

    pub(crate) fn link(&self, id: &RefundId) -> u32 {
        self.links.get(id).copied().unwrap_or(FIRST_LINK)
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
    pub(crate) fn webhooks(&self) -> Vec<Arc<Webhook>> {
        in_order(self.webhooks.values().cloned().collect())
    }

    /// In the order in which they were set up.
    pub(crate) fn users(&self) -> Vec<Arc<User>> {
        let mut users: Vec<_> = self.users.values().cloned().collect();
        users.sort_by_key(|user| user.made());
        users
    }

    pub(crate) fn user(&self, id: &str) -> Option<Arc<User>> {
        self.users.get(id).cloned()
    }

    pub(crate) fn session(&self, secret: &Secret) -> Option<Arc<Session>> {
        self.sessions.get(secret).cloned()
    }

    pub(crate) fn sessions_of(&self, user_id: &str) -> Vec<Arc<Session>> {
        by_beginning(self.sessions.values().filter(|session| session.user_id == user_id).cloned().collect())
    }

    /// In the order in which they were made.
    pub(crate) fn keys(&self) -> Vec<Arc<Key>> {
        let mut keys: Vec<_> = self.keys.values().cloned().collect();
        keys.sort_by_key(|key| key.made());
        keys
    }
}

/// Sessions in the order in which they began.
pub(crate) fn by_beginning(mut sessions: Vec<Arc<Session>>) -> Vec<Arc<Session>> {
    sessions.sort_by_key(|session| (session.began_at, session.secret));
    sessions
}

/// Endpoints in the order in which they were made.
pub(crate) fn in_order(mut webhooks: Vec<Arc<Webhook>>) -> Vec<Arc<Webhook>> {
    webhooks.sort_by_key(|webhook| webhook.made());
    webhooks
}
