//! Records that are taken out of a journal, and what stands in their place.
//!
//! What a record said is gone once its salt and payload are written over; where its stand-in is, is written into its
//! salt. Both are one write, which a crash can cut: then the record has any mixture of its sectors from before and
//! after, and its digest does not match. So such a record is one of three things: it names its stand-in; or a stand-in
//! of its number stands somewhere behind, and opening the journal writes over it again; or it is damaged.
//!
//! Another process may read meanwhile, and knows nothing of a lock. It finds a record at each moment to be one of the
//! first two, as the stand-in is in the file before the record is touched: it has to look for that in the file as it is
//! then, and not up to where it ended once, and goes on until it has read that too (`scan.rs`).

use std::collections::BTreeMap;

use super::JournalError;
use super::error::io_error;
use super::frame::RecordHeader;
use super::layout::{Bytes, Format, HEADER, Kind, TRAILER};
use crate::files::AppendFile;

/// That one record stands in the place of another; both by the offset of their first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StandsFor {
    pub(crate) of: u64,
    pub(crate) at: u64,
}

/// What stands in the place of a record.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    /// Where it stands.
    pub(super) at: u64,
    pub(super) salt: [u8; 16],
    pub(super) payload: Vec<u8>,
}

/// A record header that stands in the file, as far as that can be said; nothing where none does.
fn header_at(file: &dyn AppendFile, at: u64) -> Result<Option<RecordHeader>, JournalError> {
    let length = file.length().map_err(io_error("ask the journal"))?;
    for format in [Format::Two, Format::One] {
        let size = format.record_header();
        if at.saturating_add(size as u64) > length {
            continue;
        }
        let header = RecordHeader::parse(&read(file, at, size)?);
        if let Some(header) = header.filter(|header| header.kind.format() == format) {
            return Ok(Some(header));
        }
    }
    Ok(None)
}

fn read(file: &dyn AppendFile, at: u64, count: usize) -> Result<Vec<u8>, JournalError> {
    let mut bytes = vec![0; count];
    file.read_at(&mut bytes, at).map_err(io_error("read the journal"))?;
    Ok(bytes)
}

/// Where the payload of a record stands that begins there.
fn behind(header: &RecordHeader, at: u64) -> u64 {
    at.saturating_add(header.kind.format().record_header() as u64)
}

/// The stand-in at that place, if one of that number is there and whole. The file is asked how far it goes now: another
/// process may have erased something since somebody began to read it.
fn stand_in_at(file: &dyn AppendFile, at: u64, number: u64) -> Result<Option<(StandsFor, StandIn)>, JournalError> {
    let Some(header) = header_at(file, at)? else { return Ok(None) };
    let is_of = header.kind == Kind::StandIn && header.stamp.is_some_and(|stamp| stamp.number == number);
    let start = behind(&header, at);
    let length = file.length().map_err(io_error("ask the journal"))?;
    if !is_of || start.saturating_add(u64::from(header.length)) > length {
        return Ok(None);
    }
    let payload = read(file, start, header.length as usize)?;
    if !header.fits(&payload) {
        return Ok(None);
    }
    let mut rest = Bytes(&payload);
    let of = rest.u64();
    Ok(of.map(|of| (StandsFor { of, at }, StandIn { at, salt: header.salt, payload: rest.0.to_vec() })))
}

/// Where an erased record says that its stand-in is.
fn pointer(header: &RecordHeader) -> Option<u64> {
    match header.kind {
        Kind::Erased(_) => Bytes(&header.salt).u64(),
        Kind::Recorded(_) | Kind::StandIn | Kind::Outdated => None,
    }
}

/// What stands in the place of the record at `at`, which an erased record names.
pub(super) fn named(file: &dyn AppendFile, header: &RecordHeader, at: u64) -> Result<Option<StandIn>, JournalError> {
    let Some(place) = pointer(header).filter(|place| *place > at) else { return Ok(None) };
    // One of format 1 does not say its number: its stand-in says where it stands.
    let said = header.stamp.map(|stamp| stamp.number);
    let number = match said {
        Some(number) => number,
        None => header_at(file, place)?.and_then(|header| header.stamp).map_or(0, |stamp| stamp.number),
    };
    let found = stand_in_at(file, place, number)?;
    Ok(found.filter(|(stands, _)| stands.of == at).map(|(_, stand_in)| stand_in))
}

