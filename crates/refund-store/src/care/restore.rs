//! A store from a backup.

use std::path::Path;
use std::{fs, io};

use refund_core::Timestamp;

use super::as_journal::AsJournal;
use super::backup::{copy_journal, is_empty};
use super::error::refused;
use super::evidence::{CopiedEvidence, copy_evidence};
use super::manifest::{Manifest, copy_secrets};
use super::rebuild::{close, lock, open_with};
use super::source::Source;
use super::{CareError, EvidenceFound, MANIFEST, Watcher, evidence_found};
use crate::files::Files;
use crate::journal::{Checkpoint, Ending, FILE, JournalError, PART, inspect};
use crate::{Entropy, KEPT_FREE_BYTES, Refused, Request, SetUp, Store};

/// What restoring came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup held.
    pub manifest: Manifest,
    /// Which of the secrets there were.
    pub secrets: Vec<String>,
    /// What became of the evidence (R43).
    pub evidence: CopiedEvidence,
    /// What was found of it where the store now is.
    pub found: EvidenceFound,
}

impl Restored {
    /// Whether files that were backed up are not what they were, or not there.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.evidence.is_damaged() || self.found.faults.count > 0
    }
}

/// Makes a store in `to`, which is new or empty, of the backup in `from`: every byte is checked,
/// and the view is built. That it was restored is recorded: see [`Restoration`](crate::Restoration).
/// Files that are missing or damaged in the backup keep nothing from being restored, and are named.
///
/// # Errors
/// [`CareError`]. What is then in `to` is no store.
pub fn restore(
    from: &Path,
    to: &Path,
    secrets: &[&str],
    now: Timestamp,
    entropy: Entropy,
    watcher: &Watcher,
) -> Result<Restored, CareError> {
    let unfit = |what: String| CareError::NotABackup { folder: from.to_owned(), what };
    let manifest = Manifest::read(from)?.ok_or_else(|| unfit(format!("there is no {MANIFEST}")))?;
    let expected = manifest.checkpoint().filter(|end| *end != Checkpoint::START);
    let expected = expected.ok_or_else(|| unfit("its first backup was never finished".to_owned()))?;
    if !is_empty(to)? {
        return Err(CareError::NotEmpty(to.to_owned()));
    }
    let damaged = |what: String| CareError::BackupDamaged { folder: from.to_owned(), what };
    let source = Source::in_folder(from)?;
    if source.length < expected.length() {
        let (length, expected) = (source.length, expected.length());
        return Err(damaged(format!("its journal has {length} bytes, and {MANIFEST} names {expected}")));
    }
    let disk = lock(to)?;
    let path = to.join(PART);
    let part = disk.open(PART).map_err(refused("open", &path))?;
    let (left, needed) = (part.space_left().unwrap_or(u64::MAX), space_for(source.length));
    if left < needed {
        // What is refused here leaves the folder as empty as it was; where that fails, the next run says so.
        let _ = fs::remove_file(&path);
        let what = format!("{needed} bytes of space are needed, and {left} are left");
        return Err(refused("restore into", to)(io::Error::new(io::ErrorKind::StorageFull, what)));
    }
    let copied = copy_journal(&source.file, expected.length(), &*part, Checkpoint::START, &path, watcher);
    let copied = copied
        .map_err(|error| if let CareError::Journal(error) = error { damaged(error.to_string()) } else { error })?;
    // A backup that was interrupted while it grew may have erased what it has the stand-in of only behind what it names.
    let goes_on = copied.ending == Ending::Whole
        && copied.after.length() > expected.length()
        && inspect(&source.file, expected.length(), expected, |_| Ok::<_, JournalError>(())).is_ok();
    if copied.after != expected && !goes_on {
        let good = copied.after.length();
        return Err(damaged(format!("its journal is good up to byte {good} of {}", expected.length())));
    }
    let secrets = copy_secrets(secrets, from, to)?.into_iter().map(str::to_owned).collect();
    let mut random = [0; 4];
    entropy(&mut random);
    let opened = open_with(&AsJournal { disk: &disk, name: PART }, to, "building the view", entropy, watcher)?;
    tell(&opened.store, now, random).map_err(refused("record in", &path))?;
    let refunds = evidence_found::of_store(&opened.store).map_err(io::Error::other).map_err(refused("read", &path))?;
    close(&opened)?;
    drop(opened);
    let evidence = copy_evidence(from, to)?;
    let found = evidence_found::look(to, &refunds, watcher)?;
    fs::rename(&path, to.join(FILE)).map_err(refused("rename", &path))?;
    disk.sync_directory().map_err(refused("sync", to))?;
    Ok(Restored { manifest, secrets, evidence, found })
}

/// How much space a journal of that length needs: for itself, for a view that is about as long, and what is always
/// kept free.
fn space_for(length: u64) -> u64 {
    length.saturating_mul(2).saturating_add(KEPT_FREE_BYTES)
}

/// Records that the store was restored.
pub(super) fn tell(store: &dyn Store, at: Timestamp, random: [u8; 4]) -> io::Result<()> {
    let restored = SetUp::TellOfRestoration { at, random: u32::from_le_bytes(random) };
    let refused = match store.submit(Request::by_system(restored)).wait() {
        Ok(_) => return Ok(()),
        Err(refused) => refused,
    };
    let said = if let Refused::Store(error) = &refused { error.to_string() } else { format!("{refused:?}") };
    Err(io::Error::other(said))
}
