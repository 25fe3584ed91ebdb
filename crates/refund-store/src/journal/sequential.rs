use std::sync::Arc;

use super::JournalError;
use super::error::io_error;
use crate::files::AppendFile;

/// Reads a part of the file from front to back through a buffer.
///
/// The buffer has `chunk` bytes, or as many as are asked for at once if they are more: at most
/// one frame.
pub(super) struct Sequential {
    file: Arc<dyn AppendFile>,
    at: u64,
    end: u64,
    chunk: usize,
    buffer: Vec<u8>,
    /// How much of the buffer is used up.
    used: usize,
}

impl Sequential {
    /// Reads from `at` (bytes from the start of the file) until before `end`.
    pub(super) fn new(file: &Arc<dyn AppendFile>, at: u64, end: u64, chunk: usize) -> Sequential {
        Sequential { file: Arc::clone(file), at, end, chunk, buffer: Vec::new(), used: 0 }
    }

    /// The offset of the next byte.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// Lets it read on to a later end.
    pub(super) fn extend_to(&mut self, end: u64) {
        self.end = self.end.max(end);
    }

    /// The next `count` bytes, which stay where they are. To ask for more than are left is
    /// damage: some length was wrong.
    pub(super) fn peek(&mut self, count: usize) -> Result<&[u8], JournalError> {
        let have = self.buffer.len().saturating_sub(self.used);
        if have < count {
            self.fill(have, count)?;
        }
        let bytes = self.buffer.get(self.used..self.used.saturating_add(count));
        bytes.ok_or(too_long(self.at))
    }

    /// The next `count` bytes, and goes on behind them.
    pub(super) fn take(&mut self, count: usize) -> Result<&[u8], JournalError> {
        self.peek(count)?;
        let start = self.used;
        self.used = start.saturating_add(count);
        self.at = self.at.saturating_add(count as u64);
        let bytes = self.buffer.get(start..self.used);
        bytes.ok_or(too_long(self.at))
    }

    /// Goes over the next `count` bytes without reading them.
    pub(super) fn skip(&mut self, count: u32) -> Result<(), JournalError> {
        if self.left() < u64::from(count) {
            return Err(too_long(self.at));
        }
        self.at = self.at.saturating_add(u64::from(count));
        // What is read next begins a buffer anew where this one ends before it.
        self.used = self.used.saturating_add(count as usize);
        if self.used > self.buffer.len() {
            self.buffer.clear();
            self.used = 0;
        }
        Ok(())
    }

    /// The `count` bytes that were taken last, where they were peeked at as a whole before; else nothing.
    pub(super) fn taken(&self, count: u64) -> &[u8] {
        let start = usize::try_from(count).ok().and_then(|count| self.used.checked_sub(count));
        start.and_then(|start| self.buffer.get(start..self.used)).unwrap_or_default()
    }

    fn fill(&mut self, have: usize, count: usize) -> Result<(), JournalError> {
        if self.left() < count as u64 {
            return Err(too_long(self.at));
        }
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.resize(count.max(self.chunk).min(left), 0);
        let from = self.at.saturating_add(have as u64);
        let read = match self.buffer.get_mut(have..) {
            Some(rest) => self.file.read_at(rest, from),
            None => Ok(()),
        };
        read.map_err(|source| {
            // What was not read must not be taken for zeros.
            self.buffer.truncate(have);
            io_error("read the journal")(source)
        })
    }
}

fn too_long(at: u64) -> JournalError {
    let what = "a length";
    JournalError::Damaged { at, what }
}
