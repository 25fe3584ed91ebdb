//! Notices mailed to servers on loopback that are well, away, slow, or answer anything.

mod lanes;
mod one_mail;
mod operators;
mod scripted;
mod sellers;
mod unwritten;

use refund_core::{
    Actor, Attachments, Command, DeadlineKind, Event, ExtendedBecause, Fact, MailContact, MakeOffer, Message, Money,
    NamedFiles, NoticeChannel, Policy, PolicyOverrides, Reason, RefundType, Role, TimeZoneName, Why,
};
use refund_store::{
    Chosen, Deliveries, KeyRole, MemoryDeliveries, Request, Seller, SetUp, Webhook, WebhookTerms, Work,
};
use tokio::task::JoinHandle;

use self::one_mail::unencrypted;
use self::scripted::{Reply, Script, Scripted, well};
use super::*;
use crate::outgoing::{Connector, Reach};
use crate::trial::{self, Machine, id};
use crate::webhooks::Webhooks;

/// A server that mails notices, and its clock.
struct Mailing {
    app: Arc<App>,
    book: Arc<dyn Deliveries>,
    webhooks: Arc<Webhooks>,
    machine: Machine,
    scripted: Scripted,
    tasks: Vec<JoinHandle<()>>,
}

impl Mailing {
    /// With the refund `rfd_1`, of which nobody is told yet.
    async fn by(script: Script) -> Self {
        Self::under(Policy { notices: true, ..Policy::default() }, script).await
    }

    async fn under(policy: Policy, script: Script) -> Self {
        let machine = Machine::start();
        let app = trial::with_a_seller(&machine).await;
        trial::open_for_mail(&app, policy, "en").await;
        Self::on(Arc::new(MemoryDeliveries::default()), app, machine, Scripted::with(script).await)
    }

    fn on(book: Arc<dyn Deliveries>, app: Arc<App>, machine: Machine, scripted: Scripted) -> Self {
        let webhooks = Arc::new(Webhooks::new(book.clone(), Connector::new(Reach::Anywhere), &[7; 32]));
        let courier = Mailer::of(&app, unencrypted(&scripted));
        let tasks = webhooks.begin(&app.engine, Some(courier));
        Self { app, book, webhooks, machine, scripted, tasks }
    }

    /// The seller writes to the buyer, who is to be told of it.
    async fn message(&self, text: &str) {
        let message = Message {
            text: id(text),
            attachments: Attachments::default(),
            internal: false,
            for_operators: false,
            files: NamedFiles::default(),
        };
        let work = Work::PostMessage { refund_id: id("rfd_1"), message: Box::new(message) };
        self.app.engine.submit(Request::new(trial::its_seller(), work)).await.unwrap();
    }

    /// An operator writes to both sides.
    async fn operators_message(&self, refund_id: &str) {
        let message = Message {
            text: id("to both"),
            attachments: Attachments::default(),
            internal: false,
            for_operators: false,
            files: NamedFiles::default(),
        };
        let work = Work::PostMessage { refund_id: id(refund_id), message: Box::new(message) };
        self.app.engine.submit(Request::new(trial::operator(), work)).await.unwrap();
    }

    /// Once all that was recorded is in the book.
    async fn taken_in(&self) {
        while self.book.read_to().await.unwrap() != self.app.engine.store().feed_end() {
            tokio::task::yield_now().await;
        }
    }

    async fn hours_later(&self, hours: i64) {
        self.machine.put_forward(hours);
        let news = format!("{hours} {:?}", self.app.engine.store().now());
        trial::rename_the_seller(&self.app, &news).await;
    }

    /// Lets time pass from one instant at which something is due to the next, until the refund has ended; what happened.
    async fn silent_to_the_end(&self) -> Vec<Event> {
        let store = self.app.engine.store();
        while let Some(due) = store.refund(&id("rfd_1")).await.unwrap().unwrap().refund.next_due() {
            let left = due.as_millis() - store.now().as_millis();
            self.machine.put_forward(left / 3_600_000 + 1);
            self.app.engine.submit(Request::by_system(Work::SettleDue)).await.unwrap();
        }
        self.history().await
    }

