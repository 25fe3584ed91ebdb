use std::collections::BTreeSet;

use refund_store::care::ViewFound;
use refund_store::journal::{Ending, Torn};

use super::story::{do_it, open_refund, tell};
use super::*;

#[test]
fn a_store_that_was_closed_is_good_and_so_is_its_view() {
    let folder = told();
    let found = verify(folder.path()).unwrap();
    assert!(!found.is_damaged() && !found.in_use, "{found:?}");
    assert_eq!((found.refunds, found.ending), (4, Ending::Whole));
    assert!(matches!(&found.view, ViewFound::Compared { rebuilt: false, differences } if differences.count == 0));
}

#[test]
fn while_a_server_runs_the_journal_is_verified_and_the_view_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    let found = verify(folder.path()).unwrap();
    assert!(found.in_use && !found.is_damaged());
    assert_eq!(found.view, ViewFound::NotCompared("a server uses the folder"));
    // And the server goes on.
    do_it(&opened.store, open_refund("later"));
}

#[test]
fn a_killed_servers_view_is_brought_up_to_date_before_it_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    // What a kill leaves: the files as they are, without an orderly end.
    let killed = tempfile::tempdir().unwrap();
    copy_files(folder.path(), killed.path());
    let found = verify(killed.path()).unwrap();
    assert!(!found.is_damaged(), "{found:?}");
}

#[test]
fn what_a_crash_left_at_the_end_is_no_damage_and_stays_there() {
    let folder = told();
    let whole = journal(folder.path());
    let torn = [&whole[..], b"\xFEFR\xFF begun"].concat();
    put_journal(folder.path(), &torn);
    let found = verify(folder.path()).unwrap();
    assert_eq!(found.ending, Ending::Torn(Torn { at: whole.len() as u64, bytes: 10 }));
    assert!(!found.is_damaged());
    assert!(matches!(found.view, ViewFound::Compared { rebuilt: false, .. }));
}

#[test]
fn without_a_view_the_journal_alone_is_good() {
    let folder = told();
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    let found = verify(folder.path()).unwrap();
    assert_eq!((found.is_damaged(), found.view), (false, ViewFound::Missing));
}

#[test]
fn a_view_that_is_marked_as_lost_is_said_to_be_built_anew() {
    let folder = told();
    std::fs::write(folder.path().join("view.in-use"), "another boot").unwrap();
    let found = verify(folder.path()).unwrap();
    assert!(matches!(&found.view, ViewFound::Compared { rebuilt: true, differences } if differences.count == 0));
    assert!(!found.is_damaged());
}

#[test]
fn a_journal_that_lost_whole_writes_is_found_out_by_its_view() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    let shorter = journal(folder.path());
    do_it(&opened.store, open_refund("last"));
    drop(opened);
    let longer = journal(folder.path()).len() as u64;
    put_journal(folder.path(), &shorter);
    let found = verify(folder.path()).unwrap();
    assert_eq!(found.view, ViewFound::Ahead { expected: longer });
    assert!(found.is_damaged());
}

#[test]
fn a_journal_that_is_gone_while_its_view_is_there_is_damage_and_an_empty_folder_is_none() {
    let folder = told();
    std::fs::remove_file(folder.path().join("journal")).unwrap();
    let error = verify(folder.path()).unwrap_err();
    assert!(error.is_damage() && matches!(error, CareError::JournalGone(_)), "{error}");
    let empty = tempfile::tempdir().unwrap();
    let error = verify(empty.path()).unwrap_err();
    assert!(!error.is_damage() && matches!(error, CareError::NoStore(_)), "{error}");
}

#[test]
fn damage_in_the_middle_is_not_skipped_over() {
    let folder = told();
    let whole = verify(folder.path()).unwrap();
    let mut bytes = journal(folder.path());
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    put_journal(folder.path(), &bytes);
    let found = verify(folder.path()).unwrap();
    let Ending::Damaged { at, .. } = found.ending else { panic!("{found:?}") };
    assert!(at <= middle as u64 && found.good.length() <= at);
    assert!(found.contents.records > 0 && found.contents.records < whole.contents.records);
    assert!(matches!(found.view, ViewFound::NotCompared(_)));
}

/// The view's database, with the settings that it was made with.
fn sled_of(folder: &Path) -> sled::Db {
    sled::Config::new().path(folder.join("view")).segment_size(128 << 10).open().unwrap()
}

/// Whatever rows there are: each counts, so that each that is missing has to be noticed.
#[test]
fn a_view_without_any_one_of_its_rows_is_found_out() {
    let folder = told();
    let rows = {
        let copy = tempfile::tempdir().unwrap();
        copy_files(folder.path(), copy.path());
        let db = sled_of(copy.path());
        db.iter().keys().collect::<Result<Vec<_>, _>>().unwrap()
    };
    // What is the store's own, and settings by their name.
    let kind = |key: &sled::IVec| match key.split_first() {
        Some((b's', which)) => which.split(|byte| *byte == b' ').next().unwrap().to_vec(),
        _ => vec![key[0]],
    };
    let kinds: BTreeSet<_> = rows.iter().map(kind).collect();
    let every = ["m", "r", "a", "n", "u", "t", "policy", "rollout", "seller", "key"];
    assert_eq!(kinds, every.map(|kind| kind.as_bytes().to_vec()).into(), "there is one of every kind");
    for key in rows {
        let copy = tempfile::tempdir().unwrap();
        copy_files(folder.path(), copy.path());
        let db = sled_of(copy.path());
        db.remove(&key).unwrap();
        drop(db);
        let found = verify(copy.path()).unwrap();
        let rebuilt = matches!(found.view, ViewFound::Compared { rebuilt: true, .. });
        assert!(rebuilt || found.is_damaged(), "without {key:?}: {:?}", found.view);
    }
}

#[test]
fn a_journal_of_a_newer_program_is_no_damage_and_can_not_be_looked_at() {
    let folder = told();
    let mut newer = journal(folder.path());
    newer[8] += 2;
    let sum = crc32fast::hash(&newer[..12]);
    newer[12..16].copy_from_slice(&sum.to_le_bytes());
    put_journal(folder.path(), &newer);
    let error = verify(folder.path()).unwrap_err();
    assert!(!error.is_damage() && error.to_string().contains("newer program"), "{error}");
}
