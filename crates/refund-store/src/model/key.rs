//! API keys: who calls, and for whom they speak.

use refund_core::{Label, Role, SellerId, Span, Timestamp};
use serde::{Deserialize, Serialize};

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
    /// A key that is good for all that its role may do, until it is revoked. When it was made the store says.
    #[must_use]
    pub fn new(id: String, name: Label, role: KeyRole, secret: Secret) -> Self {
        Self {
            id,
            name,
            role,
            secret,
            created_at: Timestamp::MIN,
            revoked_at: None,
            scope: KeyScope::Full,
            expires_at: None,
            last_used_at: None,
        }
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

impl KeyRole {
    /// In what capacity whoever has the key acts.
    #[must_use]
    pub fn role(&self) -> Role {
        match self {
            Self::Operator => Role::Operator,
            Self::Platform => Role::Platform,
            Self::Seller(_) => Role::Seller,
        }
    }

    /// The seller, if it is one's.
    #[must_use]
    pub fn seller_id(&self) -> Option<&SellerId> {
        match self {
            Self::Seller(seller_id) => Some(seller_id),
            Self::Operator | Self::Platform => None,
        }
    }
}

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Secret(pub [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
