//! What is counted in a database, and backups that are made of one.

use refund_store::care::{BackedUp, MANIFEST, StoreAt, back_up, back_up_database, copy, stats, stats_of_database};

use super::databases::Database;
use super::every_kind::{read_everything, tell_everything};
use super::story::{do_it, open_refund, put_seller};
use super::*;

fn backed_up(database: &Database, to: &Path) -> Result<BackedUp, CareError> {
    back_up_database(&database.address(), to, (None, &[]), restored_at(), &Watcher::nobody())
}

fn copied(from: &Path, to: &Database) {
    let to = StoreAt::Database(Box::new(to.address()));
    copy(&StoreAt::Folder(from.to_owned()), &to, &Watcher::nobody()).unwrap();
}

#[test]
fn of_a_copy_the_same_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell_everything(&opened.store);
    drop(opened);
    let database = Database::migrated();
    copied(folder.path(), &database);
    let now = restored_at();
    let there = stats(folder.path(), now, &Watcher::nobody()).unwrap();
    let here = stats_of_database(&database.address(), now, &Watcher::nobody()).unwrap();
    assert_eq!(care::Contents { frames: 1, ..there.contents }, here.contents);
    let sellers = |counts: &care::Counts| -> Vec<_> {
        counts.largest_sellers.iter().map(|share| (share.seller_id.clone(), share.records)).collect()
    };
    assert_eq!(sellers(&there.counts), sellers(&here.counts));
    let without = |counts: care::Counts| care::Counts { largest_sellers: Vec::new(), ..counts };
    assert_eq!(without(there.counts), without(here.counts));
    assert!(here.servers == 0 && here.log_bytes > 0 && here.table_bytes > 0);
    database.a_server_lives();
    assert_eq!(stats_of_database(&database.address(), now, &Watcher::nobody()).unwrap().servers, 1);
    let empty = stats_of_database(&Database::migrated().address(), now, &Watcher::nobody()).unwrap();
    assert_eq!((empty.contents, empty.counts), Default::default());
}

#[test]
fn a_backup_of_a_database_with_servers_is_restored_into_a_folder_and_grows_by_what_is_new() {
    let (place, secrets) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(secrets.path().join("server.secret"), "s").unwrap();
    let database = Database::migrated();
    let store = database.open();
    tell_everything(&store);
    let to = place.path().join("backup");
    let back_up = || {
        let secrets = (Some(secrets.path()), &["server.secret", "operator.key"][..]);
        back_up_database(&database.address(), &to, secrets, restored_at(), &Watcher::nobody()).unwrap()
    };
    let first = back_up();
    assert_eq!((first.added, first.secrets.clone()), (first.manifest.length - 16, vec!["server.secret".to_owned()]));
    assert_eq!(back_up().added, 0);
    do_it(&store, open_refund("later"));
    let grown = back_up();
    assert_eq!((grown.manifest.records, grown.manifest.latest), (first.manifest.records + 1, Some(store.now())));
    assert_eq!(grown.added, grown.manifest.length - first.manifest.length);
    assert!(!care::verify(&to, None, &Watcher::nobody()).unwrap().is_damaged());
    let restored = place.path().join("restored");
    restore(&to, &restored, &["server.secret"]).unwrap();
    assert!(seen(&restored) == story::see(&store).restored());
    assert!(!verify(&restored).unwrap().is_damaged());
    // And from there into another database.
    let another = Database::migrated();
    copied(&restored, &another);
    assert!(read_everything(&another.open()) == read_everything(&open(&restored).store));
}

#[test]
fn the_backup_of_a_folder_goes_on_with_the_database_that_it_was_copied_to() {
    let (folder, to) = (told(), tempfile::tempdir().unwrap());
    let first = back_up(folder.path(), to.path(), &[], restored_at(), &Watcher::nobody()).unwrap();
    let database = Database::migrated();
    copied(folder.path(), &database);
    do_it(&database.open(), open_refund("later"));
    let grown = backed_up(&database, to.path()).unwrap();
    assert_eq!(grown.manifest.records, first.manifest.records + 1);
    assert!(journal(to.path()).starts_with(&journal(folder.path())));
}

#[test]
fn what_an_interrupted_backup_added_does_not_count_and_a_damaged_one_is_left_alone() {
    let to = tempfile::tempdir().unwrap();
    let database = Database::migrated();
    let store = database.open();
    story::begin(&store);
    backed_up(&database, to.path()).unwrap();
    let whole = journal(to.path());
    for behind in [&b"half of a frame"[..], &whole[16..200]] {
        put_journal(to.path(), &[&whole[..], behind].concat());
        assert_eq!(backed_up(&database, to.path()).unwrap().added, 0);
        assert!(journal(to.path()) == whole);
    }
    for damaged in [whole[..whole.len() - 1].to_vec(), [&whole[..100], b"x", &whole[101..]].concat()] {
        put_journal(to.path(), &damaged);
        let error = backed_up(&database, to.path()).unwrap_err();
        assert!(matches!(error, CareError::BackupDamaged { .. }) && error.is_damage(), "{error}");
        assert!(journal(to.path()) == damaged);
    }
}

#[test]
fn a_backup_of_another_store_is_left_alone_and_so_is_any_other_folder() {
    let (to, full) = (tempfile::tempdir().unwrap(), told());
    let [one, other] = [Database::migrated(), Database::migrated()];
    for (database, id) in [(&one, "one"), (&other, "other")] {
        let store = database.open();
        story::begin(&store);
        do_it(&store, put_seller(id));
    }
    backed_up(&one, to.path()).unwrap();
    let before = files(to.path());
    let error = backed_up(&other, to.path()).unwrap_err();
    assert!(matches!(error, CareError::AnotherStore { .. }) && !error.is_damage(), "{error}");
    assert!(matches!(backed_up(&one, full.path()), Err(CareError::NotEmpty(_))));
    // The end of what was recorded is gone.
    one.sql("DELETE FROM records WHERE number = 3; DELETE FROM batches WHERE first = 3");
    let error = backed_up(&one, to.path()).unwrap_err();
    assert!(matches!(error, CareError::LogLostItsEnd { records: 2, backup: 3, .. }) && error.is_damage(), "{error}");
    assert!(files(to.path()) == before && to.path().join(MANIFEST).exists());
}
