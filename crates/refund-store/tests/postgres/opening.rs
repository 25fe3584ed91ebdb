//! What opens as a store and what doesn't, and whose time decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use refund_core::Timestamp;
use refund_store::{
    Aside, Clock, Level, Migrated, PostgresAddress, PostgresError, PostgresStore, Refused, Request, Search, Store,
    StoreError, Surroundings, Work, hold_settling, migrate, wait,
};
use refund_test_postgres::{Server, Version};

use super::story::{begin, do_it, open_refund, put_seller, running, start, surroundings};
use super::{database_of, migrated, open};

/// What this program works with.
const OWN: Level = Level { layout: 3, format: 10 };
const FIRST: Level = Level { layout: 1, format: 3 };
const EMPTY_TO_OWN: Migrated = Migrated { from: Level { layout: 0, format: 0 }, to: OWN };

fn server() -> &'static Server {
    Server::shared(Version::Debian).unwrap()
}

fn refused(url: &str, secret: Option<[u8; 32]>, surroundings: Surroundings) -> PostgresError {
    let address = PostgresAddress::parse(url, None).unwrap();
    PostgresStore::open(&address, secret.as_ref(), surroundings).err().unwrap_or_else(|| panic!("{url} opened"))
}

fn migrating(url: &str, is_plan: bool) -> Result<Migrated, PostgresError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(migrate(&PostgresAddress::parse(url, None).unwrap(), is_plan))
}

#[test]
fn what_can_not_be_reached_says_where_and_why() {
    let nobody = "postgres://refund@127.0.0.1:1/refund";
    assert!(refused(nobody, None, surroundings()).to_string().contains("127.0.0.1:1/refund"));
    let url = database_of(server());
    assert!(refused(&format!("{url}_missing"), None, surroundings()).to_string().contains("does not exist"));
    let (scheme, rest) = url.split_once("://").unwrap();
    let stranger = format!("{scheme}://stranger:hidden@{}", rest.split_once('@').unwrap().1);
    let why = refused(&stranger, None, surroundings()).to_string();
    assert!(why.contains("stranger") && !why.contains("hidden"), "{why}");
}

#[test]
fn an_empty_database_is_made_a_store_once_and_a_strangers_is_not_touched() {
    let url = database_of(server());
    assert!(matches!(refused(&url, None, surroundings()), PostgresError::NotMigrated { .. }));
    assert_eq!(migrating(&url, true).unwrap(), EMPTY_TO_OWN);
    assert!(matches!(refused(&url, None, surroundings()), PostgresError::NotMigrated { .. }), "a plan does nothing");
    assert_eq!(migrating(&url, false).unwrap(), EMPTY_TO_OWN);
    assert_eq!(migrating(&url, false).unwrap(), Migrated { from: OWN, to: OWN });
    let strange = database_of(server());
    server().psql(&strange, "CREATE TABLE theirs (id int)").unwrap();
    assert!(matches!(migrating(&strange, false).unwrap_err(), PostgresError::NotEmpty { .. }));
    assert!(matches!(refused(&strange, None, surroundings()), PostgresError::NotMigrated { .. }));
}

#[test]
fn another_layout_or_format_is_refused_with_what_to_do() {
    let url = database_of(server());
    migrated(&url);
    server().psql(&url, "UPDATE meta SET schema = 4").unwrap();
    assert!(refused(&url, None, surroundings()).to_string().contains("use a newer program"));
    assert!(matches!(migrating(&url, false).unwrap_err(), PostgresError::Layout { found: 4, wanted: 3 }));
    server().psql(&url, "UPDATE meta SET schema = 3, format = 250").unwrap();
    assert!(matches!(refused(&url, None, surroundings()), PostgresError::NewerFormat { found: 250, .. }));
    assert!(matches!(migrating(&url, false).unwrap_err(), PostgresError::NewerFormat { found: 250, .. }));
}

