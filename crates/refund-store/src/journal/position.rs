use std::fmt;

use super::layout::{Bytes, FILE_HEADER, HEADER};

/// Where a record stands in the journal: the offset of its first byte.
///
/// The order of positions is the order of the records. A position never changes and is never
/// given twice, so that ids can be made of it. As a number it is at least 80 and at most
/// 2⁶³ − 1, so that it fits a signed column too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

/// A number that cannot be a [`Position`] in any journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a position in a journal: use one that the journal gave")]
pub struct NotAPosition(pub u64);

impl Position {
    /// Where the first record of every journal stands.
    pub const FIRST: Position = Position((FILE_HEADER + HEADER) as u64);

    /// Only for offsets inside a file, which are within the range.
    pub(super) fn at(offset: u64) -> Position {
        Position(offset)
    }

    pub(super) fn offset(self) -> u64 {
        self.0
    }
}

impl From<Position> for u64 {
    fn from(position: Position) -> u64 {
        position.0
    }
}

impl TryFrom<u64> for Position {
    type Error = NotAPosition;

    fn try_from(number: u64) -> Result<Position, NotAPosition> {
        let position = Position(number);
        if position < Position::FIRST || i64::try_from(number).is_err() {
            return Err(NotAPosition(number));
        }
        Ok(position)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which record of a history it is. Unlike a [`Position`], it stays the same in every store that
/// the record is copied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// Its number: 1 for the first of the history, without gaps. The top byte is 0.
    pub number: u64,
    /// Which of those that ever wrote to the history wrote it, as a random number; 0 for records of
    /// format 1. A record that was lost and the one that later got its number differ in this.
    pub epoch: u32,
}

/// The state of the journal after one of its frames: where the frame begins and ends, the chain
/// hash up to it, and how many records there are.
///
/// Whoever keeps one in a safe place (the view in sled, a backup, another machine) can open the
/// journal fast, by trusting everything before it, or prove later that the journal still has
/// the history that it had then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Offset of the frame's first byte; 0 for [`Checkpoint::START`], which is after no frame.
    pub(super) frame: u64,
    /// Offset of the first byte behind the frame.
    pub(super) end: u64,
    /// SHA-256 over the chain hash before and the digests of the frame's records.
    pub(super) chain: [u8; 32],
    /// How many records there are up to here.
    pub(super) records: u64,
}

impl Checkpoint {
    /// The state of a journal in which nothing is recorded yet. To open with it is to trust
    /// nothing.
    pub const START: Checkpoint = Checkpoint { frame: 0, end: FILE_HEADER as u64, chain: [0; 32], records: 0 };

    /// Where the first record after this state stands, or will stand once it is recorded.
    #[must_use]
    pub fn next(&self) -> Position {
        Position(self.end.saturating_add(HEADER as u64))
    }

    /// Where the first record stands of the frame after which this is the state; of the journal,
    /// where there is no frame yet.
    #[must_use]
    pub fn frame(&self) -> Position {
        Position(self.frame.saturating_add(HEADER as u64)).max(Position::FIRST)
    }

    /// How many bytes the journal has in this state.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.end
    }

    /// How many records the journal has in this state: the number of the last.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The hash that stands for everything recorded up to here.
    #[must_use]
    pub fn chain(&self) -> &[u8; 32] {
        &self.chain
    }

    /// The checkpoint in 48 bytes, to be stored beside [`records`](Checkpoint::records).
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 48] {
        let mut bytes = [0; 48];
        let parts = [&self.frame.to_le_bytes()[..], &self.end.to_le_bytes(), &self.chain];
        for (byte, part) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *byte = *part;
        }
        bytes
    }

    /// The checkpoint that [`to_bytes`](Checkpoint::to_bytes) gave, with so many records up to it, or
    /// `None` if `bytes` cannot be one. Whether it fits a journal is found out when the journal is
    /// opened with it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 48], records: u64) -> Option<Checkpoint> {
        let mut bytes = Bytes(bytes);
        let checkpoint = Checkpoint { frame: bytes.u64()?, end: bytes.u64()?, chain: bytes.array()?, records };
        let behind = checkpoint.frame < checkpoint.end && i64::try_from(checkpoint.end).is_ok();
        (behind && checkpoint.end >= FILE_HEADER as u64).then_some(checkpoint)
    }
}
