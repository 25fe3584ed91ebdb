//! The journal of a folder, to be looked at.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::CareError;
use super::error::refused;
use crate::files::AppendFile;
use crate::files::read_only::ReadOnly;
use crate::journal::FILE;

/// A journal, as long as it was when it was opened.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) file: Arc<dyn AppendFile>,
    pub(super) length: u64,
}

impl Source {
    /// The journal in a folder.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, CareError> {
        let path = folder.join(FILE);
        let file = match ReadOnly::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(missing(folder));
            }
            opened => opened.map_err(refused("open", &path))?,
        };
        let file: Arc<dyn AppendFile> = Arc::new(file);
        let length = file.length().map_err(refused("ask for the length of", &path))?;
        Ok(Self { path, file, length })
    }
}

/// Why there is nothing to look at in a folder without a journal.
pub(super) fn missing(folder: &Path) -> CareError {
    let folder = folder.to_owned();
    if folder.join("view").exists() { CareError::JournalGone(folder) } else { CareError::NoStore(folder) }
}

/// How many bytes the files below a folder have together; 0 where there is none.
pub(super) fn bytes_below(folder: &Path) -> Result<u64, CareError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(refused("look into", folder))?,
    };
    let mut bytes: u64 = 0;
    for entry in entries {
        let entry = entry.map_err(refused("look into", folder))?;
        let inner = match entry.metadata() {
            Ok(file) if file.is_dir() => bytes_below(&entry.path())?,
            Ok(file) => file.len(),
            // A running server removes files of the view.
            Err(_) => 0,
        };
        bytes = bytes.saturating_add(inner);
    }
    Ok(bytes)
}
