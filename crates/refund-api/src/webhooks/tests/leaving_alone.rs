//! Receivers that ask for time.

use super::*;

const BUSY: (StatusCode, [(&str, &str); 1]) = (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7200")]);

/// To an endpoint that asked for two hours at the first of four events, and to one that took all of
/// them; with what each was sent behind the first.
async fn asked_for_two_hours() -> (Sending, UnboundedReceiver<Sent>) {
    let ((busy_url, mut at_busy), (url, mut at_other)) =
        (receiver(vec![BUSY]).await, receiver(vec![StatusCode::OK]).await);
    let sending = Sending::nothing_to(vec![endpoint("a", &busy_url), endpoint("b", &url)]).await;
    let mut tried = sending.webhooks.listeners.all();
    trial::open(&sending.app).await;
    while tried.recv().await.unwrap().webhook_id != "whk_a" {}
    for number in 2..=4 {
        trial::open_nth(&sending.app, number).await;
    }
    for _ in 1..=4 {
        at_other.recv().await.unwrap();
    }
    at_busy.recv().await.unwrap();
    (sending, at_busy)
}

fn attempts(delivered: &[Delivery]) -> usize {
    delivered.iter().map(|delivery| delivery.attempts.len()).sum()
}

#[tokio::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks() {
    let (sending, mut at_busy) = asked_for_two_hours().await;
    let stored = sending.app.engine.settings().webhook("whk_a").cloned().unwrap();
    sending.webhooks.ping(stored, sending.app.engine.store().now()).await.unwrap();
    let by_hand: Value = serde_json::from_slice(&at_busy.recv().await.unwrap().1).unwrap();
    assert_eq!(by_hand["type"], "webhook.ping");
    sending.hours_later(2);
    at_busy.recv().await.unwrap();
    let delivered = sending.delivered("whk_a").await;
    assert_eq!((delivered.len(), attempts(&delivered)), (4, 2), "one, and then one two hours later");
    let first = delivered.last().unwrap();
    let wait = first.next_at.unwrap().as_millis() - first.attempts[0].at.as_millis();
    assert!((7_200_000..7_210_000).contains(&wait), "{wait}");
}

#[tokio::test]
async fn when_a_message_is_tried_next_is_never_told_to_be_over_already() {
    let (sending, _at_busy) = asked_for_two_hours().await;
    sending.machine.put_forward(1);
    let planned = async || {
        let (app, webhooks) = (&sending.app, &sending.webhooks);
        let (stored, now) = (app.engine.settings().webhook("whk_a").cloned().unwrap(), app.engine.store().now());
        let found = webhooks.deliveries(&stored, &Chosen::default(), None, 9, now).await.unwrap();
        found
            .into_iter()
            .map(|delivery| delivery.next_at.map(|at| at.as_millis() - now.as_millis()))
            .collect::<Vec<_>>()
    };
    let in_an_hour = planned().await;
    assert!(
        in_an_hour.iter().all(|wait| wait.is_some_and(|wait| (3_590_000..=3_610_000).contains(&wait))),
        "{in_an_hour:?}"
    );
    change(&sending.app, "whk_a", WebhookChange::Disabled(DisabledBecause::Asked)).await;
    assert_eq!(planned().await, [None; 4], "nothing is tried while it is off");
    sending.delivered("whk_a").await;
}

#[tokio::test]
async fn who_switches_an_endpoint_on_again_need_not_wait() {
    let (sending, mut at_busy) = asked_for_two_hours().await;
    change(&sending.app, "whk_a", WebhookChange::Disabled(DisabledBecause::Asked)).await;
    sending.hours_later(1);
    change(&sending.app, "whk_a", WebhookChange::Enabled).await;
    at_busy.recv().await.unwrap();
    assert_eq!(attempts(&sending.delivered("whk_a").await), 2);
}
