use std::time::Duration;

use refund_core::{Command, DeadlineKind, Refusal, StatusKind};
use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{Checkpoint, Journal, Position};
use refund_store::{EmbeddedStore, OpenError, Record, Refused, Request, Store, StoreError, Surroundings, Work, wait};

use super::story::*;
use super::{error_of, open, open_on, try_open};

#[test]
fn a_store_that_is_opened_again_has_all_that_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    assert!(!opened.rebuilt && opened.replayed == 0 && opened.torn.is_none());
    tell(&opened.store);
    let before = see(&opened.store);
    drop(opened);
    let opened = open(folder.path());
    assert!(!opened.rebuilt && opened.replayed == 0 && opened.torn.is_none());
    assert_eq!(see(&opened.store), before);
    let again = opened.store.submit(under("open-a", 1, open_refund("a"))).wait().unwrap();
    assert!(again.replayed);
}

#[test]
fn a_folder_has_one_store_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    let error = error_of(try_open(folder.path()));
    assert!(matches!(error, OpenError::Folder(_)), "{error}");
    assert!(error.to_string().contains("another process uses the folder"), "{error}");
    drop(opened);
    open(folder.path());
}

#[test]
fn a_view_that_is_removed_is_built_anew_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    let before = see(&opened.store);
    drop(opened);
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    let opened = open(folder.path());
    assert!(opened.rebuilt && opened.replayed > 10);
    assert_eq!(see(&opened.store), before);
    assert!(opened.store.submit(under("open-a", 1, open_refund("a"))).wait().unwrap().replayed);
}

#[test]
fn a_view_of_another_journal_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (SimulatedDisk::new(), SimulatedDisk::new());
    tell(&open_on(&one, folder.path()).store);
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    do_it(&open_on(&other, folder.path()).store, put_seller("stall"));
    let opened = open_on(&one, folder.path());
    assert!(opened.rebuilt);
    assert!(wait(opened.store.refund(&"a".parse().unwrap())).unwrap().is_some());
}

#[test]
fn a_view_that_lags_behind_the_journal_catches_up() {
    let folder = tempfile::tempdir().unwrap();
    let kept = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    drop(opened);
    let (view, aside) = (folder.path().join("view"), kept.path().join("view"));
    copy(&view, &aside);
    let opened = open(folder.path());
    do_it(&opened.store, open_refund("late"));
    // More records than are applied in one step.
    for number in 0..300 {
        do_it(&opened.store, open_refund(&format!("n{number}")));
    }
    let before = see(&opened.store);
    drop(opened);
    std::fs::remove_dir_all(&view).unwrap();
    copy(&aside, &view);
    let opened = open(folder.path());
    assert_eq!((opened.rebuilt, opened.replayed), (false, 301));
    assert_eq!(see(&opened.store), before);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_machine_that_stopped_has_its_view_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    let before = see(&opened.store);
    drop(opened);
    for mark in ["another boot", ""] {
        std::fs::write(folder.path().join("view.in-use"), mark).unwrap();
        let opened = open(folder.path());
        assert!(opened.rebuilt);
        assert_eq!(see(&opened.store), before);
        drop(opened);
        assert!(!folder.path().join("view.in-use").exists());
        assert!(!open(folder.path()).rebuilt);
    }
}

#[test]
fn a_clock_that_is_far_behind_keeps_the_store_from_opening() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    begin(&open_on(&disk, folder.path()).store);
    let minutes = |minutes: i64| refund_core::Timestamp::from_millis(start().as_millis() - minutes * 60_000).unwrap();
    let error = error_of(EmbeddedStore::open_on(&disk, folder.path(), running(minutes(6))));
    assert!(matches!(error, OpenError::ClockBehind { clock, latest } if clock == minutes(6) && latest == start()));
    let opened = EmbeddedStore::open_on(&disk, folder.path(), running(minutes(5))).unwrap();
    assert_eq!(opened.store.now(), start());
}

#[test]
fn a_store_that_is_held_lets_an_operator_extend_what_fell_due() {
    let folder = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new();
    let opened = open_on(&disk, folder.path());
    begin(&opened.store);
    do_it(&opened.store, open_refund("a"));
    drop(opened);
    let later = start().plus(refund_core::Span::hours(40));
    let held = Surroundings { hold_settling: true, ..running(later) };
    let opened = EmbeddedStore::open_on(&disk, folder.path(), held).unwrap();
    let refused = opened.store.submit(by_seller("a", AGREE)).wait();
    assert!(matches!(refused, Err(Refused::Rule { refusal: Refusal::SettlingHeld, .. })));
    let refused = opened.store.submit(Request::by_system(Work::SettleDue)).wait();
    assert!(matches!(refused, Err(Refused::Rule { refusal: Refusal::SettlingHeld, .. })));
    let extend = Command::Extend { kind: DeadlineKind::SellerDecide, to: later.plus(refund_core::Span::hours(2)) };
    do_it(&opened.store, by("a", operator(), extend));
    drop(opened);
    let opened = EmbeddedStore::open_on(&disk, folder.path(), running(later)).unwrap();
    do_it(&opened.store, Request::by_system(Work::SettleDue));
    let around = wait(opened.store.refund(&"a".parse().unwrap())).unwrap().unwrap();
    assert_eq!(around.refund.status.kind(), StatusKind::WaitSellerAgree);
}

