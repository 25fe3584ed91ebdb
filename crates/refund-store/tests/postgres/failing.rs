//! What goes wrong between a server and its database: nobody gets an answer that lies, and nothing is done twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use refund_core::{Attachments, Fact, Message, NamedFiles};
use refund_store::{PostgresAddress, PostgresStore, Refused, Request, Store, StoreError, Turned, Work, wait};
use refund_test_postgres::{Proxy, Server, Version, Way};

use super::story::{begin, do_it, open_on_line, operator, surroundings};
use super::{database_of, migrated, open};

/// A store behind a passage that can be cut, with a refund `r`.
struct Behind {
    proxy: Proxy,
    store: PostgresStore,
    beside: PostgresStore,
}

impl Behind {
    fn new() -> Self {
        let server = Server::shared(Version::Debian).unwrap();
        let proxy = Proxy::before(server.port()).unwrap();
        let url = database_of(server);
        let moved = url.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
        let beside = open(&migrated(&url), surroundings());
        let store = open(&PostgresAddress::parse(&moved, None).unwrap(), surroundings());
        begin(&store);
        do_it(&store, open_on_line("r", "l", "kim", 1000));
        Self { proxy, store, beside }
    }
}

pub(super) fn message(text: &str) -> Request {
    let message = Message {
        text: text.parse().unwrap(),
        attachments: Attachments::default(),
        internal: true,
        for_operators: false,
        files: NamedFiles::default(),
    };
    Request::new(operator(), Work::PostMessage { refund_id: "r".parse().unwrap(), message: Box::new(message) })
}

/// How often each message stands in the refund's history.
pub(super) fn messages(store: &dyn Store) -> BTreeMap<String, usize> {
    let mut messages = BTreeMap::new();
    for (_, event) in wait(store.history(&"r".parse().unwrap(), 0, usize::MAX)).unwrap() {
        if let Fact::MessagePosted { message, .. } = event.fact {
            *messages.entry(message.text.to_string()).or_default() += 1;
        }
    }
    messages
}

#[test]
fn a_turn_that_is_cut_at_any_byte_is_carried_out_once_and_told_as_what_it_was() {
    let Behind { proxy, store, beside } = Behind::new();
    let turns: [Arc<AtomicUsize>; 3] = Default::default();
    let [done, failed, unheard] = turns.clone();
    store.on_turns(move |turned| {
        let count = match turned {
            Turned::Done { .. } => &done,
            Turned::Failed => &failed,
            Turned::Unheard => &unheard,
        };
        count.fetch_add(1, Ordering::SeqCst);
    });
    let mut sent = 0;
    for (way, step) in [(Way::There, 61), (Way::Back, 17)] {
        let mut after = 0;
        loop {
            let before = proxy.spare();
            proxy.cut_after(way, after);
            sent += 1;
            do_it(&store, message(&format!("message {sent}")));
            if proxy.spare() == before {
                break;
            }
            after += step;
        }
        assert!(after > 10 * step, "few bytes went {way:?}: {after}");
    }
    let all: BTreeMap<_, _> = (1..=sent).map(|number| (format!("message {number}"), 1)).collect();
    assert_eq!(messages(&beside), all);
    let [done, failed, unheard] = turns.map(|count| count.load(Ordering::SeqCst));
    // One for each message, or one that finds out what became of it.
    assert_eq!(done, sent);
    assert!(failed > 0 && unheard > 0, "{failed} failed, {unheard} unheard");
}

#[test]
fn whoever_falls_silent_with_the_turn_holds_up_the_others_for_a_moment_only() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = Server::shared(Version::Debian).unwrap();
    let url = database_of(server);
    let store = open(&migrated(&url), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    let silent = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let take = "SET idle_in_transaction_session_timeout = '300ms'; BEGIN; SELECT FROM turn FOR UPDATE";
        client.batch_execute(take).await.unwrap();
        client
    });
    do_it(&store, message("after all"));
    assert_eq!(messages(&store).len(), 1);
    assert!(runtime.block_on(silent.batch_execute("COMMIT")).is_err(), "whose turn is over writes nothing");
}

#[test]
fn a_database_that_is_killed_and_comes_back_has_lost_and_doubled_nothing() {
    let mut server = Server::start(Version::Debian, &[]).unwrap();
    let store = open(&migrated(&database_of(&server)), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while done.load(Ordering::SeqCst) < 200 {
                    do_it(&store, message(&format!("message {}", next.fetch_add(1, Ordering::SeqCst))));
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        while done.load(Ordering::SeqCst) < 50 {
            std::thread::yield_now();
        }
        server.kill().unwrap();
        server.restart().unwrap();
    });
    let all: BTreeMap<_, _> = (0..next.into_inner()).map(|number| (format!("message {number}"), 1)).collect();
    assert_eq!(messages(&store), all);
}

#[test]
fn what_breaks_a_constraint_is_refused_alone() {
    let server = Server::shared(Version::Debian).unwrap();
    let url = database_of(server);
    let store = open(&migrated(&url), surroundings());
    begin(&store);
    for id in ["r", "s"] {
        do_it(&store, open_on_line(id, id, "kim", 1000));
    }
    // The account of one line is full, which the rules don't know.
    server.psql(&url, "ALTER TABLE lines ADD CONSTRAINT forged CHECK (line <> 'forged')").unwrap();
    let requests = [message("before"), open_on_line("t", "forged", "kim", 1000), message("behind")];
    let replies: Vec<_> = requests.into_iter().map(|request| store.submit(request)).collect();
    let [before, forged, behind] = replies.try_into().unwrap();
    assert!(before.wait().is_ok() && behind.wait().is_ok());
    let refused = forged.wait().unwrap_err();
    let Refused::Store(error) = refused else { panic!("{refused:?}") };
    assert!(matches!(&*error, StoreError::NotRecorded(why) if why.contains("forged")), "{error}");
    assert_eq!(messages(&store).len(), 2);
    assert!(wait(store.refund(&"t".parse().unwrap())).unwrap().is_none());
}

