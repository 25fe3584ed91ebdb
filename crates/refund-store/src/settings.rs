//! Sellers and keys: what operators set up, kept as events like everything else.

use refund_core::{AddressBook, Label, PolicyOverrides, SellerId, Timestamp};
use serde::{Deserialize, Serialize};

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
