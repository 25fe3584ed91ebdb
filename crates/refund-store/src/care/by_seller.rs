//! Whose records make the journal grow.

use std::collections::BTreeMap;

use refund_core::SellerId;
use serde::Serialize;

use crate::door::Changed;
use crate::record::{Entry, Record};

/// How many sellers are named.
const NAMED: usize = 5;

/// How much of the journal is about one seller: its refunds, whoever acts on them, and what it has prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SellersShare {
    /// Which.
    pub seller_id: SellerId,
    /// How many records.
    pub records: u64,
    /// How many bytes they have.
    pub journal_bytes: u64,
}

/// How many records and bytes are about each seller.
#[derive(Default)]
pub(super) struct BySeller(BTreeMap<SellerId, (u64, u64)>);

impl BySeller {
    pub(super) fn add(&mut self, record: &Record, changed: &Changed, bytes: usize) {
        let of_refund = changed.refunds.values().next().map(|change| &change.after.seller_id);
        let of_setting = || record.entries.iter().find_map(prepared_by);
        if let Some(seller_id) = of_refund.or_else(of_setting) {
            self.count(seller_id, 1, bytes as u64);
        }
    }

    /// Adds so many records about a seller, with so many bytes.
    pub(super) fn count(&mut self, seller_id: &SellerId, records: u64, bytes: u64) {
        let (all, sum) = self.0.entry(seller_id.clone()).or_default();
        *all = all.saturating_add(records);
        *sum = sum.saturating_add(bytes);
    }

    /// Those with the most bytes, the largest first.
    pub(super) fn largest(self) -> Vec<SellersShare> {
        let share = |(seller_id, (records, journal_bytes))| SellersShare { seller_id, records, journal_bytes };
        let mut all: Vec<_> = self.0.into_iter().map(share).collect();
        all.sort_by_key(|share| std::cmp::Reverse(share.journal_bytes));
        all.truncate(NAMED);
        all
    }
}

/// Whose own settings something is about.
pub(super) fn prepared_by(entry: &Entry) -> Option<&SellerId> {
    if let Entry::Seller { seller_id, .. } | Entry::SavedOffer { seller_id, .. } = entry {
        return Some(seller_id);
    }
    None
}
