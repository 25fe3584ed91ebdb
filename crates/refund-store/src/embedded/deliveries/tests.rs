use refund_core::{EventType, Span, Timestamp};

use super::waiting::Waiting;
use super::*;
use crate::conformance::deliveries::{at, attempt, delivery, position, three};
use crate::embedded::folder::SledFolder;
use crate::soon::wait;
use crate::{Attempt, DeliveryState, LeftAlone};

fn with_three(folder: &Path) -> Book {
    let book = Book::open(folder).unwrap();
    assert!(book.take_in(&three("whk_a").unwrap()).unwrap());
    book
}

fn tried(book: &Book, record: u64, status: u16) {
    let delivery = book.delivery("whk_a", position(record)).unwrap().unwrap();
    let claimed = Claimed { endpoint_id: "whk_a".to_owned(), delivery };
    let tried = Tried { attempt: attempt(5, status), next_at: None, leave_alone_until: None };
    assert!(matches!(book.tried(claimed, tried).unwrap(), Noted::Written { .. }));
}

fn left(book: &Book, endpoint_id: &str) -> Vec<u64> {
    book.latest_first(endpoint_id, None).map(|delivery| delivery.unwrap().event.record).collect()
}

#[test]
fn what_was_taken_in_and_how_far_is_there_after_a_kill_and_after_a_close() {
    let folder = tempfile::tempdir().unwrap();
    drop(with_three(folder.path()));
    for _ in 0..2 {
        let book = Book::open(folder.path()).unwrap();
        assert_eq!(book.read_to().unwrap(), Some(position(3)));
        assert_eq!(book.due("whk_a", 9).unwrap().queue.len(), 3);
        book.close().unwrap();
    }
}

#[test]
fn after_the_machine_stopped_the_book_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    drop(with_three(folder.path()));
    std::fs::write(folder.path().join("deliveries.in-use"), "another boot").unwrap();
    assert_eq!(Book::open(folder.path()).unwrap().read_to().unwrap(), None);
}

#[test]
fn after_a_write_that_failed_the_book_is_opened_anew_before_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let known = EmbeddedDeliveries::open(folder.path()).unwrap();
    assert!(wait(known.take_in(three("whk_a").unwrap())).unwrap());
    let queued = wait(known.due(&["whk_a"], 9)).unwrap()[0].queue[0];
    let claimed = wait(known.claim("whk_a", queued)).unwrap().unwrap();
    let tried = Tried { attempt: attempt(5, 200), next_at: None, leave_alone_until: None };
    known.0.let_go();
    assert!(wait(known.tried(claimed.clone(), tried.clone())).is_err());
    assert!(wait(known.due(&["whk_a"], 9)).is_err() && wait(known.claim("whk_a", queued)).is_err());
    wait(known.look()).unwrap();
    assert!(matches!(wait(known.tried(claimed, tried)).unwrap(), Noted::Written { .. }));
    assert_eq!(wait(known.claim("whk_a", queued)).unwrap(), None);
    assert_eq!(wait(known.backlog(&["whk_a"])).unwrap().count, 2);
    wait(known.close()).unwrap();
}

#[test]
fn a_book_whose_write_fails_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    book.db.insert(rows::READ_TO, "nothing of the kind").unwrap();
    let known = EmbeddedDeliveries(Arc::new(Shelf::with(folder.path(), book)));
    assert!(wait(known.take_in(three("whk_a").unwrap())).is_err());
    assert!(known.0.book().is_err());
}

#[test]
fn a_start_after_a_kill_leaves_the_mark_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("deliveries.in-use");
    drop(with_three(folder.path()));
    let before = std::fs::metadata(&mark).unwrap().modified().unwrap();
    drop(Book::open(folder.path()).unwrap());
    assert_eq!(std::fs::metadata(&mark).unwrap().modified().unwrap(), before, "on a full disk it would be lost");
}

#[test]
fn a_book_that_is_damaged_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    with_three(folder.path()).close().unwrap();
    std::fs::write(folder.path().join("deliveries/conf"), "nothing of the kind").unwrap();
    assert_eq!(Book::open(folder.path()).unwrap().read_to().unwrap(), None);
}

