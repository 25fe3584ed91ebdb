//! Files, as far as the journal needs them: a folder with files that grow at their end.
//!
//! There are two users of these traits: [`disk`], the real one, and [`simulated`], which
//! forgets on a crash what was not synced. Everything that must survive a crash goes through
//! here, so that the simulation sees every step of it. What only looks on stands in a [`passage`].

pub mod disk;
pub mod passage;
pub mod read_only;
pub mod simulated;

use std::io;

/// A folder in which files are opened.
pub trait Files: Send + Sync {
    /// Opens the file `name` in this folder, and creates it empty if it is not there.
    ///
    /// A file that was created is sure to be there after a crash only once
    /// [`sync_directory`](Files::sync_directory) has succeeded.
    ///
    /// # Errors
    /// Whatever the system says when a file cannot be opened.
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>>;

    /// Makes durable which files are in the folder.
    ///
    /// # Errors
    /// Whatever the system says when a folder cannot be synced.
    fn sync_directory(&self) -> io::Result<()>;
}

impl<F: Files + ?Sized> Files for &F {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        (**self).open(name)
    }

    fn sync_directory(&self) -> io::Result<()> {
        (**self).sync_directory()
    }
}

/// A file that grows at its end. One thread at a time writes; any number may read meanwhile.
pub trait AppendFile: Send + Sync {
    /// Writes `bytes` at `offset` (in bytes from the start of the file), over what stands there and on behind the
    /// file's end.
    ///
    /// A crash before the next [`sync`](AppendFile::sync) leaves in each sector of 512 bytes what was there or what
    /// was written. Behind the end that the file had, it may end anywhere, and what was not written reads as zeros.
    ///
    /// # Errors
    /// After an error, any part of `bytes` may have been written.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// With how many zeros the file is to be filled behind its contents at once: to write over them is synced
    /// sooner, because the file's length stays. 0 where it is no gain.
    fn zeros_ahead(&self) -> usize {
        0
    }

    /// Makes durable what has been written, and the length of the file.
    ///
    /// # Errors
    /// After an error nothing is known about what was written since the last good sync, and
    /// syncing again proves nothing: the system may have given up on those pages.
    fn sync(&self) -> io::Result<()>;

    /// Fills `buffer` with what stands at `offset` (in bytes from the start of the file).
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] if the file ends before the buffer is full.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;

    /// The length of the file in bytes, with what is not synced yet.
    ///
    /// # Errors
    /// Whatever the system says when a file cannot be asked.
    fn length(&self) -> io::Result<u64>;

    /// Cuts the file to `length` bytes. Durable after the next [`sync`](AppendFile::sync).
    ///
    /// # Errors
    /// Whatever the system says when a file cannot be cut.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// How many bytes can still be written to the disk that the file is on.
    ///
    /// # Errors
    /// Whatever the system says when a disk cannot be asked.
    fn space_left(&self) -> io::Result<u64>;
}
