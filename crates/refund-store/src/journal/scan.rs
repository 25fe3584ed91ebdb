//! Walks over frames, checks everything in them, and judges the one that is bad.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::erasing::{StandIn, StandsFor, in_place_of};
use super::error::io_error;
use super::frame::{self, FrameHeader, RecordHeader, Sums};
use super::layout::{Bytes, Format, HEADER, Kind, MAX_FRAME, MAX_RECORD, MAX_ZEROS, SECTOR, TRAILER};
use super::sequential::Sequential;
use super::{Checkpoint, JournalError};
use crate::files::AppendFile;

const CHUNK: usize = 256 << 10;
/// How often a frame is read again that is not good: a server may write over its records just then, which ends soon.
const AGAIN: usize = 3;

/// What was found from a checkpoint to the end of the file.
pub(super) struct Scan {
    /// The state after the last good frame, up to which all is there that stands in the place of what was erased.
    pub(super) good: Checkpoint,
    /// What stands behind it, if anything but zeros does.
    pub(super) bad: Option<Bad>,
    /// Where the last sector ends in which anything but zeros stands, or the file.
    pub(super) end: u64,
}

/// Bytes that are no good frame. They begin where the last good frame ends.
pub(super) struct Bad {
    /// Offset of what does not match.
    pub(super) at: u64,
    pub(super) what: &'static str,
    /// Whether a crash can have left it so, and nothing that was acknowledged is in it.
    pub(super) torn: bool,
}

impl From<Bad> for JournalError {
    fn from(bad: Bad) -> JournalError {
        JournalError::Damaged { at: bad.at, what: bad.what }
    }
}

