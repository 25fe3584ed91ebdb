//! What some settings are, in short.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::StoreError;
use crate::codec::{Named, encode};

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
