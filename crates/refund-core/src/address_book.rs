//! A seller's return addresses: always exactly one of them is the default (R29).

use serde::{Deserialize, Serialize};

use crate::{Address, AddressId};

/// The most addresses a seller can have.
pub const ADDRESSES_MAX: usize = 50;

/// A seller's return addresses. There is always one, because silence may agree to a return (R29).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressBook {
    default: Address,
    others: Vec<Address>,
}

/// Addresses that make no address book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddressBook {
    /// None of them, or more than one, is the default (R29).
    #[error("exactly one address is the default, and {given} are marked so")]
    NotOneDefault {
        /// How many were marked as the default.
        given: usize,
    },
    /// Two addresses have the same id.
    #[error("two addresses have the id {id}")]
    SameId {
        /// The id they share.
        id: AddressId,
    },
    /// More than [`ADDRESSES_MAX`].
    #[error("at most {ADDRESSES_MAX} addresses, and {given} were given")]
    TooMany {
        /// How many were given.
        given: usize,
    },
}

impl AddressBook {
    /// An address book from addresses and whether each is the default.
    ///
    /// # Errors
    /// [`InvalidAddressBook`] unless exactly one is the default, all ids differ, and there
    /// are at most [`ADDRESSES_MAX`].
    pub fn new(addresses: Vec<(Address, bool)>) -> Result<Self, InvalidAddressBook> {
        if addresses.len() > ADDRESSES_MAX {
            return Err(InvalidAddressBook::TooMany { given: addresses.len() });
        }
        let mut ids = std::collections::BTreeSet::new();
        if let Some((twin, _)) = addresses.iter().find(|(address, _)| !ids.insert(&address.id)) {
            return Err(InvalidAddressBook::SameId { id: twin.id.clone() });
        }
        let (defaults, others): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|(_, is_default)| *is_default);
        let given = defaults.len();
        let mut defaults = defaults.into_iter();
        match (defaults.next(), given) {
            (Some((default, _)), 1) => {
                Ok(Self { default, others: others.into_iter().map(|(address, _)| address).collect() })
            }
            _ => Err(InvalidAddressBook::NotOneDefault { given }),
        }
    }

    /// The address that silence sends goods to.
    #[must_use]
    pub fn default_address(&self) -> &Address {
        &self.default
    }

    /// All of them, the default first.
    pub fn iter(&self) -> impl Iterator<Item = &Address> {
        std::iter::once(&self.default).chain(&self.others)
    }

    /// The address of that id.
    #[must_use]
    pub fn get(&self, id: &AddressId) -> Option<&Address> {
        self.iter().find(|address| address.id == *id)
    }
}
