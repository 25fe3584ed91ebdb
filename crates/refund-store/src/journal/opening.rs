//! What is looked at, and mended, when a journal is opened.

use std::sync::Arc;

use super::erasing::erase_all;
use super::error::io_error;
use super::frame::{self, FrameHeader, RecordHeader};
use super::layout::{END_MARK, FILE_HEADER, FRAMES, Format, HEADER, VERSION, ZEROS_BEHIND};
use super::scan::{scan_each, stand_ins_of, written_end};
use super::{Checkpoint, JournalError, Torn};
use crate::files::AppendFile;

/// The version of what is written to this file.
pub(super) fn version_of(file: &dyn AppendFile) -> u32 {
    if file.zeros_ahead() > 0 { ZEROS_BEHIND } else { FRAMES }
}

/// Whether the file is empty, or what a crash left of one just created: a part of its header,
/// or zeros and no more of them than the header has. A longer one once held frames.
pub(super) fn is_new(file: &dyn AppendFile, length: u64) -> Result<bool, JournalError> {
    if length > FILE_HEADER as u64 {
        return Ok(false);
    }
    let bytes = read(file, 0, usize::try_from(length).unwrap_or(FILE_HEADER))?;
    let is_begun = |version| frame::file_header(version).starts_with(&bytes);
    let part = bytes.len() < FILE_HEADER && (1..=VERSION).any(is_begun);
    Ok(part || frame::is_blank(&bytes))
}

/// Writes the header of a new file, in place of the `length` bytes that a crash left of it.
pub(super) fn begin(file: &dyn AppendFile, length: u64) -> Result<Option<Torn>, JournalError> {
    let written = file.truncate(0);
    written
        .and_then(|()| file.write_at(&frame::file_header(version_of(file)), 0))
        .map_err(io_error("begin the journal"))?;
    let torn = Torn { at: 0, bytes: length };
    Ok((length > 0).then_some(torn))
}

/// Checks what stands before the first frame, and gives the version in it.
pub(super) fn check_file_header(file: &dyn AppendFile) -> Result<u32, JournalError> {
    let length = file.length().map_err(io_error("ask the journal"))?;
    if length < FILE_HEADER as u64 {
        return Err(JournalError::NotAJournal);
    }
    frame::check_file_header(&read(file, 0, FILE_HEADER)?)
}

/// Checks that the checkpoint is of this file, in which nothing before it is gone.
pub(super) fn check_trusted(file: &Arc<dyn AppendFile>, length: u64, trusted: &Checkpoint) -> Result<(), JournalError> {
    if *trusted == Checkpoint::START || is_end(&**file, length, trusted)? {
        return Ok(());
    }
    let length = file.length().map_err(io_error("ask the journal"))?;
    let length = written_end(file, FILE_HEADER as u64, length)?;
    Err(JournalError::WrongCheckpoint { end: trusted.end, length })
}

/// Whether it is the end of a frame, with the same chain hash.
fn is_end(file: &dyn AppendFile, length: u64, trusted: &Checkpoint) -> Result<bool, JournalError> {
    if trusted.end.max(trusted.frame.saturating_add(HEADER as u64)) > length {
        return Ok(false);
    }
    // Where the frame's end is gone zeros may stand in its place, and the file be as long as before.
    let mark = END_MARK.len();
    if read(file, trusted.end.saturating_sub(mark as u64), mark)? != END_MARK {
        return Ok(false);
    }
    let bytes = read(file, trusted.frame, HEADER)?;
    let Ok(header) = FrameHeader::parse(&bytes, trusted.frame) else { return Ok(false) };
    let Some(before) = trusted.records.checked_sub(u64::from(header.records)) else { return Ok(false) };
    Ok(header.checkpoint(before) == *trusted && begins_behind(file, &header, before)?)
}

/// Whether the frame's first record is the one behind so many others. In format 1 it does not say.
fn begins_behind(file: &dyn AppendFile, frame: &FrameHeader, before: u64) -> Result<bool, JournalError> {
    if frame.format == Format::One || frame.records == 0 {
        return Ok(true);
    }
    let first = frame.offset.saturating_add(HEADER as u64);
    let header = RecordHeader::parse(&read(file, first, Format::Two.record_header())?);
    let stamp = header.and_then(|header| header.stamp);
    Ok(stamp.is_some_and(|stamp| stamp.number == before.saturating_add(1)))
}

/// Finds the last good frame, cuts off what a crash left behind it, and erases what a crash left of what has stand-ins.
pub(super) fn find_end(
    file: &Arc<dyn AppendFile>,
    length: u64,
    trusted: Checkpoint,
) -> Result<(Checkpoint, Option<Torn>), JournalError> {
    let mut stand_ins = Vec::new();
    let found = scan_each(file, length, trusted, |after, bytes, erased| {
        stand_ins.extend(stand_ins_of(after, bytes, erased));
        Ok::<_, JournalError>(())
    })?;
    let torn = match found.bad {
        None => None,
        Some(bad) if bad.torn => {
            let at = found.good.end;
            file.truncate(at).map_err(io_error("cut off what a crash left in the journal"))?;
            Some(Torn { at, bytes: found.end.saturating_sub(at) })
        }
        Some(bad) => return Err(bad.into()),
    };
    erase_all(&**file, stand_ins)?;
    Ok((found.good, torn))
}

fn read(file: &dyn AppendFile, offset: u64, count: usize) -> Result<Vec<u8>, JournalError> {
    let mut bytes = vec![0; count];
    let read = file.read_at(&mut bytes, offset);
    read.map_err(io_error("read the journal"))?;
    Ok(bytes)
}
