//! The machine's own limit: the journal's bytes, written to a plain file with as many syncs, and zeros ahead as there.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use refund_bench::Fault;
use refund_bench::stopwatch::Stopwatch;

/// How many zeros stand behind the end at once.
const ZEROS_AHEAD: usize = 256 << 10;

pub(crate) struct PlainFile {
    file: File,
    end: u64,
    filled: u64,
}

/// How long it took in all, and each write with its sync.
#[derive(Debug, Clone, Default)]
pub(crate) struct Appended {
    pub(crate) took: Duration,
    pub(crate) each: Vec<Duration>,
}

impl PlainFile {
    pub(crate) fn create(path: &Path) -> Result<Self, Fault> {
        Ok(Self { file: OpenOptions::new().create_new(true).write(true).open(path)?, end: 0, filled: 0 })
    }

    /// Writes the last bytes of a journal as it wrote them.
    pub(crate) fn append(&mut self, journal: &Path, appends: &[usize]) -> Result<Appended, Fault> {
        let bytes = last_bytes(journal, appends.iter().sum())?;
        let mut rest = bytes.as_slice();
        let mut each = Vec::with_capacity(appends.len());
        let all = Stopwatch::start();
        for length in appends {
            let watch = Stopwatch::start();
            let (append, behind) = rest.split_at_checked(*length).ok_or("the journal is shorter than its writes")?;
            self.write(append)?;
            self.file.sync_data()?;
            rest = behind;
            each.push(watch.elapsed());
        }
        Ok(Appended { took: all.elapsed(), each })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.file.write_all_at(bytes, self.end)?;
        self.end = self.end.saturating_add(bytes.len() as u64);
        if self.end > self.filled {
            self.file.write_all_at(&[0; ZEROS_AHEAD], self.end)?;
            self.filled = self.end.saturating_add(ZEROS_AHEAD as u64);
        }
        Ok(())
    }
}

/// The last so many bytes of a journal before the zeros that stand behind them.
fn last_bytes(journal: &Path, count: usize) -> Result<Vec<u8>, Fault> {
    let journal = File::open(journal)?;
    let length = journal.metadata()?.len();
    let start = length.saturating_sub((count.saturating_add(ZEROS_AHEAD)) as u64);
    let mut bytes = vec![0; usize::try_from(length.saturating_sub(start))?];
    journal.read_exact_at(&mut bytes, start)?;
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    bytes.truncate(end);
    Ok(bytes.split_off(end.checked_sub(count).ok_or("the journal is shorter than its writes")?))
}