/// Why a frame is not good.
enum Fault {
    /// The file could not be read: nothing is known.
    Unread(JournalError),
    /// The file ends before the frame does.
    Short,
    /// The header is not a header, or not one that belongs here.
    Header(&'static str),
    /// The header is good. The rest is not: at which offset, and what.
    Body(FrameHeader, u64, &'static str),
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Fault {
        Fault::Unread(error)
    }
}

/// Checks every frame after `from`, in a file of `length` bytes.
pub(super) fn scan(file: &Arc<dyn AppendFile>, length: u64, from: Checkpoint) -> Result<Scan, JournalError> {
    scan_each(file, length, from, |_, _, _| Ok(()))
}

/// What stands in the place of erased records of a frame, by where these begin.
pub(super) type StandIns = BTreeMap<u64, StandIn>;

/// Scans like [`scan`], and gives each good frame to `each`: the state after it, its bytes as they were checked, and what
/// stands in the place of its records that were erased. It goes on behind `length` until all of the latter was there.
pub(super) fn scan_each<E: From<JournalError>>(
    file: &Arc<dyn AppendFile>,
    mut length: u64,
    from: Checkpoint,
    mut each: impl FnMut(Checkpoint, &[u8], &StandIns) -> Result<(), E>,
) -> Result<Scan, E> {
    let mut written = written_end(file, from.end, length)?;
    let mut end = sector_end(written).min(length);
    let mut input = Sequential::new(file, from.end, end, CHUNK);
    // Where the last stand-in begins of a record that was erased, and the state with all stand-ins.
    let (mut good, mut needed, mut complete) = (from, 0, from);
    while good.end < written || good.end <= needed {
        let mut checked = check(file, &mut input, &good);
        for _ in 0..AGAIN {
            if matches!(checked, Ok(_) | Err(Fault::Unread(_))) {
                break;
            }
            if good.end <= needed {
                // Where it ended before, perhaps within a frame, is not where it has to end.
                length = file.length().map_err(io_error("ask the journal"))?;
                written = written_end(file, good.end, length)?;
                end = sector_end(written).min(length);
            }
            input = Sequential::new(file, good.end, end, CHUNK);
            checked = check(file, &mut input, &good);
        }
        let mut bad = match checked {
            Ok((after, stand_ins)) => {
                needed = stand_ins.values().map(|stands| stands.at).fold(needed, u64::max);
                each(after, input.taken(after.end.saturating_sub(good.end)), &stand_ins)?;
                good = after;
                if needed < good.end {
                    complete = good;
                }
                continue;
            }
            Err(Fault::Unread(error)) => return Err(error.into()),
            Err(Fault::Short) => Bad { at: good.end, what: "the length of the file", torn: true },
            Err(Fault::Header(what)) => Bad { at: good.end, what, torn: header_is_torn(file, good.end, end)? },
            Err(Fault::Body(header, at, what)) => Bad { at, what, torn: body_is_torn(file, &header, written)? },
        };
        // What stands in the place of something erased was durable before.
        bad.torn &= needed < good.end;
        return Ok(Scan { good: complete, bad: Some(bad), end });
    }
    let lost = length.saturating_sub(written) > u64::from(MAX_FRAME.saturating_add(MAX_ZEROS));
    let bad = lost.then_some(Bad { at: good.end, what: "more zeros than stand ahead", torn: false });
    Ok(Scan { good, bad, end })
}

/// Where what is written ends, behind `from`: only zeros stand from there to `length`.
pub(super) fn written_end(file: &Arc<dyn AppendFile>, from: u64, length: u64) -> Result<u64, JournalError> {
    let mut end = length;
    while end > from {
        let start = end.saturating_sub(CHUNK as u64).max(from);
        let mut input = Sequential::new(file, start, end, CHUNK);
        let bytes = input.peek(usize::try_from(end.saturating_sub(start)).unwrap_or(CHUNK))?;
        if let Some(last) = bytes.iter().rposition(|byte| *byte != 0) {
            return Ok(start.saturating_add(last as u64).saturating_add(1));
        }
        end = start;
    }
    Ok(from)
}

/// Where the sector ends in which the byte before `offset` stands.
fn sector_end(offset: u64) -> u64 {
    offset.div_ceil(SECTOR as u64).saturating_mul(SECTOR as u64)
}

/// Checks the frame that comes next, and gives the state after it.
fn check(
    file: &Arc<dyn AppendFile>,
    input: &mut Sequential,
    last: &Checkpoint,
) -> Result<(Checkpoint, StandIns), Fault> {
    if input.left() < HEADER as u64 {
        return Err(Fault::Short);
    }
    let header = FrameHeader::parse(input.peek(HEADER)?, last.end).map_err(Fault::Header)?;
    let length = header.end().saturating_sub(header.offset);
    if input.left() < length {
        return Err(Fault::Short);
    }
    // All of it at once, so that what is given on is what was checked.
    input.peek(usize::try_from(length).unwrap_or(usize::MAX))?;
    input.take(HEADER)?;
    let (mut sums, mut stand_ins, mut whole) = (Sums::after(last), StandIns::new(), true);
    let mut number = last.records;
    while header.end().saturating_sub(input.at()) > TRAILER as u64 {
        let at = input.at();
        let record = check_record(input, &header, number, &mut sums)?;
        number = record.number;
        if !record.is_whole {
            let stands = in_place_of(&**file, &record.header, (at, record.own_number()))?;
            let stands = stands.ok_or(Fault::Body(header, at, "the digest of the record"))?;
            stand_ins.insert(at, stands);
            whole = false;
        }
    }
    if number != last.records.saturating_add(u64::from(header.records)) {
        return Err(Fault::Body(header, input.at(), "the number of records"));
    }
    let (links, contents, chain) = sums.finish();
    let at = input.at();
    let wrong = |what| Err(Fault::Body(header, at, what));
    if header.end().saturating_sub(at) != TRAILER as u64 {
        return wrong("the length of the records");
    }
    if links != header.links {
        return wrong("the checksum of lengths and digests");
    }
    // What was erased is no more of what was summed: of the rest the digests tell.
    if input.take(TRAILER)? != frame::trailer(contents) && whole {
        return wrong("the checksum of salts and payloads");
    }
    if chain != header.chain {
        return wrong("the chain hash");
    }
    Ok((header.checkpoint(last.records), stand_ins))
}

/// A record of a frame, as far as it was checked.
struct Record {
    header: RecordHeader,
    /// How many records there are with it.
    number: u64,
    /// Whether its digest is that of what it says.
    is_whole: bool,
}

impl Record {
    /// Its own number, which of a stand-in is that of another.
    fn own_number(&self) -> u64 {
        self.header.stamp.map_or(self.number, |stamp| stamp.number)
    }
}

/// Checks the record that comes next, behind so many others.
fn check_record(input: &mut Sequential, frame: &FrameHeader, before: u64, sums: &mut Sums) -> Result<Record, Fault> {
    let at = input.at();
    let wrong = |what| Fault::Body(*frame, at, what);
    // What a record may have at most, so that the trailer still has room in the frame. The
    // frame is in the file as a whole, so that nothing here reads past its end.
    let room = |input: &Sequential| {
        let end = frame.end().saturating_sub(TRAILER as u64);
        end.saturating_sub(input.at())
    };
    let size = frame.format.record_header();
    if room(input) < size as u64 {
        return Err(wrong("the number of records"));
    }
    let header = RecordHeader::parse(input.take(size)?).filter(|header| header.kind.format() == frame.format);
    let header = header.ok_or(wrong("the mark of the record"))?;
    let number = before.saturating_add(u64::from(header.kind.counts()));
    if header.kind.counts() && header.stamp.is_some_and(|stamp| stamp.number != number) {
        return Err(wrong("the number of the record"));
    }
    if header.length > MAX_RECORD || u64::from(header.length) > room(input) {
        return Err(wrong("the length of the record"));
    }
    let payload = input.take(header.length as usize)?;
    let is_recorded = matches!(header.kind, Kind::Recorded(_) | Kind::StandIn);
    let is_whole = is_recorded && header.fits(payload);
    sums.add(&header, payload);
    Ok(Record { header, number, is_whole })
}

/// Whether a crash can have left this header, at `at` in a file of `length` bytes. See the
/// module `journal` for the reasons.
fn header_is_torn(file: &Arc<dyn AppendFile>, at: u64, length: u64) -> Result<bool, JournalError> {
    if length.saturating_sub(at) > u64::from(MAX_FRAME) {
        return Ok(false);
    }
    let mut input = Sequential::new(file, at, length, SECTOR);
    let mut blank = false;
    while input.at() < at.saturating_add(HEADER as u64) {
        blank |= frame::is_blank(take_sector(&mut input)?);
    }
    Ok(blank && !frame_follows(file, at, length)?)
}

/// Whether a frame header stands anywhere behind `at`, at the place where it says it does.
fn frame_follows(file: &Arc<dyn AppendFile>, at: u64, length: u64) -> Result<bool, JournalError> {
    let mut input = Sequential::new(file, at, length, CHUNK);
    while input.left() >= HEADER as u64 {
        let count = input.left().min(CHUNK as u64) as usize;
        let start = input.at();
        let bytes = input.peek(count)?;
        for (offset, window) in (start..).zip(bytes.windows(HEADER)) {
            if Format::of_frame(window.get(..4).unwrap_or_default()).is_some()
                && FrameHeader::parse(window, offset).is_ok()
            {
                return Ok(true);
            }
        }
        // The last bytes may be the beginning of a header: they come again.
        input.take(count.saturating_sub(HEADER - 1))?;
    }
    Ok(false)
}

/// Whether a crash can have left the records of this frame so, in a file in which only zeros follow from
/// `written` on.
fn body_is_torn(file: &Arc<dyn AppendFile>, frame: &FrameHeader, written: u64) -> Result<bool, JournalError> {
    if frame.end() < written {
        return Ok(false);
    }
    let mut input = Sequential::new(file, frame.offset, frame.end(), CHUNK);
    let mut blank: u32 = 0;
    while input.left() > 0 {
        if frame::is_blank(take_sector(&mut input)?) {
            blank = blank.saturating_add(1);
        }
    }
    Ok(blank > frame.blank)
}

/// The rest of the sector that comes next, or of the file.
fn take_sector(input: &mut Sequential) -> Result<&[u8], JournalError> {
    let count = (frame::to_sector_end(input.at()) as u64).min(input.left());
    input.take(count as usize)
}

/// Which records of a frame stand in the place of others, and are not `erased` in turn.
pub(super) fn stand_ins_of(after: Checkpoint, bytes: &[u8], erased: &StandIns) -> impl Iterator<Item = StandsFor> {
    let stand_ins =
        all_of(after, bytes).filter(|(at, header, _)| header.kind == Kind::StandIn && !erased.contains_key(at));
    stand_ins.filter_map(|(at, _, payload)| Some(StandsFor { of: Bytes(payload).u64()?, at }))
}

/// All records of a frame, those too that are not counted, each with where it begins.
pub(super) fn all_of(after: Checkpoint, bytes: &[u8]) -> impl Iterator<Item = (u64, RecordHeader, &[u8])> {
    let inner = bytes.len().saturating_sub(TRAILER);
    let records = bytes.get(HEADER..inner).unwrap_or_default();
    let mut rest = Bytes(records);
    let start = after.frame.saturating_add(HEADER as u64);
    std::iter::from_fn(move || {
        let at = start.saturating_add(records.len().saturating_sub(rest.0.len()) as u64);
        let kind = Kind::of(rest.0.first_chunk::<4>()?)?;
        let (header, behind) = rest.0.split_at_checked(kind.format().record_header())?;
        let header = RecordHeader::parse(header)?;
        let (payload, behind) = behind.split_at_checked(header.length as usize)?;
        rest = Bytes(behind);
        Some((at, header, payload))
    })
}
