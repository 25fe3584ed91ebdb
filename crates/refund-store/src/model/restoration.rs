//! That a store was made from a backup, and what follows from that for versions.

use refund_core::{Event, Refund, Timestamp, evolve};
use serde::{Deserialize, Serialize};

/// A store was made from a backup. Versions of refunds that were answered afterwards and lost with the
/// old store must never name what comes in their place: nobody agrees to what they have not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    /// The latest instant in the backup. Whatever is recorded since is later.
    pub backup_latest: Timestamp,
    /// When it was restored, by the clock of whoever did it.
    pub at: Timestamp,
}

impl Restoration {
    /// What the version is at least after an event that follows on what was so since `updated_at`.
    ///
    /// The first change since the backup leaps to the seconds since 1970 at which it was restored: further
    /// than any refund changes in its life, and further each time that the same backup is restored.
    fn least_version(self, updated_at: Timestamp, event: &Event) -> u64 {
        let is_first = updated_at <= self.backup_latest && self.backup_latest < event.recorded_at;
        if is_first { u64::try_from(self.at.as_millis() / 1000).unwrap_or(0) } else { 0 }
    }
}

/// The refund after one more event, in a store that was restored so.
pub(crate) fn evolve_in(restorations: &[Restoration], refund: Refund, event: &Event) -> Refund {
    let (version, updated_at) = (refund.version, refund.updated_at);
    let mut after = evolve(refund, event);
    if after.version > version {
        let least = restorations.iter().map(|restoration| restoration.least_version(updated_at, event)).max();
        after.version = after.version.max(least.unwrap_or(0));
    }
    after
}
