//! A file of a folder that nothing is to be changed in, perhaps while another process writes to it.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::AppendFile;
use super::disk::{LOCK, Lock, lock_itself};

/// A file on disk that is only read.
#[derive(Debug)]
pub struct ReadOnly(File);

impl ReadOnly {
    /// Opens a file that is there.
    ///
    /// # Errors
    /// Whatever the system says when it can't be opened; a folder in its place is refused.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        Ok(Self(file))
    }
}

impl AppendFile for ReadOnly {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    /// Makes durable what another process has written so far.
    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn truncate(&self, _: u64) -> io::Result<()> {
        Err(ErrorKind::ReadOnlyFilesystem.into())
    }

    fn space_left(&self) -> io::Result<u64> {
        let disk = rustix::fs::fstatvfs(&self.0)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

/// Whether a process uses a folder.
#[derive(Debug)]
pub enum Use {
    /// None does, but for others who ask; and as long as this is kept, none can begin to.
    Nobody(Lock),
    /// One does.
    Somebody,
}

impl Use {
    /// Asks for the lock of a folder, without leaving anything in it.
    ///
    /// # Errors
    /// Whatever the system says when it can't be asked.
    pub fn of(folder: &Path) -> io::Result<Self> {
        match locked(folder) {
            Ok(locked) => Ok(Self::Nobody(Lock(locked))),
            Err(TryLockError::WouldBlock) => Ok(Self::Somebody),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The folder, and its `lock` where it was ever used.
fn locked(folder: &Path) -> Result<Vec<File>, TryLockError> {
    let itself = lock_itself(folder, File::try_lock_shared)?;
    let lock = match File::open(folder.join(LOCK)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(vec![itself]),
        opened => opened.map_err(TryLockError::Error)?,
    };
    lock.try_lock_shared()?;
    Ok(vec![lock, itself])
}