#[test]
fn nothing_is_written_that_servers_of_before_can_not_read_until_the_database_is_migrated() {
    let url = database_of(server());
    migrated(&url);
    let address = PostgresAddress::parse(&url, None).unwrap();
    let of_before = open(&address, surroundings());
    begin(&of_before);
    server().psql(&url, "UPDATE meta SET format = 5").unwrap();
    let why = refused(&url, None, surroundings()).to_string();
    assert!(why.contains("has format version 5") && why.contains("run `refund-api migrate`"), "{why}");
    assert_eq!(migrating(&url, false).unwrap(), Migrated { from: Level { format: 5, ..OWN }, to: OWN });
    open(&address, surroundings()).close().unwrap();
    do_it(&of_before, open_refund("rf_before"));

    server().psql(&url, "UPDATE meta SET format = 11").unwrap();
    let refused = of_before.submit(open_refund("rf_behind")).wait().unwrap_err();
    assert!(matches!(&refused, Refused::Store(why) if why.to_string().contains("use a newer program")), "{refused:?}");
    server().psql(&url, "UPDATE refunds SET state = set_byte(state, 0, 11) WHERE id = 'rf_before'").unwrap();
    let refused = wait(of_before.refund(&"rf_before".parse().unwrap())).unwrap_err();
    assert!(matches!(&refused, StoreError::Stopped(why) if why.contains("a newer program wrote")), "{refused:?}");
    of_before.close().unwrap();
}

#[test]
fn a_store_of_the_first_layout_is_refused_until_it_is_migrated_and_has_all_that_it_had() {
    let url = database_of(server());
    server().psql(&url, include_str!("../../src/postgres/schema/1.sql")).unwrap();
    server().psql(&url, "INSERT INTO meta (schema, format) VALUES (1, 3)").unwrap();
    let why = refused(&url, None, surroundings()).to_string();
    assert!(why.contains("has layout 1") && why.contains("run `refund-api migrate`"), "{why}");
    assert_eq!(migrating(&url, false).unwrap(), Migrated { from: FIRST, to: OWN });
    let address = PostgresAddress::parse(&url, None).unwrap();
    let store = open(&address, surroundings());
    begin(&store);
    store.submit(open_refund("rf_before")).wait().unwrap();
    let end = store.feed_end();
    let search = Search { words: Search::words_of("RF_before").unwrap(), limit: 1, ..Search::default() };
    let found = wait(store.find(&search)).unwrap();
    assert_eq!(found.total, 1);
    store.close().unwrap();
    // All that the layouts behind it have more.
    let back = "DROP TABLE asides, gists; ALTER TABLE meta DROP COLUMN asked; UPDATE meta SET schema = 1";
    server().psql(&url, back).unwrap();
    assert!(matches!(refused(&url, None, surroundings()), PostgresError::Layout { found: 1, wanted: 3 }));
    assert_eq!(migrating(&url, true).unwrap(), Migrated { from: Level { layout: 1, ..OWN }, to: OWN });
    assert!(matches!(refused(&url, None, surroundings()), PostgresError::Layout { .. }), "a plan does nothing");
    assert_eq!(migrating(&url, false).unwrap(), Migrated { from: Level { layout: 1, ..OWN }, to: OWN });
    let store = open(&address, surroundings());
    assert!(end.is_some() && store.feed_end() == end);
    assert_eq!(wait(store.find(&search)).unwrap(), found, "what was there before is found");
    wait(store.keep(Aside::Statistics, vec![1])).unwrap();
    assert_eq!(wait(store.kept(Aside::Statistics)).unwrap(), Some(vec![1]));
    store.close().unwrap();
}

