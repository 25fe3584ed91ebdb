//! A journal that is not complete, under another name until it is.

use std::io;

use crate::files::disk::Disk;
use crate::files::{AppendFile, Files};
use crate::journal::FILE;

/// A folder in which the file of that name stands for the journal.
pub(super) struct AsJournal<'a> {
    pub(super) disk: &'a Disk,
    pub(super) name: &'static str,
}

impl Files for AsJournal<'_> {
    fn open(&self, name: &str) -> io::Result<Box<dyn AppendFile>> {
        self.disk.open(if name == FILE { self.name } else { name })
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.disk.sync_directory()
    }
}
