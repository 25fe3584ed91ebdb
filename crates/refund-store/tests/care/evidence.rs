//! R43: files that are evidence, where a store is verified, backed up and restored.

use std::fs;
use std::path::{Path, PathBuf};

use refund_core::{EvidenceFile, EvidenceType, FileHash, FileSize};
use refund_store::care::{self, BackedUp, EVIDENCE, keep_evidence_here};
use refund_store::{Request, Work};
use sha2::{Digest, Sha256};

use super::story::{do_it, open_refund, operator, start, tell};
use super::*;

const FILES: [&[u8]; 2] = [b"a dent", b"a can!"];

fn place(folder: &Path, file: usize) -> PathBuf {
    folder.join(EVIDENCE).join("refunds").join("shown").join(hash(FILES[file]).to_string())
}

fn hash(bytes: &[u8]) -> FileHash {
    FileHash::new(Sha256::digest(bytes).into())
}

/// A closed store with a refund that has two files.
fn shown() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    do_it(&opened.store, open_refund("shown"));
    keep_evidence_here(folder.path(), true).unwrap();
    for (number, bytes) in FILES.into_iter().enumerate() {
        let (path, size) = (place(folder.path(), number), FileSize::try_from(6).unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        let file = EvidenceFile {
            sha256: hash(bytes),
            media_type: EvidenceType::Pdf,
            bytes: size,
            name: "dent.pdf".parse().unwrap(),
        };
        let work = Work::AddEvidence { refund_id: "shown".parse().unwrap(), file: Box::new(file) };
        do_it(&opened.store, Request::new(operator(), work));
    }
    opened.store.close().unwrap();
    folder
}

fn back_up(folder: &Path, to: &Path) -> BackedUp {
    care::back_up(folder, to, &[], start(), &Watcher::nobody()).unwrap()
}

/// What is wrong with which file, as a store is verified.
fn faults(folder: &Path) -> Vec<(FileHash, &'static str)> {
    let found = care::verify(folder, None, &Watcher::nobody()).unwrap();
    assert_eq!((found.evidence.files, found.is_damaged()), (2, found.evidence.faults.count > 0));
    found.evidence.faults.first.iter().map(|fault| (fault.sha256, fault.what)).collect()
}

#[test]
fn a_folder_that_is_gone_is_no_evidence_that_is_kept_elsewhere() {
    let folder = shown();
    assert_eq!(faults(folder.path()), []);
    let evidence = folder.path().join(EVIDENCE);
    fs::remove_dir_all(&evidence).unwrap();
    let missing: Vec<_> = FILES.iter().map(|bytes| (hash(bytes), "is missing")).collect();
    assert_eq!(faults(folder.path()), missing);
    // Nor is one that the next start has made.
    fs::create_dir(&evidence).unwrap();
    assert_eq!(faults(folder.path()), missing);
    fs::remove_dir(&evidence).unwrap();
    keep_evidence_here(folder.path(), false).unwrap();
    assert_eq!(faults(folder.path()), [], "it is kept elsewhere");
}

#[test]
fn a_backup_says_what_is_damaged_and_keeps_what_it_had() {
    let (folder, to) = (shown(), tempfile::tempdir().unwrap());
    assert_eq!(back_up(folder.path(), to.path()).evidence.added, 2);
    assert_eq!(faults(to.path()), []);
    fs::write(place(folder.path(), 0), "broken").unwrap();
    fs::write(place(to.path(), 0), "").unwrap();
    let evidence = back_up(folder.path(), to.path()).evidence;
    assert_eq!((evidence.damaged, evidence.is_damaged()), (1, true));
    fs::write(place(folder.path(), 0), FILES[0]).unwrap();
    assert_eq!(back_up(folder.path(), to.path()).evidence.added, 1, "it is mended");
    assert_eq!(faults(to.path()), []);
    fs::remove_dir_all(folder.path().join(EVIDENCE)).unwrap();
    assert!(back_up(folder.path(), to.path()).evidence.is_gone);
    assert_eq!(faults(to.path()), []);
}

#[test]
fn a_restored_store_is_told_which_files_are_not_what_they_were() {
    let (folder, to, new) = (shown(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    back_up(folder.path(), to.path());
    let restored = |name: &str| {
        let place = new.path().join(name);
        let restored = restore(to.path(), &place, &[]).unwrap();
        assert_eq!(restored.found.files, 2);
        let found = faults(&place);
        assert!(seen(&place) == seen(folder.path()).restored());
        (restored.is_damaged(), restored.found.faults.count, found)
    };
    assert_eq!(restored("good"), (false, 0, vec![]));
    fs::write(place(to.path(), 0), "broken").unwrap();
    assert_eq!(faults(to.path()), [(hash(FILES[0]), "is not what it was")]);
    assert_eq!(restored("damaged"), (true, 1, vec![(hash(FILES[0]), "is missing")]));
    fs::remove_file(place(to.path(), 1)).unwrap();
    let (is_damaged, count, _) = restored("less");
    assert_eq!((is_damaged, count), (true, 2));
}

#[test]
fn a_file_that_was_erased_since_the_journal_was_read_is_not_missing() {
    let folder = shown();
    let file = place(folder.path(), 0);
    fs::write(file.with_extension("erased"), "").unwrap();
    fs::remove_file(file).unwrap();
    assert_eq!(faults(folder.path()), []);
}
