//! Whose mails wait behind whose.

use std::time::Duration;

use super::*;

/// Longer than a mail takes that waits for no slow one, and less than a slow one takes.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn who_has_much_mailed_keeps_nobody_else_waiting() {
    let mut mailing = Mailing::by(|_, line| well(line)).await;
    let many = 1..=20;
    for number in many.clone().skip(1) {
        trial::open_nth_for_mail(&mailing.app, "s-1", number, "en").await;
    }
    trial::open_nth_for_mail(&mailing.app, "s/2", 21, "en").await;
    for number in many.chain([21]) {
        mailing.operators_message(&format!("rfd_{number}")).await;
    }
    mailing.hours_later(1).await;
    let mut about = Vec::new();
    while about.len() < 21 {
        let (_, mail) = mailing.scripted.mail().await;
        about.extend(mail.lines().find_map(|line| line.strip_prefix("Message-ID: <ntc_")).map(str::to_owned));
    }
    // Each lane has its turn.
    let place = about.iter().position(|id| id.starts_with("rfd_21-")).unwrap();
    assert!(place < 12, "{about:?}");
}

#[tokio::test]
async fn that_the_mail_server_is_back_is_known_though_the_mail_that_tried_goes_to_somebody_slow() {
    let mut mailing = Mailing::by(|number, line| match (number, line.split(' ').next()) {
        (1 | 2, Some("greeting")) => Reply::Close,
        (3, Some("RCPT")) => Reply::Nothing,
        _ => well(line),
    })
    .await;
    trial::open_nth_for_mail(&mailing.app, "s/2", 2, "en").await;
    for refund_id in ["rfd_1", "rfd_2"] {
        mailing.operators_message(refund_id).await;
    }
    mailing.hours_later(1).await;
    for _ in 1..=2 {
        assert_eq!(mailing.scripted.heard.recv().await.unwrap().1, "greeting");
    }
    // Once both are written down they wait to be tried again.
    mailing.hours_later(1).await;
    let (number, _) = tokio::time::timeout(SOON, mailing.scripted.mail()).await.unwrap();
    assert_eq!(number, 4);
}
