//! When an endpoint is given up, and that it begins anew once somebody switches it on.

use super::*;

/// Longer than each wait of the schedule, and shorter in all than an endpoint may fail.
const WAITS_IN_HOURS: [i64; 9] = [1, 1, 1, 3, 6, 12, 16, 22, 27];

#[tokio::test]
async fn an_endpoint_that_failed_ten_times_is_switched_off_and_begins_anew_when_it_is_switched_on() {
    let (url, mut sent) = receiver(vec![StatusCode::INTERNAL_SERVER_ERROR]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    for hours in WAITS_IN_HOURS {
        sent.recv().await.unwrap();
        sending.hours_later(hours);
    }
    sent.recv().await.unwrap();
    assert_eq!(sending.switched_off("whk_a").await, DisabledBecause::Failing);
    let delivered = sending.webhooks.book.list("whk_a", &Chosen::default(), None, 9).await.unwrap();
    assert_eq!((delivered[0].state, delivered[0].attempts.len()), (DeliveryState::Failed, 10));
    sending.hours_later(6 * 24);
    change(&sending.app, "whk_a", WebhookChange::Enabled).await;
    let failed = Chosen { state: Some(DeliveryState::Failed), ..Chosen::default() };
    sending.webhooks.deliver_again("whk_a", &failed, sending.app.engine.store().now()).await.unwrap();
    sent.recv().await.unwrap();
    let app = sending.app.clone();
    let delivered = sending.delivered("whk_a").await;
    assert_eq!((delivered[0].state, delivered[0].attempts.len()), (DeliveryState::Pending, 11));
    assert_eq!(app.engine.settings().webhook("whk_a").cloned().unwrap().disabled, None, "it failed for a moment");
}

#[tokio::test]
async fn what_was_tried_before_an_endpoint_was_switched_on_does_not_put_it_out() {
    let (url, mut sent) = receiver(vec![StatusCode::INTERNAL_SERVER_ERROR]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    for hours in WAITS_IN_HOURS {
        sent.recv().await.unwrap();
        if hours == 27 {
            change(&sending.app, "whk_a", WebhookChange::Disabled(DisabledBecause::Asked)).await;
            sending.hours_later(1);
            change(&sending.app, "whk_a", WebhookChange::Enabled).await;
        }
        sending.hours_later(hours);
    }
    sent.recv().await.unwrap();
    let app = sending.app.clone();
    let delivered = sending.delivered("whk_a").await;
    assert_eq!((delivered[0].state, delivered[0].attempts.len()), (DeliveryState::Failed, 10));
    assert_eq!(app.engine.settings().webhook("whk_a").cloned().unwrap().disabled, None);
}

#[tokio::test]
async fn an_endpoint_that_took_nothing_for_five_days_is_switched_off() {
    let (url, mut sent) = receiver(vec![StatusCode::INTERNAL_SERVER_ERROR]).await;
    let sending = Sending::to(vec![endpoint("a", &url)]).await;
    sent.recv().await.unwrap();
    sending.hours_later(5 * 24);
    sent.recv().await.unwrap();
    assert_eq!(sending.switched_off("whk_a").await, DisabledBecause::Failing);
    sending.delivered("whk_a").await;
}
