//! Notices, what became of them, and the deadlines that need one.

use refund_core::*;

use super::samples::*;
use crate::record::{Entry, Record};
use crate::{KeyRole, Webhook, WebhookTerms};

fn contact() -> Box<Contact> {
    let email = Some("kim@example.com".parse().unwrap());
    let phone = Some("+86 10 5555".parse().unwrap());
    Box::new(Contact { email, phone, language: Some("zh-Hant".parse().unwrap()), time_zone: None })
}

fn timer_that_needs_one(accepted: Option<AcceptedNotice>) -> Timer {
    let notice = Some(NeededNotice { before: Span::hours(1), grace: Span::hours(12), accepted });
    Timer { notice, ..timer() }
}

fn notice() -> Notice {
    let deadline =
        Deadline { kind: DeadlineKind::SellerDecide, at: at(129_600), on_silence: OnSilence::AgreedAsRequested };
    Notice { to: Role::Seller, about: vec![1, 4], deadlines: vec![deadline], replaces: vec![2], leap: 0 }
}

/// A policy by which silence needs notices, an opening with a contact, and each fact about a notice.
pub(super) fn notices() -> Record {
    let (accepted, failed) = (NoticeChannel::Smtp, NoticeChannel::Gateway);
    let facts = [
        Fact::Opened {
            opening: Box::new(Opening { buyer_contact: Some(contact()), ..opening(References::default()) }),
            decide: timer_that_needs_one(None),
        },
        Fact::NoticeRequested { notice: Box::new(notice()) },
        Fact::NoticeAccepted { number: 2, to: Role::Seller, channel: accepted },
        Fact::NoticeFailed { number: 3, to: Role::Buyer, channel: failed, reason: Some(text("550 無此收件人")) },
        Fact::NoticeFailed { number: 5, to: Role::Operator, channel: NoticeChannel::Gateway, reason: None },
        Fact::DeadlineExtended {
            kind: DeadlineKind::SellerDecide,
            timer: timer(),
            because: Some(ExtendedBecause::Unnotified),
        },
    ];
    let event = |(sequence, fact)| {
        Entry::Refund(Event {
            refund_id: id("rf_1"),
            sequence,
            at: at(5),
            recorded_at: at(5),
            actor: Actor::system(),
            fact,
        })
    };
    let policy = Policy { notices: true, silence_needs_notice: true, ..Policy::default() };
    let settings = Entry::Policy { policy: Box::new(policy), actor: Actor::system() };
    Record { at: at(5), entries: std::iter::once(settings).chain((1..).zip(facts).map(event)).collect(), from: None }
}

/// A notice whose name leaps, and a secret that took the place of another one than that which is counted before it.
pub(super) fn leapt() -> Record {
    let terms = WebhookTerms { url: "https://example.com".to_owned(), description: None, types: Vec::new() };
    let made = Webhook::new("whk_1".to_owned(), KeyRole::Platform, terms);
    let rotated =
        Webhook { generation: 1_795_862_341, rotated_at: Some(at(21)), replaced: Some(1), enabled_at: at(1), ..made };
    let webhook = Box::new(Webhook { created_at: at(1), ..rotated });
    let requested = Event {
        refund_id: id("rf_1"),
        sequence: 4,
        at: at(21),
        recorded_at: at(21),
        actor: Actor::system(),
        fact: Fact::NoticeRequested { notice: Box::new(Notice { leap: LEAP, ..notice() }) },
    };
    let entries = vec![Entry::Refund(requested), Entry::Webhook { webhook, actor: Actor::system() }];
    Record { at: at(21), entries, from: None }
}

/// As far as names leap after a restore.
const LEAP: u64 = 1_795_862_341 * NOTICE_LEAP;

/// A refund one of whose notices was asked for after a restore.
pub(super) fn with_leapt_notice() -> Refund {
    let notice = Notice { leap: LEAP, ..notice() };
    Refund { notices: vec![QueuedNotice { number: notice.number(4), at: at(6), notice }].into(), ..with_notices() }
}

/// A refund whose seller was told of the deadline, and whose buyer is being told of something.
pub(super) fn with_notices() -> Refund {
    Refund {
        status: Status::WaitSellerAgree { decide: timer_that_needs_one(Some(AcceptedNotice { number: 2, at: at(7) })) },
        buyer_contact: Some(contact()),
        notices: vec![QueuedNotice { number: 4, at: at(6), notice: notice() }].into(),
        ..refund()
    }
}
