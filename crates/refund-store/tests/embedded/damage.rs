use refund_core::{Command, RefundId, RefundType, Request, Why};
use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{self, Checkpoint, FILE, Journal, JournalError};
use refund_store::{EmbeddedStore, OpenError, OpenedStore, Store, wait};

use super::story::*;
use super::{error_of, open_on};

/// A folder and a journal with a story in it.
fn told() -> (tempfile::TempDir, SimulatedDisk) {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    tell(&open_on(&disk, folder.path()).store);
    (folder, disk)
}

fn try_open_on(disk: &SimulatedDisk, folder: &tempfile::TempDir) -> Result<OpenedStore, OpenError> {
    EmbeddedStore::open_on(disk, folder.path(), surroundings())
}

#[test]
fn a_torn_tail_is_cut_off_and_reported_with_or_without_a_view() {
    let (folder, disk) = told();
    let whole = disk.contents(FILE).unwrap();
    for (file, lost) in [("nothing", false), ("view.in-use", true)] {
        let mut torn = whole.clone();
        torn.extend(b"\xFEFR\xFF begun");
        disk.put(FILE, &torn);
        std::fs::write(folder.path().join(file), "another boot").unwrap();
        let opened = try_open_on(&disk, &folder).unwrap();
        let at = whole.len() as u64;
        assert_eq!(opened.torn, Some(journal::Torn { at, bytes: torn.len() as u64 - at }));
        assert_eq!(opened.rebuilt, lost);
        assert!(opened.store.submit(under("open-a", 1, open_refund("a"))).wait().unwrap().replayed);
    }
}

#[test]
fn a_journal_that_is_damaged_in_the_middle_refuses_to_open_and_says_where() {
    let (folder, disk) = told();
    let whole = disk.contents(FILE).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    disk.put(FILE, &damaged);
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    let error = error_of(try_open_on(&disk, &folder));
    let OpenError::Journal { source: JournalError::Damaged { at, .. }, .. } = &error else { panic!("{error}") };
    assert!(*at > 16 && *at <= whole.len() as u64 / 2);
    assert!(error.to_string().contains(&format!("byte {at}")), "{error}");
    assert_eq!(disk.contents(FILE).unwrap(), damaged);
    disk.put(FILE, &whole);
    try_open_on(&disk, &folder).unwrap();
}

#[test]
fn a_journal_that_lost_its_end_refuses_to_open_though_each_frame_left_is_good() {
    let (folder, disk) = told();
    let whole = disk.contents(FILE).unwrap();
    let before = {
        let opened = try_open_on(&disk, &folder).unwrap();
        do_it(&opened.store, open_refund("last"));
        see(&opened.store)
    };
    let longer = disk.contents(FILE).unwrap();
    disk.put(FILE, &whole);
    for mark in [None, Some("another boot")] {
        if let Some(mark) = mark {
            std::fs::write(folder.path().join("view.in-use"), mark).unwrap();
        }
        let error = error_of(try_open_on(&disk, &folder));
        let OpenError::JournalShortened { length, expected, .. } = &error else { panic!("{error}") };
        assert_eq!((*length, *expected), (whole.len() as u64, longer.len() as u64));
    }
    disk.put(FILE, &longer);
    assert_eq!(see(&try_open_on(&disk, &folder).unwrap().store), before);
}

#[test]
fn a_journal_of_a_newer_program_is_refused() {
    let (folder, disk) = told();
    let mut newer = disk.contents(FILE).unwrap();
    newer[8] = 5;
    let sum = crc32fast::hash(&newer[..12]);
    newer[12..16].copy_from_slice(&sum.to_le_bytes());
    disk.put(FILE, &newer);
    let error = error_of(try_open_on(&disk, &folder));
    assert!(matches!(error, OpenError::Journal { source: JournalError::NewerVersion { found: 5 }, .. }), "{error}");
}

#[test]
fn a_record_of_a_newer_program_is_refused_and_so_is_one_without_sense() {
    for (payload, newer) in [(&[u8::MAX, 0x90][..], true), (&[1, 0x90][..], false), (&[], false)] {
        let (folder, disk) = told();
        let mut journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
        let at = journal.append(&[journal::NewRecord { epoch: 1, salt: [1; 16], payload }]).unwrap()[0];
        drop(journal);
        let error = error_of(try_open_on(&disk, &folder));
        let at = u64::from(at);
        let as_newer = matches!(error, OpenError::NewerFormat { at: found, found: u8::MAX, .. } if found == at);
        let as_senseless = matches!(error, OpenError::Record { at: found, .. } if found == at);
        assert_eq!((as_newer, as_senseless), (newer, !newer), "{error}");
    }
}

#[test]
fn a_view_that_is_damaged_in_any_way_is_built_anew() {
    let (folder, disk) = told();
    let before = see(&open_on(&disk, folder.path()).store);
    let db = folder.path().join("view/db");
    let conf = folder.path().join("view/conf");
    let spoil: [&dyn Fn(); 4] = [
        &|| std::fs::write(&db, b"").unwrap(),
        &|| std::fs::write(&db, vec![0xA5; 1 << 20]).unwrap(),
        &|| std::fs::write(&conf, b"no").unwrap(),
        &|| std::fs::remove_file(&conf).unwrap(),
    ];
    for spoil in spoil {
        spoil();
        let opened = try_open_on(&disk, &folder).unwrap();
        assert_eq!(see(&opened.store), before);
    }
}

#[test]
fn an_unfinished_snapshot_does_not_keep_a_view_from_opening() {
    let (folder, disk) = told();
    let before = see(&open_on(&disk, folder.path()).store);
    let left = folder.path().join("view/snap.00000000000000FF.generating");
    std::fs::write(&left, b"half").unwrap();
    let opened = try_open_on(&disk, &folder).unwrap();
    assert!(!opened.rebuilt && !left.exists());
    assert_eq!(see(&opened.store), before);
}

#[test]
fn a_page_of_a_long_history_is_read_without_all_that_came_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    let id: RefundId = "a".parse().unwrap();
    let damaged_from = {
        let store = open_on(&disk, folder.path()).store;
        begin(&store);
        do_it(&store, open_refund("a"));
        let reason: Why = "less".parse().unwrap();
        for minor in 1..200 {
            let request = Request { kind: RefundType::RefundOnly, amount: money(minor), reason: reason.clone() };
            do_it(&store, by_buyer("a", Command::Modify { request }));
        }
        wait(store.history(&id, 149, 1)).unwrap()[0].0.record
    };
    let reader = Journal::open(&disk, Checkpoint::START).unwrap().journal.reader();
    let before = usize::try_from(damaged_from).unwrap() - 1;
    let at = u64::from(reader.read_from(journal::Position::FIRST).nth(before).unwrap().unwrap().0);
    let mut journal = disk.contents(FILE).unwrap();
    journal[usize::try_from(at).unwrap() + 80] ^= 1;
    disk.put(FILE, &journal);
    let store = try_open_on(&disk, &folder).unwrap().store;
    assert_eq!(wait(store.history(&id, 0, 100)).unwrap().len(), 100);
    assert_eq!(wait(store.history(&id, 150, 100)).unwrap().len(), 50);
    assert!(wait(store.history(&id, 100, 100)).is_err());
}
