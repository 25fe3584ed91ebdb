//! The files that are evidence (R43): copied beside the journal, by names that say what is in them.

use std::fs::{self, DirBuilder, DirEntry, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use refund_core::FileHash;
use sha2::{Digest, Sha256};

use super::CareError;
use super::error::refused;

/// The folder with evidence, within a data folder and a backup of one.
pub const EVIDENCE: &str = "evidence";
/// The file beside it which says that evidence is kept there: without it a folder that is gone would look like that of
/// a store whose evidence is kept elsewhere.
const KEPT_HERE: &str = "evidence.here";

/// What became of evidence that was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopiedEvidence {
    /// How many files were new in the copy, or not as long there as they should be; small pictures are files of their
    /// own.
    pub added: u64,
    /// How many it had that were erased since.
    pub erased: u64,
    /// How many are not what they were, and were left out: what the copy had of them stays.
    pub damaged: u64,
    /// Whether the folder that they are copied from is gone.
    pub is_gone: bool,
}

impl CopiedEvidence {
    /// Whether something that was kept is damaged or gone.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.damaged > 0 || self.is_gone
    }
}

/// What follows the name of a picture in that of the small one which pages show.
pub const SMALL: &str = ".small";
/// What follows the name of a file that was erased: so it is known of a file that is not there whether it was erased
/// or lost.
pub const ERASED: &str = ".erased";

/// The folder in it with the files of refunds. What is held for openings is beside it, and in no copy: it is let go soon.
pub(super) const REFUNDS: &str = "refunds";

/// Says of a data folder, for whoever looks at it later, whether evidence is kept in it.
///
/// # Errors
/// [`CareError::File`].
pub fn keep_evidence_here(folder: &Path, is_so: bool) -> Result<(), CareError> {
    let mark = folder.join(KEPT_HERE);
    if is_so {
        let made = File::options().write(true).create(true).truncate(false).mode(0o600).open(&mark);
        return made.and_then(|mark| mark.sync_all()).map_err(refused("write", &mark));
    }
    match fs::remove_file(&mark) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(refused("remove", &mark)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Whether evidence is kept in a data folder, or was.
#[must_use]
pub fn is_evidence_here(folder: &Path) -> bool {
    folder.join(KEPT_HERE).exists() || folder.join(EVIDENCE).exists()
}

/// What a file hashes to, by which it is called.
pub(super) fn hash_of(bytes: &[u8]) -> FileHash {
    FileHash::new(Sha256::digest(bytes).into())
}

/// Brings the evidence under `to` up to what is under `from`: what is new is copied, and what was erased is erased from
/// the copy too. A file never changes: its name is the hash of what it holds, and what holds something else is not
/// copied. What is lost in `from` stays in the copy. What the copy has is held against `from` by its length; whether it
/// is what it was finds out who verifies it.
///
/// # Errors
/// [`CareError::File`]. What was copied until then is whole.
pub fn copy_evidence(from: &Path, to: &Path) -> Result<CopiedEvidence, CareError> {
    let mut copied = CopiedEvidence::default();
    if from.join(EVIDENCE).exists() {
        make(&to.join(EVIDENCE))?;
        keep_evidence_here(to, true)?;
    } else {
        copied.is_gone = is_evidence_here(from);
    }
    let refunds = |folder: &Path| folder.join(EVIDENCE).join(REFUNDS);
    bring_up(&refunds(from), &refunds(to), &mut copied)?;
    Ok(copied)
}

fn bring_up(from: &Path, to: &Path, copied: &mut CopiedEvidence) -> Result<(), CareError> {
    let there = entries(from)?;
    if there.is_empty() {
        return Ok(());
    }
    make(to)?;
    let erased: Vec<String> = there.iter().filter_map(erased_by).collect();
    let mut has_changed = false;
    for entry in &there {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().map_err(refused("look at", &path))?.is_dir() {
            bring_up(&path, &target, copied)?;
        } else if !is_on_its_way(entry) && !is_of(entry, &erased) && !is_as_long(entry, &target) {
            has_changed |= copy(&path, &target, copied)?;
        }
    }
    // What was erased goes each time: a copy may have begun before the file was gone.
    for file in erased {
        has_changed |= erase(&to.join(file), copied)?;
    }
    if has_changed {
        File::open(to).and_then(|folder| folder.sync_all()).map_err(refused("sync", to))?;
    }
    Ok(())
}

/// Makes a folder that is its owner's alone, where there is none.
fn make(folder: &Path) -> Result<(), CareError> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused("create the folder", folder))
}

