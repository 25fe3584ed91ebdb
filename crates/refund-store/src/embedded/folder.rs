//! A folder with a sled that follows from the journal, such as the view: whether what is in it can
//! be believed, and how it is thrown away.
//!
//! sled doesn't sync its file (its flush calls `sync_file_range`), and where it writes over
//! space that it has freed, a machine that loses power may keep the new bytes and not those that
//! made the old ones superfluous. Such a view can open and be wrong. So a mark with the id of the
//! machine's boot lies beside it while it is in use, and is taken away once everything is synced.
//! A mark of this boot says that a process was killed: the system has kept what it wrote. A mark
//! of another boot says that the machine stopped: the view is built anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// How much of the view sled keeps in memory: what is not among it is in the system's cache.
const CACHE_BYTES: u64 = 128 << 20;

/// How large the pieces are in which sled frees space. Small ones are less often half empty, which saves a tenth of the
/// disk; still smaller ones would cost time.
const SEGMENT_BYTES: usize = 128 << 10;

/// A folder with a sled that can be thrown away, and its mark, in the data folder.
#[derive(Debug)]
pub(super) struct SledFolder {
    folder: PathBuf,
    name: &'static str,
    cache_bytes: u64,
}

/// How the last use ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LastUse {
    /// Everything is on the disk, or there was none.
    Closed,
    /// The process ended without closing it; the machine runs on.
    Killed,
    /// The machine stopped, or the view had failed.
    Lost,
}

impl SledFolder {
    /// The folder of that name in a data folder, of which so much is kept in memory.
    pub(super) fn new(folder: &Path, name: &'static str, cache_bytes: u64) -> Self {
        Self { folder: folder.to_owned(), name, cache_bytes }
    }

    pub(super) fn of_view(folder: &Path) -> Self {
        Self::new(folder, "view", CACHE_BYTES)
    }

    /// How much space is left for it, in bytes.
    pub(super) fn space_left(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Where it is.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    fn mark(&self) -> PathBuf {
        self.folder.join(format!("{}.in-use", self.name))
    }

    /// How the last use ended.
    pub(super) fn last_use(&self) -> io::Result<LastUse> {
        match fs::read_to_string(self.mark()) {
            Ok(boot) if !boot.is_empty() && boot == this_boot() => Ok(LastUse::Killed),
            Ok(_) => Ok(LastUse::Lost),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(LastUse::Closed),
            Err(error) => Err(error),
        }
    }

    /// Marks it as in use, durably, before anything is written to it.
    pub(super) fn begin_use(&self) -> io::Result<()> {
        fs::write(self.mark(), this_boot())?;
        File::open(self.mark())?.sync_all()?;
        sync_folder(&self.folder)
    }

    /// Marks it as one that is to be built anew when it is opened next.
    pub(super) fn give_up(&self) -> io::Result<()> {
        // To empty the mark needs no space, and the disk may be full.
        File::create(self.mark())?.sync_all()
    }

    /// Opens the database. It may be damaged in any way, and sled may panic on it.
    pub(super) fn open(&self) -> Result<sled::Db, String> {
        self.remove_unfinished_snapshots().map_err(|error| error.to_string())?;
        let path = self.path();
        // Whoever writes flushes.
        let config = sled::Config::new().path(path).flush_every_ms(None);
        let config = config.cache_capacity(self.cache_bytes).segment_size(SEGMENT_BYTES);
        let open = std::panic::AssertUnwindSafe(move || config.open());
        match std::panic::catch_unwind(open) {
            Ok(Ok(db)) => Ok(db),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("sled failed while it was opened".to_owned()),
        }
    }

    /// A kill while sled wrote a snapshot leaves a file that keeps it from opening.
    fn remove_unfinished_snapshots(&self) -> io::Result<()> {
        if !self.path().exists() {
            return Ok(());
        }
        for file in fs::read_dir(self.path())? {
            let file = file?;
            let name = file.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("snap.") && name.ends_with(".generating") {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }

    /// Throws it away. Renamed first, so that a half removed one is never opened.
    pub(super) fn discard(&self) -> io::Result<()> {
        let discarded = self.folder.join(format!("{}.discarded", self.name));
        remove_folder(&discarded)?;
        match fs::rename(self.path(), &discarded) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            renamed => renamed?,
        }
        sync_folder(&self.folder)?;
        remove_folder(&discarded)
    }

    /// Makes everything in it durable, and says that it was closed.
    pub(super) fn end_use(&self) -> io::Result<()> {
        sync_all_in(&self.path())?;
        fs::remove_file(self.mark())?;
        sync_folder(&self.folder)
    }
}

/// The id of this run of the machine; empty where the system doesn't tell.
fn this_boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

/// Syncs every file below a folder, and the folder: also the values that sled keeps in files of their own.
fn sync_all_in(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_all_in(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(folder)
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
