//! What is kept beside the records, in trees of the view's sled: it does not follow from the journal, and goes with the
//! view when that is built anew.
//!
//! A row is the instant until which it is kept, in milliseconds, and then what is kept. Each kind has a tree of its
//! own, so that large rows and small ones share no page.

use std::sync::atomic::Ordering;

use refund_core::Timestamp;

use super::error::unreadable;
use super::view::SledView;
use crate::{Aside, StoreError};

/// After how many writes outdated rows are looked for and removed.
const KEPT_PER_SWEEP: u32 = 1024;

impl SledView {
    pub(super) fn keep(&self, aside: Aside, body: &[u8], now: Timestamp) -> Result<(), StoreError> {
        let tree = self.db.open_tree(aside.kind()).map_err(unreadable)?;
        if self.asides_kept.fetch_add(1, Ordering::Relaxed).is_multiple_of(KEPT_PER_SWEEP) {
            for row in &tree {
                let (id, row) = row.map_err(unreadable)?;
                if still_kept(&row, now).is_none() {
                    tree.remove(id).map_err(unreadable)?;
                }
            }
        }
        let row = [&aside.until(now).as_millis().to_be_bytes()[..], body].concat();
        tree.insert(aside.id(), row).map(drop).map_err(unreadable)
    }

    pub(super) fn kept(&self, aside: Aside, now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
        let tree = self.db.open_tree(aside.kind()).map_err(unreadable)?;
        let row = tree.get(aside.id()).map_err(unreadable)?;
        Ok(row.and_then(|row| still_kept(&row, now).map(<[u8]>::to_vec)))
    }
}

fn still_kept(row: &[u8], now: Timestamp) -> Option<&[u8]> {
    let (until, body) = row.split_first_chunk()?;
    (now.as_millis() < i64::from_be_bytes(*until)).then_some(body)
}