/// Rows as they were when records were not counted yet, and named by their places. The one without `recorded_at` is from before that was written down.
const ROWS: [(&str, &str); 7] = [
    ("read-to", r#"{"record":4096,"entry":2}"#),
    (
        "delivery/whk_a/evt_00000000000800000001",
        r#"{"event":{"record":2048,"entry":1},"refund_id":"rfd_1","sequence":3,"event_type":"refund.opened","asked_at":"2026-03-01T00:00:00.000Z","state":"pending","next_at":"2026-03-01T00:00:05.000Z","tries":1,"first_try_at":"2026-03-01T00:00:00.000Z","attempts":[{"at":"2026-03-01T00:00:00.000Z","status":500,"error":null,"duration_ms":7,"response":"no"}]}"#,
    ),
    (
        "delivery/whk_a/evt_00000000001000000002",
        r#"{"event":{"record":4096,"entry":2},"refund_id":"rfd_1","sequence":4,"event_type":"refund.agreed","recorded_at":"2026-03-01T00:00:01.000Z","asked_at":"2026-03-01T00:00:01.000Z","state":"succeeded","next_at":null,"tries":1,"first_try_at":"2026-03-01T00:00:01.000Z","attempts":[]}"#,
    ),
    ("queue/whk_a/0000019ca6b1ef88/evt_00000000000800000001", r#""2026-03-01T00:00:00.000Z""#),
    ("failing/whk_a", r#""2026-03-01T00:00:00.000Z""#),
    ("left-alone/whk_a", r#"["2026-03-01T00:00:00.000Z","2026-03-01T02:00:00.000Z"]"#),
    ("left-alone/whk_b", r#"["2026-03-01T00:00:00.000Z","2026-03-01T02:00:00.000Z"]"#),
];

#[test]
fn an_old_book_opens() {
    let instant = |text: &str| text.parse::<Timestamp>().unwrap();
    let (began, first) = (instant("2026-03-01T00:00:00Z"), EventPosition { record: 8, epoch: 0, entry: 1 });
    let folder = tempfile::tempdir().unwrap();
    let db = SledFolder::new(folder.path(), "deliveries", 1 << 20).open().unwrap();
    for (name, row) in ROWS {
        db.insert(name, row).unwrap();
    }
    drop(db);
    let book = Book::open(folder.path()).unwrap();
    assert!(book.read_to().is_err());
    book.count(|place, entry| Ok(EventPosition { record: place / 256, epoch: 0, entry })).unwrap();
    assert_eq!(book.read_to().unwrap(), Some(EventPosition { record: 16, epoch: 0, entry: 2 }));
    let queued = Queued { at: instant("2026-03-01T00:00:05Z"), event: first };
    let left_alone = LeftAlone { since: began, until: instant("2026-03-01T02:00:00Z") };
    let due = Due { queue: vec![queued], failing_since: Some(began), left_alone: Some(left_alone) };
    assert_eq!(book.due("whk_a", 9).unwrap(), due);
    let old = book.claim("whk_a", queued).unwrap().unwrap().delivery;
    let failed = Attempt { status: Some(500), duration_ms: 7, response: "no".to_owned(), ..Attempt::begun(began) };
    assert_eq!(
        (old.event_type, old.tries, old.recorded_at(), old.attempts),
        (EventType::RefundOpened, 1, began, vec![failed])
    );
    assert_eq!(book.delivery("whk_a", position(16)).unwrap(), None);
    assert_eq!(book.latest_first("whk_a", None).next().unwrap().unwrap().state, DeliveryState::Succeeded);
    assert_eq!(book.endpoints().unwrap().into_iter().collect::<Vec<_>>(), ["whk_a", "whk_b"]);
}

#[test]
fn rows_are_written_as_they_have_been_since_records_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    tried(&book, 1, 500);
    let names: Vec<_> = book.db.iter().keys().map(|name| String::from_utf8(name.unwrap().to_vec()).unwrap()).collect();
    let event = |record: u64| format!("evt_{record:016x}00000001000000");
    let mut expected: Vec<_> = (1..=3).map(|record| format!("delivery/whk_a/{}", event(record))).collect();
    expected.push("failing/whk_a".to_owned());
    expected.extend((2..=3).map(|record| format!("queue/whk_a/0000000000000000/{}", event(record))));
    expected.push("read-to".to_owned());
    assert_eq!(names, expected);
}

#[test]
fn what_was_asked_for_again_while_the_old_was_looked_for_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    tried(&book, 1, 200);
    tried(&book, 2, 200);
    let old = [1, 2].map(|record| book.delivery("whk_a", position(record)).unwrap().unwrap());
    let first = Chosen { events: Some(vec![position(1)]), ..Chosen::default() };
    book.send_again("whk_a", &first, 9, at(20)).unwrap();
    book.forget_these("whk_a", &old).unwrap();
    assert_eq!(left(&book, "whk_a"), [3, 1]);
}

#[test]
fn an_endpoint_whose_id_begins_as_that_of_one_that_is_gone_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    let deliveries = vec![("whk_ab".to_owned(), delivery(4).unwrap())];
    assert!(book.take_in(&Intake { from: Some(position(3)), to: position(4), deliveries }).unwrap());
    tried(&book, 1, 500);
    book.forget(Forget::Endpoints(vec!["whk_a".to_owned()])).unwrap();
    assert_eq!((left(&book, "whk_a"), left(&book, "whk_ab")), (vec![], vec![4]));
    assert_eq!((book.due("whk_a", 9).unwrap(), book.due("whk_", 9).unwrap()), (Due::default(), Due::default()));
    book.forget(Forget::Old { now: at(0).plus(Span::MAX) }).unwrap();
    assert_eq!(left(&book, "whk_ab"), [4], "what is pending stays");
}

#[test]
fn a_row_of_a_queue_that_is_true_no_longer_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    let queued = |second, record| Queued { at: at(second), event: position(record) };
    book.db.remove(rows::delivery("whk_a", position(1))).unwrap();
    assert_eq!(book.claim("whk_a", queued(0, 1)).unwrap(), None);
    let mut moved = book.change();
    moved.write("whk_a", &Delivery { next_at: Some(at(7)), ..delivery(2).unwrap() }).unwrap();
    moved.apply().unwrap();
    assert_eq!(book.claim("whk_a", queued(0, 2)).unwrap(), None);
    assert_eq!(book.due("whk_a", 9).unwrap().queue, [queued(0, 3), queued(7, 2)]);
    assert!(book.claim("whk_a", queued(7, 2)).unwrap().is_some());
    as_counted(&book);
}

/// That what waits is counted as it is in the queues.
fn as_counted(book: &Book) -> Backlog {
    let counted = book.waiting().backlog(&["whk_a", "whk_ab"]);
    assert_eq!(counted, Waiting::read(&book.db).unwrap().backlog(&["whk_a", "whk_ab"]));
    counted
}

#[test]
fn how_much_waits_is_told_without_reading_a_row_however_much_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    let later = Delivery { asked_at: at(4), next_at: Some(at(9)), ..delivery(4).unwrap() };
    let intake = Intake { from: Some(position(3)), to: position(4), deliveries: vec![("whk_ab".to_owned(), later)] };
    assert!(book.take_in(&intake).unwrap());
    tried(&book, 1, 200);
    book.send("whk_a", vec![delivery(1).unwrap(), delivery(2).unwrap()], at(6)).unwrap();
    assert_eq!(as_counted(&book), Backlog { count: 4, oldest: Some(at(0)) });
    tried(&book, 3, 500);
    assert_eq!(as_counted(&book), Backlog { count: 3, oldest: Some(at(4)) });
    book.forget(Forget::Endpoints(vec!["whk_ab".to_owned()])).unwrap();
    book.close().unwrap();
    drop(book);
    let book = Book::open(folder.path()).unwrap();
    assert_eq!(as_counted(&book), Backlog { count: 2, oldest: Some(at(6)) });
    // Whoever looked at a row now would stumble over it.
    for row in book.db.iter().keys() {
        book.db.insert(row.unwrap(), "nothing of the kind").unwrap();
    }
    let known = EmbeddedDeliveries(Arc::new(Shelf::with(folder.path(), book)));
    let told = wait(known.backlog(&["whk_a"])).unwrap();
    assert_eq!(told, Backlog { count: 2, oldest: Some(at(6)) });
    drop(known);
    let anew = Book::open(folder.path()).unwrap();
    assert_eq!((as_counted(&anew), anew.read_to().unwrap()), (Backlog::default(), None), "a book that can't be read");
}

