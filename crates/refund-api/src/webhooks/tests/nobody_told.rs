//! What is read where there is no endpoint.

use std::time::Duration;

use super::*;

#[tokio::test(start_paused = true)]
async fn nothing_is_written_down_until_the_server_stops() {
    let sending = Sending::nothing_to(Vec::new()).await;
    let book = sending.webhooks.book.clone();
    for number in 1..=3 {
        trial::open_nth(&sending.app, number).await;
        // It goes on once everybody waits.
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(book.read_to().await.unwrap(), None);
    }
    let end = sending.app.store().feed_end();
    assert!(end.is_some());
    assert_eq!(sending.delivered("whk_a").await, []);
    assert_eq!(book.read_to().await.unwrap(), end);
}

#[tokio::test]
async fn what_is_read_again_after_a_kill_is_not_sent_to_an_endpoint_that_was_made_later() {
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    let sending = Sending::to(Vec::new()).await;
    let (book, app, machine) = sending.ended().await;
    assert_eq!(book.read_to().await.unwrap(), None);
    machine.put_forward(1);
    let made = SetUp::MakeWebhook(Box::new(endpoint("a", &url)));
    app.submit(Request::new(trial::operator(), made)).await.unwrap();
    let sending = Sending::on(book, app, machine);
    trial::open_nth(&sending.app, 2).await;
    let body: Value = serde_json::from_slice(&sent.recv().await.unwrap().1).unwrap();
    assert_eq!(body["data"]["refund_id"], json!("rfd_2"));
    assert_eq!(sending.delivered("whk_a").await.len(), 1);
}
