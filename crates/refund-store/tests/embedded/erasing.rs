//! What is erased is gone from every file of the folder, and the store is what it was without it (R46).

use std::path::Path;

use refund_core::{ErasedBecause, ErasedKind, Erasing, Message, RefundId};
use refund_store::care::{self, Watcher};
use refund_store::{Request, Store, Work, wait};

use super::story::*;
use super::{open, try_open};

const CANARY: &str = "canary: the buyer lives at 12 Canary Lane";

fn write(refund: &str, text: &str) -> Request {
    let message = Message {
        text: text.parse().unwrap(),
        attachments: refund_core::Attachments::default(),
        internal: false,
        for_operators: false,
        files: refund_core::NamedFiles::default(),
    };
    Request::new(operator(), Work::PostMessage { refund_id: refund.parse().unwrap(), message: Box::new(message) })
}

/// Says it in a message, and in the reason of another request, so that it is in the refund's own row too.
fn with_canary(store: &dyn Store, refund: &str) {
    do_it(store, open_refund(refund));
    do_it(store, write(refund, CANARY));
    let changed = refund_core::Command::Modify {
        request: refund_core::Request {
            reason: CANARY.parse().unwrap(),
            ..wait(store.refund(&id(refund))).unwrap().unwrap().refund.requested.clone()
        },
    };
    do_it(store, by_buyer(refund, changed));
}

fn id(refund: &str) -> RefundId {
    refund.parse().unwrap()
}

fn erase(refund: &str) -> Request {
    let what = Some(vec![ErasedKind::Text, ErasedKind::Contact]);
    let erasing = Erasing { what, because: ErasedBecause::Law, reason: "letter 17".parse().unwrap() };
    Request::new(operator(), Work::Erase { refund_id: id(refund), erasing })
}

/// The files below a folder in which the canary stands.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(self::found(&path));
        } else if std::fs::read(&path).unwrap().windows(CANARY.len()).any(|window| window == CANARY.as_bytes()) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
fn what_was_erased_is_in_no_file_after_the_next_start_and_in_the_journal_never_again() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    begin(&opened.store);
    with_canary(&opened.store, "one");
    with_canary(&opened.store, "other");
    drop(opened);
    // What sled has written by now it keeps until it writes over it.
    assert!(found(folder.path()).len() > 1, "{:?}", found(folder.path()));
    let opened = open(folder.path());
    for refund in ["one", "other"] {
        do_it(&opened.store, erase(refund));
    }
    assert!(!found(folder.path()).contains(&"journal".to_owned()));
    let seen = see(&opened.store);
    assert!(!format!("{seen:?}").contains("Canary"));
    drop(opened);
    for rebuilt in [true, false] {
        let opened = open(folder.path());
        assert_eq!(opened.rebuilt, rebuilt, "once is enough");
        assert_eq!(found(folder.path()), Vec::<String>::new());
        assert!(see(&opened.store) == seen);
    }
    let checked = care::verify(folder.path(), None, &Watcher::nobody()).unwrap();
    assert!(!checked.is_damaged(), "{checked:?}");
}

#[test]
fn what_gathers_with_it_is_recorded_before_it_and_decided_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    begin(&opened.store);
    with_canary(&opened.store, "one");
    let said = |text: &str| write("one", text);
    let answers = gathered(&opened.store, vec![said(CANARY), erase("one"), said("after"), erase("one")]);
    answers.into_iter().for_each(|answer| drop(answer.unwrap()));
    let told = format!("{:?}", see(&opened.store));
    assert!(!told.contains("Canary") && !told.contains("after"));
    assert!(!found(folder.path()).contains(&"journal".to_owned()));
}

#[test]
fn a_backup_that_was_begun_before_has_nothing_of_it_once_it_has_grown() {
    let (folder, to, restored) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let opened = open(folder.path());
    begin(&opened.store);
    with_canary(&opened.store, "one");
    let back_up = || care::back_up(folder.path(), to.path(), &[], start(), &Watcher::nobody()).unwrap();
    back_up();
    assert_eq!(found(to.path()), ["journal"]);
    do_it(&opened.store, erase("one"));
    back_up();
    assert_eq!(found(to.path()), Vec::<String>::new());
    let checked = care::verify(to.path(), None, &Watcher::nobody()).unwrap();
    assert!(!checked.is_damaged(), "{checked:?}");
    let entropy = std::sync::Arc::new(|bytes: &mut [u8]| bytes.fill(9));
    care::restore(to.path(), restored.path(), &[], start(), entropy, &Watcher::nobody()).unwrap();
    let store = try_open(restored.path()).unwrap().store;
    assert!(see(&store) == see(&opened.store).restored());
}
