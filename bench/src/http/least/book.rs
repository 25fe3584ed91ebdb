//! Refunds in memory, as they can be read: only what is durable is in here.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use refund_core::{Refund, RefundId, SellerId, Timestamp};

#[derive(Default)]
pub(super) struct Book {
    refunds: HashMap<RefundId, Arc<Refund>>,
    /// Each seller's refunds by their next deadline; those without one come last.
    queues: HashMap<SellerId, BTreeSet<(Timestamp, RefundId)>>,
}

impl Book {
    pub(super) fn refund(&self, id: &RefundId) -> Option<Arc<Refund>> {
        self.refunds.get(id).cloned()
    }

    /// The first so many of a seller's queue, and whether more follow.
    pub(super) fn queue(&self, seller_id: &SellerId, limit: usize) -> (Vec<Arc<Refund>>, bool) {
        let Some(queue) = self.queues.get(seller_id) else { return (Vec::new(), false) };
        let first = queue.iter().take(limit).filter_map(|(_, id)| self.refund(id)).collect();
        (first, queue.len() > limit)
    }

    /// Puts a refund in the place of what it was before.
    pub(super) fn put(&mut self, refund: Arc<Refund>) {
        let (id, place) = (refund.id.clone(), place(&refund));
        if !self.queues.contains_key(&refund.seller_id) {
            self.queues.insert(refund.seller_id.clone(), BTreeSet::new());
        }
        let queue = self.queues.get_mut(&refund.seller_id);
        if let Some(before) = self.refunds.insert(id, Arc::clone(&refund)) {
            if self::place(&before) == place {
                return;
            }
            if let Some(queue) = queue {
                queue.remove(&self::place(&before));
                queue.insert(place);
            }
        } else if let Some(queue) = queue {
            queue.insert(place);
        }
    }
}

fn place(refund: &Refund) -> (Timestamp, RefundId) {
    (refund.next_deadline().map_or(Timestamp::MAX, |deadline| deadline.at), refund.id.clone())
}
