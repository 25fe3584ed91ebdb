//! The rows of the view, read and written: see `keys.rs` for what there is.

use refund_core::Timestamp;

use crate::journal::Checkpoint;

/// The layout of all rows together. A view of another layout is thrown away and built anew.
pub(super) const LAYOUT: u32 = 7;

/// What the view says of itself. There is none while it is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) layout: u32,
    /// The latest instant recorded.
    pub(super) latest: Timestamp,
    /// Up to where in the journal the rows are current.
    pub(super) current: Checkpoint,
}

impl Meta {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let (layout, latest) = (self.layout.to_be_bytes(), self.latest.as_millis().to_be_bytes());
        [&layout[..], &latest, &self.current.to_bytes(), &self.current.records().to_be_bytes()].concat()
    }

    /// Nothing where the bytes are no meta row of any layout.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (layout, rest) = bytes.split_first_chunk()?;
        let (latest, rest) = rest.split_first_chunk()?;
        let (current, rest) = rest.split_first_chunk()?;
        // Before layout 3 nobody counted.
        let records = rest.first_chunk().map_or(0, |records| u64::from_be_bytes(*records));
        let current = Checkpoint::from_bytes(current, records)?;
        let latest = Timestamp::from_millis(i64::from_be_bytes(*latest)).ok()?;
        Some(Self { layout: u32::from_be_bytes(*layout), latest, current })
    }
}
