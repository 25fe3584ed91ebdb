//! Deliveries that are made again.

use refund_store::Intake;

use super::*;

fn succeeded(record: usize) -> Delivery {
    let at = Timestamp::from_millis(i64::try_from(record).unwrap()).unwrap();
    Delivery {
        event: EventPosition { record: record.try_into().unwrap(), epoch: 1, entry: 0 },
        refund_id: id("rfd_1"),
        sequence: 1,
        event_type: EventType::RefundOpened,
        recorded_at: Some(at),
        asked_at: at,
        asked_again: 0,
        state: DeliveryState::Succeeded,
        next_at: None,
        tries: 1,
        first_try_at: Some(at),
        attempts: Vec::new(),
    }
}

#[tokio::test]
async fn of_too_many_the_oldest_are_sent_and_where_the_rest_begins_is_said() {
    let webhooks = Webhooks::new(Arc::new(MemoryDeliveries::default()), Connector::new(Reach::Anywhere), &SECRET);
    let all: Vec<_> = (1..=AGAIN_MAX + 2).map(succeeded).collect();
    let deliveries = all.iter().map(|delivery| ("whk_a".to_owned(), delivery.clone())).collect();
    assert!(webhooks.book.take_in(Intake { from: None, to: all[0].event, deliveries }).await.unwrap());
    let (now, rest) = (Timestamp::MAX, all[AGAIN_MAX].recorded_at());
    let again = webhooks.deliver_again("whk_a", &Chosen::default(), now).await.unwrap();
    assert_eq!(again, Again { count: AGAIN_MAX, next_from: Some(rest) });
    let chosen = Chosen { from: Some(rest), ..Chosen::default() };
    let again = webhooks.deliver_again("whk_a", &chosen, now).await.unwrap();
    assert_eq!(again, Again { count: 2, next_from: None });
    assert_eq!(webhooks.book.due(&["whk_a"], AGAIN_MAX * 2).await.unwrap()[0].queue.len(), all.len());
}
