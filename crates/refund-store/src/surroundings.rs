//! What a store can't have by itself: the time and randomness. Both come in from outside.

use std::sync::Arc;

use refund_core::Timestamp;

/// Fills bytes with randomness.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// The time and randomness that a store is opened with.
#[derive(Clone)]
pub struct Surroundings {
    /// What the time is.
    pub clock: Clock,
    /// Randomness that is never the same twice.
    pub entropy: Entropy,
    /// Nothing that is due happens until the store is opened without this, so that an operator
    /// can extend what fell due during an outage (R36).
    pub hold_settling: bool,
}

impl Surroundings {
    /// A new epoch for what a store records from now on. 0 is that of records without one.
    pub(crate) fn epoch(&self) -> u32 {
        let mut bytes = [0; 4];
        (self.entropy)(&mut bytes);
        u32::from_le_bytes(bytes).max(1)
    }
}

/// What the time is.
#[derive(Clone)]
pub enum Clock {
    /// Time goes by; the function reads it.
    Running(Arc<dyn Fn() -> Timestamp + Send + Sync>),
    /// As [`Clock::Running`], where one machine has the store. A store that several share goes by its database's clock
    /// instead, and reads this one only to tell how much of that has gone by since it last heard of it.
    Shared(Arc<dyn Fn() -> Timestamp + Send + Sync>),
    /// Time stands still at the latest instant recorded, until it is advanced.
    Test,
}

/// How far the clock may be behind the latest instant recorded when a store is opened (R35).
pub(crate) const BEHIND_MAX_MINUTES: i64 = 5;

impl Clock {
    /// The engine's time: the later of the clock and the latest instant recorded (R35).
    #[must_use]
    pub fn now(&self, latest: Timestamp) -> Timestamp {
        match self {
            Self::Running(read) | Self::Shared(read) => read().max(latest),
            Self::Test => latest,
        }
    }

    /// Whether it can be advanced by hand.
    #[must_use]
    pub fn is_test(&self) -> bool {
        match self {
            Self::Test => true,
            Self::Running(_) | Self::Shared(_) => false,
        }
    }

    /// R35: the clock's reading, where it is too far behind what has been recorded.
    #[must_use]
    pub fn behind(&self, latest: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Running(read) | Self::Shared(read) => too_far_behind(read(), latest),
            Self::Test => None,
        }
    }
}

/// R35: that reading of a clock, where it is too far behind what has been recorded.
pub(crate) fn too_far_behind(clock: Timestamp, latest: Timestamp) -> Option<Timestamp> {
    let behind = latest.as_millis().saturating_sub(clock.as_millis());
    (behind > BEHIND_MAX_MINUTES * 60_000).then_some(clock)
}
