//! Whose mails wait behind whose.

use super::*;

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
