//! Care for a store: what its operator does beside the server.
//!
//! [`verify`] reads all there is and says whether it can be true. [`rebuild`] makes the view anew.
//! [`back_up`] and [`restore`] copy the journal, checked on the way. [`stats`] counts. Whatever only
//! looks changes nothing, and works while a server uses the folder.

mod as_journal;
mod backup;
mod by_seller;
mod compare;
mod copy;
mod database;
mod error;
mod evidence;
mod evidence_found;
mod laws;
mod manifest;
mod progress;
mod rebuild;
mod recovered;
mod replay;
mod replayed;
mod restore;
mod review;
mod source;
mod stats;
mod verify;

pub use backup::{BackedUp, Copied, back_up, copy_journal};
pub use by_seller::SellersShare;
pub use compare::{Difference, ViewFound};
pub use copy::{CopiedStore, StoreAt, copy};
pub use database::{
    DatabaseStats, RebuiltDatabase, TablesFound, VerifiedDatabase, back_up_database, rebuild_database,
    stats_of_database, verify_database,
};
pub use error::CareError;
pub use evidence::{CopiedEvidence, ERASED, EVIDENCE, SMALL, copy_evidence, is_evidence_here, keep_evidence_here};
pub use evidence_found::{EvidenceFault, EvidenceFound};
pub use laws::{LAWS, Law, RecordPlace, Violation};
pub use manifest::{MANIFEST, Manifest};
pub use progress::{Progress, Unit, Watcher};
pub use rebuild::{Rebuilt, rebuild};
pub use recovered::tell_of_recovery;
pub use restore::{Restored, restore};
pub use review::Contents;
pub use stats::{Counts, Stats, stats};
pub use verify::{Verified, verify};

/// How many findings of a kind are kept; beyond that they are only counted.
pub const LISTED_MAX: usize = 1_000;

/// What was found: the first of it, and how much there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings<T> {
    /// The first, at most [`LISTED_MAX`].
    pub first: Vec<T>,
    /// How many there are.
    pub count: u64,
}

impl<T> Default for Findings<T> {
    fn default() -> Self {
        Self { first: Vec::new(), count: 0 }
    }
}

impl<T> Findings<T> {
    pub(crate) fn add(&mut self, found: T) {
        self.count = self.count.saturating_add(1);
        if self.first.len() < LISTED_MAX {
            self.first.push(found);
        }
    }
}
