//! Which record a position names: by its number, and by the epoch in which it was written.

use std::path::Path;
use std::sync::Arc;

use refund_store::care::{self, Watcher};
use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{Checkpoint, FILE, Journal, Position};
use refund_store::{EmbeddedStore, EventPosition, OpenedStore, Recorded, Store, StoreError, Surroundings, wait};

use super::older::in_format_1;
use super::open_on;
use super::story::*;

/// Opens a store with another epoch than the others have.
fn open_in(epoch: u8, folder: &Path) -> EmbeddedStore {
    let entropy = Arc::new(move |bytes: &mut [u8]| bytes.fill(epoch));
    EmbeddedStore::open(folder, Surroundings { entropy, ..surroundings() }).unwrap().store
}

fn is_of_another_history(store: &dyn Store, position: EventPosition) -> bool {
    matches!(wait(store.feed(Some(position), 10)), Err(StoreError::OtherHistory))
}

fn never_was(store: &dyn Store, position: EventPosition) -> bool {
    matches!(wait(store.feed(Some(position), 10)), Err(StoreError::NoSuchPosition(_)))
}

/// Going on behind each event gives those behind it, and each history says the same of where its events stand.
fn check_each_position(store: &dyn Store) -> Vec<Recorded> {
    let all = feed(store);
    for (index, (position, event)) in all.iter().enumerate() {
        let rest = wait(store.feed(Some(*position), 3)).unwrap();
        let told: Vec<_> = rest.events.iter().map(|told| (told.position, told.event.clone())).collect();
        assert_eq!(told[..], all[index + 1..][..told.len()]);
        assert!(!rest.events.is_empty() || index + 1 == all.len() || rest.more);
        let own = wait(store.history(&event.refund_id, event.sequence - 1, 1)).unwrap();
        assert_eq!(own, [(*position, event.clone())]);
    }
    all
}

/// A folder with the view that a store leaves, and its journal as a program of format 1 would have left it.
fn told_in_format_1(tell: impl FnOnce(&dyn Store)) -> (tempfile::TempDir, SimulatedDisk, Seen) {
    let (folder, disk) = (tempfile::tempdir().unwrap(), SimulatedDisk::new());
    let opened = open_on(&disk, folder.path());
    tell(&opened.store);
    let seen = see(&opened.store);
    drop(opened);
    disk.put(FILE, &in_format_1(&disk.contents(FILE).unwrap()));
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    (folder, disk, seen)
}

#[test]
fn a_store_of_format_1_opens_is_counted_and_goes_on_in_an_epoch_of_its_own() {
    let (folder, disk, before) = told_in_format_1(|store| tell(store));
    let opened = open_on(&disk, folder.path());
    assert_eq!(see(&opened.store), before);
    let older = check_each_position(&opened.store);
    assert!(older.iter().all(|(position, _)| position.epoch == 0));
    let end = opened.store.feed_end().unwrap();
    do_it(&opened.store, open_refund("later"));
    let all = check_each_position(&opened.store);
    let new = all.last().unwrap().0;
    assert_eq!((new.record, new.epoch > 0, all.len()), (end.record + 1, true, older.len() + 1));
    let after = see(&opened.store);
    drop(opened);
    // With the view that was left, and with one that is built anew.
    for rebuilt in [false, true] {
        if rebuilt {
            std::fs::remove_dir_all(folder.path().join("view")).unwrap();
        }
        let opened = open_on(&disk, folder.path());
        assert_eq!((opened.rebuilt, see(&opened.store) == after), (rebuilt, true));
        assert_eq!(check_each_position(&opened.store), all);
    }
}

#[test]
fn what_was_named_by_its_place_in_the_journal_is_found_by_it_as_long_as_it_is_of_that_time() {
    let (folder, disk, _) = told_in_format_1(|store| tell(store));
    let store = open_on(&disk, folder.path()).store;
    let older = feed(&store);
    do_it(&store, open_refund("later"));
    let journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
    let places = journal.reader().read_from(Position::FIRST).map(|record| u64::from(record.unwrap().0));
    let places: Vec<_> = places.collect();
    for (position, _) in older {
        let place = places[usize::try_from(position.record).unwrap() - 1];
        assert_eq!(wait(store.counted(place, position.entry)).unwrap(), position);
        assert!(matches!(wait(store.counted(place, 999)), Err(StoreError::NoSuchPosition(_))));
    }
    let end = journal.checkpoint().length();
    for place in (0..end + 100).filter(|place| !places[..places.len() - 1].contains(place)).chain([u64::MAX]) {
        assert!(matches!(wait(store.counted(place, 0)), Err(StoreError::OtherHistory)), "{place}");
    }
}

