//! What this server tries at the moment. No endpoint is handed over while something is on its way to it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::EventPosition;

#[derive(Default)]
pub(super) struct Claims(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// By endpoint the events that are tried, each with the term in which it was claimed, once that is known.
    begun: BTreeMap<String, BTreeMap<EventPosition, Option<i64>>>,
    /// Endpoints that are being handed over.
    given: BTreeSet<String>,
}

impl Claims {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it may be claimed: not while its endpoint is handed over.
    pub(super) fn begin(&self, endpoint_id: &str, event: EventPosition) -> bool {
        let mut kept = self.kept();
        let may = !kept.given.contains(endpoint_id);
        if may {
            kept.begun.entry(endpoint_id.to_owned()).or_default().insert(event, None);
        }
        may
    }

    /// It is claimed, in that term.
    pub(super) fn is_claimed(&self, endpoint_id: &str, event: EventPosition, term: i64) {
        self.kept().begun.entry(endpoint_id.to_owned()).or_default().insert(event, Some(term));
    }

    /// In which term it was claimed.
    pub(super) fn term(&self, endpoint_id: &str, event: EventPosition) -> Option<i64> {
        *self.kept().begun.get(endpoint_id)?.get(&event)?
    }

    pub(super) fn end(&self, endpoint_id: &str, event: EventPosition) {
        let mut kept = self.kept();
        if let Some(begun) = kept.begun.get_mut(endpoint_id) {
            begun.remove(&event);
            if begun.is_empty() {
                kept.begun.remove(endpoint_id);
            }
        }
    }

    /// The endpoint is another server's.
    pub(super) fn end_all(&self, endpoint_id: &str) {
        self.kept().begun.remove(endpoint_id);
    }

    /// Whether an endpoint may be handed over: then nothing more is claimed until it was.
    pub(super) fn give(&self, endpoint_id: &str) -> bool {
        let mut kept = self.kept();
        let may = !kept.begun.contains_key(endpoint_id);
        if may {
            kept.given.insert(endpoint_id.to_owned());
        }
        may
    }

    /// What was to be handed over has been, or not.
    pub(super) fn all_given(&self) {
        self.kept().given.clear();
    }
}
