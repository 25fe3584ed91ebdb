//! A copy of the journal that is checked while it is made, and grows by what is new.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use refund_core::Timestamp;

use super::error::refused;
use super::evidence::{CopiedEvidence, copy_evidence};
use super::manifest::{Manifest, copy_secrets};
use super::rebuild::lock;
use super::source::Source;
use super::{CareError, Watcher};
use crate::codec::decode;
use crate::files::{AppendFile, Files};
use crate::journal::{Checkpoint, Ending, FILE, FILE_HEADER, Frame, JournalError, StandsFor, Torn, erase_all, inspect};
use crate::stored::Payload;

/// What a backup came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// What the backup now holds.
    pub manifest: Manifest,
    /// How many bytes of the journal were new.
    pub added: u64,
    /// What stands behind the last whole write of the journal, and is not in the backup: a write
    /// that is under way, or what a crash left of one.
    pub torn: Option<Torn>,
    /// Which of the secrets there were, and are in the backup.
    pub secrets: Vec<String>,
    /// What became of the evidence (R43).
    pub evidence: CopiedEvidence,
}

/// Copies what is new in the journal of `folder` to the backup in `to`, or begins one there, and
/// with it the files named `secrets`. A server may use `folder` meanwhile.
///
/// The backup that was in `to` is good until this succeeds, and afterwards it is this one.
///
/// # Errors
/// [`CareError`]. [`CareError::DamagedBehind`]: everything before the damage was backed up.
pub fn back_up(
    folder: &Path,
    to: &Path,
    secrets: &[&str],
    made_at: Timestamp,
    watcher: &Watcher,
) -> Result<BackedUp, CareError> {
    let source = Source::in_folder(folder)?;
    // What a server has written and not yet synced is not to be in the backup and then lost.
    source.file.sync().map_err(refused("sync", &source.path))?;
    if Manifest::read(to)?.is_none() && !is_empty(to)? {
        return Err(CareError::NotEmpty(to.to_owned()));
    }
    let disk = lock(to)?;
    let before = match Manifest::read(to)? {
        Some(manifest) => manifest,
        None => begin(to, made_at)?,
    };
    let path = to.join(FILE);
    let target = disk.open(FILE).map_err(refused("open", &path))?;
    let from = before.checkpoint().unwrap_or(Checkpoint::START);
    if from != Checkpoint::START {
        check_end(to, from)?;
    }
    let copied = copy_journal(&source.file, source.length, &*target, from, &path, watcher);
    let copied = copied.map_err(|error| another(error, to, before.length))?;
    disk.sync_directory().map_err(refused("sync", to))?;
    let secrets = copy_secrets(secrets, folder, to)?.into_iter().map(str::to_owned).collect();
    let manifest = Manifest::new(copied.after, copied.latest.or(before.latest), made_at);
    // A file is there before the record that names it: behind the journal none can be missing.
    let evidence = copy_evidence(folder, to)?;
    manifest.write(to)?;
    let good = copied.after.length();
    let torn = match copied.ending {
        Ending::Damaged { at, what } => return Err(CareError::DamagedBehind { at, what, good }),
        Ending::Whole => None,
        Ending::Torn(torn) => Some(torn),
    };
    Ok(BackedUp { manifest, added: good.saturating_sub(before.length), torn, secrets, evidence })
}

/// A manifest of nothing: so that a first backup that is interrupted is known as one.
pub(super) fn begin(to: &Path, made_at: Timestamp) -> Result<Manifest, CareError> {
    let manifest = Manifest::new(Checkpoint::START, None, made_at);
    manifest.write(to)?;
    Ok(manifest)
}

/// Where the backup's end is no place in the journal.
fn another(error: CareError, to: &Path, backup: u64) -> CareError {
    let CareError::Journal(JournalError::WrongCheckpoint { length, .. }) = error else { return error };
    let folder = to.to_owned();
    if length < backup {
        CareError::JournalLostItsEnd { folder, backup, length }
    } else {
        CareError::AnotherJournal { folder, backup }
    }
}

/// Checks that the copy in a backup ends as its manifest says.
fn check_end(to: &Path, from: Checkpoint) -> Result<(), CareError> {
    let copy = Source::in_folder(to)?;
    let checked = inspect(&copy.file, copy.length.min(from.length()), from, |_| Ok::<_, JournalError>(()));
    let what = |error: JournalError| CareError::BackupDamaged { folder: to.to_owned(), what: error.to_string() };
    checked.map(drop).map_err(what)
}

