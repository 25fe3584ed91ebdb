//! The tools on a journal of format 1, on one that was continued, and on copies of both.

use refund_store::care::{ViewFound, back_up, copy_journal, rebuild, stats};
use refund_store::files::simulated::{Crash, SimulatedDisk};
use refund_store::files::{AppendFile, Files};
use refund_store::journal::{Checkpoint, FILE, Journal};

use super::older::in_format_1;
use super::story::{do_it, open_refund, start};
use super::*;

/// A folder as a program of format 1 left it, but for its view.
fn told_in_format_1() -> TempDir {
    let folder = told();
    put_journal(folder.path(), &in_format_1(&journal(folder.path())));
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    folder
}

fn version(folder: &Path) -> u8 {
    journal(folder)[8]
}

#[test]
fn each_tool_works_on_a_journal_of_format_1_and_leaves_it_one() {
    let (folder, backup, place) = (told_in_format_1(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let older = journal(folder.path());
    let expected = seen(told().path());
    let nobody = Watcher::nobody();
    assert!(!verify(folder.path()).unwrap().is_damaged());
    assert_eq!(stats(folder.path(), start(), &nobody).unwrap().counts.refunds, 4);
    let backed_up = back_up(folder.path(), backup.path(), &[], start(), &nobody).unwrap();
    let to = place.path().join("restored");
    restore(backup.path(), &to, &[]).unwrap();
    assert!(seen(&to) == seen(told().path()).restored());
    assert_eq!(rebuild(folder.path(), &nobody).unwrap().records, backed_up.manifest.records);
    assert!(seen(folder.path()) == expected);
    let found = verify(folder.path()).unwrap();
    assert!(matches!(&found.view, ViewFound::Compared { rebuilt: false, differences } if differences.count == 0));
    for folder in [folder.path(), backup.path()] {
        assert!((version(folder), journal(folder)) == (1, older.clone()));
    }
    // That it was restored is recorded in what is restored, as this program records.
    assert!(version(&to) == 3 && journal(&to)[16..].starts_with(&older[16..]));
}

#[test]
fn each_tool_works_on_a_journal_that_was_continued_and_a_backup_grows_with_it() {
    let (folder, backup, place) = (told_in_format_1(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let nobody = Watcher::nobody();
    let first = back_up(folder.path(), backup.path(), &[], start(), &nobody).unwrap();
    let opened = open(folder.path());
    do_it(&opened.store, open_refund("later"));
    drop(opened);
    let (expected, found) = (seen(folder.path()), verify(folder.path()).unwrap());
    assert!(!found.is_damaged(), "{found:?}");
    assert!(matches!(&found.view, ViewFound::Compared { rebuilt: false, differences } if differences.count == 0));
    assert_eq!(
        (found.contents.records, found.good.records()),
        (first.manifest.records + 1, first.manifest.records + 1)
    );
    assert_eq!(stats(folder.path(), start(), &nobody).unwrap().contents, found.contents);
    let second = back_up(folder.path(), backup.path(), &[], start(), &nobody).unwrap();
    assert_eq!((second.manifest.records, version(backup.path())), (first.manifest.records + 1, 3));
    assert!(journal(backup.path()) == journal(folder.path()));
    let to = place.path().join("restored");
    restore(backup.path(), &to, &[]).unwrap();
    rebuild(folder.path(), &nobody).unwrap();
    assert!(seen(folder.path()) == expected && seen(&to) == expected.restored());
    assert!(!verify(&to).unwrap().is_damaged());
}

#[test]
fn at_each_moment_of_copying_the_copy_has_the_version_of_what_is_in_it() {
    let source = SimulatedDisk::new();
    source.put(FILE, &in_format_1(&journal(told().path())));
    let older = source.contents(FILE).unwrap();
    let mut continued = Journal::open(&source, Checkpoint::START).unwrap().journal;
    let from = continued.checkpoint();
    let payload = vec![7; 2000];
    continued.append(&[refund_store::journal::NewRecord { epoch: 1, salt: [1; 16], payload: &payload }]).unwrap();
    let whole = source.contents(FILE).unwrap();
    for power in 0..6 {
        for keep in [0, 1, 700, u64::MAX] {
            let to = SimulatedDisk::new();
            to.put(FILE, &older);
            let copy = || {
                let (file, copy): (Arc<dyn AppendFile>, _) =
                    (Arc::from(source.open(FILE).unwrap()), to.open(FILE).unwrap());
                copy_journal(&file, whole.len() as u64, &*copy, from, Path::new("the copy"), &Watcher::nobody())
            };
            to.cut_power_after(power);
            let _ = copy();
            to.crash(&Crash { keep, lost_sectors: vec![] });
            let left = to.contents(FILE).unwrap();
            assert!(left[8] == 2 || left == older, "{power} {keep}");
            copy().unwrap();
            assert!(to.contents(FILE).unwrap() == whole);
        }
    }
}
