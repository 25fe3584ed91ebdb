//! The layout of the bytes, format version 2, and what differs in version 1. Numbers are little-endian.
//!
//! ```text
//! file    = file header, frame*
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
//! epoch             of whoever wrote the record: see [`Stamp`]
//! digest            SHA-256(salt ‖ payload)
//! chain hash        SHA-256(chain hash of the frame before ‖ number, epoch and digest of each record)
//! links CRC         over mark, n, number, epoch and digest of every record
//! contents CRC      over salt and payload of every record
//! blank sectors     how many 512-byte sectors of the file hold nothing but zeros of this
//!                   frame. (Of the first and the last sector the frame's part counts.)
//! ```
//!
//! **Version 1** has other marks for frames and records, and its records (56 + n) have neither
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

use crc32fast::Hasher as Crc;
use sha2::{Digest, Sha256};

use super::{Checkpoint, JournalError, Stamp};

/// The version of the format that this program writes, and the newest that it reads.
pub const VERSION: u32 = 2;
/// The most bytes that the payload of one record may have: 16 MiB.
pub const MAX_RECORD: u32 = 16 << 20;
/// The most bytes that a frame (one batch with all that is added to it) may have: 64 MiB.
pub const MAX_FRAME: u32 = 64 << 20;
/// The most records in one batch.
pub const MAX_RECORDS: u32 = 1 << 16;

/// How many bytes stand before the first frame, in every version.
pub const FILE_HEADER: usize = 16;
pub(super) const HEADER: usize = 64;
pub(super) const TRAILER: usize = 12;
pub(super) const SECTOR: usize = 512;

pub(super) const END_MARK: [u8; 4] = *b"\xFEEN\xFF";
const FILE_MAGIC: [u8; 8] = *b"\xFEjournal";

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

/// The first bytes of every journal of that version.
pub(super) fn file_header(version: u32) -> Vec<u8> {
    let mut bytes = [&FILE_MAGIC[..], &version.to_le_bytes()].concat();
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// Checks a complete file header, and gives the version in it.
pub(super) fn check_file_header(bytes: &[u8]) -> Result<u32, JournalError> {
    let mut rest = Bytes(bytes);
    let magic = rest.array().ok_or(JournalError::NotAJournal)?;
    let version = rest.u32().ok_or(JournalError::NotAJournal)?;
    let crc = rest.u32().ok_or(JournalError::NotAJournal)?;
    if magic != FILE_MAGIC {
        return Err(JournalError::NotAJournal);
    }
    let sum = crc32fast::hash(bytes.get(..12).unwrap_or_default());
    if sum != crc || version == 0 {
        let what = "the file header's checksum";
        return Err(JournalError::Damaged { at: 0, what });
    }
    if version > VERSION {
        return Err(JournalError::NewerVersion { found: version });
    }
    Ok(version)
}

/// What stands before the records of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) format: Format,
    pub(super) records: u32,
    pub(super) body: u32,
    pub(super) blank: u32,
    pub(super) offset: u64,
    pub(super) chain: [u8; 32],
    pub(super) links: u32,
}

impl FrameHeader {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend(self.format.frame_mark());
        for number in [self.records, self.body, self.blank] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.offset.to_le_bytes());
        bytes.extend(self.chain);
        bytes.extend(self.links.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }

    /// The header in these 64 bytes, if it is one and says that it stands at `offset`; else
    /// what did not match.
    pub(super) fn parse(bytes: &[u8], offset: u64) -> Result<FrameHeader, &'static str> {
        let sum = crc32fast::hash(bytes.get(..60).unwrap_or_default());
        // What has no mark of a frame is not told apart from a header whose checksum is wrong.
        let (crc, header) = FrameHeader::fields(bytes).ok_or("the frame header's checksum")?;
        if crc != sum {
            return Err("the frame header's checksum");
        }
        if header.offset != offset {
            return Err("the place of the frame");
        }
        let length = header.end().saturating_sub(offset);
        if length > u64::from(MAX_FRAME) || header.records > MAX_RECORDS {
            return Err("the limit for the size of a frame");
        }
        Ok(header)
    }

    fn fields(bytes: &[u8]) -> Option<(u32, FrameHeader)> {
        let mut bytes = Bytes(bytes);
        let mark: [u8; 4] = bytes.array()?;
        let header = FrameHeader {
            format: Format::of_frame(&mark)?,
            records: bytes.u32()?,
            body: bytes.u32()?,
            blank: bytes.u32()?,
            offset: bytes.u64()?,
            chain: bytes.array()?,
            links: bytes.u32()?,
        };
        Some((bytes.u32()?, header))
    }

    /// The offset of the first byte behind the frame.
    pub(super) fn end(&self) -> u64 {
        self.offset.saturating_add((HEADER + TRAILER) as u64).saturating_add(u64::from(self.body))
    }

    /// The state of the journal after this frame, which had so many records before it.
    pub(super) fn checkpoint(&self, before: u64) -> Checkpoint {
        let records = before.saturating_add(u64::from(self.records));
        Checkpoint { frame: self.offset, end: self.end(), chain: self.chain, records }
    }
}

