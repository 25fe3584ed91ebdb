//! The delivery book of several servers: what one takes in, whichever has the endpoint sends, and no two have the same.

mod holding;

use refund_core::{EventType, RefundId, Timestamp};
use refund_store::conformance::deliveries::check_all;
use refund_store::{
    Again, Attempt, Backlog, Chosen, Claimed, Deliveries, Delivery, DeliveryState, Due, EventPosition, Forget, Intake,
    Noted, PostgresAddress, PostgresDeliveries, PostgresStore, Queued, Soon, Tried, wait,
};
use refund_test_postgres::{Server, Version};

use super::story::surroundings;
use super::{database_of, migrated, open};

fn server() -> &'static Server {
    Server::shared(Version::Debian).unwrap()
}

/// A database, and servers on it one after the other.
struct Servers {
    url: String,
    address: PostgresAddress,
    stores: Vec<PostgresStore>,
}

impl Servers {
    fn none() -> Self {
        let url = database_of(server());
        // Whoever calls may be within a runtime.
        let address = std::thread::scope(|scope| scope.spawn(|| migrated(&url)).join().unwrap());
        Self { url, address, stores: Vec::new() }
    }

    /// The book of one more.
    fn one_more(&mut self) -> PostgresDeliveries {
        let store = open(&self.address, surroundings());
        let book = store.deliveries();
        self.stores.push(store);
        book
    }

    fn two() -> (Self, [PostgresDeliveries; 2]) {
        let mut servers = Self::none();
        let books = [servers.one_more(), servers.one_more()];
        (servers, books)
    }

    fn psql(&self, statement: &str) -> String {
        server().psql(&self.url, statement).unwrap()
    }

    /// As if whoever holds endpoints had been silent for long.
    fn leases_end(&self) {
        self.psql("UPDATE endpoints SET until = now()");
    }
}

fn position(record: u64) -> EventPosition {
    EventPosition { record, epoch: 1, entry: 0 }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000).unwrap()
}

fn delivery(record: u64) -> Delivery {
    Delivery {
        event: position(record),
        refund_id: RefundId::new("rfd_1").unwrap(),
        sequence: record,
        event_type: EventType::RefundOpened,
        recorded_at: Some(at(0)),
        asked_at: at(0),
        asked_again: 0,
        state: DeliveryState::Pending,
        next_at: Some(at(0)),
        tries: 0,
        first_try_at: None,
        attempts: Vec::new(),
    }
}

/// The first event, for each of these endpoints.
fn first(endpoint_ids: &[&str]) -> Intake {
    let deliveries = endpoint_ids.iter().map(|id| ((*id).to_owned(), delivery(1))).collect();
    Intake { from: None, to: position(1), deliveries }
}

fn claim(book: &PostgresDeliveries, endpoint_id: &str) -> Option<Claimed> {
    wait(book.claim(endpoint_id, Queued { at: at(0), event: position(1) })).unwrap()
}

fn failed() -> Tried {
    let attempt = Attempt { status: Some(500), duration_ms: 1, ..Attempt::begun(at(5)) };
    Tried { attempt, next_at: Some(at(9)), leave_alone_until: None }
}

fn succeeded() -> Tried {
    let Tried { attempt, .. } = failed();
    Tried { attempt: Attempt { status: Some(204), ..attempt }, next_at: None, leave_alone_until: None }
}

/// To which of these endpoints a server has something to send.
fn sends<'i>(book: &PostgresDeliveries, endpoint_ids: &[&'i str]) -> Vec<&'i str> {
    let due = wait(book.due(endpoint_ids, 9)).unwrap();
    let with_queue = endpoint_ids.iter().zip(due).filter(|(_, due)| !due.queue.is_empty());
    with_queue.map(|(id, _)| *id).collect()
}

const A: &str = "whk_a";