/// Whether it is being written: then there is a `#` in its name.
fn is_on_its_way(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().contains(&b'#')
}

/// Which file was erased, where this is the mark of that.
fn erased_by(entry: &DirEntry) -> Option<String> {
    entry.file_name().to_str()?.strip_suffix(ERASED).map(str::to_owned)
}

/// Whether it is one of those files, or the small picture of one.
fn is_of(entry: &DirEntry, files: &[String]) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    files.iter().any(|file| *name == **file || name.strip_suffix(SMALL) == Some(file))
}

/// Whether a copy has a file as long as it is.
fn is_as_long(entry: &DirEntry, target: &Path) -> bool {
    let there = target.metadata().map(|there| there.len());
    there.is_ok_and(|there| entry.metadata().is_ok_and(|own| own.len() == there))
}

fn entries(folder: &Path) -> Result<Vec<DirEntry>, CareError> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        found => found.and_then(Iterator::collect).map_err(refused("look into", folder)),
    }
}

/// Copies a file, whole or not at all; whether it was still there, and what it was.
fn copy(from: &Path, to: &Path, copied: &mut CopiedEvidence) -> Result<bool, CareError> {
    let bytes = match fs::read(from) {
        // It was erased since the folder was looked into.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        bytes => bytes.map_err(refused("read", from))?,
    };
    // What small pictures and marks are called says nothing of what is in them.
    let named = from.file_name().and_then(|name| name.to_str()?.parse::<FileHash>().ok());
    if named.is_some_and(|named| named != hash_of(&bytes)) {
        copied.damaged = copied.damaged.saturating_add(1);
        return Ok(false);
    }
    let part = PathBuf::from(format!("{}#part", to.display()));
    let options = File::options().write(true).create(true).truncate(true).mode(0o600).clone();
    let written = options.open(&part).and_then(|mut target| {
        target.write_all(&bytes)?;
        target.sync_all()
    });
    written.and_then(|()| fs::rename(&part, to)).map_err(refused("write", to))?;
    if !to.to_string_lossy().ends_with(ERASED) {
        copied.added = copied.added.saturating_add(1);
    }
    Ok(true)
}

