//! Files around whose calls something is done: they are counted, timed or watched.

use std::io;

use super::{AppendFile, Files};

/// What is done around the calls of a file. What it says nothing about is passed on as it is.
pub trait Passage: Clone + Send + Sync + 'static {
    /// As [`AppendFile::write_at`].
    ///
    /// # Errors
    /// The file's.
    fn write_at(&self, file: &dyn AppendFile, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_at(bytes, offset)
    }

    /// As [`AppendFile::sync`].
    ///
    /// # Errors
    /// The file's.
    fn sync(&self, file: &dyn AppendFile) -> io::Result<()> {
        file.sync()
    }

    /// As [`AppendFile::read_at`].
    ///
    /// # Errors
    /// The file's.
    fn read_at(&self, file: &dyn AppendFile, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        file.read_at(buffer, offset)
    }
}

/// A folder, or a file of one, behind a passage.
pub struct Behind<F, P> {
    /// What the calls are passed on to.
    pub inner: F,
    /// What is done around them.
    pub passage: P,
}

impl<F: Files, P: Passage> Files for Behind<F, P> {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        Ok(Box::new(Behind { inner: self.inner.open(name)?, passage: self.passage.clone() }))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }
}

impl<P: Passage> AppendFile for Behind<Box<dyn AppendFile>, P> {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.passage.write_at(&*self.inner, bytes, offset)
    }

    fn zeros_ahead(&self) -> usize {
        self.inner.zeros_ahead()
    }

    fn sync(&self) -> io::Result<()> {
        self.passage.sync(&*self.inner)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.passage.read_at(&*self.inner, buffer, offset)
    }

    fn length(&self) -> io::Result<u64> {
        self.inner.length()
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.inner.truncate(length)
    }

    fn space_left(&self) -> io::Result<u64> {
        self.inner.space_left()
    }
}
