//! The real disk.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{AppendFile, Files};

/// The file whose lock says that a process uses the folder.
pub(super) const LOCK: &str = "lock";
/// The mode of the files.
const OWNER_ONLY: u32 = 0o600;
/// What a mode grants to others than the owner, and whether they may write.
const OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;

/// A folder on disk that this process uses alone.
///
/// The lock lasts until this value and every file opened through it are gone. The system gives
/// it back when the process ends, however it ends: the `lock` file itself may stay and is never
/// a reason to delete anything.
#[derive(Debug)]
pub struct Disk {
    folder: PathBuf,
    lock: Arc<Lock>,
}

/// Why a folder could not be taken into use.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// Another process (or another [`Disk`] in this one) holds the lock.
    #[error(
        "another process uses the folder {}: stop it first, or give this one a folder of its own",
        folder.display()
    )]
    InUse {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// Others could write to the folder, and there is a link in it: it may lead wherever they like.
    #[error(
        "{} is a link, in a folder that others could write to: look where it leads and who put it there, \
         remove it, and start again",
        path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The system refused something.
    #[error(
        "cannot {doing} {}: {source}; check that it exists and that this user may write to it",
        path.display()
    )]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Disk {
    /// Takes the folder into use, and creates it if it is not there.
    ///
    /// # Errors
    /// [`DiskError::InUse`] if somebody else uses it, [`DiskError::Link`] if others may have put a link into it,
    /// [`DiskError::Io`] if the system refuses.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Disk, DiskError> {
        let folder = folder.into();
        create(&folder).map_err(|source| DiskError::Io { doing: "create the folder", path: folder.clone(), source })?;
        shut(&folder)?;
        let path = folder.join(LOCK);
        let refused = |doing, source| DiskError::Io { doing, path: path.clone(), source };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(OWNER_ONLY)
            .open(&path)
            .map_err(|source| refused("open", source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Disk { folder, lock: Arc::new(Lock(lock)) }),
            Err(TryLockError::WouldBlock) => Err(DiskError::InUse { folder }),
            Err(TryLockError::Error(source)) => Err(refused("lock", source)),
        }
    }
}

/// Creates the folder and makes its name durable: a synced file in a folder that a crash
/// forgets is forgotten too.
fn create(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    // What is kept here is other people's names and addresses: the owner's alone.
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    for created in missing {
        match created.parent() {
            Some(parent) if parent.as_os_str().is_empty() => sync_folder(Path::new("."))?,
            Some(parent) => sync_folder(parent)?,
            None => {}
        }
    }
    Ok(())
}

/// Shuts others out of a folder that was there before: whoever made it may not have thought of it, and sled makes
/// its files as the process' umask has it.
fn shut(folder: &Path) -> Result<(), DiskError> {
    let refused = |doing| move |source| DiskError::Io { doing, path: folder.to_owned(), source };
    let mode = fs::metadata(folder).map_err(refused("look at the folder"))?.permissions().mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    if mode & OTHERS_WRITE != 0 {
        for entry in fs::read_dir(folder).map_err(refused("look into the folder"))? {
            let path = entry.map_err(refused("look into the folder"))?.path();
            if path.is_symlink() {
                return Err(DiskError::Link { path });
            }
        }
    }
    fs::set_permissions(folder, Permissions::from_mode(mode & !OTHERS)).map_err(refused("shut others out of"))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Files for Disk {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let path = self.folder.join(name);
        let file = OpenOptions::new().create(true).read(true).append(true).mode(OWNER_ONLY).open(&path)?;
        Ok(Box::new(DiskFile { file, path, _lock: Arc::clone(&self.lock) }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        sync_folder(&self.folder)
    }
}

/// The locked file. To close it gives the lock back only once no child that was begun meanwhile still
/// has it open; so the lock is given back by itself.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Where it can't be given back, the system does so when the process ends.
        let _ = self.0.unlock();
    }
}

/// A file on disk. It keeps the folder's lock: as long as it can be written to, nobody else may.
#[derive(Debug)]
struct DiskFile {
    file: File,
    path: PathBuf,
    _lock: Arc<Lock>,
}

impl AppendFile for DiskFile {
    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        (&self.file).write_all(bytes)
    }

    // Linux appends whatever is written to a file that was opened for appending, wherever it is to go.
    fn overwrite(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        OpenOptions::new().write(true).open(&self.path)?.write_all_at(bytes, offset)
    }

    // `fdatasync`: it leaves out the times of the file, but never its length.
    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn space_left(&self) -> io::Result<u64> {
        let disk = rustix::fs::fstatvfs(&self.file)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}