#[test]
fn a_store_that_is_closed_takes_nothing_more_and_can_still_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    begin(&opened.store);
    let waiting = opened.store.submit(open_refund("a"));
    opened.store.close().unwrap();
    waiting.wait().unwrap();
    let refused = opened.store.submit(open_refund("b")).wait();
    assert!(matches!(refused, Err(Refused::Store(error)) if matches!(*error, StoreError::Closed)));
    assert_eq!(feed(&opened.store).len(), 1);
    opened.store.close().unwrap();
}

#[test]
fn beyond_the_limit_of_what_may_wait_requests_are_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let (resume, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(Some(held));
    // The first record's salt is not to be had until all others wait.
    let entropy = move |bytes: &mut [u8]| {
        let is_salt = bytes.len() == 16;
        if let Some(held) = held.lock().unwrap().take_if(|_| is_salt) {
            let _ = held.recv_timeout(Duration::from_secs(60));
        }
    };
    let surroundings = Surroundings { entropy: std::sync::Arc::new(entropy), ..surroundings() };
    let store = EmbeddedStore::open(folder.path(), surroundings).unwrap().store;
    let first = store.submit(put_seller("shop"));
    let mut waiting = Vec::new();
    let busy = loop {
        let reply = store.submit(Request::by_system(Work::SettleDue));
        if waiting.len() > refund_store::WAITING_MAX {
            break reply;
        }
        waiting.push(reply);
    };
    resume.send(()).unwrap();
    assert!(matches!(busy.wait(), Err(Refused::Store(error)) if matches!(*error, StoreError::Busy { .. })));
    first.wait().unwrap();
    let carried_out = waiting.into_iter().filter_map(|reply| reply.wait().ok()).count();
    // The first may have been among those that wait, or have been taken already.
    assert!(carried_out >= refund_store::WAITING_MAX - 1, "{carried_out}");
}

#[test]
fn an_answer_is_forgotten_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    let store = &opened.store;
    begin(store);
    let key = |number: u32| format!("key-{number}");
    let remembered = |number: u32| {
        let key = refund_store::IdempotencyKey { caller: "key_1".to_owned(), key: key(number) };
        wait(store.answered(&key, [1; 32])).unwrap().is_some()
    };
    for number in 0..10 {
        store.submit(under(&key(number), 1, put_seller("shop"))).wait().unwrap();
    }
    do_it(store, advance(40 * 24 * HOUR));
    do_it(store, advance(40 * 24 * HOUR));
    assert!((0..10).all(|number| !remembered(number)));
    let records = || refund_store::care::verify(folder.path(), None, &refund_store::care::Watcher::nobody()).unwrap();
    let before = records().good.records();
    assert!(!store.submit(under(&key(0), 1, put_seller("shop"))).wait().unwrap().replayed);
    assert!(records().good.records() > before && remembered(0));
}

/// Layout 3 had no rows for the audit.
#[test]
fn a_view_of_before_there_was_an_audit_is_built_anew_and_tells_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    tell(&opened.store);
    let before = see(&opened.store);
    drop(opened);
    let db = sled::Config::new().path(folder.path().join("view")).segment_size(128 << 10).open().unwrap();
    let meta = db.get("m").unwrap().unwrap();
    db.insert("m", [&3_u32.to_be_bytes(), &meta[4..]].concat()).unwrap();
    for key in db.scan_prefix("u").keys() {
        db.remove(key.unwrap()).unwrap();
    }
    drop(db);
    let opened = open(folder.path());
    assert!(opened.rebuilt);
    assert_eq!(see(&opened.store), before);
}

#[test]
fn an_address_is_kept_with_what_is_for_the_audit_and_with_nothing_else() {
    let (disk, folder) = (SimulatedDisk::new(), tempfile::tempdir().unwrap());
    let opened = open_on(&disk, folder.path());
    begin(&opened.store);
    let from = Some("192.0.2.7".parse().unwrap());
    for request in [open_refund("a"), by_seller("a", AGREE), issue("k1", 1), make_user("ann"), sign_in("ann", 4)] {
        do_it(&opened.store, Request { from, ..request });
    }
    drop(opened);
    let reader = Journal::open(&disk, Checkpoint::START).unwrap().journal.reader();
    let kept = reader.read_from(Position::FIRST).map(|found| {
        let (record, _): (Record, Vec<u64>) = rmp_serde::from_slice(&found.unwrap().1[1..]).unwrap();
        record.from
    });
    assert_eq!(kept.collect::<Vec<_>>(), [None, None, None, None, from, from, from]);
}