#[test]
fn the_postgres_book_keeps_every_promise() {
    let mut opened = Vec::new();
    let mut make = || -> Box<dyn Deliveries> {
        let mut servers = Servers::none();
        let book = servers.one_more();
        opened.push(servers);
        Box::new(book)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(check_all(&mut make)).unwrap();
}

/// One server sends, and all else is done by another.
struct Beside {
    sends: PostgresDeliveries,
    other: PostgresDeliveries,
}

impl Deliveries for Beside {
    fn due<'a>(&'a self, endpoint_ids: &'a [&'a str], limit: usize) -> Soon<'a, Vec<Due>> {
        self.sends.due(endpoint_ids, limit)
    }

    fn claim<'a>(&'a self, endpoint_id: &'a str, queued: Queued) -> Soon<'a, Option<Claimed>> {
        self.sends.claim(endpoint_id, queued)
    }

    fn tried(&self, claimed: Claimed, tried: Tried) -> Soon<'_, Noted> {
        self.sends.tried(claimed, tried)
    }

    fn read_to(&self) -> Soon<'_, Option<EventPosition>> {
        self.other.read_to()
    }

    fn take_in(&self, intake: Intake) -> Soon<'_, bool> {
        self.other.take_in(intake)
    }

    fn send_again<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        limit: usize,
        now: Timestamp,
    ) -> Soon<'a, Again> {
        self.other.send_again(endpoint_id, chosen, limit, now)
    }

    fn send<'a>(&'a self, endpoint_id: &'a str, deliveries: Vec<Delivery>, now: Timestamp) -> Soon<'a, ()> {
        self.other.send(endpoint_id, deliveries, now)
    }

    fn list<'a>(
        &'a self,
        endpoint_id: &'a str,
        chosen: &'a Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Soon<'a, Vec<Delivery>> {
        self.other.list(endpoint_id, chosen, before, limit)
    }

    fn backlog<'a>(&'a self, endpoint_ids: &'a [&'a str]) -> Soon<'a, Backlog> {
        self.other.backlog(endpoint_ids)
    }

    fn waiting<'a>(&'a self, beginning: &'a str) -> Soon<'a, Vec<String>> {
        self.other.waiting(beginning)
    }

    fn endpoints(&self) -> Soon<'_, Vec<String>> {
        self.other.endpoints()
    }

    fn forget(&self, what: Forget) -> Soon<'_, ()> {
        self.other.forget(what)
    }

    fn close(&self) -> Soon<'_, ()> {
        self.other.close()
    }
}

