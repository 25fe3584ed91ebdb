use refund_core::Timestamp;
use refund_store::care::{self, BackedUp, MANIFEST, copy_journal};
use refund_store::files::simulated::{Crash, SimulatedDisk};
use refund_store::files::{AppendFile, Files};
use refund_store::journal::{Checkpoint, FILE, Journal};
use refund_store::{Answer, EmbeddedStore, OpenError, Precondition, Refused, Request, wait};

use super::story::{do_it, open_refund, start, tell};
use super::*;

const SECRETS: &[&str] = &["server.secret", "operator.key"];

fn back_up(folder: &Path, to: &Path) -> Result<BackedUp, CareError> {
    care::back_up(folder, to, SECRETS, start(), &Watcher::nobody())
}

fn restore(from: &Path, to: &Path) -> Result<Restored, CareError> {
    super::restore(from, to, SECRETS)
}

#[test]
fn a_backup_of_a_running_server_is_restored_as_it_was_and_grows_by_what_is_new() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(folder.path());
    std::fs::write(folder.path().join("server.secret"), "s").unwrap();
    tell(&opened.store);
    let to = place.path().join("backup");
    let first = back_up(folder.path(), &to).unwrap();
    assert_eq!(
        (first.manifest.length, first.secrets),
        (verify(folder.path()).unwrap().length, vec!["server.secret".to_owned()])
    );
    let before = story::see(&opened.store);
    assert_eq!(back_up(folder.path(), &to).unwrap().added, 0);
    do_it(&opened.store, open_refund("later"));
    let grown = verify(folder.path()).unwrap().length - first.manifest.length;
    let second = back_up(folder.path(), &to).unwrap();
    assert_eq!((second.added, second.manifest.records), (grown, first.manifest.records + 1));
    assert_eq!(second.manifest.latest, Some(opened.store.now()));
    assert!(journal(folder.path()).starts_with(&journal(&to)));
    assert!(!care::verify(&to, None, &Watcher::nobody()).unwrap().is_damaged());

    let error = EmbeddedStore::open(&to, story::surroundings()).err().unwrap();
    assert!(matches!(error, OpenError::IsABackup { .. }), "{error}");
    let restored = place.path().join("restored");
    restore(&to, &restored).unwrap();
    assert_eq!(std::fs::read(restored.join("server.secret")).unwrap(), b"s");
    assert!(seen(&restored) == story::see(&opened.store).restored() && seen(&restored) != before.restored());
    assert!(!verify(&restored).unwrap().is_damaged());
}

#[test]
fn while_a_server_writes_each_backup_is_whole_and_nothing_looks_like_damage() {
    let (folder, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(folder.path());
    story::begin(&opened.store);
    let mut lengths = Vec::new();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for number in 0..400 {
                do_it(&opened.store, open_refund(&format!("r{number}")));
            }
        });
        while !writing.is_finished() {
            let backup = back_up(folder.path(), to.path()).unwrap();
            lengths.push(backup.manifest.length);
            for folder in [folder.path(), to.path()] {
                let found = care::verify(folder, None, &Watcher::nobody()).unwrap();
                assert!(!found.is_damaged(), "{found:?}");
            }
        }
    });
    drop(opened);
    assert!(lengths.is_sorted() && lengths.len() > 1);
    back_up(folder.path(), to.path()).unwrap();
    assert_eq!(journal(to.path()), journal(folder.path()));
}

#[test]
fn what_is_kept_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, place) = (told(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("operator.key"), "k").unwrap();
    let (to, restored) = (place.path().join("backup"), place.path().join("restored"));
    back_up(folder.path(), &to).unwrap();
    restore(&to, &restored).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for folder in [&to, &restored] {
        assert_eq!((mode(folder), mode(&folder.join(FILE)), mode(&folder.join("operator.key"))), (0o700, 0o600, 0o600));
    }
}

#[test]
fn a_damaged_journal_never_gets_into_a_backup_and_what_is_good_before_it_does() {
    let (folder, to) = (told(), tempfile::tempdir().unwrap());
    let whole = journal(folder.path());
    let mut damaged = whole.clone();
    damaged[whole.len() - 20] ^= 1;
    put_journal(folder.path(), &damaged);
    let error = back_up(folder.path(), to.path()).unwrap_err();
    assert!(matches!(error, CareError::DamagedBehind { .. }) && error.is_damage(), "{error}");
    let kept = journal(to.path());
    assert!(whole.starts_with(&kept) && kept.len() > whole.len() / 2);
    // Before what was copied, damage is not looked for, and does not reach the backup.
    damaged = whole.clone();
    damaged[200] ^= 1;
    put_journal(folder.path(), &damaged);
    back_up(folder.path(), to.path()).unwrap();
    assert_eq!(journal(to.path()), whole);
}

