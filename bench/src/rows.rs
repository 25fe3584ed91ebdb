//! What lies in the view of a store that is closed.

use std::collections::BTreeMap;
use std::path::Path;

use refund_bench::Fault;

/// Rows of one kind, which is the first byte of their key.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rows {
    pub(crate) count: u64,
    pub(crate) key_bytes: u64,
    pub(crate) value_bytes: u64,
}

/// The rows of every kind, by tree and kind.
pub(crate) fn count(store: &Path) -> Result<BTreeMap<String, Rows>, Fault> {
    // As refund-store has it: sled opens with no other size of segments.
    let db = sled::Config::new().path(store.join("view")).segment_size(128 << 10).flush_every_ms(None).open()?;
    let mut kinds: BTreeMap<String, Rows> = BTreeMap::new();
    for name in db.tree_names() {
        let tree = db.open_tree(&name)?;
        for row in tree.iter() {
            let (key, value) = row?;
            let kind = key.first().map_or_else(String::new, |first| char::from(*first).to_string());
            let kind =
                if tree.name() == db.name() { kind } else { format!("{}/{kind}", String::from_utf8_lossy(&name)) };
            let rows = kinds.entry(kind).or_default();
            rows.count = rows.count.saturating_add(1);
            rows.key_bytes = rows.key_bytes.saturating_add(key.len() as u64);
            rows.value_bytes = rows.value_bytes.saturating_add(value.len() as u64);
        }
    }
    Ok(kinds)
}
