//! Building the view anew from the journal.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::CareError;
use super::error::refused;
use super::progress::{Watched, Watcher};
use super::source::missing;
use crate::files::Files;
use crate::files::disk::{Disk, DiskError};
use crate::files::passage::Behind;
use crate::journal::{FILE, Torn};
use crate::{Clock, EmbeddedStore, Entropy, OpenedStore, Store, Surroundings};

/// What rebuilding came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many records the view was built from.
    pub records: u64,
    /// How long the journal is, in bytes.
    pub length: u64,
    /// What a crash had left at the end of the journal, and was cut off.
    pub torn: Option<Torn>,
}

/// Builds the view anew from the whole journal, which is checked first. Where that fails the view
/// is as it was.
///
/// # Errors
/// [`CareError`]: also where the journal lost its end, because then the view is what knows of it.
pub fn rebuild(folder: &Path, watcher: &Watcher) -> Result<Rebuilt, CareError> {
    let journal = folder.join(FILE);
    if !journal.exists() {
        return Err(missing(folder));
    }
    let disk = lock(folder)?;
    put_back(folder)?;
    let opened = open(&disk, folder, "opening the store", watcher)?;
    let torn = opened.torn;
    close(&opened)?;
    let records = if opened.rebuilt {
        opened.replayed
    } else {
        drop(opened);
        set_aside(folder)?;
        let built = open(&disk, folder, "building the view", watcher).and_then(|opened| {
            close(&opened)?;
            Ok(opened.replayed)
        });
        if built.is_err() {
            put_back(folder)?;
        }
        built?
    };
    remove(&folder.join(SET_ASIDE))?;
    let length = fs::metadata(&journal).map_err(refused("ask for the length of", &journal))?.len();
    Ok(Rebuilt { records, length, torn })
}

const VIEW: &str = "view";
/// Where the old view is until the new one is complete.
const SET_ASIDE: &str = "view.before-rebuild";

/// Takes a folder into use.
pub(super) fn lock(folder: &Path) -> Result<Disk, CareError> {
    Disk::open(folder).map_err(|error| match error {
        DiskError::InUse { folder } => CareError::InUse(folder),
        DiskError::Planted { .. } | DiskError::Shared { .. } | DiskError::Foreign { .. } | DiskError::Io { .. } => {
            error.into()
        }
    })
}

/// Opens the store, and with it brings the view up to date. Nothing is asked of it, so that it
/// needs no clock and no randomness.
fn open(disk: &Disk, folder: &Path, doing: &'static str, watcher: &Watcher) -> Result<OpenedStore, CareError> {
    open_with(disk, folder, doing, Arc::new(|_| {}), watcher)
}

/// Opens the store with that randomness, also one that is being restored. Its time stands still, and
/// nothing that is due happens.
pub(super) fn open_with(
    files: &dyn Files,
    folder: &Path,
    doing: &'static str,
    entropy: Entropy,
    watcher: &Watcher,
) -> Result<OpenedStore, CareError> {
    let surroundings = Surroundings { clock: Clock::Test, entropy, hold_settling: true };
    let files = Behind { inner: files, passage: Watched { doing, watcher: watcher.clone() } };
    Ok(EmbeddedStore::open_unguarded(&files, folder, surroundings)?)
}

pub(super) fn close(opened: &OpenedStore) -> Result<(), CareError> {
    opened.store.close().map_err(|error| CareError::File {
        doing: "write the view of",
        path: FILE.into(),
        source: std::io::Error::other(error.to_string()),
    })
}

/// It is closed, so that it needs no mark to be believed again.
fn set_aside(folder: &Path) -> Result<(), CareError> {
    rename(&folder.join(VIEW), &folder.join(SET_ASIDE))
}

/// The old view again, where there is one: also that of a rebuilding that was killed.
fn put_back(folder: &Path) -> Result<(), CareError> {
    let (view, aside) = (folder.join(VIEW), folder.join(SET_ASIDE));
    if !aside.exists() {
        return Ok(());
    }
    let mark = folder.join("view.in-use");
    if view.exists() && !mark.exists() {
        // It was completed and closed: it knows more than the old one.
        return remove(&aside);
    }
    remove(&view)?;
    rename(&aside, &view)?;
    match fs::remove_file(&mark) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(refused("remove", &mark)),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), CareError> {
    fs::rename(from, to).map_err(refused("rename", from))
}

fn remove(folder: &Path) -> Result<(), CareError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(refused("remove", folder)),
    }
}
