//! What the feed ends with, in memory: whoever follows it reads no record again.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::store::Told;
use crate::{EventPosition, Feed};

/// How many records are kept: a follower that is further behind reads the journal.
const RECORDS_MAX: usize = 4096;

/// The latest records, without a gap, each with where it ends and its events.
#[derive(Default)]
pub(super) struct Young(VecDeque<(EventPosition, Vec<Arc<Told>>)>);

impl Young {
    /// Adds the record that comes next.
    pub(super) fn add(&mut self, end: EventPosition, events: Vec<Arc<Told>>) {
        if self.0.len() >= RECORDS_MAX {
            self.0.pop_front();
        }
        self.0.push_back((end, events));
    }

    /// What the feed has behind that position, if all of it is here.
    pub(super) fn behind(&self, after: EventPosition, limit: usize) -> Option<Feed> {
        let at = self.0.binary_search_by_key(&after.record, |(end, _)| end.record).ok()?;
        // Whether a position ever was, and of which history it is, the journal tells.
        self.0.get(at).filter(|(end, _)| end.epoch == after.epoch && after <= *end)?;
        let mut feed = Feed { events: Vec::new(), looked_at: Some(after), more: false };
        let until = at.saturating_add(limit.max(1)).saturating_add(1);
        for (end, events) in self.0.range(at..until.min(self.0.len())) {
            feed.looked_at = feed.looked_at.max(Some(*end));
            feed.events.extend(events.iter().filter(|told| told.position > after).cloned());
        }
        feed.more = until < self.0.len();
        Some(feed)
    }
}
