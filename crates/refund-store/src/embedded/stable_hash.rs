//! Short names of ids in the view's rows. Two ids may share one: whoever finds something by it checks whose it is.

use sha2::{Digest, Sha256};

/// The same for the same text, in every process.
pub(super) fn hash(text: &str) -> u64 {
    let hash: [u8; 32] = Sha256::digest(text).into();
    hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}