/// Whether there is nothing in a folder but the lock of a tool, or no folder.
pub(super) fn is_empty(folder: &Path) -> Result<bool, CareError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        entries => entries.map_err(refused("look into", folder))?,
    };
    for entry in entries {
        if entry.map_err(refused("look into", folder))?.file_name() != "lock" {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What was copied of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// The state of the journal after what the copy now holds.
    pub after: Checkpoint,
    /// How many records were new.
    pub records: u64,
    /// The latest instant in them, if there are any.
    pub latest: Option<Timestamp>,
    /// What stands behind it in the journal, and was not copied.
    pub ending: Ending,
}

/// How much is written at once.
const WRITTEN_AT_ONCE: usize = 1 << 20;

/// Adds what follows `from` in a journal to a copy that ends there, and syncs it. Each frame is
/// checked before it is written; what the copy had behind `from` is cut off first.
///
/// # Errors
/// [`CareError::Journal`] where the journal can't be read or `from` is no place in it.
/// [`CareError::File`], about `path`, where the copy can't be written: it then still holds
/// everything before `from`.
pub fn copy_journal(
    journal: &Arc<dyn AppendFile>,
    length: u64,
    copy: &dyn AppendFile,
    from: Checkpoint,
    path: &Path,
    watcher: &Watcher,
) -> Result<Copied, CareError> {
    let begins = from == Checkpoint::START;
    let kept = if begins { 0 } else { from.length() };
    let mut copying = Copying { copy, path, end: kept, gathered: Vec::new(), last: Vec::new(), stand_ins: Vec::new() };
    if begins {
        let mut header = vec![0; usize::try_from(length).unwrap_or(FILE_HEADER).min(FILE_HEADER)];
        journal.read_at(&mut header, 0).map_err(refused("read the journal for", path))?;
        copying.gathered = header;
    }
    // A journal that is none, or another one, is found out before the copy is touched.
    inspect(journal, length.min(from.length()), from, |_| Ok::<_, CareError>(()))?;
    copy.truncate(kept).map_err(refused("write", path))?;
    if !begins {
        raise_version(journal, copy, path)?;
    }
    let found = inspect(journal, length, from, |frame| {
        watcher.bytes("copying the journal", frame.after.length(), length);
        copying.frame(frame)
    });
    let found = found.and_then(|found| {
        copying.write()?;
        // Where the journal is damaged, what stands in the place of the last records may not be there.
        if found.good.length() < copying.end {
            copy.truncate(found.good.length()).map_err(refused("write", path))?;
        }
        if found.good != from {
            // A server may have raised it meanwhile.
            raise_version(journal, copy, path)?;
        }
        copy.sync().map_err(refused("sync", path))?;
        Ok(found)
    });
    if found.is_err() {
        // The next run does it where this can't.
        let _ = copy.truncate(kept);
    }
    let found = found?;
    let Copying { last, mut stand_ins, .. } = copying;
    stand_ins.retain(|stands| stands.at < found.good.length());
    // From here on what stands behind `kept` stays, whatever fails: it may stand in the place of what was before.
    erase_all(copy, stand_ins)?;
    let latest = decode::<Payload>(&last).ok().map(|payload| payload.into_record().at);
    let records = found.good.records().saturating_sub(from.records());
    Ok(Copied { after: found.good, records, latest, ending: found.ending })
}

/// Gives the copy the header that the journal has, which was raised to a newer version since the copy was begun.
/// It is durable before anything of that version is: see the module `journal`.
fn raise_version(journal: &Arc<dyn AppendFile>, copy: &dyn AppendFile, path: &Path) -> Result<(), CareError> {
    let (mut now, mut before) = ([0; FILE_HEADER], [0; FILE_HEADER]);
    journal.read_at(&mut now, 0).map_err(refused("read the journal for", path))?;
    copy.read_at(&mut before, 0).map_err(refused("read", path))?;
    if now == before {
        return Ok(());
    }
    copy.write_at(&now, 0).and_then(|()| copy.sync()).map_err(refused("write", path))
}

struct Copying<'a> {
    copy: &'a dyn AppendFile,
    path: &'a Path,
    /// Where the copy ends.
    end: u64,
    gathered: Vec<u8>,
    /// The payload of the last record.
    last: Vec<u8>,
    /// What stands in the place of records that were erased, of which the copy may have some from before.
    stand_ins: Vec<StandsFor>,
}

impl Copying<'_> {
    fn frame(&mut self, frame: Frame<'_>) -> Result<(), CareError> {
        self.gathered.extend(frame.bytes);
        self.stand_ins.extend(frame.stand_ins());
        for found in frame.records() {
            self.last.clear();
            self.last.extend(found.payload);
        }
        if self.gathered.len() >= WRITTEN_AT_ONCE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), CareError> {
        self.copy.write_at(&self.gathered, self.end).map_err(refused("write", self.path))?;
        self.end = self.end.saturating_add(self.gathered.len() as u64);
        self.gathered.clear();
        Ok(())
    }
}