    async fn history(&self) -> Vec<Event> {
        let history = self.app.engine.store().history(&id("rfd_1"), 0, 1000).await.unwrap();
        history.into_iter().map(|(_, event)| event).collect()
    }

    /// What was reported to the buyer's notices, once that many were.
    async fn reported(&self, count: usize) -> Vec<(u64, Option<String>)> {
        let mut news = self.app.engine.store().news();
        loop {
            news.borrow_and_update();
            let reported: Vec<_> = self.history().await.iter().filter_map(reported).collect();
            if reported.len() >= count {
                return reported;
            }
            news.changed().await.unwrap();
        }
    }

    async fn ended(self) -> (Arc<App>, Machine) {
        let Self { app, machine, tasks, .. } = self;
        for task in tasks {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        (app, machine)
    }
}

/// What an event says of a notice to the buyer by mail: which, and why it failed if it did.
fn reported(event: &Event) -> Option<(u64, Option<String>)> {
    const BY_MAIL: (Role, NoticeChannel) = (Role::Buyer, NoticeChannel::Smtp);
    if let Fact::NoticeAccepted { number, to, channel } = &event.fact {
        return ((*to, *channel) == BY_MAIL).then_some((*number, None));
    }
    if let Fact::NoticeFailed { number, to, channel, reason } = &event.fact {
        return ((*to, *channel) == BY_MAIL).then(|| (*number, reason.as_ref().map(ToString::to_string)));
    }
    None
}

#[tokio::test]
async fn a_notice_is_mailed_once_and_what_became_of_it_is_an_event() {
    let mut mailing = Mailing::by(|_, line| well(line)).await;
    mailing.message("hello").await;
    mailing.hours_later(1).await;
    let (_, mail) = mailing.scripted.mail().await;
    let number = mailing.reported(1).await[0].0;
    for line in [
        "From: Shop <shop@example.com>",
        "To: kim@example.com",
        "Auto-Submitted: auto-generated",
        "References: <rfd_1@example.com>",
        "In-Reply-To: <rfd_1@example.com>",
        &format!("Message-ID: <ntc_rfd_1-{number}@example.com>"),
        "Subject: Message: bin",
    ] {
        assert!(mail.lines().any(|own| own == line), "{line} in\n{mail}");
    }
    // A book that was lost begins anew, and nobody is told twice.
    let (app, machine) = mailing.ended().await;
    let scripted = Scripted::with(|_, line| well(line)).await;
    let mut mailing = Mailing::on(Arc::new(MemoryDeliveries::default()), app, machine, scripted);
    mailing.message("again").await;
    mailing.hours_later(1).await;
    let (_, mail) = mailing.scripted.mail().await;
    assert!(!mail.contains(&format!("ntc_rfd_1-{number}@")), "{mail}");
    assert_eq!(mailing.reported(2).await.len(), 2);
}

#[tokio::test]
async fn what_is_said_within_a_minute_is_one_mail() {
    let mut mailing = Mailing::by(|_, line| well(line)).await;
    mailing.message("first").await;
    mailing.message("second").await;
    mailing.hours_later(1).await;
    let (_, mail) = mailing.scripted.mail().await;
    assert!(mail.contains("first") && mail.contains("second"), "{mail}");
    mailing.message("third").await;
    mailing.hours_later(1).await;
    let (_, mail) = mailing.scripted.mail().await;
    assert!(mail.contains("third") && !mail.contains("first"), "{mail}");
    assert_eq!(mailing.reported(2).await.len(), 2);
}

#[tokio::test]
async fn a_notice_that_is_never_taken_fails_at_once_and_says_why() {
    let mailing =
        Mailing::by(|_, line| if line.starts_with("RCPT") { Reply::Say("550 5.1.1 no such user") } else { well(line) })
            .await;
    mailing.message("hello").await;
    mailing.hours_later(1).await;
    assert_eq!(mailing.reported(1).await[0].1.as_deref(), Some("550 5.1.1 no such user"));
}

#[tokio::test]
async fn a_notice_is_tried_again_where_it_may_be_taken_later() {
    let mut mailing = Mailing::by(|number, line| match (number, line.split(' ').next()) {
        (1, Some("RCPT")) => Reply::Say("451 4.7.1 come back later"),
        (2, Some(".")) => Reply::Close,
        _ => well(line),
    })
    .await;
    mailing.message("hello").await;
    mailing.hours_later(1).await;
    while mailing.scripted.heard.recv().await.unwrap().1 != "QUIT" {}
    mailing.hours_later(1).await;
    let first = mailing.scripted.mail().await;
    mailing.hours_later(1).await;
    let second = mailing.scripted.mail().await;
    assert_eq!((first.0, second.0), (2, 3));
    let id = |mail: &str| mail.lines().find(|line| line.starts_with("Message-ID: ")).unwrap().to_owned();
    assert_eq!(id(&first.1), id(&second.1));
    assert_eq!(mailing.reported(1).await[0].1, None);
}

#[tokio::test]
async fn one_of_both_channels_sends() {
    let mut mailing = Mailing::by(|_, line| well(line)).await;
    let terms = WebhookTerms {
        url: "http://127.0.0.1:1/".to_owned(),
        description: None,
        types: vec!["notice.requested".to_owned()],
    };
    let gateway = Webhook::new("whk_gateway".to_owned(), KeyRole::Platform, terms);
    let before = mailing.history().await.len() as u64;
    let make = Request::new(trial::operator(), SetUp::MakeWebhook(Box::new(gateway)));
    mailing.app.engine.submit(make).await.unwrap();
    mailing.message("to the buyer").await;
    mailing.operators_message("rfd_1").await;
    mailing.hours_later(1).await;
    mailing.scripted.mail().await;
    mailing.reported(1).await;
    let told = mailing.book.list("whk_gateway", &Chosen::default(), None, 99).await.unwrap();
    let mut told: Vec<_> = told.iter().map(|delivery| delivery.sequence).collect();
    told.sort_unstable();
    let to_others = |event: &Event| {
        let Fact::NoticeRequested { notice } = &event.fact else { return None };
        (notice.to != Role::Buyer && event.sequence > before).then_some(event.sequence)
    };
    let meant: Vec<_> = mailing.history().await.iter().filter_map(to_others).collect();
    assert_eq!(told, meant);
}

#[tokio::test]
async fn what_a_mail_server_does_not_take_is_counted_as_waiting() {
    let mut mailing = Mailing::by(|_, line| if line == "greeting" { Reply::Close } else { well(line) }).await;
    mailing.message("hello").await;
    mailing.hours_later(1).await;
    assert_eq!(mailing.scripted.heard.recv().await.unwrap().1, "greeting");
    assert_eq!(mailing.webhooks.backlog_with_mail(&[]).await.unwrap().count, 1);
}

/// Which deadlines moved because nobody was told of them, in order.
fn unnoticed(history: &[Event]) -> Vec<DeadlineKind> {
    let moved = |event: &Event| {
        let Fact::DeadlineExtended { kind, because, .. } = &event.fact else { return None };
        (*because == Some(ExtendedBecause::Unnotified)).then_some(*kind)
    };
    history.iter().filter_map(moved).collect()
}

#[tokio::test]
async fn where_no_mail_gets_through_each_partys_deadline_moves_once_and_where_it_does_none_of_the_buyers() {
    let away: Script = |_, line| if line == "greeting" { Reply::Close } else { well(line) };
    let there: Script = |_, line| well(line);
    let policy = Policy { silence_needs_notice: true, ..Policy::default() };
    for (script, moved) in [(away, vec![DeadlineKind::BuyerRespond]), (there, vec![])] {
        let mut mailing = Mailing::under(policy.clone(), script).await;
        let refuse = Command::Refuse { reason: Why::from(id::<Reason>("It was whole.")) };
        let work = Work::Command { refund_id: id("rfd_1"), command: refuse };
        mailing.app.engine.submit(Request::new(trial::its_seller(), work)).await.unwrap();
        mailing.hours_later(1).await;
        if moved.is_empty() {
            mailing.scripted.mail().await;
            mailing.reported(1).await;
        }
        let history = mailing.silent_to_the_end().await;
        assert_eq!(unnoticed(&history), moved);
        assert!(matches!(history.last().map(|event| &event.fact), Some(Fact::NoticeRequested { .. })), "all is told");
        assert!(history.iter().any(|event| matches!(event.fact, Fact::Closed { .. })));
    }
}

/// What the buyer reads of an offer, in a language and a time zone.
async fn offer_read_in(language: &str, time_zone: Option<&TimeZoneName>) -> Letter {
    let app = trial::with_a_seller(&Machine::start()).await;
    trial::open_for_mail(&app, Policy { notices: true, ..Policy::default() }, language).await;
    let offer = MakeOffer {
        negotiation_id: id("neg_1"),
        kind: RefundType::RefundOnly,
        amount: Money::new(500, id("CNY")).unwrap(),
        return_address_id: None,
        message: Some(id("Keep it.\nWould this do? <b>\u{202e}")),
        agreed_offline: false,
        files: NamedFiles::default(),
    };
    let work = Work::Command { refund_id: id("rfd_1"), command: Command::MakeOffer(offer) };
    app.engine.submit(Request::new(trial::its_seller(), work)).await.unwrap();
    let around = app.engine.store().refund(&id("rfd_1")).await.unwrap().unwrap();
    let queued = around.refund.notices.iter().find(|queued| queued.notice.to == Role::Buyer).unwrap();
    let events = told_of(&app.engine, &around.refund, &queued.notice).await.unwrap();
    let contact = around.refund.buyer_contact.as_deref().unwrap();
    let liking = Liking { language: contact.language.as_ref(), time_zone };
    let now = app.engine.store().now();
    Letter::new(&app, &around.refund, &queued.notice, &events, liking, now).unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_offer_is_told_in_each_language_as_text_and_as_a_page() {
    let mut all = String::new();
    for language in ["en", "zh-Hans", "zh-Hant"] {
        let letter = offer_read_in(language, None).await;
        assert!(letter.html.contains(&format!("<html lang=\"{language}\">")), "{}", letter.html);
        for from_elsewhere in ["src=", "<link", "url(", "<script", "<b>\u{202e}", "? <b>"] {
            assert!(!letter.html.contains(from_elsewhere), "{from_elsewhere} in {}", letter.html);
        }
        all.push_str(&format!("{}\n\n{}\n\n", letter.subject, letter.text));
    }
    insta::assert_snapshot!(all);
}

#[tokio::test(start_paused = true)]
async fn a_mail_tells_by_when_in_its_readers_time_zone() {
    for (zone, in_english, in_chinese) in [
        (None, "(UTC)", "世界標準時間"),
        (Some("Asia/Shanghai"), "(UTC+8)", "Asia/Shanghai"),
        (Some("America/St_Johns"), "(UTC−3:30)", "America/St_Johns"),
        // One that the server does not know.
        (Some("Mars/Olympus"), "(UTC)", "世界標準時間"),
    ] {
        let zone: Option<TimeZoneName> = zone.map(id);
        let english = offer_read_in("en", zone.as_ref()).await;
        let chinese = offer_read_in("zh-Hant", zone.as_ref()).await;
        for body in [&english.text, &english.html] {
            assert!(body.contains(in_english), "{in_english} in {body}");
        }
        assert!(chinese.text.contains(in_chinese), "{}", chinese.text);
    }
}
