//! Receivers that take nothing: one message tries them now and then, and the others wait as they are.

use super::*;

const EVENTS: u32 = 60;
const FAILURES: usize = 12;

#[tokio::test]
async fn to_an_endpoint_that_fails_one_message_is_sent_now_and_then_until_it_is_well_again() {
    let mut answers = vec![StatusCode::INTERNAL_SERVER_ERROR; FAILURES];
    answers.push(StatusCode::OK);
    let ((ill_url, mut at_ill), (url, mut at_other)) = (receiver(answers).await, receiver(vec![StatusCode::OK]).await);
    let sending = Sending::nothing_to(vec![endpoint("a", &ill_url), endpoint("b", &url)]).await;
    for number in 1..=EVENTS {
        trial::open_nth(&sending.app, number).await;
    }
    for _ in 1..=EVENTS {
        at_other.recv().await.unwrap();
    }
    // Those under way when the first failed, and then one after the other up to the fifth.
    assert!(at_ill.len() <= 9, "{}", at_ill.len());
    let waiting = sending.webhooks.book.list("whk_a", &Chosen::default(), None, usize::MAX).await.unwrap();
    assert!(waiting.iter().filter(|delivery| delivery.attempts.is_empty()).count() >= 50, "others are as they were");
    for _ in 1..=FAILURES {
        at_ill.recv().await.unwrap();
        sending.hours_later(1);
    }
    for _ in 1..=EVENTS {
        at_ill.recv().await.unwrap();
    }
    let delivered = sending.delivered("whk_a").await;
    assert!(delivered.iter().all(|delivery| delivery.state == DeliveryState::Succeeded), "{delivered:?}");
    assert_eq!(delivered.iter().map(|delivery| delivery.attempts.len()).sum::<usize>(), 60 + FAILURES);
}