#[test]
fn reads_go_on_once_the_database_can_be_reached_again() {
    let Behind { proxy, store, .. } = Behind::new();
    let read = || wait(store.refund(&"r".parse().unwrap()));
    assert!(read().unwrap().is_some());
    proxy.close(true);
    assert!(matches!(read(), Err(StoreError::Away(_) | StoreError::TooSlow { .. })));
    assert!(wait(store.look()).is_err());
    proxy.close(false);
    assert!(read().unwrap().is_some());
    wait(store.look()).unwrap();
}

#[test]
fn a_host_that_takes_connections_and_says_nothing_is_passed_over() {
    let server = Server::shared(Version::Debian).unwrap();
    let silent = Proxy::before(server.port()).unwrap();
    silent.hold(true);
    let url = database_of(server);
    migrated(&url);
    let (own, both) = (server.port(), format!(":{},127.0.0.1:{}/", silent.port(), server.port()));
    let store = open(&PostgresAddress::parse(&url.replace(&format!(":{own}/"), &both), None).unwrap(), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    assert!(wait(store.refund(&"r".parse().unwrap())).unwrap().is_some());
}

/// A standby that had all takes the place: the timeline is another, and the history goes on.
#[test]
fn a_history_that_goes_on_elsewhere_is_followed_there() {
    let (url, store) = with_a_refund();
    Server::shared(Version::Debian).unwrap().psql(&url, "UPDATE meta SET history = history + 1").unwrap();
    do_it(&store, message("still here"));
    assert_eq!((messages(&store).len(), store.health().stopped.is_none()), (1, true));
}

/// A standby that lagged takes the place: what this server was told there is no more, and it must not decide by it.
#[test]
fn a_server_whose_database_has_lost_what_it_was_told_decides_nothing_any_more() {
    let server = Server::shared(Version::Debian).unwrap();
    // Two promotions from one timeline are in one epoch, and so is a copy that was put back.
    for (goes_on, changes_epoch) in [(false, true), (true, true), (false, false), (true, false)] {
        let (url, store) = with_a_refund();
        let epoch = if changes_epoch { "UPDATE meta SET history = history + 1" } else { "" };
        let last = "(SELECT max(first) FROM batches)";
        let lose = format!("DELETE FROM records WHERE number >= {last}; DELETE FROM batches WHERE first = {last}");
        let recorded = "SELECT sum(records) FROM batches";
        if goes_on {
            // What was lost is recorded anew, as something else, by whoever was there first.
            let chain = "UPDATE batches SET chain = sha256(chain) WHERE first = (SELECT max(first) FROM batches)";
            server.psql(&url, &format!("{chain}; {epoch}")).unwrap();
        } else {
            server.psql(&url, &format!("{lose}; {epoch}")).unwrap();
        }
        let there = server.psql(&url, recorded).unwrap();
        let refused = store.submit(message("by what is lost")).wait();
        assert!(matches!(refused, Err(Refused::Store(_))), "{refused:?}");
        assert!(matches!(store.health().stopped, Some(StoreError::Lost(_))), "{:?}", store.health().stopped);
        assert_eq!(server.psql(&url, recorded).unwrap(), there, "nothing is recorded");
    }
}

fn with_a_refund() -> (String, PostgresStore) {
    let url = database_of(Server::shared(Version::Debian).unwrap());
    let store = open(&migrated(&url), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    (url, store)
}

/// Half a database, as a restore that was cut off leaves one.
#[test]
fn without_the_row_of_turns_nobody_decides() {
    let (url, store) = with_a_refund();
    let server = Server::shared(Version::Debian).unwrap();
    server.psql(&url, "DELETE FROM turn").unwrap();
    let refused = store.submit(message("out of turn")).wait().unwrap_err();
    let Refused::Store(error) = refused else { panic!("{refused:?}") };
    assert!(matches!(&*error, StoreError::NotRecorded(why) if why.contains("INSERT INTO turn")), "{error}");
    server.psql(&url, "INSERT INTO turn DEFAULT VALUES").unwrap();
    do_it(&store, message("in turn"));
    assert_eq!(messages(&store).into_keys().collect::<Vec<_>>(), ["in turn"]);
}

/// With a snapshot of before its turn a server would decide from what others have changed since.
#[test]
fn how_databases_isolate_by_default_is_nothing_to_turns() {
    let (url, first) = with_a_refund();
    let name = url.rsplit('/').next().unwrap();
    let set = format!("ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'");
    Server::shared(Version::Debian).unwrap().psql("postgres", &set).unwrap();
    drop(first);
    let address = PostgresAddress::parse(&url, None).unwrap();
    let stores = [open(&address, surroundings()), open(&address, surroundings())];
    std::thread::scope(|scope| {
        for (number, store) in stores.iter().enumerate() {
            scope.spawn(move || (0..40).for_each(|each| drop(do_it(store, message(&format!("{number} {each}"))))));
        }
    });
    assert_eq!(messages(&stores[0]).len(), 80);
}
