//! Refunds that changed or were read lately, as they are: most of them are needed again soon, and to find a row in sled
//! and decode it costs more than all else of a read.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use refund_core::Refund;

use crate::Number;

/// How many stay at the most. Nothing says which were used last: when there are so many all are dropped, and those in
/// use come back.
const MAX: usize = 4096;

/// A refund as it was recorded.
#[derive(Clone)]
pub(super) struct RecentRefund {
    /// Where the latest record stands that tells of it.
    pub(super) last: u64,
    pub(super) refund: Arc<Refund>,
}

/// Refunds that are in sled's rows just as they are here. Whoever looks here or puts one in holds `AtHand`, so that
/// none is put in that has changed since it was read.
#[derive(Default)]
pub(super) struct Lately(RwLock<BTreeMap<Number, RecentRefund>>);

impl Lately {
    pub(super) fn get(&self, number: Number) -> Option<RecentRefund> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&number).cloned()
    }

    pub(super) fn put(&self, refunds: impl IntoIterator<Item = (Number, RecentRefund)>) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX {
            all.clear();
        }
        all.extend(refunds);
    }

    #[cfg(test)]
    pub(super) fn forget(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::desk::{CANCEL, START, buyer, on, open, opening, put_seller};
    use crate::files::simulated::SimulatedDisk;
    use crate::{Advance, Clock, EmbeddedStore, Request, Store, Surroundings, Work, wait};

    #[test]
    fn what_is_kept_is_what_was_recorded_last_and_there_is_an_end_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let surroundings = Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false };
        let store = EmbeddedStore::open_on(&SimulatedDisk::new(), folder.path(), surroundings).unwrap().store;
        let begin = Work::AdvanceTestClock { advance: Advance::To(START.parse().unwrap()) };
        for request in [Request::by_system(begin), put_seller("shop").unwrap(), open(opening("r").unwrap())] {
            store.submit(request).wait().unwrap();
        }
        let id = "r".parse().unwrap();
        let version = || wait(store.refund(&id)).unwrap().unwrap().refund.version;
        let number = store.view.row(&id).unwrap().unwrap().number;
        let is_kept = || store.view.at_hand().lately.get(number).is_some();
        let opened = version();
        assert!(!is_kept(), "sled has no row of it yet");
        store.view.write_out().unwrap();
        assert_eq!((version(), is_kept()), (opened, true));
        store.view.at_hand().lately.forget();
        assert_eq!((version(), is_kept()), (opened, true), "who reads a row leaves what it says");
        store.submit(on("r", buyer("kim"), CANCEL).unwrap()).wait().unwrap();
        let cancelled = version();
        assert!(cancelled > opened, "what was recorded since comes before what is kept");
        store.view.write_out().unwrap();
        assert_eq!(version(), cancelled);
        store.view.at_hand().lately.forget();
        assert_eq!(version(), cancelled);

        let at_hand = store.view.at_hand();
        let refund = at_hand.lately.get(number).unwrap();
        (0..3 * MAX as u64).for_each(|number| at_hand.lately.put([(number, refund.clone())]));
        let count = at_hand.lately.0.read().unwrap().len();
        assert!(count <= MAX, "{count}");
    }
}
