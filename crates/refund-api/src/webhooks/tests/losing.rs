//! What is sent where the book was lost.

use super::*;

#[tokio::test]
async fn what_waits_for_an_endpoint_that_is_off_outlives_the_book() {
    let ((url, mut sent), (other_url, mut at_other)) =
        (receiver(vec![StatusCode::BAD_GATEWAY, StatusCode::OK]).await, receiver(vec![StatusCode::OK]).await);
    let sending = Sending::to(vec![endpoint("a", &url), endpoint("b", &other_url)]).await;
    let waiting = message_id(&sent.recv().await.unwrap()).to_owned();
    at_other.recv().await.unwrap();
    sending.hours_later(1);
    change(&sending.app, "whk_a", WebhookChange::Disabled(DisabledBecause::Asked)).await;
    sending.hours_later(1);
    trial::open_nth(&sending.app, 2).await;
    at_other.recv().await.unwrap();
    let sending = sending.lose_the_book().await;
    for _ in 1..=2 {
        at_other.recv().await.unwrap();
    }
    sending.hours_later(1);
    change(&sending.app, "whk_a", WebhookChange::Enabled).await;
    assert_eq!(message_id(&sent.recv().await.unwrap()), waiting);
    assert_eq!(sending.delivered("whk_a").await.len(), 1, "what happened while it was off is not sent");
}
