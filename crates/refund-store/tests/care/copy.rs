//! A store copied from a folder to a database and back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use refund_core::Command;
use refund_store::care::{CopiedStore, Progress, StoreAt, copy};
use refund_store::{OpenError, PostgresError, StoreError, wait};

use super::databases::Database;
use super::every_kind::{KINDS, kind, read_everything, read_much, tell_everything};
use super::older::in_format_1;
use super::story::{AGREE, by_buyer, by_seller, do_it, gathered, offer, open_refund, surroundings};
use super::*;

fn folder(path: &Path) -> StoreAt {
    StoreAt::Folder(path.to_owned())
}

fn of(database: &Database) -> StoreAt {
    StoreAt::Database(Box::new(database.address()))
}

fn copied(from: &StoreAt, to: &StoreAt) -> Result<CopiedStore, CareError> {
    copy(from, to, &Watcher::nobody())
}

/// Copies until that much is done, and is gone then without a word.
fn cut_off(from: &StoreAt, to: &StoreAt, enough: impl Fn(Progress) -> bool + Send + Sync + 'static) {
    let watcher = Watcher::new(move |progress| {
        if enough(progress) {
            std::panic::resume_unwind(Box::new("cut off"));
        }
    });
    let cut = catch_unwind(AssertUnwindSafe(|| copy(from, to, &watcher)));
    if let Ok(done) = cut {
        panic!("it was done before it was cut off: {done:?}");
    }
}

/// A folder with a store in which everything has happened.
fn lived_in() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell_everything(&opened.store);
    opened.store.close().unwrap();
    folder
}

/// A folder with a store of a few thousand records, of which some share a write.
fn large() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    story::begin(&opened.store);
    let ids: Vec<_> = (0..2_300).map(|number| format!("r{number}")).collect();
    for ids in ids.chunks(1_000) {
        gathered(&opened.store, ids.iter().map(|id| open_refund(id)).collect());
        gathered(&opened.store, ids.iter().map(|id| by_seller(id, offer(id))).collect());
    }
    opened.store.close().unwrap();
    folder
}

#[test]
fn a_store_is_copied_to_a_database_and_back_and_every_read_answers_the_same() {
    let (original, back) = (lived_in(), tempfile::tempdir().unwrap());
    let opened = open(original.path());
    let entries: Vec<_> = records_of(original.path()).into_iter().flat_map(|record| record.entries).collect();
    let kinds: std::collections::BTreeSet<_> = entries.iter().map(kind).collect();
    assert_eq!(kinds.len(), KINDS, "there is one of every kind: {kinds:?}");
    let expected = read_everything(&opened.store);
    drop(opened);

    let database = Database::migrated();
    let done = copied(&folder(original.path()), &of(&database)).unwrap();
    assert_eq!((done.records, done.before), (records_of(original.path()).len() as u64, 0));
    let store = database.open();
    assert!(read_everything(&store) == expected);
    store.close().unwrap();
    drop(store);

    let to = back.path().join("data");
    assert_eq!(copied(&of(&database), &folder(&to)).unwrap(), done);
    let opened = open(&to);
    assert!(!opened.rebuilt, "the view was built with it");
    assert!(read_everything(&opened.store) == expected);
    drop(opened);
    assert!(!verify(&to).unwrap().is_damaged());
    // And between two databases.
    let another = Database::migrated();
    assert_eq!(copied(&of(&database), &of(&another)).unwrap(), done);
    assert!(read_everything(&another.open()) == expected);
}

#[test]
fn changes_go_on_where_the_copied_store_ended() {
    let (original, back) = (lived_in(), tempfile::tempdir().unwrap());
    let database = Database::migrated();
    let done = copied(&folder(original.path()), &of(&database)).unwrap();
    let (there, here) = (database.open(), open(original.path()));
    for request in
        [open_refund("next"), by_seller("next", offer("next")), by_buyer("late", Command::Cancel { reason: None })]
    {
        let answers = [&there as &dyn Store, &here.store].map(|store| format!("{:?}", do_it(store, request.clone())));
        assert_eq!(answers[0], answers[1]);
    }
    let end = |store: &dyn Store| store.feed_end().unwrap().record;
    assert_eq!([end(&there), end(&here.store)], [done.records + 3; 2]);
    there.close().unwrap();
    drop(there);
    let to = back.path().join("data");
    assert_eq!(copied(&of(&database), &folder(&to)).unwrap().records, done.records + 3);
    let opened = open(&to);
    do_it(&opened.store, by_seller("next", AGREE));
    assert_eq!(end(&opened.store), done.records + 4);
    // All that was copied has the epoch in which it was recorded, also behind it.
    let epochs = |store: &dyn Store| -> Vec<u32> { story::feed(store).iter().map(|(at, _)| at.epoch).collect() };
    let (one, other) = (epochs(&opened.store), epochs(&database.open()));
    assert_eq!(one[..other.len()], other);
}

