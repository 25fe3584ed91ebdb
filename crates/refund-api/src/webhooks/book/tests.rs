use refund_core::EventType;

use super::care::Backlog;
use super::*;
use crate::trial::id;
use crate::webhooks::schedule::later;

fn position(record: u64) -> EventPosition {
    EventPosition { record, entry: 0 }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(second * 1000).unwrap()
}

fn delivery(record: u64) -> Delivery {
    Delivery {
        event: position(record),
        refund_id: id("rfd_1"),
        sequence: record,
        event_type: EventType::RefundOpened,
        recorded_at: Some(at(0)),
        asked_at: at(0),
        state: DeliveryState::Pending,
        next_at: Some(at(0)),
        tries: 0,
        first_try_at: None,
        attempts: Vec::new(),
    }
}

fn attempt(second: i64, status: u16) -> Attempt {
    Attempt { at: at(second), status: Some(status), error: None, duration_ms: 1, response: String::new() }
}

fn with_three(folder: &Path) -> Book {
    let book = Book::open(folder).unwrap();
    let deliveries = [1, 2, 3].map(|record| ("whk_a".to_owned(), delivery(record)));
    book.take_in(position(3), &deliveries).unwrap();
    book
}

#[test]
fn what_was_taken_in_and_how_far_is_there_after_a_kill_and_after_a_close() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    book.flush().unwrap();
    drop(book);
    for _ in 0..2 {
        let book = Book::open(folder.path()).unwrap();
        assert_eq!(book.read_to().unwrap(), Some(position(3)));
        assert_eq!(book.queue("whk_a", 9).unwrap().len(), 3);
        book.close().unwrap();
    }
}

#[test]
fn after_the_machine_stopped_the_book_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    with_three(folder.path()).flush().unwrap();
    std::fs::write(folder.path().join("deliveries.in-use"), "another boot").unwrap();
    assert_eq!(Book::open(folder.path()).unwrap().read_to().unwrap(), None);
}

#[test]
fn a_book_that_is_damaged_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    with_three(folder.path()).close().unwrap();
    std::fs::write(folder.path().join("deliveries/conf"), "nothing of the kind").unwrap();
    assert_eq!(Book::open(folder.path()).unwrap().read_to().unwrap(), None);
}

#[test]
fn an_attempt_moves_a_delivery_on_and_says_since_when_the_endpoint_fails() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    let tried = book.tried("whk_a", position(1), attempt(5, 500), |_| Some(at(9))).unwrap().unwrap();
    let failed = Tried { state: DeliveryState::Pending, failing_since: Some(at(5)), first_try_at: at(5) };
    assert_eq!(tried, failed);
    let due: Vec<_> = book.queue("whk_a", 9).unwrap().into_iter().map(|(at, event)| (at, event.record)).collect();
    assert_eq!(due, [(at(0), 2), (at(0), 3), (at(9), 1)]);
    let tried = book.tried("whk_a", position(2), attempt(6, 500), |_| None).unwrap().unwrap();
    assert_eq!((tried.state, tried.failing_since), (DeliveryState::Failed, Some(at(5))));
    let tried = book.tried("whk_a", position(1), attempt(9, 204), |_| Some(at(99))).unwrap().unwrap();
    assert_eq!((tried.state, tried.failing_since, tried.first_try_at), (DeliveryState::Succeeded, None, at(5)));
    assert_eq!(book.delivery("whk_a", position(1)).unwrap().unwrap().attempts.len(), 2);
    assert_eq!(book.queue("whk_a", 9).unwrap(), [(at(0), position(3))]);
    assert_eq!(book.tried("whk_a", position(7), attempt(9, 204), |_| None).unwrap(), None);
}

#[test]
fn what_is_sent_again_begins_anew_and_keeps_its_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    book.tried("whk_a", position(1), attempt(5, 500), |_| Some(at(9))).unwrap();
    assert_eq!(book.send_again("whk_a", [delivery(1), delivery(8)], at(20)).unwrap(), 2);
    let again = book.delivery("whk_a", position(1)).unwrap().unwrap();
    assert_eq!((again.tries, again.first_try_at, again.attempts.len()), (0, None, 1));
    let due: Vec<_> = book.queue("whk_a", 9).unwrap().into_iter().map(|(at, event)| (at, event.record)).collect();
    assert_eq!(due, [(at(0), 2), (at(0), 3), (at(20), 1), (at(20), 8)]);
    assert_eq!(book.queue("whk_", 9).unwrap(), []);
}

#[test]
fn deliveries_are_listed_the_latest_first_from_any_place() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    let listed = |behind| -> Vec<u64> {
        book.deliveries("whk_a", behind).map(|delivery| delivery.unwrap().event.record).collect()
    };
    assert_eq!(listed(None), [3, 2, 1]);
    assert_eq!(listed(Some(position(3))), [2, 1]);
    assert_eq!(book.backlog(["whk_a"].into_iter()).unwrap(), Backlog { count: 3, oldest: Some(at(0)) });
    assert_eq!(book.backlog(["whk_b"].into_iter()).unwrap(), Backlog::default());
}

#[test]
fn what_ended_long_ago_and_who_is_gone_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    book.take_in(position(4), &[("whk_b".to_owned(), delivery(4))]).unwrap();
    book.tried("whk_a", position(1), attempt(5, 500), |_| None).unwrap();
    book.tried("whk_a", position(2), attempt(5, 200), |_| None).unwrap();
    let left = |id: &str| book.deliveries(id, None).count();
    book.forget_old("whk_a", later(at(0), 29 * 86_400_000)).unwrap();
    assert_eq!(left("whk_a"), 3);
    book.forget_old("whk_a", later(at(0), 30 * 86_400_000)).unwrap();
    assert_eq!(left("whk_a"), 1, "what is pending stays");
    book.take_in(position(4), &[("whk_ab".to_owned(), delivery(4))]).unwrap();
    book.forget_gone(|id| Ok::<_, BookError>(id == "whk_a")).unwrap();
    assert_eq!((left("whk_a"), left("whk_b"), left("whk_ab")), (0, 1, 1));
    assert_eq!(book.queue("whk_a", 9).unwrap(), []);
    assert_eq!(book.read_to().unwrap(), Some(position(4)));
}

#[test]
fn what_was_asked_for_again_while_the_old_was_looked_for_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    for record in [1, 2] {
        book.tried("whk_a", position(record), attempt(5, 200), |_| None).unwrap();
    }
    let old = [1, 2].map(|record| book.delivery("whk_a", position(record)).unwrap().unwrap());
    book.send_again("whk_a", [delivery(1)], at(20)).unwrap();
    book.forget("whk_a", &old).unwrap();
    let left: Vec<_> = book.deliveries("whk_a", None).map(|delivery| delivery.unwrap().event.record).collect();
    assert_eq!(left, [3, 1]);
}

#[test]
fn a_row_of_a_queue_that_is_true_no_longer_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let book = with_three(folder.path());
    book.db.remove(rows::delivery("whk_a", position(1))).unwrap();
    assert_eq!(book.queued("whk_a", at(0), position(1)).unwrap(), None);
    let mut moved = Batch::default();
    write(&mut moved, "whk_a", &Delivery { next_at: Some(at(7)), ..delivery(2) }).unwrap();
    book.apply(moved).unwrap();
    assert_eq!(book.queued("whk_a", at(0), position(2)).unwrap(), None);
    assert_eq!(book.queue("whk_a", 9).unwrap(), [(at(0), position(3)), (at(7), position(2))]);
    assert!(book.queued("whk_a", at(7), position(2)).unwrap().is_some());
}
