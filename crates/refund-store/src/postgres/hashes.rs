//! What stands for longer names. Two may have the same: whoever finds something in an index looks at what it is.

use refund_core::MetadataEntry;
use sha2::{Digest, Sha256};

use crate::IdempotencyKey;

/// Of the key under which an answer is remembered.
pub(super) fn of_key(key: &IdempotencyKey) -> i64 {
    of([key.caller.as_str(), key.key.as_str()])
}

/// Of an entry of a refund's metadata.
pub(super) fn of_metadata(entry: &MetadataEntry) -> i64 {
    of([String::from(entry.clone()).as_str()])
}

/// How much a server is meant to do something: the one that is meant most does it.
pub(super) fn of_share(server: &str, what: &str) -> i64 {
    of([server, what])
}

fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> i64 {
    let mut hash = Sha256::new();
    for text in texts {
        // The length keeps `ab` and `c` from being `a` and `bc`.
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    let hash: [u8; 32] = hash.finalize().into();
    hash.first_chunk().map_or(0, |first| i64::from_le_bytes(*first))
}
