//! Keyed hashes, and keys that are made by them.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A keyed hash for one purpose, so that what one signs no other takes.
pub(crate) fn keyed(secret: &[u8; 32], purpose: &[u8]) -> Hmac<Sha256> {
    // A shorter key is filled up with zeros to the hash's block: that is HMAC's own definition.
    let mut block = [0; 64];
    block.iter_mut().zip(secret).for_each(|(byte, given)| *byte = *given);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(purpose);
    mac.update(&[0]);
    mac
}

/// A key for one purpose, so that what is sealed with it opens with no other.
pub(crate) fn key(secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    keyed(secret, purpose).finalize().into_bytes().into()
}