#[test]
fn a_journal_of_format_1_is_copied_as_it_was_counted() {
    let original = lived_in();
    put_journal(original.path(), &in_format_1(&journal(original.path())));
    std::fs::remove_dir_all(original.path().join("view")).unwrap();
    let opened = open(original.path());
    let expected = read_everything(&opened.store);
    assert!(wait(opened.store.counted(80, 0)).is_ok());
    drop(opened);
    let (database, back) = (Database::migrated(), tempfile::tempdir().unwrap());
    copied(&folder(original.path()), &of(&database)).unwrap();
    let store = database.open();
    assert!(read_everything(&store) == expected);
    // A place in the bytes of that journal says nothing elsewhere.
    assert!(matches!(wait(store.counted(80, 0)), Err(StoreError::OtherHistory)));
    store.close().unwrap();
    drop(store);
    copied(&of(&database), &folder(&back.path().join("data"))).unwrap();
    let opened = open(&back.path().join("data"));
    assert!(read_everything(&opened.store) == expected);
    assert!(matches!(wait(opened.store.counted(80, 0)), Err(StoreError::OtherHistory)));
}

#[test]
fn a_copy_that_was_cut_off_goes_on_where_it_stopped_and_no_server_opens_it_before() {
    let (original, back) = (large(), tempfile::tempdir().unwrap());
    let records = records_of(original.path()).len() as u64;
    let expected = read_much(&open(original.path()).store);
    let database = Database::migrated();
    let (from, to) = (folder(original.path()), of(&database));
    for (percent, there) in [(1, 0), (60, 2048), (99, 4096)] {
        cut_off(&from, &to, move |progress| progress.done * 100 >= progress.of * percent);
        assert_eq!(
            database.sql("SELECT count(*), count(DISTINCT number), max(number) FROM records").split('|').next(),
            Some(there.to_string().as_str())
        );
        let Err(error) = PostgresStore::open(&database.address(), None, surroundings()) else { panic!("it opened") };
        assert!(matches!(error, PostgresError::HalfCopied), "{error}");
        let half = copied(&to, &folder(&back.path().join("half"))).unwrap_err();
        assert!(matches!(half, CareError::Database(PostgresError::HalfCopied)), "{half}");
    }
    let done = copied(&from, &to).unwrap();
    assert_eq!((done.records, done.before), (records, 4096));
    let store = database.open();
    assert!(read_much(&store) == expected);
    store.close().unwrap();
    drop(store);

    let path = back.path().join("data");
    let (from, to) = (to, folder(&path));
    for done in [1, 2100, 4200] {
        cut_off(&from, &to, move |progress| progress.done >= done);
        let Err(error) = EmbeddedStore::open(&path, surroundings()) else { panic!("it opened") };
        assert!(matches!(error, OpenError::HalfCopied { .. }), "{error}");
        let half = copied(&to, &of(&Database::migrated())).unwrap_err();
        assert!(matches!(half, CareError::NoStore(_)), "{half}");
    }
    cut_off(&from, &to, |progress| progress.doing == "building the view");
    let done = copied(&from, &to).unwrap();
    assert_eq!((done.records, done.before), (records, records));
    assert!(read_much(&open(&path).store) == expected);
}

