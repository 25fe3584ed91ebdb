//! A disk that counts what a journal writes to it.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::stopwatch::Stopwatch;
use refund_store::files::disk::Disk;
use refund_store::files::{AppendFile, Files};

/// What has been written since it was last asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    /// The bytes of each write.
    pub(crate) appends: Vec<usize>,
    /// How long each sync took.
    pub(crate) syncs: Vec<Duration>,
}

impl Written {
    pub(crate) fn bytes(&self) -> usize {
        self.appends.iter().sum()
    }

    pub(crate) fn syncing(&self) -> Duration {
        self.syncs.iter().sum()
    }
}

/// What is counted, for whoever asks.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<Mutex<Written>>);

impl Count {
    fn written(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has been written since this was last called.
    pub(crate) fn take(&self) -> Written {
        std::mem::take(&mut self.written())
    }
}

pub(crate) struct CountedDisk {
    disk: Disk,
    pub(crate) count: Count,
}

impl CountedDisk {
    pub(crate) fn open(folder: &Path) -> Result<Self, Fault> {
        Ok(Self { disk: Disk::open(folder)?, count: Count::default() })
    }
}

impl Files for CountedDisk {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        Ok(Box::new(CountedFile { file: self.disk.open(name)?, count: self.count.clone() }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.disk.sync_directory()
    }
}

struct CountedFile {
    file: Box<dyn AppendFile>,
    count: Count,
}

impl AppendFile for CountedFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.count.written().appends.push(bytes.len());
        self.file.append(bytes)
    }

    fn overwrite(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.overwrite(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        let watch = Stopwatch::start();
        let synced = self.file.sync();
        self.count.written().syncs.push(watch.elapsed());
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
