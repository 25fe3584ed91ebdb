//! The layout of the bytes, format version 4, and what differs in older ones. Numbers are little-endian.
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
//!                   is 0 and kept for a shard. A stand-in has that of the record it stands for
//! epoch             of whoever wrote the record: see [`Stamp`](super::Stamp)
//! digest            SHA-256(salt ‖ payload)
//! chain hash        SHA-256(chain hash of the frame before ‖ number, epoch and digest of each record)
//! links CRC         over mark, n, number, epoch and digest of every record
//! contents CRC      over salt and payload of every record; not asked where one of them was erased
//! blank sectors     how many 512-byte sectors of the file hold nothing but zeros of this
//!                   frame. (Of the first and the last sector the frame's part counts.)
//! ```
//!
//! **Version 3** has neither stand-ins nor erased records, and is still what is written where there are none.
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
//! nobody can find out by guessing what the digest was made of. So an erased record has zeros for its payload,
//! and in the first 8 bytes of its salt the place of its **stand-in**: a record of a later frame, chained as all are,
//! which is not counted, and whose payload is the place of the erased record (u64) and what is read there instead.
//! Erased again, a record gets another stand-in, and the one before is zeroed. Each mark differs in one byte from what
//! it was before, so that no crash leaves half of one; and the links CRC is over the mark from before. A record whose
//! digest does not match is damaged, unless a later stand-in has its number: see `erasing.rs`.
//!
//! **Marks** begin with 0xFE and end with 0xFF. Neither byte occurs in UTF-8, so that no text
//! that a customer types can pass for a record or a frame. The first and the last byte of a
//! frame are such bytes: the frame's share of its first and of its last sector is never blank.

/// The newest version of the format, which this program reads and writes.
pub const VERSION: u32 = STAND_INS;
/// Since which records can be erased.
pub(super) const STAND_INS: u32 = 4;
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
    const fn record_mark(self) -> [u8; 4] {
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
}

/// What a record is, which its mark says beside its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// What was recorded.
    Recorded(Format),
    /// What was recorded, and has a stand-in since.
    Erased(Format),
    /// What stands in the place of an erased record.
    StandIn,
    /// What stood there, until another did.
    Outdated,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Recorded(Format::One),
        Self::Recorded(Format::Two),
        Self::Erased(Format::One),
        Self::Erased(Format::Two),
        Self::StandIn,
        Self::Outdated,
    ];

    /// What such a record begins with.
    pub(super) const fn mark(self) -> [u8; 4] {
        match self {
            Self::Recorded(format) => format.record_mark(),
            Self::Erased(Format::One) => *b"\xFErE\xFF",
            Self::Erased(Format::Two) => *b"\xFEr2\xFF",
            Self::StandIn => *b"\xFES2\xFF",
            Self::Outdated => *b"\xFEs2\xFF",
        }
    }

    /// What begins with that mark, if a record does.
    pub(super) fn of(mark: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| mark == kind.mark())
    }

    /// How it is laid out.
    pub(super) const fn format(self) -> Format {
        match self {
            Self::Recorded(format) | Self::Erased(format) => format,
            Self::StandIn | Self::Outdated => Format::Two,
        }
    }

    /// What it was when it was written.
    pub(super) const fn at_first(self) -> Self {
        match self {
            Self::Recorded(format) | Self::Erased(format) => Self::Recorded(format),
            Self::StandIn | Self::Outdated => Self::StandIn,
        }
    }

    /// Whether it is a record that was erased.
    pub(super) const fn is_erased(self) -> bool {
        match self {
            Self::Erased(_) => true,
            Self::Recorded(_) | Self::StandIn | Self::Outdated => false,
        }
    }

    /// Whether it counts among the records, and is one of those that are read one after the other.
    pub(super) const fn counts(self) -> bool {
        match self {
            Self::Recorded(_) | Self::Erased(_) => true,
            Self::StandIn | Self::Outdated => false,
        }
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
