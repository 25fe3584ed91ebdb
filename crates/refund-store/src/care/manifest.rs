//! What a backup says of itself.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use data_encoding::HEXLOWER;
use refund_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::CareError;
use super::error::refused;
use crate::journal::Checkpoint;

/// The name of the manifest's file in a backup.
pub const MANIFEST: &str = "manifest.json";

/// The version of the manifest that this program writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// What a backup holds. Only what it names counts: the journal beside it may be longer, where a
/// later backup was interrupted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// How many bytes of the journal are in the backup.
    pub length: u64,
    /// How many records they hold.
    pub records: u64,
    /// The latest instant recorded in them, if anything was.
    pub latest: Option<Timestamp>,
    /// When the backup was made.
    pub made_at: Timestamp,
    /// The state of the journal after them, as hexadecimal digits: its last frame, its length, and
    /// the chain hash that stands for everything in it.
    checkpoint: String,
}

impl Manifest {
    pub(super) fn new(after: Checkpoint, latest: Option<Timestamp>, made_at: Timestamp) -> Self {
        let checkpoint = HEXLOWER.encode(&after.to_bytes());
        Self { format: FORMAT, length: after.length(), records: after.records(), latest, made_at, checkpoint }
    }

    /// The manifest in a folder, if there is one.
    ///
    /// # Errors
    /// [`CareError::NotABackup`] where it can't be understood, [`CareError::File`].
    pub fn read(folder: &Path) -> Result<Option<Self>, CareError> {
        let path = folder.join(MANIFEST);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.map_err(refused("read", &path))?,
        };
        let unfit = |what: String| CareError::NotABackup { folder: folder.to_owned(), what };
        let manifest: Self = serde_json::from_slice(&text).map_err(|error| unfit(format!("{MANIFEST}: {error}")))?;
        if manifest.format > FORMAT {
            let found = manifest.format;
            return Err(unfit(format!("{MANIFEST} has version {found} and this program reads up to version {FORMAT}")));
        }
        match manifest.checkpoint() {
            Some(checkpoint) if checkpoint.length() == manifest.length => Ok(Some(manifest)),
            Some(_) | None => Err(unfit(format!("the checkpoint in {MANIFEST} is none"))),
        }
    }

    /// The state of the journal after what is in the backup.
    pub(super) fn checkpoint(&self) -> Option<Checkpoint> {
        let bytes = HEXLOWER.decode(self.checkpoint.as_bytes()).ok()?;
        Checkpoint::from_bytes(&bytes.try_into().ok()?, self.records)
    }

    /// Puts it in the place of the one before, in one step.
    pub(super) fn write(&self, folder: &Path) -> Result<(), CareError> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| CareError::NotABackup { folder: folder.to_owned(), what: error.to_string() })?;
        replace(&path, format!("{text}\n").as_bytes())
    }
}

/// Writes a file that only its owner can read, whole or not at all, and durably.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), CareError> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    let written = options.open(part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(refused("write", part))?;
    fs::rename(part, path).map_err(refused("rename", part))?;
    let folder = path.parent().unwrap_or(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refused("sync", folder))
}

/// Copies the files of these names that there are; the names of those.
pub(super) fn copy_secrets<'n>(names: &[&'n str], from: &Path, to: &Path) -> Result<Vec<&'n str>, CareError> {
    let mut copied = Vec::new();
    for name in names {
        let path = from.join(name);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            bytes => bytes.map_err(refused("read", &path))?,
        };
        let target = to.join(name);
        if fs::read(&target).ok().as_ref() != Some(&bytes) {
            replace(&target, &bytes)?;
        }
        copied.push(*name);
    }
    Ok(copied)
}
