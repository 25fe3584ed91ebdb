//! Short names of ids in the view's rows. Two ids may have the same: whoever finds something looks at what it is.

use sha2::{Digest, Sha256};

/// The same for the same text, in every process.
pub(super) fn hash(text: &str) -> u64 {
    let hash: [u8; 32] = Sha256::digest(text).into();
    hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}
