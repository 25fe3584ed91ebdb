//! Headers of files, frames and records, and what is summed over them, as `layout.rs` has them.

use crc32fast::Hasher as Crc;
use sha2::{Digest, Sha256};

use super::layout::{
    Bytes, END_MARK, FILE_MAGIC, Format, HEADER, Kind, MAX_FRAME, MAX_RECORDS, SECTOR, TRAILER, VERSION,
};
use super::{Checkpoint, JournalError, Stamp};

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
    pub(super) kind: Kind,
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
        let kind = Kind::of(&mark)?;
        let stamp = match kind.format() {
            Format::One => None,
            Format::Two => Some(Stamp { number: bytes.u64()?, epoch: bytes.u32()? }),
        };
        Some(RecordHeader { kind, length, stamp, salt: bytes.array()?, digest: bytes.array()? })
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let (mark, length) = (self.kind.mark(), self.length.to_le_bytes());
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
pub(crate) fn digest(salt: &[u8; 16], payload: &[u8]) -> [u8; 32] {
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
        self.links.update(&record.kind.at_first().mark());
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
