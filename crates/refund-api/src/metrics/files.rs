//! The store's files, with a stopwatch beside each sync: the store itself knows no clock.

use std::io;

use prometheus_client::metrics::histogram::Histogram;
use refund_store::files::{AppendFile, Files};

use crate::machine::clock::Stopwatch;

/// Files like those behind them, whose syncs are measured.
pub(crate) struct TimedFiles<'f> {
    files: &'f dyn Files,
    syncs: Histogram,
}

impl<'f> TimedFiles<'f> {
    pub(crate) fn new(files: &'f dyn Files, syncs: Histogram) -> Self {
        Self { files, syncs }
    }
}

impl Files for TimedFiles<'_> {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        Ok(Box::new(TimedFile { file: self.files.open(name)?, syncs: self.syncs.clone() }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }
}

struct TimedFile {
    file: Box<dyn AppendFile>,
    syncs: Histogram,
}

impl AppendFile for TimedFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }

    fn overwrite(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.overwrite(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        let stopwatch = Stopwatch::start();
        let synced = self.file.sync();
        // Also where it failed: a disk that dies is mostly slow first.
        self.syncs.observe(stopwatch.elapsed().as_secs_f64());
        synced
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(buffer, offset)
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