#[test]
fn every_promise_is_kept_where_another_server_does_all_but_send() {
    let mut opened = Vec::new();
    let mut make = || -> Box<dyn Deliveries> {
        let (servers, [sends, other]) = Servers::two();
        opened.push(servers);
        Box::new(Beside { sends, other })
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(check_all(&mut make)).unwrap();
}

#[test]
fn each_endpoint_is_one_servers_at_a_time() {
    let (_servers, books) = Servers::two();
    let ids: Vec<_> = (0..20).map(|number| format!("whk_{number:02}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    assert!(wait(books[0].take_in(first(&ids))).unwrap());
    for turn in [0, 1, 1, 0, 1, 0, 0, 1] {
        let (own, claimed) = (sends(&books[turn], &ids), |book: usize, id| claim(&books[book], id).is_some());
        for id in own {
            assert_eq!((claimed(1 - turn, id), claimed(turn, id)), (false, true), "{id}");
            wait(books[turn].tried(claim(&books[turn], id).unwrap(), succeeded())).unwrap();
            wait(books[1 - turn].send(id, vec![delivery(1)], at(0))).unwrap();
        }
    }
    let sent: Vec<_> = books.iter().map(|book| sends(book, &ids)).collect();
    assert_eq!((sent[0].len() + sent[1].len(), sent[0].iter().any(|id| sent[1].contains(id))), (ids.len(), false));
}

#[test]
fn how_an_endpoint_fares_is_told_to_all() {
    let (_servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    let claimed = claim(&one, A).unwrap();
    assert!(matches!(wait(one.tried(claimed, failed())).unwrap(), Noted::Written { .. }));
    let seen = wait(other.due(&[A], 9)).unwrap().pop().unwrap();
    assert_eq!((seen.queue, seen.failing_since), (vec![], Some(at(5))));
}

#[test]
fn who_only_looks_how_an_endpoint_fares_does_not_take_it() {
    let (_servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    assert_eq!(wait(one.due(&[A], 0)).unwrap(), [Due::default()]);
    assert_eq!(sends(&other, &[A]), [A]);
}

#[test]
fn what_a_silent_server_held_another_takes_and_the_silent_one_notes_nothing_any_more() {
    let (servers, [silent, other]) = Servers::two();
    assert!(wait(silent.take_in(first(&[A]))).unwrap());
    let claimed = claim(&silent, A).unwrap();
    assert_eq!(sends(&other, &[A]), [""; 0]);
    servers.leases_end();
    assert_eq!(sends(&other, &[A]), [A]);
    assert_eq!(claim(&silent, A), None);
    assert_eq!(wait(silent.tried(claimed.clone(), failed())).unwrap(), Noted::Gone);
    assert_eq!(wait(other.list(A, &Chosen::default(), None, 9)).unwrap(), [delivery(1)], "nothing was noted");
    let again = claim(&other, A).unwrap();
    assert_eq!(again, claimed, "and it is sent again");
    assert!(matches!(wait(other.tried(again, failed())).unwrap(), Noted::Written { .. }));
}

#[test]
fn a_server_that_has_an_endpoint_once_more_notes_nothing_of_its_time_before() {
    let (servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    let claimed = claim(&one, A).unwrap();
    for book in [&other, &one] {
        servers.leases_end();
        assert_eq!(sends(book, &[A]), [A]);
    }
    assert_eq!(wait(one.tried(claimed, failed())).unwrap(), Noted::Gone);
    let anew = claim(&one, A).unwrap();
    assert!(matches!(wait(one.tried(anew, failed())).unwrap(), Noted::Written { .. }));
}

#[test]
fn a_lease_that_ended_and_that_nobody_took_goes_on() {
    let (servers, [one, _]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    let claimed = claim(&one, A).unwrap();
    servers.leases_end();
    assert!(matches!(wait(one.tried(claimed, failed())).unwrap(), Noted::Written { .. }));
    assert_eq!(sends(&one, &[A]), [A]);
}

#[test]
fn who_sends_keeps_its_endpoints_by_saying_so_again() {
    let (servers, [one, other]) = Servers::two();
    assert!(wait(one.take_in(first(&[A]))).unwrap());
    assert_eq!(sends(&one, &[A]), [A]);
    servers.psql("UPDATE endpoints SET until = now() + interval '10 seconds'");
    let due = wait(one.due(&[A], 9)).unwrap().pop().unwrap();
    assert_eq!(due.queue, [Queued { at: at(0), event: position(1) }]);
    let left = servers.psql("SELECT until > now() + interval '20 seconds', term FROM endpoints");
    assert_eq!((left.as_str(), sends(&other, &[A])), ("t|1", vec![]));
}

#[test]
fn what_two_take_in_at_once_is_taken_in_once() {
    let (_servers, books) = Servers::two();
    for (from, to) in [(None, 1), (Some(1), 2), (Some(2), 3)] {
        let deliveries = vec![(A.to_owned(), delivery(to))];
        let intake = Intake { from: from.map(position), to: position(to), deliveries };
        let taken = std::thread::scope(|scope| {
            let taking = [&books[0], &books[1]].map(|book| {
                let intake = intake.clone();
                scope.spawn(move || wait(book.take_in(intake)).unwrap())
            });
            taking.map(|taking| taking.join().unwrap())
        });
        assert_ne!(taken[0], taken[1], "{from:?}");
    }
    let listed = wait(books[0].list(A, &Chosen::default(), None, 9)).unwrap();
    assert_eq!(listed, [delivery(3), delivery(2), delivery(1)]);
}

#[test]
fn a_new_server_gets_its_share_once_it_sends_and_nothing_is_on_its_way() {
    let ids: Vec<_> = (0..40).map(|number| format!("whk_{number:02}")).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let mut servers = Servers::none();
    let one = servers.one_more();
    assert!(wait(one.take_in(first(&ids))).unwrap());
    assert_eq!(sends(&one, &ids), ids);
    let other = servers.one_more();
    assert_eq!(sends(&one, &ids), ids, "one that is there and sends nothing gets nothing");
    assert_eq!(sends(&other, &ids), [""; 0]);
    let wanted = servers.psql("SELECT id FROM endpoints WHERE wanted_by IS NOT NULL ORDER BY id");
    let wanted: Vec<_> = wanted.lines().collect();
    assert!((5..35).contains(&wanted.len()), "about a half: {wanted:?}");
    let claimed = claim(&one, wanted[0]).unwrap();
    assert!(!sends(&one, &ids).iter().any(|id| wanted.contains(id)), "what another wants is not begun any more");
    assert_eq!(sends(&other, &ids), wanted[1..], "what is on its way is waited for");
    assert!(matches!(wait(one.tried(claimed, failed())).unwrap(), Noted::Written { .. }));
    let rest: Vec<_> = ids.iter().copied().filter(|id| !wanted.contains(id)).collect();
    assert_eq!((sends(&one, &ids), sends(&other, &ids)), (rest, wanted));
}

#[test]
fn who_has_no_endpoint_asks_the_database_nothing() {
    let mut servers = Servers::none();
    let book = servers.one_more();
    servers.stores.clear();
    assert_eq!(wait(book.due(&[], 9)).unwrap(), []);
    assert_eq!(wait(book.backlog(&[])).unwrap(), Backlog::default());
    assert!(wait(book.due(&[A], 9)).is_err(), "the store is closed");
}

#[test]
fn what_lies_behind_very_many_is_forgotten_but_for_what_is_pending() {
    let mut servers = Servers::none();
    let book = servers.one_more();
    assert!(wait(book.take_in(first(&[A, "whk_b"]))).unwrap());
    servers.psql(
        "INSERT INTO deliveries SELECT 'whk_a', n, 1, 0, 0, 0, 'succeeded', NULL, '' \
         FROM generate_series(2, 101502) AS n",
    );
    wait(book.forget(Forget::Old { now: at(1) })).unwrap();
    let left =
        servers.psql("SELECT endpoint, count(*), min(record) FROM deliveries GROUP BY endpoint ORDER BY endpoint");
    assert_eq!(left, "whk_a|100001|1\nwhk_b|1|1");
    let oldest = servers.psql("SELECT record FROM deliveries WHERE due IS NULL ORDER BY record LIMIT 1");
    assert_eq!(oldest, "1503");
}

#[test]
fn what_was_taken_in_for_an_endpoint_while_it_was_forgotten_can_be_forgotten_too() {
    let mut servers = Servers::none();
    let book = servers.one_more();
    assert!(wait(book.take_in(first(&[A, "whk_b", "whk_c"]))).unwrap());
    servers.psql("DELETE FROM endpoints WHERE id <> 'whk_c'");
    assert_eq!(wait(book.endpoints()).unwrap(), [A, "whk_b", "whk_c"]);
    assert_eq!(sends(&book, &[A, "whk_c"]), ["whk_c"]);
    wait(book.forget(Forget::Endpoints(vec![A.to_owned(), "whk_c".to_owned()]))).unwrap();
    assert_eq!(wait(book.endpoints()).unwrap(), ["whk_b"]);
}
