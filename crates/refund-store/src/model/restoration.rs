//! That a store was made from a backup, and what follows from that for whatever is counted: versions, the names of
//! notices, and which of its links and secrets somebody has.

use refund_core::{Event, NOTICE_LEAP, Refund, Timestamp, evolve};
use serde::{Deserialize, Serialize};

/// A store was made from a backup. What was counted afterwards and lost with the old store must never name what comes in
/// its place: nobody agrees to what they have not seen, no word on a notice counts for another, and no link or secret
/// that was lost opens anything.
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

/// What comes behind the present link or secret of somebody: no number that was ever given. It leaps as versions do.
pub(crate) fn generation_after(restorations: &[Restoration], present: u32) -> u32 {
    let least = restorations.last().map_or(0, |last| u32::try_from(last.least_version).unwrap_or(u32::MAX));
    present.saturating_add(1).max(least)
}

/// How far the names of notices leap now: [`Notice::leap`](refund_core::Notice::leap).
pub(crate) fn notice_leap(restorations: &[Restoration]) -> u64 {
    restorations.last().map_or(0, |last| last.least_version.saturating_mul(NOTICE_LEAP))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_leaps_once_after_each_restore_and_is_never_the_same() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000).unwrap();
        let first = Restoration::new(at(0), at(1_772_000_000), 7, &[]);
        // Of the same backup at the same time, and of what the first restore made.
        let again = Restoration::new(at(0), at(1_772_000_000), 8, &[]);
        let second = Restoration::new(at(0), at(0), 7, &[first]);
        assert_eq!([generation_after(&[], 1), generation_after(&[], u32::MAX)], [2, u32::MAX]);
        let lost = generation_after(&[first], 2);
        assert_eq!((lost, generation_after(&[first], lost)), (1_772_000_007, lost + 1));
        assert!(generation_after(&[again], 2) != lost && generation_after(&[first, second], lost) > lost + 1);
        let leaps = [notice_leap(&[]), notice_leap(&[first]), notice_leap(&[again]), notice_leap(&[first, second])];
        assert!(leaps.is_sorted_by(|one, next| one < next) && leaps.iter().all(|leap| leap % NOTICE_LEAP == 0));
    }
}
