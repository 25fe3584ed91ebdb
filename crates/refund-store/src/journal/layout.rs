//! The layout of the bytes, format version 3, and what differs in older ones. Numbers are little-endian.
//!
//! ```text
//! file    = file header, frame*, zero*
//! file header (16)  magic 8 | version u32 | CRC of the 12 bytes before
//!           These 16 bytes keep their meaning in every later version. The version is that of
//!           the newest frame; older frames may stand before it.
//! frame   = header, record*, trailer
//! header (64)       mark 4 | records u32 | bytes of all records u32 | blank sectors u32
//!                   | own offset u64 | chain hash 32 | links CRC u32 | CRC of the 60 before
//! record (68 + n)   mark 4 | n u32 | number u64 | epoch u32 | salt 16 | digest 32 | payload n
//! trailer (12)      mark 4 | contents CRC u32 | mark 4
//! number            1 for the first record of the history, and so on without gaps; its top byte
//!                   is 0 and kept for a shard
//! epoch             of whoever wrote the record: see [`Stamp`](super::Stamp)
//! digest            SHA-256(salt ‖ payload)
//! chain hash        SHA-256(chain hash of the frame before ‖ number, epoch and digest of each record)
//! links CRC         over mark, n, number, epoch and digest of every record
//! contents CRC      over salt and payload of every record
//! blank sectors     how many 512-byte sectors of the file hold nothing but zeros of this
//!                   frame. (Of the first and the last sector the frame's part counts.)
//! ```
//!
//! **Version 2** has no zeros behind the last frame. It is still what is written where there is no gain in them.
//!
//! **Version 1** has neither, and other marks for frames and records, and its records (56 + n) have neither
//! number nor epoch, also in the chain hash and the links CRC. They are counted, and their epoch
//! is 0.
//!
//! **Erasing.** The header with its CRC, the chain hash and the links CRC say nothing about
//! salts and payloads; only the trailer and the digests do. Zeroing salt and payload of a record
//! leaves length, digest and chain as they were, and both still verify; without the salt,
//! nobody can find out by guessing what the digest was made of. No version so far has a mark for
//! an erased record, and each calls it damage: a later one gives the record another mark and
//! writes the contents CRC anew.
//!
//! **Marks** begin with 0xFE and end with 0xFF. Neither byte occurs in UTF-8, so that no text
//! that a customer types can pass for a record or a frame. The first and the last byte of a
//! frame are such bytes: the frame's share of its first and of its last sector is never blank.

/// The newest version of the format, which this program reads and writes.
pub const VERSION: u32 = ZEROS_BEHIND;
/// Since which the file may end with zeros.
pub(super) const ZEROS_BEHIND: u32 = 3;
/// Since which frames are as they are written now.
pub(super) const FRAMES: u32 = 2;
/// The most bytes that the payload of one record may have: 16 MiB.
pub const MAX_RECORD: u32 = 16 << 20;
/// The most bytes that a frame (one batch with all that is added to it) may have: 64 MiB.
pub const MAX_FRAME: u32 = 64 << 20;
/// The most records in one batch.
pub const MAX_RECORDS: u32 = 1 << 16;

/// The most zeros that are written ahead at once: 1 MiB. More than these and a frame's are no crash's.
pub(super) const MAX_ZEROS: u32 = 1 << 20;

/// How many bytes stand before the first frame, in every version.
pub const FILE_HEADER: usize = 16;
pub(super) const HEADER: usize = 64;
pub(super) const TRAILER: usize = 12;
pub(super) const SECTOR: usize = 512;

pub(super) const END_MARK: [u8; 4] = *b"\xFEEN\xFF";
pub(super) const FILE_MAGIC: [u8; 8] = *b"\xFEjournal";

/// How a frame is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    One,
    Two,
}

impl Format {
    const ALL: [Self; 2] = [Self::One, Self::Two];

    /// What a frame begins with.
    pub(super) const fn frame_mark(self) -> [u8; 4] {
        match self {
            Self::One => *b"\xFEFR\xFF",
            Self::Two => *b"\xFEF2\xFF",
        }
    }

    /// What a record begins with.
    pub(super) const fn record_mark(self) -> [u8; 4] {
        match self {
            Self::One => *b"\xFERE\xFF",
            Self::Two => *b"\xFER2\xFF",
        }
    }

    /// How many bytes stand before the payload of a record.
    pub(super) const fn record_header(self) -> usize {
        match self {
            Self::One => 56,
            Self::Two => 68,
        }
    }

    /// The format of the frame that begins with that mark, if one does.
    pub(super) fn of_frame(mark: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|format| mark == format.frame_mark())
    }

    /// The format of the record that begins with that mark, if one does.
    pub(super) fn of_record(mark: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|format| mark == format.record_mark())
    }
}

/// Takes values off the front of some bytes; `None` where they are too few.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl Bytes<'_> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}