/// What stands in the place of the record of that number at `at`, whose digest does not match; nothing where it is
/// damaged.
pub(super) fn in_place_of(
    file: &dyn AppendFile,
    header: &RecordHeader,
    (at, number): (u64, u64),
) -> Result<Option<StandIn>, JournalError> {
    if let Some(found) = named(file, header, at)? {
        return Ok(Some(found));
    }
    let mut found = None;
    let mut place = behind(header, at).saturating_add(u64::from(header.length));
    while let Some(next) = next_record(file, place)? {
        let (next_at, next) = next;
        if let Some((_, stand_in)) = stand_in_at(file, next_at, number)? {
            found = Some(stand_in);
        }
        place = behind(&next, next_at).saturating_add(u64::from(next.length));
    }
    Ok(found)
}

/// The record that begins at `place`, or behind what stands between records.
fn next_record(file: &dyn AppendFile, mut place: u64) -> Result<Option<(u64, RecordHeader)>, JournalError> {
    // Between two records stands nothing, or a trailer and a header of a frame.
    for step in [0, TRAILER as u64, HEADER as u64] {
        place = place.saturating_add(step);
        if let Some(header) = header_at(file, place)? {
            return Ok(Some((place, header)));
        }
    }
    Ok(None)
}

/// Erases each of these records, and what stood in its place before. The stand-ins are durable by then. What has been
/// done already is left as it is.
pub(crate) fn erase_all(
    file: &dyn AppendFile,
    stand_ins: impl IntoIterator<Item = StandsFor>,
) -> Result<(), JournalError> {
    // Of several that stand for one record it is the last that does.
    let last: BTreeMap<u64, u64> = stand_ins.into_iter().map(|stands| (stands.of, stands.at)).collect();
    let mut outdated = false;
    for (of, at) in &last {
        let header = must_be_there(file, *of)?;
        // Only when it is gone is the place forgotten at which it stands.
        let stamp = header_at(file, *at)?.and_then(|header| header.stamp);
        if let Some(before) = pointer(&header).filter(|before| before != at && *before > *of)
            && let Some(stands) = header_at(file, before)?.filter(|found| !found.kind.counts() && found.stamp == stamp)
        {
            outdated |= write_over(file, before, RecordHeader { kind: Kind::Outdated, salt: [0; 16], ..stands })?;
        }
    }
    if outdated {
        file.sync().map_err(io_error("sync the journal"))?;
    }
    let mut erased = false;
    for (of, at) in &last {
        let header = must_be_there(file, *of)?;
        let mut salt = [0; 16];
        salt.iter_mut().zip(at.to_le_bytes()).for_each(|(byte, of_place)| *byte = of_place);
        let kind = Kind::Erased(header.kind.format());
        erased |= write_over(file, *of, RecordHeader { kind, salt, ..header })?;
    }
    if erased { file.sync().map_err(io_error("sync the journal")) } else { Ok(()) }
}

fn must_be_there(file: &dyn AppendFile, at: u64) -> Result<RecordHeader, JournalError> {
    let header = header_at(file, at)?.filter(|header| header.kind.counts());
    header.ok_or(JournalError::Damaged { at, what: "the mark of the record" })
}

/// Writes the header anew, and zeros for the payload; whether that was not so already.
fn write_over(file: &dyn AppendFile, at: u64, header: RecordHeader) -> Result<bool, JournalError> {
    let mut bytes = header.to_bytes();
    bytes.resize(bytes.len().saturating_add(header.length as usize), 0);
    if read(file, at, bytes.len())? == bytes {
        return Ok(false);
    }
    file.write_at(&bytes, at).map_err(io_error("erase a record of the journal"))?;
    Ok(true)
}
