//! How far a tool is, for whoever shows it.

use std::io;
use std::sync::Arc;

use crate::files::AppendFile;
use crate::files::passage::Passage;

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
        // A journal may have grown meanwhile.
        let of = of.max(done);
        (self.0)(Progress { doing, unit: Unit::Bytes, done, of });
    }

    pub(super) fn counted(&self, doing: &'static str, done: u64, of: u64) {
        (self.0)(Progress { doing, unit: Unit::Count, done, of });
    }
}

/// Tells how far a journal has been read.
#[derive(Clone)]
pub(super) struct Watched {
    pub(super) doing: &'static str,
    pub(super) watcher: Watcher,
}

impl Passage for Watched {
    fn read_at(&self, file: &dyn AppendFile, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_at(buffer, offset)?;
        self.watcher.bytes(self.doing, offset.saturating_add(buffer.len() as u64), file.length()?);
        Ok(())
    }
}
