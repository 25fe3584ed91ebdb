//! A database that was taken back to an earlier moment: nothing that was lost is taken for what comes in its place.

use std::sync::Arc;

use refund_store::care::{tell_of_recovery, verify_database};
use refund_store::{Store, StoreError, wait};

use super::databases::Database;
use super::story::{advance, begin, by_seller, do_it, offer, open_refund, start};
use super::*;

#[test]
fn positions_and_versions_of_what_was_lost_are_never_given_again() {
    let database = Database::migrated();
    let store = database.open();
    begin(&store);
    do_it(&store, open_refund("r"));
    let kept = store.feed_end().unwrap();
    store.close().unwrap();
    let earlier = database.copied();
    let store = database.open();
    do_it(&store, by_seller("r", offer("r")));
    let (lost, version) = (store.feed_end().unwrap(), version_of(&store));
    store.close().unwrap();

    let entropy = || Arc::new(|bytes: &mut [u8]| bytes.fill(9));
    tell_of_recovery(&earlier.address(), start(), entropy()).unwrap();
    let store = earlier.open();
    do_it(&store, advance(60));
    do_it(&store, by_seller("r", offer("r")));
    assert!(matches!(wait(store.feed(Some(lost), 10)), Err(StoreError::OtherHistory)));
    assert!(!wait(store.feed(Some(kept), 10)).unwrap().events.is_empty(), "what was kept is where it was");
    assert!(version_of(&store) > version + 1_000, "a version that was lost names nothing else");
    store.close().unwrap();
    assert!(!verify_database(&earlier.address(), &Watcher::nobody()).unwrap().is_damaged());

    earlier.a_server_lives();
    assert!(tell_of_recovery(&earlier.address(), start(), entropy()).is_err(), "servers still use it");
}

fn version_of(store: &dyn Store) -> u64 {
    wait(store.refund(&"r".parse().unwrap())).unwrap().unwrap().refund.version
}
