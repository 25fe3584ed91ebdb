use refund_store::OpenError;
use refund_store::care::rebuild;

use super::story::{do_it, open_refund, tell};
use super::*;

#[test]
fn a_rebuilt_store_answers_every_read_as_before() {
    let folder = told();
    let before = seen(folder.path());
    let records = verify(folder.path()).unwrap().contents.records;
    let rebuilt = rebuild(folder.path(), &Watcher::nobody()).unwrap();
    assert_eq!(rebuilt.records, records);
    assert!(seen(folder.path()) == before);
    assert!(!verify(folder.path()).unwrap().is_damaged());
    assert!(!folder.path().join("view.before-rebuild").exists());
}

#[test]
fn a_store_that_is_in_use_is_not_rebuilt_and_an_empty_folder_is_no_store() {
    let folder = told();
    let opened = open(folder.path());
    assert!(matches!(rebuild(folder.path(), &Watcher::nobody()), Err(CareError::InUse(_))));
    do_it(&opened.store, open_refund("later"));
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(rebuild(empty.path(), &Watcher::nobody()), Err(CareError::NoStore(_))));
    assert!(files(empty.path()).is_empty());
}

#[test]
fn with_a_damaged_journal_the_view_stays_as_it_was() {
    let folder = told();
    let before = seen(folder.path());
    let mut damaged = journal(folder.path());
    damaged[100] ^= 1;
    let whole = journal(folder.path());
    put_journal(folder.path(), &damaged);
    let error = rebuild(folder.path(), &Watcher::nobody()).unwrap_err();
    assert!(error.is_damage(), "{error}");
    assert_eq!(journal(folder.path()), damaged);
    put_journal(folder.path(), &whole);
    let opened = open(folder.path());
    assert!(!opened.rebuilt, "the old view is still there");
    drop(opened);
    assert!(seen(folder.path()) == before);
}

#[test]
fn with_a_journal_that_lost_its_end_the_view_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    let shorter = journal(folder.path());
    do_it(&opened.store, open_refund("last"));
    drop(opened);
    put_journal(folder.path(), &shorter);
    let error = rebuild(folder.path(), &Watcher::nobody()).unwrap_err();
    assert!(matches!(error, CareError::Open(OpenError::JournalShortened { .. })) && error.is_damage(), "{error}");
    assert!(folder.path().join("view/db").exists());
}

#[test]
fn a_rebuilding_that_was_killed_is_done_again() {
    let folder = told();
    let before = seen(folder.path());
    std::fs::rename(folder.path().join("view"), folder.path().join("view.before-rebuild")).unwrap();
    std::fs::create_dir(folder.path().join("view")).unwrap();
    std::fs::write(folder.path().join("view.in-use"), "half").unwrap();
    rebuild(folder.path(), &Watcher::nobody()).unwrap();
    assert!(seen(folder.path()) == before);
    assert!(!folder.path().join("view.before-rebuild").exists());
}

#[test]
fn a_view_that_can_not_be_opened_is_rebuilt_too() {
    let folder = told();
    let before = seen(folder.path());
    std::fs::write(folder.path().join("view/db"), vec![0xA5; 1 << 16]).unwrap();
    rebuild(folder.path(), &Watcher::nobody()).unwrap();
    assert!(seen(folder.path()) == before);
}

#[test]
fn an_old_view_that_was_left_behind_does_not_take_the_place_of_a_newer_one() {
    let folder = told();
    copy_files(&folder.path().join("view"), &folder.path().join("view.before-rebuild"));
    let opened = open(folder.path());
    let shorter = journal(folder.path());
    do_it(&opened.store, open_refund("last"));
    drop(opened);
    // The newer one knows that the journal was longer.
    put_journal(folder.path(), &shorter);
    let error = rebuild(folder.path(), &Watcher::nobody()).unwrap_err();
    assert!(matches!(error, CareError::Open(OpenError::JournalShortened { .. })), "{error}");
}
