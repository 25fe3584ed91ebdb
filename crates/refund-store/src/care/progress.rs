//! How far a tool is, for whoever shows it.

use std::io;
use std::sync::Arc;

use crate::files::{AppendFile, Files};

/// How far a tool is with one of its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which step.
    pub doing: &'static str,
    /// What is counted.
    pub unit: Unit,
    /// How much is done.
    pub done: u64,
    /// Of how much.
    pub of: u64,
}

/// What a step counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of the journal or the view.
    Bytes,
    /// Refunds, or whatever else the step goes through.
    Count,
}

/// Is told how far a tool is. Clones tell the same.
#[derive(Clone)]
pub struct Watcher(Arc<dyn Fn(Progress) + Send + Sync>);

impl Watcher {
    /// One that does this with it.
    pub fn new(tell: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// One that doesn't care.
    #[must_use]
    pub fn nobody() -> Self {
        Self::new(|_| {})
    }

    pub(super) fn bytes(&self, doing: &'static str, done: u64, of: u64) {
        (self.0)(Progress { doing, unit: Unit::Bytes, done, of });
    }

    pub(super) fn counted(&self, doing: &'static str, done: u64, of: u64) {
        (self.0)(Progress { doing, unit: Unit::Count, done, of });
    }
}

/// A folder that tells how far a journal in it has been read.
pub(super) struct Watched<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) doing: &'static str,
    pub(super) watcher: Watcher,
}

impl Files for Watched<'_> {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let file = self.files.open(name)?;
        let of = file.length()?;
        Ok(Box::new(WatchedFile { file, of, doing: self.doing, watcher: self.watcher.clone() }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }
}

struct WatchedFile {
    file: Box<dyn AppendFile>,
    of: u64,
    doing: &'static str,
    watcher: Watcher,
}

impl AppendFile for WatchedFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }

    fn overwrite(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.overwrite(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(buffer, offset)?;
        self.watcher.bytes(self.doing, offset.saturating_add(buffer.len() as u64), self.of);
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn space_left(&self) -> io::Result<u64> {
        self.file.space_left()
    }
}
