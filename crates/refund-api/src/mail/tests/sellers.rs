//! What a seller's contacts are told.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use refund_core::{MailContacts, NoticeKind, Timestamp};
use refund_store::DeliveryState;

use super::*;

pub(super) fn contact(email: &str, language: &str, kinds: &[NoticeKind]) -> MailContact {
    let kinds: BTreeSet<_> = kinds.iter().copied().collect();
    MailContact { email: email.parse().unwrap(), language: Some(id(language)), kinds, time_zone: None }
}

/// What `desk@shop.example` is called in the book.
const DESK: &str = "1e20411e90fa5824fe27c5a68ec15f66ce23c6f53a01528b9e4386054bdf5da4";

/// A server that mails, and a seller with these contacts; what was said before they were there is mailed to nobody.
async fn told(script: Script, contacts: Vec<MailContact>) -> Mailing {
    let mailing = Mailing::by(script).await;
    trial::put_contacts(&mailing.app, MailContacts::try_from(contacts).unwrap()).await;
    mailing
}

/// To whom mails went, in order, with their subjects.
async fn to_whom(mailing: &mut Mailing, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    while found.len() < count {
        let (_, mail) = mailing.scripted.mail().await;
        let header = |name: &str| mail.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        found.push(header("To: "));
    }
    found
}

/// What was reported of the seller's notices: which failed.
fn of_seller(history: &[Event]) -> Vec<bool> {
    const BY_MAIL: (Role, NoticeChannel) = (Role::Seller, NoticeChannel::Smtp);
    let of = |event: &Event| {
        if let Fact::NoticeAccepted { to, channel, .. } = &event.fact {
            return ((*to, *channel) == BY_MAIL).then_some(true);
        }
        let Fact::NoticeFailed { to, channel, .. } = &event.fact else { return None };
        ((*to, *channel) == BY_MAIL).then_some(false)
    };
    history.iter().filter_map(of).collect()
}

/// Until a notice to the seller was reported on.
async fn until_reported(mailing: &Mailing) -> Vec<bool> {
    let mut news = mailing.app.engine.store().news();
    loop {
        news.borrow_and_update();
        let found = of_seller(&mailing.history().await);
        if !found.is_empty() {
            return found;
        }
        news.changed().await.unwrap();
    }
}

#[tokio::test]
async fn each_contact_gets_a_mail_of_its_own_of_what_it_wants_to_be_told() {
    let contacts = vec![
        contact("desk@shop.example", "zh-Hant", &[]),
        contact("boss@shop.example", "en", &[NoticeKind::Message]),
        contact("money@shop.example", "en", &[NoticeKind::Payment]),
    ];
    let mut mailing = told(|_, line| well(line), contacts).await;
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    let mut found = to_whom(&mut mailing, 3).await;
    found.sort();
    assert_eq!(found, ["boss@shop.example", "desk@shop.example", "kim@example.com"]);
    assert_eq!(until_reported(&mailing).await, [true]);
}

#[tokio::test]
async fn a_contact_whose_mail_server_is_slow_keeps_none_of_the_others_waiting() {
    let script: Script = |_, line| if line.starts_with("RCPT TO:<a-slow@") { Reply::Nothing } else { well(line) };
    let contacts = vec![contact("a-slow@shop.example", "en", &[]), contact("desk@shop.example", "en", &[])];
    let mut mailing = told(script, contacts).await;
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    let soon = std::time::Duration::from_secs(20);
    let mut found = tokio::time::timeout(soon, to_whom(&mut mailing, 2)).await.unwrap();
    found.sort();
    assert_eq!(found, ["desk@shop.example", "kim@example.com"]);
}

#[tokio::test]
async fn a_contact_whose_mail_server_says_later_gets_later_what_the_others_have_and_none_of_them_gets_it_twice() {
    static WAS_ASKED: AtomicBool = AtomicBool::new(false);
    let greylisting: Script = |_, line| match line {
        line if line.starts_with("RCPT TO:<later@") && !WAS_ASKED.swap(true, Ordering::Relaxed) => {
            Reply::Say("451 4.7.1 come back later")
        }
        line => well(line),
    };
    let contacts = vec![contact("later@shop.example", "en", &[]), contact("desk@shop.example", "en", &[])];
    let mut mailing = told(greylisting, contacts).await;
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    let mut found = to_whom(&mut mailing, 2).await;
    found.sort();
    assert_eq!(found, ["desk@shop.example", "kim@example.com"]);
    assert_eq!(until_reported(&mailing).await, [true]);
    mailing.hours_later(1).await;
    assert_eq!(to_whom(&mut mailing, 1).await, ["later@shop.example"]);
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    let mut found = to_whom(&mut mailing, 3).await;
    found.sort();
    assert_eq!(found, ["desk@shop.example", "kim@example.com", "later@shop.example"]);
}

