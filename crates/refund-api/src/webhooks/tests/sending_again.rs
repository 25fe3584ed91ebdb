//! Deliveries that are made again.

use super::*;

fn succeeded(record: usize) -> Delivery {
    let at = Timestamp::from_millis(i64::try_from(record).unwrap()).unwrap();
    Delivery {
        event: EventPosition { record: record.try_into().unwrap(), entry: 0 },
        refund_id: id("rfd_1"),
        sequence: 1,
        event_type: EventType::RefundOpened,
        recorded_at: Some(at),
        asked_at: at,
        state: DeliveryState::Succeeded,
        next_at: None,
        tries: 1,
        first_try_at: Some(at),
        attempts: Vec::new(),
    }
}

#[tokio::test]
async fn of_too_many_the_oldest_are_sent_and_where_the_rest_begins_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let webhooks = Webhooks::open(folder.path(), Reach::Anywhere, &SECRET).unwrap();
    let all: Vec<_> = (1..=AGAIN_MAX + 2).map(|record| ("whk_a".to_owned(), succeeded(record))).collect();
    webhooks.book.take_in(all[0].1.event, &all).unwrap();
    let (now, rest) = (Timestamp::MAX, all[AGAIN_MAX].1.recorded_at());
    let again = webhooks.deliver_again("whk_a", now, |_| true).unwrap();
    assert_eq!(again, Again { count: AGAIN_MAX, next_from: Some(rest) });
    let again = webhooks.deliver_again("whk_a", now, |delivery| delivery.recorded_at() >= rest).unwrap();
    assert_eq!(again, Again { count: 2, next_from: None });
    assert_eq!(webhooks.book.queue("whk_a", AGAIN_MAX * 2).unwrap().len(), all.len());
}
