//! The operator's tools: what they find, what they leave alone, and what they never lose.
#![cfg(test)]

mod backup;
mod beside;
mod copy;
mod database;
mod database_backup;
mod databases;
mod every_kind;
mod evidence;
mod flips;
mod formats;
mod laws;
#[path = "../embedded/older.rs"]
mod older;
mod rebuild;
mod recovered;
#[path = "../embedded/story.rs"]
#[allow(dead_code, reason = "shared with the store's own tests")]
mod story;
#[path = "../journal/v1.rs"]
mod v1;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use refund_core::Timestamp;
use refund_store::care::{self, CareError, Restored, Verified, Watcher};
use refund_store::{EmbeddedStore, OpenedStore, PostgresStore, Store};
use tempfile::TempDir;

/// A folder with a store in it that has lived through a story, and is closed.
fn told() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    story::tell(&opened.store);
    opened.store.close().unwrap();
    folder
}

fn open(folder: &Path) -> OpenedStore {
    EmbeddedStore::open(folder, story::surroundings()).unwrap()
}

/// Restores a backup, some hours after the story began.
fn restore(from: &Path, to: &Path, secrets: &[&str]) -> Result<Restored, CareError> {
    let entropy = Arc::new(|bytes: &mut [u8]| bytes.fill(9));
    care::restore(from, to, secrets, restored_at(), entropy, &Watcher::nobody())
}

/// When backups are restored here.
fn restored_at() -> Timestamp {
    "2026-04-01T00:00:00Z".parse().unwrap()
}

/// All that can be seen of the store in a folder.
fn seen(folder: &Path) -> story::Seen {
    story::see(&open(folder).store)
}

fn journal(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("journal")).unwrap()
}

fn put_journal(folder: &Path, bytes: &[u8]) {
    std::fs::write(folder.join("journal"), bytes).unwrap();
}

/// Verifies all, and sees to it that nothing is changed by that.
fn verify(folder: &Path) -> Result<Verified, CareError> {
    let mut before = files(folder);
    let scratch = tempfile::tempdir().unwrap();
    let found = care::verify(folder, Some(scratch.path()), &Watcher::nobody());
    let mut after = files(folder);
    if found.as_ref().is_ok_and(|found| found.in_use) {
        // Whoever uses it goes on writing the view when it likes.
        let view = folder.join("view/").display().to_string();
        for files in [&mut before, &mut after] {
            files.retain(|path, _| !path.starts_with(&view));
        }
    }
    assert!(after == before, "verifying changed something");
    found
}

/// Verifies the journal alone: whether damage was found.
fn journal_is_damaged(folder: &Path) -> bool {
    match care::verify(folder, None, &Watcher::nobody()) {
        Ok(found) => found.is_damaged(),
        Err(error) => error.is_damage(),
    }
}

/// Every file below a folder, and what is in it.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    files
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_files(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}
