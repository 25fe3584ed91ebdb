//! What the database lacks: a disk, connections, its standby. Callers see time or are told to come again, and nothing is
//! done that was not said to be.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use refund_store::{Refused, Store, StoreError, wait};
use refund_test_postgres::{Server, Version};

use super::failing::{message, messages};
use super::story::{begin, do_it, open_on_line, surroundings};
use super::{database_of, migrated, open};

/// A server whose settings no other test sees.
fn server(settings: &[(&str, &str)]) -> Server {
    Server::start(Version::Debian, &[&[("fsync", "off")][..], settings].concat()).unwrap()
}

/// Has commits wait for the standby of that name; for none where it is empty.
fn wait_for(server: &Server, standby: &str) {
    server.psql("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{standby}'")).unwrap();
    server.psql("postgres", "SELECT pg_reload_conf()").unwrap();
}

#[test]
fn where_the_disk_is_full_a_command_is_refused_at_once_and_reads_go_on() {
    let server = Server::shared(Version::Debian).unwrap();
    let url = database_of(server);
    let store = open(&migrated(&url), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    let full = "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; \
        CREATE TRIGGER is_full BEFORE INSERT ON records EXECUTE FUNCTION is_full()";
    server.psql(&url, full).unwrap();
    let refused = store.submit(message("before")).wait().unwrap_err();
    let Refused::Store(error) = refused else { panic!("{refused:?}") };
    assert!(matches!(&*error, StoreError::NotRecorded(why) if why.contains("No space left")), "{error}");
    assert!(messages(&store).is_empty());
    server.psql(&url, "DROP TRIGGER is_full ON records").unwrap();
    do_it(&store, message("behind"));
    assert_eq!(messages(&store).into_keys().collect::<Vec<_>>(), ["behind"]);
}

#[test]
fn where_no_connection_is_left_commands_go_on_and_reads_come_again() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = server(&[("max_connections", "12")]);
    let url = database_of(&server);
    let store = open(&migrated(&url), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    let mut others = Vec::new();
    let full = runtime.block_on(async {
        loop {
            match tokio_postgres::connect(&url, tokio_postgres::NoTls).await {
                Ok((client, connection)) => others.push((client, tokio::spawn(connection))),
                Err(error) => return error,
            }
        }
    });
    assert!(full.as_db_error().is_some_and(|said| said.message().contains("remaining connection slots")), "{full:?}");
    let read = || wait(store.refund(&"r".parse().unwrap()));
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..16).map(|_| scope.spawn(read)).collect();
        do_it(&store, message("meanwhile"));
        for reader in readers {
            let refused = reader.join().unwrap().err();
            assert!(matches!(refused, None | Some(StoreError::Away(_) | StoreError::TooSlow { .. })), "{refused:?}");
        }
    });
    drop(others);
    while read().is_err() {}
    assert_eq!(messages(&store).len(), 1);
}

#[test]
fn while_no_standby_answers_commands_wait_and_reads_go_on_and_then_all_are_done_once() {
    let server = server(&[]);
    let store = open(&migrated(&database_of(&server)), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    let (done, enough) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !enough.load(Ordering::SeqCst) {
                do_it(&store, message(&format!("message {}", done.load(Ordering::SeqCst))));
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
        wait_for(&server, "nobody");
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        while server.psql("postgres", waiting).unwrap() != "1" {}
        let told = done.load(Ordering::SeqCst);
        assert_eq!(messages(&store).len(), told, "what no standby has is not shown");
        assert_eq!(done.load(Ordering::SeqCst), told, "nothing was acknowledged meanwhile");
        enough.store(true, Ordering::SeqCst);
        wait_for(&server, "");
    });
    assert!(messages(&store).values().eq(std::iter::repeat_n(&1, done.into_inner())));
}

/// Whoever sees a commit hang may cancel it. PostgreSQL calls it done then, though no standby has it.
#[test]
fn a_commit_whose_wait_for_a_standby_was_cancelled_is_not_acknowledged_until_one_has_it() {
    let server = server(&[]);
    let store = open(&migrated(&database_of(&server)), surroundings());
    begin(&store);
    do_it(&store, open_on_line("r", "l", "kim", 1000));
    let acknowledged = AtomicBool::new(false);
    std::thread::scope(|scope| {
        wait_for(&server, "nobody");
        scope.spawn(|| {
            do_it(&store, message("once"));
            acknowledged.store(true, Ordering::SeqCst);
        });
        let waits = |and: &str| format!("SELECT {and} FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        let mut first = String::new();
        while first.is_empty() {
            first = server.psql("postgres", &waits("pid")).unwrap();
        }
        assert_eq!(server.psql("postgres", &waits("pg_cancel_backend(pid)")).unwrap(), "t");
        // It is found to be there, and something behind it waits for the standby too.
        while [first.as_str(), ""].contains(&server.psql("postgres", &waits("pid")).unwrap().as_str()) {}
        assert!(!acknowledged.load(Ordering::SeqCst));
        wait_for(&server, "");
    });
    assert_eq!(messages(&store).into_iter().collect::<Vec<_>>(), [("once".to_owned(), 1)]);
}
