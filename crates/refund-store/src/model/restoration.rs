//! That a store was made from a backup, and what follows from that for versions.

use refund_core::{Event, Refund, Timestamp, evolve};
use serde::{Deserialize, Serialize};

/// A store was made from a backup. Versions of refunds that were answered afterwards and lost with the
/// old store must never name what comes in their place: nobody agrees to what they have not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    /// The latest instant in the backup. Whatever is recorded since is later.
    pub backup_latest: Timestamp,
    /// The version that a refund has at least after its first change since.
    pub least_version: u64,
}

/// More than a refund ever changes.
const FURTHER: u64 = 1 << 24;

impl Restoration {
    /// A restoration at that instant, by the clock of whoever does it, of a backup that knows of those before.
    ///
    /// The versions leap to the seconds since 1970 at least, so that they go further each time that the same
    /// backup is restored, and further than the time before, whatever the clock says. A random part is for
    /// two at the same time, and for a clock that went back.
    pub(crate) fn new(backup_latest: Timestamp, at: Timestamp, random: u32, before: &[Self]) -> Self {
        let seconds = u64::try_from(at.as_millis() / 1000).unwrap_or(0);
        let beyond = before.iter().map(|before| before.least_version.saturating_add(FURTHER)).max();
        let least_version = seconds.max(beyond.unwrap_or(0)).saturating_add(u64::from(random) % FURTHER);
        Self { backup_latest, least_version }
    }

    /// What the version is at least after an event that follows on what was so since `updated_at`.
    fn least_after(self, updated_at: Timestamp, event: &Event) -> u64 {
        let is_first = updated_at <= self.backup_latest && self.backup_latest < event.recorded_at;
        if is_first { self.least_version } else { 0 }
    }
}

/// The refund after one more event, in a store that was restored so.
pub(crate) fn evolve_in(restorations: &[Restoration], refund: Refund, event: &Event) -> Refund {
    let (version, updated_at) = (refund.version, refund.updated_at);
    let mut after = evolve(refund, event);
    if after.version > version {
        let least = restorations.iter().map(|restoration| restoration.least_after(updated_at, event)).max();
        after.version = after.version.max(least.unwrap_or(0));
    }
    after
}
