//! What is sent where the book was lost.

use std::time::Duration;

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

/// Longer than what is read of the feed in one go.
async fn much_else(app: &App) {
    for number in 0..600 {
        trial::rename_the_seller(app, &format!("shop {number}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_book_that_is_cut_off_while_it_is_begun_leaves_out_what_is_old_all_the_same() {
    let machine = Machine::start();
    let reading = Duration::from_secs(1);
    let app = trial::on_a_lazy_store(&machine, move || reading).await;
    let made = SetUp::MakeWebhook(Box::new(endpoint("a", "http://127.0.0.1:9/")));
    app.engine.submit(Request::new(trial::operator(), made)).await.unwrap();
    trial::set_up_a_seller(&app).await;
    for number in 1..=2 {
        trial::open_nth(&app, number).await;
        much_else(&app).await;
    }
    machine.put_forward(5 * 24);
    trial::open_nth(&app, 3).await;
    let young = Some(app.engine.store().now());
    let book: Arc<dyn Deliveries> = Arc::new(MemoryDeliveries::default());
    let take_in = async |parts: u32| {
        let webhooks = Arc::new(Webhooks::new(book.clone(), Connector::new(Reach::Anywhere), &SECRET));
        let long_enough = reading * parts + reading / 2;
        tokio::time::timeout(long_enough, intake::run(app.engine.clone(), webhooks)).await.unwrap_err();
        book.list("whk_a", &Chosen::default(), None, usize::MAX).await.unwrap()
    };
    assert_eq!(take_in(1).await, []);
    let taken_in = take_in(20).await;
    assert!(!taken_in.is_empty() && taken_in.iter().all(|delivery| delivery.recorded_at >= young), "{taken_in:?}");
    assert_eq!(book.read_to().await.unwrap(), app.engine.store().feed_end());
}
