//! The real disk.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::process::geteuid;

use super::{AppendFile, Files};

/// The file whose lock says that a process uses the folder.
pub(super) const LOCK: &str = "lock";
/// The file of the journal: a folder that has one is a store's, also where it was put there by hand.
pub(crate) const JOURNAL: &str = "journal";
/// The mode of the files.
const OWNER_ONLY: u32 = 0o600;
/// Of how many zeros it is worth to have fewer syncs that wait for the file's length: measured, see
/// `docs/benchmarks.md`.
const ZEROS_AHEAD: usize = 256 << 10;
/// What a mode grants to others than the owner, and whether they may write.
const OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;
/// Of a folder that everybody uses, as `/tmp` is.
const STICKY: u32 = 0o1000;

/// A folder on disk that this process uses alone.
///
/// The lock lasts until this value and every file opened through it are gone. The system gives
/// it back when the process ends, however it ends: the `lock` file itself may stay and is never
/// a reason to delete anything. Where somebody deletes it all the same, the folder's own lock holds.
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
    /// Others could write to the folder, and this in it may be theirs: a link, which leads wherever they like, or
    /// what belongs to another user.
    #[error(
        "{} is a link or somebody else's, in a folder that others could write to: look what it is and who put it \
         there, remove it, and start again",
        path.display()
    )]
    Planted {
        /// What is there.
        path: PathBuf,
    },
    /// It is open to others and holds other things than ours: to shut it would take it away from them.
    #[error("the folder {} is open to others and not ours: name a folder of its own for this", folder.display())]
    Shared {
        /// The folder that was asked for.
        folder: PathBuf,
    },
    /// It belongs to another user, who could change what is in it, and could not read what this one puts there.
    #[error("the folder {} belongs to the user {owner}, and this process runs as another: run it as them", folder.display())]
    Foreign {
        /// The folder that was asked for.
        folder: PathBuf,
        /// Its owner's number.
        owner: u32,
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
    /// [`DiskError::InUse`] if somebody else uses it, [`DiskError::Planted`] if others may have put something into
    /// it, [`DiskError::Shared`] if it is not ours to shut, [`DiskError::Foreign`] if it is another user's, [`DiskError::Io`] if the system refuses.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Disk, DiskError> {
        let folder = folder.into();
        own_folder(&folder)?;
        let path = folder.join(LOCK);
        let refused = |doing, source| DiskError::Io { doing, path: path.clone(), source };
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(OWNER_ONLY)
            .open(&path)
            .map_err(|source| refused("open", source))?;
        match lock.try_lock().and_then(|()| lock_itself(&folder, File::try_lock)) {
            Ok(itself) => Ok(Disk { folder, lock: Arc::new(Lock(vec![lock, itself])) }),
            Err(TryLockError::WouldBlock) => Err(DiskError::InUse { folder }),
            Err(TryLockError::Error(source)) => Err(refused("lock", source)),
        }
    }
}

/// Locks a folder itself. A file in it that is locked can be removed, and whoever comes next locks another of its name.
/// Where the file system can't lock folders (NFS can't), the file alone says who uses it.
pub(super) fn lock_itself(
    folder: &Path,
    lock: impl Fn(&File) -> Result<(), TryLockError>,
) -> Result<File, TryLockError> {
    let opened = File::open(folder).map_err(TryLockError::Error)?;
    match lock(&opened) {
        Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(opened),
    }
}

/// Creates the folder if it is not there, and shuts others out of it.
///
/// # Errors
/// As for [`Disk::open`].
pub fn own_folder(folder: &Path) -> Result<(), DiskError> {
    create(folder).map_err(|source| DiskError::Io { doing: "create the folder", path: folder.to_owned(), source })?;
    shut(folder)
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
    let found = fs::metadata(folder).map_err(refused("look at the folder"))?;
    if found.uid() != geteuid().as_raw() {
        return Err(DiskError::Foreign { folder: folder.to_owned(), owner: found.uid() });
    }
    let mode = found.permissions().mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let is_empty = fs::read_dir(folder).map_err(refused("look into the folder"))?.next().is_none();
    let is_ours = is_empty || [LOCK, JOURNAL].iter().any(|name| folder.join(name).exists());
    if !is_ours || mode & STICKY != 0 {
        return Err(DiskError::Shared { folder: folder.to_owned() });
    }
    if mode & OTHERS_WRITE != 0
        && let Some(path) = planted(folder, found.uid()).map_err(refused("look into the folder"))?
    {
        return Err(DiskError::Planted { path });
    }
    fs::set_permissions(folder, Permissions::from_mode(mode & !OTHERS)).map_err(refused("shut others out of"))
}

/// What is in a folder, however deep, that is a link, no file, or not that owner's.
fn planted(folder: &Path, owner: u32) -> io::Result<Option<PathBuf>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = fs::symlink_metadata(&path)?;
        let is_plain = found.is_dir() || found.is_file() && found.nlink() == 1;
        if !is_plain || found.uid() != owner {
            return Ok(Some(path));
        }
        if found.is_dir()
            && let Some(deeper) = planted(&path, owner)?
        {
            return Ok(Some(deeper));
        }
    }
    Ok(None)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

impl Files for Disk {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        let path = self.folder.join(name);
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(OWNER_ONLY).open(path)?;
        Ok(Box::new(DiskFile { file, _lock: Arc::clone(&self.lock) }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        sync_folder(&self.folder)
    }
}

/// What is locked. To close it gives the lock back only once no child that was begun meanwhile still
/// has it open; so the lock is given back by itself.
#[derive(Debug)]
pub struct Lock(pub(super) Vec<File>);

impl Drop for Lock {
    fn drop(&mut self) {
        for locked in &self.0 {
            // Where it can't be given back, the system does so when the process ends.
            let _ = locked.unlock();
        }
    }
}

/// A file on disk. It keeps the folder's lock: as long as it can be written to, nobody else may.
#[derive(Debug)]
struct DiskFile {
    file: File,
    _lock: Arc<Lock>,
}

impl AppendFile for DiskFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }

    fn zeros_ahead(&self) -> usize {
        ZEROS_AHEAD
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