#[test]
fn a_database_that_can_not_hold_every_name_is_refused() {
    let url = database_of(server());
    let name = format!("{}_latin", url.rsplit('/').next().unwrap());
    let make = format!("CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
    server().psql("postgres", &make).unwrap();
    let latin = url.replace(url.rsplit('/').next().unwrap(), &name);
    assert!(matches!(migrating(&latin, false).unwrap_err(), PostgresError::Encoding { .. }));
}

#[test]
fn servers_with_another_secret_or_another_way_of_time_are_refused() {
    let url = database_of(server());
    let address = migrated(&url);
    drop(PostgresStore::open(&address, Some(&[7; 32]), surroundings()).unwrap());
    assert!(matches!(refused(&url, Some([8; 32]), surroundings()), PostgresError::OtherSecret));
    assert!(matches!(refused(&url, Some([7; 32]), running(start())), PostgresError::OtherClock { test_clock: true }));
    drop(PostgresStore::open(&address, Some(&[7; 32]), surroundings()).unwrap());
}

#[test]
fn a_servers_own_clock_decides_nothing() {
    let url = database_of(server());
    let address = migrated(&url);
    let own = Arc::new(AtomicI64::new(start().as_millis()));
    let read = Arc::clone(&own);
    let clock = Clock::Shared(Arc::new(move || Timestamp::from_millis(read.load(Ordering::SeqCst)).unwrap()));
    let store = open(&address, Surroundings { clock, ..surroundings() });
    let of_database = || {
        let said = server().psql(&url, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::int8").unwrap();
        said.parse::<i64>().unwrap()
    };
    let (before, decided) = (of_database(), do_it(&store, put_seller("shop")).now.as_millis());
    assert!((before..=of_database()).contains(&decided), "{decided}");
    // An hour ahead, and a year: what is shown is the database's time once it was looked at, and what is decided always.
    for ahead in [3_600_000, 31_536_000_000] {
        own.fetch_add(ahead, Ordering::SeqCst);
        let before = of_database();
        wait(store.look()).unwrap();
        assert!((before..=of_database()).contains(&store.now().as_millis()));
        let decided = do_it(&store, open_refund(&format!("r{ahead}"))).now.as_millis();
        assert!((before..=of_database()).contains(&decided), "{decided}");
    }
    assert_eq!(store.health().clock_behind, None);
}

#[test]
fn a_clock_that_is_too_far_behind_opens_nothing() {
    let url = database_of(server());
    let store = open(&migrated(&url), running(start()));
    do_it(&store, put_seller("shop"));
    store.close().unwrap();
    let earlier = |minutes: i64| Timestamp::from_millis(start().as_millis() - minutes * 60_000).unwrap();
    let address = PostgresAddress::parse(&url, None).unwrap();
    assert!(matches!(refused(&url, None, running(earlier(6))), PostgresError::ClockBehind { .. }));
    drop(PostgresStore::open(&address, None, running(earlier(5))).unwrap());
}

#[test]
fn what_was_there_is_there_again() {
    let url = database_of(server());
    let address = migrated(&url);
    let store = open(&address, surroundings());
    begin(&store);
    do_it(&store, open_refund("r"));
    let (end, now) = (store.feed_end(), store.now());
    drop(store);
    let store = open(&address, surroundings());
    assert_eq!((store.feed_end(), store.now()), (end, now));
    assert!(wait(store.refund(&"r".parse().unwrap())).unwrap().is_some());
}

#[test]
fn of_two_servers_each_knows_what_it_recorded() {
    let address = migrated(&database_of(server()));
    let [one, other] = [(); 2].map(|()| open(&address, surroundings()));
    for (store, shop) in [(&one, "a"), (&other, "b"), (&one, "c")] {
        do_it(store, put_seller(shop));
        let end = store.feed_end().unwrap();
        wait(one.look()).unwrap();
        wait(other.look()).unwrap();
        let is_ones = std::ptr::eq(store, &raw const one);
        assert_eq!((one.recorded_here(end), other.recorded_here(end)), (is_ones, !is_ones));
    }
    let end = one.feed_end().unwrap();
    drop(one);
    assert!(!open(&address, surroundings()).recorded_here(end), "before its start");
}

#[test]
fn a_start_may_hold_settling_for_all_servers_and_none_releases_it() {
    let address = migrated(&database_of(server()));
    let settles = |store: &PostgresStore| store.submit(Request::by_system(Work::SettleDue)).wait().is_ok();
    let one = open(&address, surroundings());
    assert!(settles(&one));
    let held = open(&address, Surroundings { hold_settling: true, ..surroundings() });
    assert!(!settles(&held) && !settles(&one));
    assert!(held.health().held && one.health().held);
    drop(held);
    let again = open(&address, surroundings());
    assert!(!settles(&again) && !settles(&one));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let hold = |held| runtime.block_on(hold_settling(&address, held)).unwrap();
    assert!(hold(false) && !hold(false), "it says whether it was otherwise before");
    assert!(settles(&again) && settles(&one) && !one.health().held);
    assert!(hold(true));
    wait(one.look()).unwrap();
    assert!(one.health().held && !settles(&again));
}
