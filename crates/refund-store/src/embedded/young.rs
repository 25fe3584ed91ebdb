//! The feed's end, in memory, so that whoever follows the feed need not read the journal.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::store::Told;
use crate::{EventPosition, Feed};

/// How many records are kept, and how many events: a follower that is further behind reads the journal.
const RECORDS_MAX: usize = 4096;
const EVENTS_MAX: usize = 8192;

/// The latest records, without a gap, each with where it ends and its events.
#[derive(Default)]
pub(super) struct Young {
    records: VecDeque<(EventPosition, Vec<Arc<Told>>)>,
    /// How many events these have.
    events: usize,
}

impl Young {
    /// Adds the record that comes next.
    pub(super) fn add(&mut self, end: EventPosition, events: Vec<Arc<Told>>) {
        self.events = self.events.saturating_add(events.len());
        self.records.push_back((end, events));
        while self.records.len() > RECORDS_MAX || self.events > EVENTS_MAX {
            let Some((_, oldest)) = self.records.pop_front() else { return };
            self.events = self.events.saturating_sub(oldest.len());
        }
    }

    /// The wanted events behind that position, if everything behind it is here.
    pub(super) fn behind(&self, after: EventPosition, limit: usize, is_wanted: impl Fn(&Told) -> bool) -> Option<Feed> {
        let at = self.records.binary_search_by_key(&after.record, |(end, _)| end.record).ok()?;
        // A position that is not here may be of another history, or never have been: the journal tells.
        self.records.get(at).filter(|(end, _)| end.epoch == after.epoch && after <= *end)?;
        let mut feed = Feed { events: Vec::new(), looked_at: Some(after), more: false };
        let until = at.saturating_add(limit.max(1)).saturating_add(1);
        for (end, events) in self.records.range(at..until.min(self.records.len())) {
            feed.looked_at = feed.looked_at.max(Some(*end));
            feed.events.extend(events.iter().filter(|told| told.position > after && is_wanted(told)).cloned());
        }
        feed.more = until < self.records.len();
        Some(feed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::desk::{open, opening, put_seller};
    use crate::{Clock, MemoryStore, Store, Surroundings, wait};

    #[test]
    fn what_is_kept_has_an_end_in_records_and_in_events() {
        let surroundings = Surroundings { clock: Clock::Test, entropy: Arc::new(|_| {}), hold_settling: false };
        let store = MemoryStore::new(surroundings);
        store.submit(put_seller("shop").unwrap()).wait().unwrap();
        store.submit(open(opening("r").unwrap())).wait().unwrap();
        let told = wait(store.feed(None, 10)).unwrap().events.remove(0);
        let at = |record| EventPosition { record, epoch: 1, entry: 0 };
        for (records, events_each, kept) in
            [(5000, 0, RECORDS_MAX), (5000, 1, RECORDS_MAX), (5000, 4, EVENTS_MAX / 4), (3, EVENTS_MAX + 1, 0)]
        {
            let mut young = Young::default();
            (1..=records).for_each(|record| young.add(at(record), vec![told.clone(); events_each]));
            assert_eq!((young.records.len(), young.events), (kept, kept * events_each), "{events_each} each");
            assert_eq!(young.behind(at(records), 9, |_| true).is_some(), kept > 0);
        }
    }
}
