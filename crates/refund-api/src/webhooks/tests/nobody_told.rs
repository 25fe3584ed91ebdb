//! What is read where there is no endpoint.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

/// A server without endpoints, with three refunds and a book that knows of the first.
async fn read_on() -> (Sending, Option<EventPosition>) {
    let sending = Sending::nothing_to(Vec::new()).await;
    let mut in_book = Vec::new();
    for number in 1..=3 {
        trial::open_nth(&sending.app, number).await;
        // It goes on once everybody waits.
        tokio::time::sleep(Duration::from_millis(1)).await;
        in_book.push(sending.webhooks.book.read_to().await.unwrap());
    }
    let first = in_book[0];
    assert!(first.is_some(), "a new book is begun");
    assert_eq!(in_book, [first; 3], "and then not written to");
    (sending, first)
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_down_until_the_server_stops() {
    let (sending, _) = read_on().await;
    let (book, end) = (sending.webhooks.book.clone(), sending.app.engine.store().feed_end());
    assert_eq!(sending.delivered("whk_a").await, []);
    assert_eq!(book.read_to().await.unwrap(), end);
}

#[tokio::test(start_paused = true)]
async fn what_is_read_again_after_a_kill_is_not_sent_to_an_endpoint_that_was_made_later() {
    let (sending, first) = read_on().await;
    let (book, app, machine) = sending.ended().await;
    assert_eq!(book.read_to().await.unwrap(), first);
    // From here on there are connections, which time has to wait for.
    tokio::time::resume();
    let (url, mut sent) = receiver(vec![StatusCode::OK]).await;
    machine.put_forward(1);
    let made = SetUp::MakeWebhook(Box::new(endpoint("a", &url)));
    app.engine.submit(Request::new(trial::operator(), made)).await.unwrap();
    let sending = Sending::on(book, app, machine);
    trial::open_nth(&sending.app, 4).await;
    let body: Value = serde_json::from_slice(&sent.recv().await.unwrap().1).unwrap();
    assert_eq!(body["data"]["refund_id"], json!("rfd_4"));
    assert_eq!(sending.delivered("whk_a").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_either_until_there_is_an_endpoint() {
    let (machine, reads) = (Machine::start(), Arc::new(AtomicUsize::new(0)));
    let counted = reads.clone();
    let reading = move || {
        counted.fetch_add(1, Ordering::SeqCst);
        Duration::ZERO
    };
    let app = trial::on_a_lazy_store(&machine, reading).await;
    trial::set_up_a_seller(&app).await;
    let sending = Sending::on(Arc::new(MemoryDeliveries::default()), app, machine);
    let open = async |number| {
        trial::open_nth(&sending.app, number).await;
        // It goes on once everybody waits.
        tokio::time::sleep(Duration::from_millis(1)).await;
        reads.load(Ordering::SeqCst)
    };
    let begun = open(1).await;
    assert_eq!((open(2).await, open(3).await), (begun, begun));
    make(&sending.app, endpoint("a", "http://127.0.0.1:9/")).await;
    assert!(open(4).await > begun);
    let told = sending.webhooks.book.list("whk_a", &Chosen::default(), None, 9).await.unwrap();
    assert_eq!(told.len(), 1, "of what was recorded since it is there");
}
