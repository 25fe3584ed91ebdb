use refund_store::files::simulated::{Crash, SimulatedDisk};
use refund_store::journal::FILE;
use refund_store::{Answered, Refused, Store, StoreError};

use super::open_on;
use super::story::*;

fn reason(answer: Result<Answered, Refused>) -> StoreErrorKind {
    match answer {
        Err(Refused::Store(error)) => match &*error {
            StoreError::NotRecorded(why) => StoreErrorKind::NotRecorded(why.clone()),
            StoreError::Stopped(why) => StoreErrorKind::Stopped(why.clone()),
            StoreError::Unsure(why) => StoreErrorKind::Unsure(why.clone()),
            StoreError::Busy { .. }
            | StoreError::TooSlow { .. }
            | StoreError::Closed
            | StoreError::NoSuchPosition(_)
            | StoreError::OtherHistory
            | StoreError::Away(_)
            | StoreError::Lost(_)
            | StoreError::Unreadable(_) => panic!("{error}"),
        },
        other => panic!("{other:?}"),
    }
}

#[derive(Debug, PartialEq)]
enum StoreErrorKind {
    NotRecorded(String),
    Stopped(String),
    Unsure(String),
}

#[test]
fn on_a_full_disk_nothing_changes_until_there_is_space_again() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    let opened = open_on(&disk, folder.path());
    tell(&opened.store);
    let before = see(&opened.store);
    disk.set_capacity(Some(disk.contents(FILE).unwrap().len() as u64 + 100));
    for answer in gathered(&opened.store, vec![open_refund("x"), open_refund("y"), open_refund("z")]) {
        let full = matches!(&reason(answer), StoreErrorKind::NotRecorded(why) if why.contains("space"));
        assert!(full);
    }
    // What was not recorded is not remembered either.
    reason(opened.store.submit(under("again", 1, open_refund("z"))).wait());
    assert_eq!(see(&opened.store), before);
    disk.set_capacity(None);
    assert!(!opened.store.submit(under("again", 1, open_refund("z"))).wait().unwrap().replayed);
    do_it(&opened.store, open_refund("x"));
    let after = see(&opened.store);
    drop(opened);
    assert_eq!(see(&open_on(&disk, folder.path()).store), after);
}

#[test]
fn on_a_disk_that_is_nearly_full_nothing_is_recorded_and_all_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    let opened = open_on(&disk, folder.path());
    tell(&opened.store);
    let before = see(&opened.store);
    disk.set_space_left(Some((64 << 20) - 1));
    let refused = reason(opened.store.submit(open_refund("x")).wait());
    assert!(matches!(&refused, StoreErrorKind::NotRecorded(why) if why.contains("67108863 bytes of space")));
    assert_eq!(see(&opened.store), before);
    disk.set_space_left(Some(64 << 20));
    do_it(&opened.store, open_refund("x"));
}

#[test]
fn after_a_failed_sync_nothing_is_taken_and_a_restart_shows_one_truth() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    let opened = open_on(&disk, folder.path());
    tell(&opened.store);
    let before = see(&opened.store);
    disk.fail_sync(1);
    let unsure = reason(opened.store.submit(open_refund("x")).wait());
    assert!(matches!(&unsure, StoreErrorKind::Unsure(why) if why.contains("not known")), "{unsure:?}");
    for _ in 0..3 {
        let refused = reason(opened.store.submit(open_refund("y")).wait());
        assert!(matches!(&refused, StoreErrorKind::Stopped(why) if why.contains("restart")), "{refused:?}");
    }
    // What was answered before can still be read.
    assert_eq!(see(&opened.store), before);
    assert!(opened.store.close().is_err());
    drop(opened);
    disk.crash(&Crash { keep: 1 << 20, ..Crash::default() });
    let opened = open_on(&disk, folder.path());
    assert_eq!(see(&opened.store), before);
    do_it(&opened.store, open_refund("x"));
}

#[test]
fn a_crash_at_any_moment_keeps_what_was_answered_and_nothing_by_halves() {
    for power in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let disk = SimulatedDisk::new();
        let opened = open_on(&disk, folder.path());
        begin(&opened.store);
        disk.cut_power_after(power);
        let mut answered = Vec::new();
        for number in 0..10 {
            let id = format!("r{number}");
            for request in [open_refund(&id), by_seller(&id, offer(&id)), by_buyer(&id, accept(&id))] {
                if opened.store.submit(request).wait().is_ok() {
                    answered.push(feed(&opened.store));
                }
            }
        }
        drop(opened);
        disk.crash(&Crash { keep: 700, lost_sectors: vec![1] });
        let opened = open_on(&disk, folder.path());
        let events = feed(&opened.store);
        let last = answered.pop().unwrap_or_default();
        // The request that was on its way may have been carried out: whole, and nothing after it.
        assert!(events.starts_with(&last), "power cut after {power} changes");
        let records: Vec<_> = events[last.len()..].iter().map(|(position, _)| position.record).collect();
        assert!(records.iter().all(|record| *record == records[0]), "{records:?}");
        see(&opened.store);
    }
}

#[test]
fn who_panics_while_deciding_is_told_so_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let calls = std::sync::atomic::AtomicU64::new(0);
    // Reading the clock fails once, for the third request.
    let read = move || {
        assert_ne!(calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 4, "the clock fails, as it should");
        start()
    };
    let surroundings =
        refund_store::Surroundings { clock: refund_store::Clock::Running(std::sync::Arc::new(read)), ..surroundings() };
    let store = refund_store::EmbeddedStore::open(folder.path(), surroundings).unwrap().store;
    let mut answers = vec![store.submit(put_seller("shop")).wait()];
    for number in 0..6 {
        answers.push(store.submit(open_refund(&format!("r{number}"))).wait());
    }
    let failed: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(failed.len(), 1);
    assert!(matches!(&failed[0], Refused::Store(error) if error.to_string().contains("nothing of it was recorded")));
    assert_eq!(feed(&store).len(), 5);
    store.close().unwrap();
}