/// Has the rows name events by their places in the journal, as they did before records were counted.
fn forget_to_count(book: &Book) {
    for kind in rows::OF_EVENTS {
        for row in book.db.scan_prefix(kind) {
            let (key, value) = row.unwrap();
            let (mut name, mut value) =
                (String::from_utf8_lossy(&key).into_owned(), String::from_utf8_lossy(&value).into_owned());
            for record in 1..=3 {
                let before = format!("evt_{:014x}{:06x}", record * 100, 0);
                name = name.replace(&rows::name(position(record)), &before);
                let before = format!(r#"{{"record":{},"entry":0}}"#, record * 100);
                value = value.replace(&serde_json::to_string(&position(record)).unwrap(), &before);
            }
            book.db.remove(key).unwrap();
            book.db.insert(name, value.into_bytes()).unwrap();
        }
    }
    book.db.insert(rows::READ_TO, r#"{"record":300,"entry":0}"#).unwrap();
}

#[test]
fn a_book_of_before_records_were_counted_goes_on_without_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    forget_to_count(&book);
    assert!(book.read_to().is_err());
    let counted = |place, _| if place == 200 { Err(StoreError::OtherHistory) } else { Ok(position(place / 100)) };
    let queued = |record| Queued { at: at(0), event: position(record) };
    // Once more changes nothing.
    for _ in 0..2 {
        book.count(counted).unwrap();
        assert_eq!(book.read_to().unwrap(), Some(position(3)));
        assert_eq!(book.due("whk_a", 9).unwrap().queue, [queued(1), queued(3)]);
        let listed: Vec<_> = book.latest_first("whk_a", None).map(Result::unwrap).collect();
        assert_eq!(listed, [delivery(3).unwrap(), delivery(1).unwrap()]);
        as_counted(&book);
    }
}