#[tokio::test]
async fn who_has_a_notice_when_the_server_stops_does_not_get_it_again_after_the_next_start() {
    let script: Script = |_, line| if line.starts_with("RCPT TO:<slow@") { Reply::Nothing } else { well(line) };
    let contacts = vec![contact("slow@shop.example", "en", &[]), contact("desk@shop.example", "en", &[])];
    let mut mailing = told(script, contacts).await;
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    to_whom(&mut mailing, 2).await;
    mailing.app.engine.stop();
    let Mailing { tasks, book, .. } = mailing;
    for task in tasks {
        task.await.unwrap();
    }
    let written = book.list("mail-s%2D1", &Chosen::default(), None, 9).await.unwrap();
    let sellers = written.iter().find(|delivery| delivery.reached().next().is_some_and(|name| name == DESK)).unwrap();
    assert_eq!(sellers.reached().collect::<Vec<_>>(), [DESK]);
    assert_eq!(sellers.state, DeliveryState::Pending);
    let ended = sellers.attempts.last().map(|attempt| attempt.at.as_millis() + attempt.duration_ms as i64);
    assert_eq!(sellers.next_at.map(Timestamp::as_millis), ended, "a restart delays nothing");
}

#[tokio::test]
async fn a_notice_is_taken_where_one_contact_gets_it_and_fails_where_none_ever_will() {
    let refusing: Script = |_, line| match line {
        line if line.starts_with("RCPT TO:<gone@") => Reply::Say("550 5.1.1 no such user"),
        line => well(line),
    };
    for (others, taken) in [(vec![contact("desk@shop.example", "en", &[])], true), (vec![], false)] {
        let contacts = [vec![contact("gone@shop.example", "en", &[])], others].concat();
        let mailing = told(refusing, contacts).await;
        mailing.operators_message("rfd_1").await;
        mailing.hours_later(1).await;
        assert_eq!(until_reported(&mailing).await, [taken]);
    }
}

#[tokio::test]
async fn a_notice_whose_contacts_are_gone_before_it_goes_fails_and_is_not_forgotten() {
    let mailing = told(|_, line| well(line), vec![contact("desk@shop.example", "en", &[])]).await;
    mailing.operators_message("rfd_1").await;
    mailing.taken_in().await;
    trial::put_contacts(&mailing.app, MailContacts::default()).await;
    mailing.hours_later(1).await;
    assert_eq!(until_reported(&mailing).await, [false]);
}

#[tokio::test]
async fn what_no_contact_wants_is_the_gateways() {
    let mailing = told(|_, line| well(line), vec![contact("money@shop.example", "en", &[NoticeKind::Payment])]).await;
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    mailing.reported(1).await;
    assert_eq!(of_seller(&mailing.history().await), Vec::<bool>::new());
    assert_eq!(mailing.webhooks.backlog_with_mail(&[]).await.unwrap().count, 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_is_told_to_the_seller_with_what_is_to_be_done() {
    let app = trial::with_a_seller(&Machine::start()).await;
    trial::open_for_mail(&app, Policy { notices: true, ..Policy::default() }, "en").await;
    let around = app.engine.store().refund(&id("rfd_1")).await.unwrap().unwrap();
    let queued = around.refund.notices.iter().find(|queued| queued.notice.to == Role::Seller).unwrap();
    let events = told_of(&app.engine, &around.refund, &queued.notice).await.unwrap();
    let now = app.engine.store().now();
    let mut all = String::new();
    for language in ["en", "zh-Hans", "zh-Hant"] {
        let language = id(language);
        let liking = Liking { language: Some(&language), time_zone: None };
        let letter = Letter::new(&app, &around.refund, &queued.notice, &events, liking, now).unwrap();
        assert!(!letter.text.contains("/b/"), "a buyer's link is the buyer's: {}", letter.text);
        all.push_str(&format!("{}\n\n{}\n\n", letter.subject, letter.text));
    }
    insta::assert_snapshot!(all);
}
