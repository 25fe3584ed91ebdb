//! The machine's own limit: the journal's bytes, appended to a plain file with as many syncs.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::stopwatch::Stopwatch;

pub(crate) struct PlainFile {
    file: File,
}

/// How long it took in all, and each write with its sync.
#[derive(Debug, Clone, Default)]
pub(crate) struct Appended {
    pub(crate) took: Duration,
    pub(crate) each: Vec<Duration>,
}

impl PlainFile {
    pub(crate) fn create(path: &Path) -> Result<Self, Fault> {
        Ok(Self { file: OpenOptions::new().create_new(true).append(true).open(path)? })
    }

    /// Appends the last bytes of a journal as it wrote them.
    pub(crate) fn append(&mut self, journal: &Path, appends: &[usize]) -> Result<Appended, Fault> {
        let journal = File::open(journal)?;
        let mut bytes = vec![0; appends.iter().sum()];
        let start = journal.metadata()?.len().saturating_sub(bytes.len() as u64);
        journal.read_exact_at(&mut bytes, start)?;
        let mut rest = bytes.as_slice();
        let mut each = Vec::with_capacity(appends.len());
        let all = Stopwatch::start();
        for length in appends {
            let watch = Stopwatch::start();
            let (append, behind) = rest.split_at_checked(*length).ok_or("the journal is shorter than its writes")?;
            self.file.write_all(append)?;
            self.file.sync_data()?;
            rest = behind;
            each.push(watch.elapsed());
        }
        Ok(Appended { took: all.elapsed(), each })
    }
}