/// What stands before the payload of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordHeader {
    pub(super) length: u32,
    /// None in format 1.
    pub(super) stamp: Option<Stamp>,
    pub(super) salt: [u8; 16],
    pub(super) digest: [u8; 32],
}

impl RecordHeader {
    /// The header in these bytes, which are as many as its format has, or `None` if no record
    /// begins there.
    pub(super) fn parse(bytes: &[u8]) -> Option<RecordHeader> {
        let mut bytes = Bytes(bytes);
        let mark: [u8; 4] = bytes.array()?;
        let length = bytes.u32()?;
        let stamp = match Format::of_record(&mark)? {
            Format::One => None,
            Format::Two => Some(Stamp { number: bytes.u64()?, epoch: bytes.u32()? }),
        };
        Some(RecordHeader { length, stamp, salt: bytes.array()?, digest: bytes.array()? })
    }

    pub(super) fn format(&self) -> Format {
        if self.stamp.is_some() { Format::Two } else { Format::One }
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let (mark, length) = (self.format().record_mark(), self.length.to_le_bytes());
        [&mark[..], &length, &self.stamp_bytes(), &self.salt, &self.digest].concat()
    }

    /// Number and epoch, as they are stored and summed; nothing in format 1.
    fn stamp_bytes(&self) -> Vec<u8> {
        let bytes = |stamp: Stamp| [&stamp.number.to_le_bytes()[..], &stamp.epoch.to_le_bytes()].concat();
        self.stamp.map(bytes).unwrap_or_default()
    }

    /// Whether the digest was made of this payload.
    pub(super) fn fits(&self, payload: &[u8]) -> bool {
        self.digest == digest(&self.salt, payload)
    }
}

/// What the chain holds of a record.
pub(super) fn digest(salt: &[u8; 16], payload: &[u8]) -> [u8; 32] {
    let hash = Sha256::new().chain_update(salt).chain_update(payload);
    hash.finalize().into()
}

/// The sums over a frame, made in the same way by who writes it and by who checks it.
pub(super) struct Sums {
    links: Crc,
    contents: Crc,
    chain: Sha256,
}

impl Sums {
    pub(super) fn after(previous: &Checkpoint) -> Sums {
        Sums { links: Crc::new(), contents: Crc::new(), chain: Sha256::new().chain_update(previous.chain) }
    }

    pub(super) fn add(&mut self, record: &RecordHeader, payload: &[u8]) {
        let stamp = record.stamp_bytes();
        self.links.update(&record.format().record_mark());
        self.links.update(&record.length.to_le_bytes());
        self.links.update(&stamp);
        self.links.update(&record.digest);
        self.contents.update(&record.salt);
        self.contents.update(payload);
        self.chain.update(stamp);
        self.chain.update(record.digest);
    }

    /// The links CRC, the contents CRC and the chain hash.
    pub(super) fn finish(self) -> (u32, u32, [u8; 32]) {
        let chain = self.chain.finalize().into();
        (self.links.finalize(), self.contents.finalize(), chain)
    }
}

/// The bytes of the trailer.
pub(super) fn trailer(contents: u32) -> Vec<u8> {
    [END_MARK, contents.to_le_bytes(), END_MARK].concat()
}

/// How many sectors of the file hold nothing but zeros of these bytes, which begin at `offset`.
pub(super) fn blank_sectors(bytes: &[u8], offset: u64) -> u32 {
    let (first, rest) = bytes.split_at_checked(to_sector_end(offset)).unwrap_or((bytes, &[]));
    let sectors = std::iter::once(first).chain(rest.chunks(SECTOR));
    let blank = sectors.filter(|sector| is_blank(sector)).count();
    u32::try_from(blank).unwrap_or(u32::MAX)
}

/// How many bytes there are from `offset` to the end of its sector: 1 to 512.
pub(super) fn to_sector_end(offset: u64) -> usize {
    let within = usize::try_from(offset % SECTOR as u64).unwrap_or(0);
    SECTOR.saturating_sub(within)
}

/// Whether there is nothing but zeros.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}