#[test]
fn nothing_is_copied_over_anything() {
    let (original, other, place) = (large(), lived_in(), tempfile::tempdir().unwrap());
    let from = folder(original.path());
    let database = Database::migrated();
    // A store that something was recorded in, in a folder and in a database.
    let store = database.open();
    story::begin(&store);
    do_it(&store, story::put_seller("stall"));
    store.close().unwrap();
    drop(store);
    let refused = |from: &StoreAt, to: &StoreAt| copied(from, to).unwrap_err();
    let error = refused(&from, &of(&database));
    assert!(matches!(error, CareError::Database(PostgresError::HoldsAStore { .. })), "{error}");
    assert!(matches!(refused(&of(&database), &folder(other.path())), CareError::NotEmpty(_)));
    std::fs::write(place.path().join("journal.part"), "a backup that is being restored").unwrap();
    assert!(matches!(refused(&of(&database), &folder(place.path())), CareError::NotEmpty(_)));
    // One that was copied by a half.
    let half = Database::migrated();
    cut_off(&from, &of(&half), |progress| progress.done * 100 >= progress.of * 60);
    let before = half.sql("SELECT md5(string_agg(r::text, '' ORDER BY number)) FROM records r");
    let error = refused(&folder(other.path()), &of(&half));
    assert!(matches!(error, CareError::AnotherStore { record: 3, .. }) && !error.is_damage(), "{error}");
    assert_eq!(half.sql("SELECT md5(string_agg(r::text, '' ORDER BY number)) FROM records r"), before);
    assert_eq!(copied(&from, &of(&half)).unwrap().before, 2048);
    let half = place.path().join("half");
    cut_off(&of(&database), &folder(&half), |progress| progress.doing == "building the view");
    let error = refused(&from, &folder(&half));
    assert!(matches!(error, CareError::AnotherStore { .. }), "{error}");
    // A database that is none of ours.
    let empty = Database::new();
    assert!(matches!(refused(&from, &of(&empty)), CareError::Database(PostgresError::NotMigrated { .. })));
}

#[test]
fn what_somebody_uses_is_not_copied_and_nothing_is_copied_to_it() {
    let original = lived_in();
    let (from, database) = (folder(original.path()), Database::migrated());
    let opened = open(original.path());
    assert!(matches!(copied(&from, &of(&database)).unwrap_err(), CareError::InUse(_)));
    drop(opened);
    database.a_server_lives();
    let in_use = |error: CareError| matches!(error, CareError::Database(PostgresError::InUse { .. }));
    assert!(in_use(copied(&from, &of(&database)).unwrap_err()));
    let to = folder(&original.path().join("never"));
    assert!(in_use(copied(&of(&database), &to).unwrap_err()));
    assert!(!original.path().join("never").exists());
}

#[test]
fn a_backup_is_restored_before_it_is_copied() {
    let (original, to) = (told(), tempfile::tempdir().unwrap());
    care::back_up(original.path(), to.path(), &[], restored_at(), &Watcher::nobody()).unwrap();
    let error = copied(&folder(to.path()), &of(&Database::migrated())).unwrap_err();
    assert!(matches!(error, CareError::IsABackup(_)), "{error}");
}

#[test]
fn what_is_damaged_is_copied_up_to_the_damage_and_is_no_store_then() {
    let original = large();
    let whole = journal(original.path());
    let mut damaged = whole.clone();
    damaged[whole.len() - 2_000] ^= 1;
    put_journal(original.path(), &damaged);
    let database = Database::migrated();
    let error = copied(&folder(original.path()), &of(&database)).unwrap_err();
    assert!(error.is_damage(), "{error}");
    assert_eq!(database.sql("SELECT copying FROM meta"), "t");
    put_journal(original.path(), &whole);
    copied(&folder(original.path()), &of(&database)).unwrap();
    // From a database.
    database.sql("UPDATE records SET body = set_byte(body, 20, 255 - get_byte(body, 20)) WHERE number = 2100");
    let back = tempfile::tempdir().unwrap();
    let error = copied(&of(&database), &folder(&back.path().join("data"))).unwrap_err();
    assert!(matches!(error, CareError::LogDamaged { record: 2100, .. }) && error.is_damage(), "{error}");
    assert!(!back.path().join("data/journal").exists());
}

/// The records of the journal in a folder.
fn records_of(folder: &Path) -> Vec<refund_store::Record> {
    let source = refund_store::files::simulated::SimulatedDisk::new();
    source.put("journal", &journal(folder));
    let opened = refund_store::journal::Journal::open(&source, refund_store::journal::Checkpoint::START).unwrap();
    let records = opened.journal.reader().read_from(refund_store::journal::Position::FIRST);
    let decoded = records.map(|record| {
        let (record, _): (refund_store::Record, Vec<u64>) = rmp_serde::from_slice(&record.unwrap().1[1..]).unwrap();
        record
    });
    decoded.collect()
}