/// Erases what a copy has of a file, and of the small picture of it; whether it had anything.
fn erase(file: &Path, copied: &mut CopiedEvidence) -> Result<bool, CareError> {
    let before = copied.erased;
    for path in [file.to_owned(), PathBuf::from(format!("{}{SMALL}", file.display()))] {
        match fs::remove_file(&path) {
            Ok(()) => copied.erased = copied.erased.saturating_add(1),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(refused("erase", &path)(error)),
        }
    }
    Ok(copied.erased > before)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn r43_a_copy_gets_what_is_new_and_loses_what_was_erased_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("data"), folder.path().join("backup"));
        let refunds = from.join(EVIDENCE).join("refunds");
        for refund in ["rf_1", "rf_2"] {
            fs::create_dir_all(refunds.join(refund)).unwrap();
        }
        fs::create_dir_all(&to).unwrap();
        let held = from.join(EVIDENCE).join("held");
        fs::create_dir_all(&held).unwrap();
        fs::write(held.join("aa"), "for an opening").unwrap();
        for name in ["rf_1/aa", "rf_1/aa.small", "rf_1/bb", "rf_2/aa", "rf_2/cc#1"] {
            fs::write(refunds.join(name), name).unwrap();
        }
        assert_eq!(copy_evidence(&from, &to).unwrap(), CopiedEvidence { added: 4, ..CopiedEvidence::default() });
        let copied = to.join(EVIDENCE).join("refunds");
        assert_eq!(fs::read_to_string(copied.join("rf_1/aa")).unwrap(), "rf_1/aa");
        assert_eq!(fs::metadata(copied.join("rf_1/aa")).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!copied.join("rf_2/cc#1").exists());
        assert!(!to.join(EVIDENCE).join("held").exists(), "it is let go soon");

        // It is marked before it goes, and a copy may be made in between.
        fs::write(refunds.join("rf_1/bb.erased"), "").unwrap();
        assert_eq!(copy_evidence(&from, &to).unwrap(), CopiedEvidence { erased: 1, ..CopiedEvidence::default() });
        fs::remove_file(refunds.join("rf_1/bb")).unwrap();
        assert_eq!(copy_evidence(&from, &to).unwrap(), CopiedEvidence::default());

        for erased in ["rf_1/aa", "rf_1/aa.small"] {
            fs::remove_file(refunds.join(erased)).unwrap();
        }
        fs::write(refunds.join("rf_1/aa.erased"), "").unwrap();
        fs::remove_dir_all(refunds.join("rf_2")).unwrap();
        fs::write(refunds.join("rf_1/dd"), "new").unwrap();
        assert_eq!(
            copy_evidence(&from, &to).unwrap(),
            CopiedEvidence { added: 1, erased: 2, ..CopiedEvidence::default() }
        );
        let there = |name: &str| copied.join(name).exists();
        assert_eq!(
            ["rf_1/aa", "rf_1/aa.small", "rf_1/bb", "rf_1/dd", "rf_2/aa"].map(there),
            [false, false, false, true, true]
        );
        assert_eq!(copy_evidence(&from, &to).unwrap(), CopiedEvidence::default());
    }

    #[test]
    fn r43_no_damage_gets_into_a_copy_and_what_is_too_short_there_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("data"), folder.path().join("backup"));
        let name = |bytes: &[u8]| format!("{EVIDENCE}/{REFUNDS}/rf_1/{}", hash_of(bytes));
        let [dent, bin] = [b"a dent".as_slice(), b"a bin"];
        fs::create_dir_all(from.join(EVIDENCE).join(REFUNDS).join("rf_1")).unwrap();
        fs::create_dir_all(&to).unwrap();
        for bytes in [dent, bin] {
            fs::write(from.join(name(bytes)), bytes).unwrap();
        }
        fs::write(from.join(name(bin)), "a can").unwrap();
        let once = CopiedEvidence { added: 1, damaged: 1, ..CopiedEvidence::default() };
        assert_eq!(copy_evidence(&from, &to).unwrap(), once);
        assert!(once.is_damaged() && !to.join(name(bin)).exists());
        fs::write(from.join(name(bin)), bin).unwrap();
        fs::write(to.join(name(dent)), "a de").unwrap();
        assert_eq!(copy_evidence(&from, &to).unwrap(), CopiedEvidence { added: 2, ..CopiedEvidence::default() });
        assert_eq!(fs::read(to.join(name(dent))).unwrap(), dent);
        // What is good there is not written over by what is damaged here.
        fs::write(from.join(name(dent)), "a").unwrap();
        assert_eq!(copy_evidence(&from, &to).unwrap(), CopiedEvidence { damaged: 1, ..CopiedEvidence::default() });
        assert_eq!(fs::read(to.join(name(dent))).unwrap(), dent);
    }

    #[test]
    fn r43_a_folder_that_is_gone_is_not_one_that_never_was() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("data"), folder.path().join("backup"));
        for folder in [&from, &to] {
            fs::create_dir_all(folder).unwrap();
        }
        keep_evidence_here(&from, true).unwrap();
        fs::create_dir_all(from.join(EVIDENCE)).unwrap();
        assert!(!copy_evidence(&from, &to).unwrap().is_gone);
        assert!(is_evidence_here(&to) && !copy_evidence(&to, &from).unwrap().is_gone, "nor one with nothing in it");
        fs::remove_dir(from.join(EVIDENCE)).unwrap();
        assert!(copy_evidence(&from, &to).unwrap().is_gone);
        for _ in 0..2 {
            keep_evidence_here(&from, false).unwrap();
        }
        assert!(!copy_evidence(&from, &to).unwrap().is_gone && !is_evidence_here(&from));
    }

    #[test]
    fn where_there_is_none_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(copy_evidence(folder.path(), &folder.path().join("to")).unwrap(), CopiedEvidence::default());
        assert!(!folder.path().join("to").exists());
    }
}
