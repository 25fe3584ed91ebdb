//! Sellers, as they were set up.

use refund_core::{AddressBook, Label, MailContacts, PolicyOverrides};
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
    /// Who is told by mail what concerns it (R41).
    #[serde(default, skip_serializing_if = "MailContacts::is_empty")]
    pub contacts: MailContacts,
}
