//! What the system says of this process and of files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use refund_bench::Fault;
use rustix::time::{ClockId, clock_gettime};

/// The processor time that this process has used, with the system's work for it.
pub(crate) fn cpu() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default()
}

/// The processor time of each of this process's threads that still run, by name.
pub(crate) fn cpu_by_thread() -> BTreeMap<String, Duration> {
    cpu_by_thread_of("self")
}

/// The same of any process.
pub(crate) fn cpu_by_thread_of(process: &str) -> BTreeMap<String, Duration> {
    let mut threads = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        let spent = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let nanos = spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0);
        *threads.entry(name.trim().to_owned()).or_default() += Duration::from_nanos(nanos);
    }
    threads
}

/// How much memory this process has in use.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Memory {
    pub(crate) now_bytes: u64,
    pub(crate) peak_bytes: u64,
}

pub(crate) fn memory() -> Memory {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib: Option<u64> = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        kib.unwrap_or(0).saturating_mul(1024)
    };
    Memory { now_bytes: bytes("VmRSS:"), peak_bytes: bytes("VmHWM:") }
}

/// How many bytes the files below a path have on the disk.
pub(crate) fn bytes_on_disk(path: &Path) -> Result<u64, Fault> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path)?;
    if !file.is_dir() {
        return Ok(file.blocks().saturating_mul(512));
    }
    fs::read_dir(path)?.try_fold(0_u64, |sum, entry| Ok(sum.saturating_add(bytes_on_disk(&entry?.path())?)))
}
