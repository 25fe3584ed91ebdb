//! What is looked at, and mended, when a journal is opened.

use std::io;
use std::sync::Arc;

use super::frame::{self, FILE_HEADER, FrameHeader, HEADER};
use super::scan::scan;
use super::{Checkpoint, JournalError, Torn};
use crate::files::AppendFile;

/// Whether the file is empty, or what a crash left of one just created: a part of its header,
/// or zeros and no more of them than the header has. A longer one once held frames.
pub(super) fn is_new(file: &dyn AppendFile, length: u64) -> Result<bool, JournalError> {
    if length > FILE_HEADER as u64 {
        return Ok(false);
    }
    let header = frame::file_header();
    let bytes = read(file, 0, usize::try_from(length).unwrap_or(FILE_HEADER))?;
    let part = bytes.len() < FILE_HEADER && header.starts_with(&bytes);
    Ok(part || frame::is_blank(&bytes))
}

/// Writes the header of a new file, in place of the `length` bytes that a crash left of it.
pub(super) fn begin(file: &dyn AppendFile, length: u64) -> Result<Option<Torn>, JournalError> {
    let written = file.truncate(0);
    written.and_then(|()| file.append(&frame::file_header())).map_err(io_error("begin the journal"))?;
    let torn = Torn { at: 0, bytes: length };
    Ok((length > 0).then_some(torn))
}

/// Checks what stands before the first frame.
pub(super) fn check_file_header(file: &dyn AppendFile) -> Result<(), JournalError> {
    let length = file.length().map_err(io_error("ask the journal"))?;
    if length < FILE_HEADER as u64 {
        return Err(JournalError::NotAJournal);
    }
    frame::check_file_header(&read(file, 0, FILE_HEADER)?)
}

/// Checks that the checkpoint is the end of a frame of this file, with the same chain hash.
pub(super) fn check_trusted(file: &dyn AppendFile, length: u64, trusted: &Checkpoint) -> Result<(), JournalError> {
    let wrong = JournalError::WrongCheckpoint { end: trusted.end, length };
    if *trusted == Checkpoint::START {
        return Ok(());
    }
    if trusted.end.max(trusted.frame.saturating_add(HEADER as u64)) > length {
        return Err(wrong);
    }
    let bytes = read(file, trusted.frame, HEADER)?;
    match FrameHeader::parse(&bytes, trusted.frame) {
        Ok(header) if header.checkpoint() == *trusted => Ok(()),
        Ok(_) | Err(_) => Err(wrong),
    }
}

/// Finds the last good frame, and cuts off what a crash left behind it.
pub(super) fn find_end(
    file: &Arc<dyn AppendFile>,
    length: u64,
    trusted: Checkpoint,
) -> Result<(Checkpoint, Option<Torn>), JournalError> {
    let found = scan(file, length, trusted)?;
    let Some(bad) = found.bad else {
        return Ok((found.good, None));
    };
    if !bad.torn {
        return Err(bad.into());
    }
    let at = found.good.end;
    file.truncate(at).map_err(io_error("cut off what a crash left in the journal"))?;
    let bytes = length.saturating_sub(at);
    Ok((found.good, Some(Torn { at, bytes })))
}

fn read(file: &dyn AppendFile, offset: u64, count: usize) -> Result<Vec<u8>, JournalError> {
    let mut bytes = vec![0; count];
    let read = file.read_at(&mut bytes, offset);
    read.map_err(io_error("read the journal"))?;
    Ok(bytes)
}

pub(super) fn io_error(doing: &'static str) -> impl Fn(io::Error) -> JournalError {
    move |source| JournalError::Io { doing, source }
}
