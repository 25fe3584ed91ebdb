//! Notices, what became of them, and the deadlines that need one.

use refund_core::*;

use super::samples::*;
use crate::record::{Entry, Record};

fn contact() -> Box<Contact> {
    let email = Some("kim@example.com".parse().unwrap());
    Box::new(Contact { email, phone: Some("+86 10 5555".parse().unwrap()), language: Some("zh-Hant".parse().unwrap()) })
}

fn timer_that_needs_one(accepted: Option<AcceptedNotice>) -> Timer {
    let notice = Some(NeededNotice { before: Span::hours(1), grace: Span::hours(12), accepted });
    Timer { notice, ..timer() }
}

fn notice() -> Notice {
    let deadline =
        Deadline { kind: DeadlineKind::SellerDecide, at: at(129_600), on_silence: OnSilence::AgreedAsRequested };
    Notice { to: Role::Seller, about: vec![1, 4], deadlines: vec![deadline], replaces: vec![2] }
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

/// A refund whose seller was told of the deadline, and whose buyer is being told of something.
pub(super) fn with_notices() -> Refund {
    Refund {
        status: Status::WaitSellerAgree { decide: timer_that_needs_one(Some(AcceptedNotice { number: 2, at: at(7) })) },
        buyer_contact: Some(contact()),
        notices: vec![QueuedNotice { number: 4, at: at(6), notice: notice() }].into(),
        ..refund()
    }
}