#[test]
fn a_store_of_format_1_whose_end_is_torn_goes_on_behind_what_is_whole() {
    let (folder, disk, before) = told_in_format_1(|store| tell(store));
    let whole = disk.contents(FILE).unwrap();
    disk.put(FILE, &[&whole[..], b"\xFEFR\xFF begun"].concat());
    let OpenedStore { store, torn, .. } = open_on(&disk, folder.path());
    assert_eq!(torn.unwrap().at, whole.len() as u64);
    assert_eq!(see(&store), before);
    do_it(&store, open_refund("later"));
    drop(store);
    check_each_position(&open_on(&disk, folder.path()).store);
    assert_eq!(disk.contents(FILE).unwrap()[16..whole.len()], whole[16..]);
}

#[test]
fn numbers_are_found_however_many_there_are_and_in_whichever_format() {
    let many = |store: &dyn Store, count: usize| {
        for number in 0..count {
            do_it(store, if number % 100 == 0 { open_refund(&format!("{count}-{number}")) } else { advance(1) });
        }
    };
    let (folder, disk, _) = told_in_format_1(|store| {
        begin(store);
        many(store, 700);
    });
    let opened = open_on(&disk, folder.path());
    many(&opened.store, 800);
    let all = check_each_position(&opened.store);
    let positions: Vec<_> = all.iter().map(|(position, _)| position.record).collect();
    assert_eq!(positions, (0..15).map(|hundred| 3 + hundred * 100).collect::<Vec<_>>());
    drop(opened);
    let opened = open_on(&disk, folder.path());
    assert!(!opened.rebuilt);
    assert_eq!(check_each_position(&opened.store), all);
    // Also of records without events.
    let end = opened.store.feed_end().unwrap();
    for record in 1..=end.record {
        let epoch = if record <= 702 { 0 } else { end.epoch };
        let rest = wait(opened.store.feed(Some(EventPosition { record, epoch, entry: 0 }), usize::MAX)).unwrap();
        assert_eq!(rest.events.len(), positions.iter().filter(|event| **event > record).count(), "behind {record}");
        assert!(is_of_another_history(&opened.store, EventPosition { record, epoch: epoch ^ 7, entry: 0 }));
    }
}

#[test]
fn positions_of_events_that_were_lost_are_told_from_those_that_came_in_their_place() {
    let (folder, backup, place) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open_in(1, folder.path());
    begin(&store);
    do_it(&store, open_refund("kept"));
    care::back_up(folder.path(), backup.path(), &[], start(), &Watcher::nobody()).unwrap();
    do_it(&store, open_refund("lost"));
    do_it(&store, open_refund("lost-too"));
    let before = feed(&store);
    drop(store);
    let to = place.path().join("restored");
    let entropy = Arc::new(|bytes: &mut [u8]| bytes.fill(5));
    care::restore(backup.path(), &to, &[], start(), entropy, &Watcher::nobody()).unwrap();
    let store = open_in(2, &to);
    let [kept, lost, lost_too] = [0, 1, 2].map(|index: usize| before[index].0);
    assert_eq!(feed(&store), before[..1]);
    assert!(is_of_another_history(&store, lost) && is_of_another_history(&store, lost_too));
    do_it(&store, open_refund("new"));
    let all = check_each_position(&store);
    assert_eq!((all.len(), all[0].0, all[1].0.record), (2, kept, lost_too.record));
    assert!(all[1].0 != lost);
    assert!(is_of_another_history(&store, lost) && is_of_another_history(&store, lost_too));
}

#[test]
fn a_journal_that_was_put_back_by_hand_has_another_epoch_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_in(1, folder.path());
    begin(&store);
    let older = std::fs::read(folder.path().join(FILE)).unwrap();
    do_it(&store, open_refund("lost"));
    let lost = store.feed_end().unwrap();
    drop(store);
    std::fs::write(folder.path().join(FILE), older).unwrap();
    std::fs::remove_dir_all(folder.path().join("view")).unwrap();
    let store = open_in(2, folder.path());
    assert!(is_of_another_history(&store, lost));
    do_it(&store, open_refund("new"));
    assert!(is_of_another_history(&store, lost));
}

#[test]
fn after_a_restart_what_was_known_is_known_and_what_never_was_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open_in(1, folder.path());
    tell(&store);
    let before = check_each_position(&store);
    drop(store);
    let store = open_in(2, folder.path());
    assert_eq!(check_each_position(&store), before);
    let end = store.feed_end().unwrap();
    do_it(&store, open_refund("later"));
    let later = store.feed_end().unwrap();
    assert_eq!((later.record, later.epoch == end.epoch), (end.record + 1, false));
    assert!(never_was(&store, EventPosition { record: later.record + 1, ..later }));
    assert!(never_was(&store, EventPosition { entry: 99, ..end }));
    assert!(is_of_another_history(&store, EventPosition { record: later.record, ..end }));
    assert!(is_of_another_history(&store, EventPosition { record: end.record, ..later }));
}