#[test]
fn a_backup_of_another_journal_is_left_alone_and_so_is_any_other_folder() {
    let (folder, other, to) = (told(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(other.path());
    do_it(&opened.store, story::put_seller("other"));
    do_it(&opened.store, story::issue("k", 9));
    drop(opened);
    back_up(other.path(), to.path()).unwrap();
    let before = files(to.path());
    let error = back_up(folder.path(), to.path()).unwrap_err();
    assert!(matches!(error, CareError::AnotherJournal { .. }) && !error.is_damage(), "{error}");
    assert!(matches!(back_up(folder.path(), folder.path()), Err(CareError::NotEmpty(_))));
    assert!(matches!(back_up(folder.path(), other.path()), Err(CareError::NotEmpty(_))));
    assert_eq!(files(to.path()), before);
}

#[test]
fn a_journal_that_is_shorter_than_its_backup_lost_its_end() {
    let (folder, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(folder.path());
    tell(&opened.store);
    let shorter = journal(folder.path());
    do_it(&opened.store, open_refund("last"));
    drop(opened);
    back_up(folder.path(), to.path()).unwrap();
    let before = files(to.path());
    put_journal(folder.path(), &shorter);
    let error = back_up(folder.path(), to.path()).unwrap_err();
    assert!(matches!(error, CareError::JournalLostItsEnd { .. }) && error.is_damage(), "{error}");
    assert_eq!(files(to.path()), before);
}

#[test]
fn what_an_interrupted_backup_added_does_not_count_and_is_done_again() {
    let (folder, to) = (told(), tempfile::tempdir().unwrap());
    back_up(folder.path(), to.path()).unwrap();
    let (whole, manifest) = (journal(to.path()), std::fs::read(to.path().join(MANIFEST)).unwrap());
    for behind in [&b"half of a frame"[..], &whole[16..200]] {
        put_journal(to.path(), &[&whole[..], behind].concat());
        let restored = tempfile::tempdir().unwrap();
        restore(to.path(), restored.path()).unwrap();
        assert!(journal(restored.path()).starts_with(&whole));
        back_up(folder.path(), to.path()).unwrap();
        assert_eq!(journal(to.path()), whole);
    }
    // The first of all was interrupted: there is a manifest of nothing.
    let fresh = tempfile::tempdir().unwrap();
    let torn = tempfile::tempdir().unwrap();
    drop(open(torn.path()));
    back_up(torn.path(), fresh.path()).unwrap();
    put_journal(fresh.path(), &whole[..300]);
    assert!(matches!(restore(fresh.path(), &fresh.path().join("r")), Err(CareError::NotABackup { .. })));
    back_up(folder.path(), fresh.path()).unwrap();
    assert_eq!((journal(fresh.path()), manifest.len()), (whole, manifest.len()));
}

#[test]
fn a_damaged_backup_is_not_restored() {
    let (folder, to) = (told(), tempfile::tempdir().unwrap());
    back_up(folder.path(), to.path()).unwrap();
    let whole = journal(to.path());
    for index in (0..whole.len()).step_by(whole.len() / 25) {
        let mut damaged = whole.clone();
        damaged[index] ^= 1;
        put_journal(to.path(), &damaged);
        let new = tempfile::tempdir().unwrap();
        let error = restore(to.path(), new.path()).unwrap_err();
        assert!(matches!(error, CareError::BackupDamaged { .. }), "byte {index}: {error}");
        assert!(!new.path().join(FILE).exists(), "no server takes it for a store");
    }
    put_journal(to.path(), &whole[..whole.len() - 1]);
    let new = tempfile::tempdir().unwrap();
    assert!(matches!(restore(to.path(), new.path()), Err(CareError::BackupDamaged { .. })));
    assert!(matches!(back_up(folder.path(), to.path()), Err(CareError::BackupDamaged { .. })));
}

#[test]
fn nothing_is_restored_over_anything_and_from_nothing() {
    let (folder, to) = (told(), tempfile::tempdir().unwrap());
    back_up(folder.path(), to.path()).unwrap();
    let before = files(folder.path());
    assert!(matches!(restore(to.path(), folder.path()), Err(CareError::NotEmpty(_))));
    assert!(matches!(restore(folder.path(), &to.path().join("new")), Err(CareError::NotABackup { .. })));
    std::fs::write(to.path().join(MANIFEST), r#"{"format": 1}"#).unwrap();
    assert!(matches!(restore(to.path(), &to.path().join("new")), Err(CareError::NotABackup { .. })));
    assert_eq!(files(folder.path()), before);
}

/// A journal on a simulated disk, with something in each of some batches.
fn simulated(batches: u8) -> (SimulatedDisk, Vec<Checkpoint>) {
    let disk = SimulatedDisk::new();
    let mut journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
    let append = |number| {
        let payload = vec![number; 200];
        journal
            .append(&[refund_store::journal::NewRecord { epoch: 1, salt: [number; 16], payload: &payload }])
            .unwrap();
        journal.checkpoint()
    };
    let ends = (1..=batches).map(append).collect();
    (disk, ends)
}

fn copy(from: &SimulatedDisk, to: &SimulatedDisk, after: Checkpoint) -> Result<care::Copied, CareError> {
    let source: Arc<dyn AppendFile> = Arc::from(from.open(FILE).unwrap());
    let length = source.length().unwrap();
    copy_journal(&source, length, &*to.open(FILE).unwrap(), after, Path::new("the copy"), &Watcher::nobody())
}

#[test]
fn on_a_full_disk_or_after_a_failed_sync_the_backup_before_is_still_good() {
    let (source, ends) = simulated(9);
    let whole = source.contents(FILE).unwrap();
    let kept = ends[3].length() as usize;
    let fresh = || {
        let to = SimulatedDisk::new();
        to.put(FILE, &whole[..kept]);
        to
    };
    for room in (0..whole.len() - kept).step_by(97) {
        let to = fresh();
        to.set_capacity(Some((kept + room) as u64));
        let error = copy(&source, &to, ends[3]).unwrap_err();
        assert!(error.to_string().contains("cannot write the copy") && !error.is_damage(), "{error}");
        assert_eq!(to.contents(FILE).unwrap(), whole[..kept]);
        to.set_capacity(None);
        assert_eq!(copy(&source, &to, ends[3]).unwrap().records, 5);
        assert_eq!(to.contents(FILE).unwrap(), whole);
    }
    let to = fresh();
    to.fail_sync(1);
    assert!(copy(&source, &to, ends[3]).unwrap_err().to_string().contains("cannot sync the copy"));
}

#[test]
fn a_crash_at_any_moment_of_copying_leaves_what_was_there_and_the_next_run_completes_it() {
    let (source, ends) = simulated(9);
    let whole = source.contents(FILE).unwrap();
    let kept = ends[3].length() as usize;
    for power in 0..4 {
        for keep in [0, 300, 5_000] {
            let to = SimulatedDisk::new();
            to.put(FILE, &whole[..kept]);
            to.cut_power_after(power);
            let _ = copy(&source, &to, ends[3]);
            to.crash(&Crash { keep, lost_sectors: vec![1] });
            assert!(to.contents(FILE).unwrap().starts_with(&whole[..kept]), "{power} {keep}");
            copy(&source, &to, ends[3]).unwrap();
            assert_eq!(to.contents(FILE).unwrap(), whole);
        }
    }
}

#[test]
fn of_a_store_without_anything_in_it_there_is_nothing_to_restore() {
    let (folder, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(open(folder.path()));
    let backup = back_up(folder.path(), to.path()).unwrap();
    assert_eq!((backup.manifest.records, backup.manifest.latest), (0, None::<Timestamp>));
    assert!(matches!(restore(to.path(), &to.path().join("r")), Err(CareError::NotABackup { .. })));
}

/// The version of a refund after something was done about it at a store.
fn version_after(store: &dyn Store, request: Request) -> u64 {
    let Answer::Refund { seen, .. } = do_it(store, request).answer else { panic!("no refund is answered") };
    seen.refund.version
}

#[test]
fn no_version_that_was_lost_with_a_store_is_given_again_however_often_its_backup_is_restored() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let refund_id = "r".parse().unwrap();
    let version = |store: &dyn Store| wait(store.refund(&refund_id)).unwrap().unwrap().refund.version;
    let offer = || story::under("offer", 1, story::by_seller("r", story::offer("r")));
    let opened = open(folder.path());
    story::begin(&opened.store);
    do_it(&opened.store, open_refund("r"));
    let to = place.path().join("backup");
    back_up(folder.path(), &to).unwrap();
    let lost = version_after(&opened.store, offer());
    drop(opened);
    let mut given = vec![lost];
    // All at the same time, so that the clock is no help.
    for random in 1..=3 {
        let restored = place.path().join(format!("restored-{random}"));
        let entropy = Arc::new(move |bytes: &mut [u8]| bytes.fill(random));
        care::restore(&to, &restored, SECRETS, restored_at(), entropy, &Watcher::nobody()).unwrap();
        let opened = open(&restored);
        assert_eq!(version(&opened.store), 1, "what was there before the backup is what it was");
        let stale = |version| Request { precondition: Precondition::Version(version), ..offer() };
        assert!(matches!(opened.store.submit(stale(lost)).wait(), Err(Refused::VersionMoved { .. })));
        let new = version_after(&opened.store, stale(1));
        assert!(given.iter().all(|before| before + 1000 < new), "{new} after {given:?}");
        let accepted = version_after(&opened.store, story::by_buyer("r", story::accept("r")));
        assert!((1..5).contains(&(accepted - new)), "it goes on from there: {accepted}");
        assert_eq!(version_after(&opened.store, offer()), new, "a remembered answer is what it was");
        do_it(&opened.store, open_refund("new"));
        let on_new = story::by_seller("new", story::offer("new"));
        assert_eq!(version_after(&opened.store, on_new), 2, "what is opened since is counted from 1");
        opened.store.close().unwrap();
        drop(opened);
        assert!(!verify(&restored).unwrap().is_damaged());
        std::fs::remove_dir_all(restored.join("view")).unwrap();
        assert_eq!(version(&open(&restored).store), accepted);
        given.push(new);
    }
}

#[test]
fn a_store_that_was_restored_twice_remembers_both_times() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(folder.path());
    story::begin(&opened.store);
    do_it(&opened.store, open_refund("c"));
    drop(opened);
    let mut from = folder.path().to_owned();
    let mut versions = Vec::new();
    // The second time by a clock that went back.
    for day in [1, 0] {
        let [backup, restored] = ["backup", "restored"].map(|name| place.path().join(format!("{name}-{day}")));
        back_up(&from, &backup).unwrap();
        let now = Timestamp::from_millis(restored_at().as_millis() + day * 86_400_000).unwrap();
        let entropy = Arc::new(|bytes: &mut [u8]| bytes.fill(9));
        care::restore(&backup, &restored, SECRETS, now, entropy, &Watcher::nobody()).unwrap();
        let opened = open(&restored);
        let command = if day == 1 { story::offer("c") } else { story::AGREE };
        versions.push(version_after(&opened.store, story::under(&format!("{day}"), 1, story::by_seller("c", command))));
        // What the first leap came to is told from the history, long after.
        let again = story::under("1", 1, story::by_seller("c", story::offer("c")));
        assert_eq!(version_after(&opened.store, again), versions[0]);
        opened.store.close().unwrap();
        drop(opened);
        assert!(!verify(&restored).unwrap().is_damaged());
        from = restored;
    }
    assert!(versions[0] + 1000 < versions[1], "{versions:?}");
}

#[test]
fn what_is_left_of_a_restore_that_was_cut_off_is_no_store() {
    let (folder, place) = (told(), tempfile::tempdir().unwrap());
    let (to, restored) = (place.path().join("backup"), place.path().join("restored"));
    back_up(folder.path(), &to).unwrap();
    restore(&to, &restored).unwrap();
    // As it is before the last step, and before the view is there.
    std::fs::rename(restored.join(FILE), restored.join("journal.part")).unwrap();
    for view in [true, false] {
        if !view {
            std::fs::remove_dir_all(restored.join("view")).unwrap();
        }
        let before = files(&restored);
        let Err(error) = EmbeddedStore::open(&restored, story::surroundings()) else { panic!("it opened") };
        assert!(matches!(error, OpenError::HalfRestored { .. }), "{error}");
        assert!(matches!(restore(&to, &restored), Err(CareError::NotEmpty(_))));
        assert_eq!(files(&restored), before);
    }
}
