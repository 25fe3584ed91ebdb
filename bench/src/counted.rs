//! A disk that counts what a journal writes to it.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::stopwatch::Stopwatch;
use refund_store::files::AppendFile;
use refund_store::files::disk::Disk;
use refund_store::files::passage::{Behind, Passage};

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

impl Passage for Count {
    fn write_at(&self, file: &dyn AppendFile, bytes: &[u8], offset: u64) -> io::Result<()> {
        // What is filled with zeros ahead is no batch.
        if bytes.iter().any(|byte| *byte != 0) {
            self.written().appends.push(bytes.len());
        }
        file.write_at(bytes, offset)
    }

    fn sync(&self, file: &dyn AppendFile) -> io::Result<()> {
        let watch = Stopwatch::start();
        let synced = file.sync();
        self.written().syncs.push(watch.elapsed());
        synced
    }
}

pub(crate) fn counted_disk(folder: &Path) -> Result<Behind<Disk, Count>, Fault> {
    Ok(Behind { inner: Disk::open(folder)?, passage: Count::default() })
}
