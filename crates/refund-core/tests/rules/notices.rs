//! R41, R42: whom something concerns is told of it, and who could lose has been told.

use refund_core::{
    Command, DeadlineKind, Event, ExtendedBecause, Fact, Notice, NoticeChannel, NoticeReport, NoticeResult, RefundType,
    RefusalCode, Role, Span, StatusKind, report_notice,
};

use crate::support::{HOUR, Shop, accept, actor, agree, cny, escalate, message, offer, refuse, reject, ship};
use crate::{code, stand, types};

const MINUTE: i64 = 60_000;

fn telling() -> Shop {
    Shop::with_refund(|shop| shop.policy.notices = true)
}

/// By whose silence nothing is decided before they were told.
fn needing() -> Shop {
    Shop::with_refund(|shop| {
        shop.policy.silence_needs_notice = true;
        shop.policy.reminders_seconds = Vec::new().try_into().unwrap();
    })
}

/// The notices that were asked for, each with its name.
fn notices(events: &[Event]) -> Vec<(u64, Notice)> {
    let notice = |event: &'_ Event| {
        if let Fact::NoticeRequested { notice } = &event.fact {
            Some((notice.number(event.sequence), (**notice).clone()))
        } else {
            None
        }
    };
    events.iter().filter_map(notice).collect()
}

fn readers(events: &[Event]) -> Vec<Role> {
    notices(events).iter().map(|(_, notice)| notice.to).collect()
}

fn report(number: u64, result: NoticeResult) -> NoticeReport {
    NoticeReport { number, channel: NoticeChannel::Gateway, result, reason: None }
}

/// What a channel says of the notice of that name, taken down.
fn reported(shop: &mut Shop, number: u64, result: NoticeResult) -> Vec<Event> {
    shop.settle();
    let events = report_notice(shop.refund(), &actor(Role::Platform), &report(number, result), shop.now).unwrap();
    shop.record(&events);
    events
}

/// The name of the latest notice to that reader.
fn latest(shop: &Shop, to: Role) -> u64 {
    notices(shop.history()).iter().rev().find(|(_, notice)| notice.to == to).unwrap().0
}

#[test]
fn r41_nobody_is_told_of_anything_unless_the_policy_says_so() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).must(Role::Buyer, &accept());
    assert!(notices(shop.history()).is_empty());
}

#[test]
fn r41_one_notice_goes_to_each_whom_something_concerns_and_to_nobody_who_did_it() {
    let mut shop = telling();
    assert_eq!(readers(shop.history()), [Role::Seller], "of the opening");
    let made = shop.wait(HOUR).run(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).unwrap();
    assert_eq!(readers(&made), [Role::Buyer]);
    let (_, to_buyer) = &notices(&made)[0];
    assert_eq!(to_buyer.deadlines.iter().map(|named| named.kind).collect::<Vec<_>>(), [DeadlineKind::BuyerAnswer]);
    let answered = shop.wait(HOUR).run(Role::Buyer, &accept()).unwrap();
    // Of all that one step brings about each reader gets one notice.
    let told = notices(&answered);
    let (seller, buyer) = (&told[1].1, &told[0].1);
    assert_eq!((seller.to, seller.about.len()), (Role::Seller, 3), "accepted, agreed, paid: {answered:?}");
    assert_eq!((buyer.to, buyer.about.len()), (Role::Buyer, 1), "it was paid, which the engine did: {answered:?}");
}

#[test]
fn r41_a_call_of_the_operator_concerns_the_operator_too_and_a_note_those_who_may_read_it() {
    let mut shop = telling();
    shop.wait(HOUR).must(Role::Seller, &refuse());
    let called = shop.wait(HOUR).run(Role::Buyer, &escalate()).unwrap();
    assert_eq!(readers(&called), [Role::Seller, Role::Operator]);
    shop.wait(HOUR).post(&actor(Role::Operator), message(true)).unwrap();
    assert_eq!(readers(shop.history()).last(), Some(&Role::Seller), "an internal note is no buyer's");
    let before = shop.history().len();
    shop.wait(HOUR).post(&actor(Role::Seller), message(true)).unwrap();
    assert!(
        readers(&shop.history()[before..]).is_empty(),
        "the only other reader is the operator, who looks when ruling"
    );
}

#[test]
fn r41_what_silence_decides_and_each_reminder_is_told() {
    let mut shop = telling();
    let reminded = shop.wait(35 * HOUR).settle();
    assert_eq!(readers(&reminded), [Role::Seller, Role::Seller], "6 hours and 1 hour before");
    let decided = shop.wait(HOUR).settle();
    assert_eq!(readers(&decided), [Role::Buyer, Role::Seller]);
    let (_, to_buyer) = &notices(&decided)[0];
    assert_eq!(to_buyer.deadlines[0].kind, DeadlineKind::BuyerShip, "the return is agreed, and has to be shipped");
}

#[test]
fn r41_several_within_a_minute_are_one_as_long_as_none_of_them_has_gone() {
    let mut shop = telling();
    shop.wait(HOUR).must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    let offered = latest(&shop, Role::Buyer);
    shop.wait(MINUTE - 1).must(Role::Seller, &agree());
    let (agreed, notice) = notices(shop.history()).pop().unwrap();
    assert_eq!(notice.replaces, [offered], "the offer is withdrawn, and told of with the agreement");
    assert_eq!(notice.about.len(), 3);
    // It is sent no more, and what is said of it changes nothing.
    assert!(shop.refund().notices.get(offered).is_none() && shop.refund().notices.get(agreed).is_some());
    assert!(reported(&mut shop, offered, NoticeResult::Accepted).is_empty());
    // A minute after the first of them it is another one; and what has gone is told of no more.
    shop.wait(1).post(&actor(Role::Seller), message(false)).unwrap();
    let (posted, notice) = notices(shop.history()).pop().unwrap();
    assert!(notice.replaces.is_empty());
    reported(&mut shop, posted, NoticeResult::Accepted);
    shop.wait(1).post(&actor(Role::Seller), message(false)).unwrap();
    assert!(notices(shop.history()).last().unwrap().1.replaces.is_empty());
}

#[test]
fn r41_where_nobody_takes_notices_none_goes_unsaid() {
    let mut shop = telling();
    shop.wait(HOUR).must(Role::Seller, &agree());
    let agreed = notices(shop.history()).last().unwrap().clone();
    assert_eq!(agreed.1.to, Role::Buyer);
    for _ in 0..32 {
        shop.wait(2 * MINUTE).post(&actor(Role::Seller), message(false)).unwrap();
    }
    let (_, last) = notices(shop.history()).last().unwrap().clone();
    assert!(last.replaces.contains(&agreed.0), "{last:?}");
    assert!(agreed.1.about.iter().all(|told| last.about.contains(told)), "{last:?}");
    assert_eq!(last.deadlines, agreed.1.deadlines);
    shop.wait(2 * MINUTE).post(&actor(Role::Seller), message(false)).unwrap();
    let queued = shop.refund().notices.iter().filter(|queued| queued.notice.to == Role::Buyer);
    assert_eq!(queued.count(), 2, "from there on there is room again");
}

#[test]
fn r41_what_is_said_of_a_notice_that_was_lost_with_a_restore_counts_for_no_other() {
    let mut shop = telling();
    let kept = latest(&shop, Role::Seller);
    shop.notice_leap = 3 * refund_core::NOTICE_LEAP;
    shop.wait(1).must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    let name = latest(&shop, Role::Buyer);
    let sequence = Notice::asked_by(name);
    assert_eq!((sequence, name), (shop.refund().sequence, sequence + shop.notice_leap));
    assert!(reported(&mut shop, sequence, NoticeResult::Accepted).is_empty(), "it was the name of one that was lost");
    // The later stands for the earlier by its name.
    shop.wait(1).must(Role::Seller, &agree());
    assert_eq!(notices(shop.history()).pop().unwrap().1.replaces, [name]);
    assert_eq!(reported(&mut shop, kept, NoticeResult::Accepted).len(), 1, "what was kept has its name");
}

#[test]
fn r41_what_became_of_a_notice_is_told_once_and_by_those_who_may() {
    let mut shop = telling();
    let number = latest(&shop, Role::Seller);
    let before = shop.refund().version;
    for role in [Role::Buyer, Role::Seller] {
        let report = report(number, NoticeResult::Accepted);
        assert_eq!(code(report_notice(shop.refund(), &actor(role), &report, shop.now)), RefusalCode::NotYourRole);
    }
    let events = reported(&mut shop, number, NoticeResult::Failed);
    assert!(matches!(events[0].fact, Fact::NoticeFailed { to: Role::Seller, .. }), "{events:?}");
    assert!(reported(&mut shop, number, NoticeResult::Accepted).is_empty(), "twice");
    assert!(reported(&mut shop, 1, NoticeResult::Accepted).is_empty(), "of what is no notice");
    assert!(reported(&mut shop, 4711, NoticeResult::Accepted).is_empty(), "of what never was");
    assert_eq!(shop.refund().version, before, "a number and no version");
}

#[test]
fn r42_whoever_was_told_in_time_loses_by_silence_as_ever() {
    for (told_before, moves) in [(HOUR, false), (HOUR - 1, true)] {
        let mut shop = needing();
        let number = latest(&shop, Role::Seller);
        shop.wait(36 * HOUR - told_before);
        reported(&mut shop, number, NoticeResult::Accepted);
        let decided = shop.wait(told_before).settle();
        let is_moved = matches!(
            decided[0].fact,
            Fact::DeadlineExtended { kind: DeadlineKind::SellerDecide, because: Some(ExtendedBecause::Unnotified), .. }
        );
        assert_eq!(is_moved, moves, "{told_before}: {:?}", types(&decided));
    }
}

#[test]
fn r42_whoever_was_not_told_gets_more_time_once_and_is_told_anew() {
    let mut shop = needing();
    let number = latest(&shop, Role::Seller);
    reported(&mut shop, number, NoticeResult::Failed);
    let moved = shop.wait(36 * HOUR).settle();
    assert_eq!(readers(&moved), [Role::Seller], "sent anew");
    assert_eq!(shop.refund().next_deadline().unwrap().at, shop.now.plus(Span::hours(12)));
    assert_eq!(stand(&shop).0, StatusKind::WaitSellerAgree);
    // Then it acts, whether that was accepted or not.
    shop.wait(12 * HOUR).settle();
    assert_eq!(stand(&shop).0, StatusKind::WaitBuyerReturnGoods);
}

#[test]
fn r42_each_deadline_by_which_a_party_can_lose_needs_its_own_notice() {
    let mut shop = needing();
    shop.must(Role::Seller, &refuse());
    let moves = |shop: &mut Shop, kind: DeadlineKind, days: i64| {
        let events = shop.wait(days * 24 * HOUR).settle();
        assert!(matches!(&events[0].fact, Fact::DeadlineExtended { kind: moved, .. } if *moved == kind), "{events:?}");
    };
    moves(&mut shop, DeadlineKind::BuyerRespond, 5);
    shop.must(Role::Seller, &agree());
    moves(&mut shop, DeadlineKind::BuyerShip, 7);
    shop.must(Role::Buyer, &ship("1"));
    moves(&mut shop, DeadlineKind::SellerConfirm, 10);
    shop.must(Role::Seller, &Command::RefuseReceipt { reason: crate::support::reason() });
    moves(&mut shop, DeadlineKind::BuyerRespond, 5);
    shop.must(Role::Buyer, &escalate());
    let overdue = shop.wait(7 * 24 * HOUR).settle();
    assert!(matches!(overdue[0].fact, Fact::Overdue { .. }), "the operator loses nothing: {overdue:?}");
}

#[test]
fn r42_an_offers_end_never_moves() {
    let mut shop = needing();
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    let events = shop.wait(36 * HOUR).settle();
    assert!(matches!(events[0].fact, Fact::DeadlineExtended { kind: DeadlineKind::SellerDecide, .. }), "{events:?}");
    assert!(events.iter().any(|event| matches!(event.fact, Fact::OfferExpired)), "{events:?}");
    assert_eq!(stand(&shop).0, StatusKind::WaitSellerAgree);
}

#[test]
fn r42_a_deadline_that_somebody_moved_stays_told() {
    let mut shop = needing();
    let number = latest(&shop, Role::Seller);
    reported(&mut shop, number, NoticeResult::Accepted);
    let to = shop.now.plus(Span::hours(48));
    shop.must(Role::Operator, &Command::Extend { kind: DeadlineKind::SellerDecide, to });
    shop.wait(48 * HOUR).settle();
    assert_eq!(stand(&shop).0, StatusKind::WaitBuyerReturnGoods, "the seller knew of an earlier one");
}

#[test]
fn r42_what_a_deadline_needs_is_fixed_when_it_is_set() {
    let mut shop = Shop::with_refund(|_| {});
    shop.policy.silence_needs_notice = true;
    shop.wait(36 * HOUR).settle();
    assert_eq!(stand(&shop).0, StatusKind::WaitBuyerReturnGoods, "it was set when none was needed");
    let mut shop = needing();
    shop.policy.silence_needs_notice = false;
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).must(Role::Buyer, &reject());
    let events = shop.wait(36 * HOUR).settle();
    assert!(matches!(events[0].fact, Fact::DeadlineExtended { .. }), "it was set when one was: {events:?}");
}

#[test]
fn r42_what_silence_decided_is_explained_with_the_notice_that_was_accepted() {
    let mut shop = needing();
    let number = latest(&shop, Role::Seller);
    reported(&mut shop, number, NoticeResult::Accepted);
    let accepted_at = shop.now;
    shop.wait(36 * HOUR).settle();
    let told: Vec<_> = refund_core::explain(shop.history().to_vec()).filter_map(|told| told.told_by).collect();
    assert_eq!(told, [refund_core::AcceptedNotice { number, at: accepted_at }]);
    let mut shop = needing();
    shop.wait(36 * HOUR).settle();
    shop.wait(12 * HOUR).settle();
    assert_eq!(refund_core::explain(shop.history().to_vec()).filter_map(|told| told.told_by).count(), 0);
}

#[test]
fn r41_why_a_notice_failed_is_for_those_who_know_whom_it_was_sent_to() {
    let mut shop = telling();
    let number = latest(&shop, Role::Seller);
    let events = reported(&mut shop, number, NoticeResult::Failed);
    for (role, knows) in [(Role::Seller, false), (Role::Platform, true), (Role::Operator, true)] {
        assert_eq!(events[0].disclosed_to(role).unwrap().of_gateway(Some(())).is_some(), knows, "{role}");
    }
}

#[test]
fn r42_what_one_party_is_told_pushes_out_nothing_that_another_was() {
    let mut shop = needing();
    let number = latest(&shop, Role::Seller);
    for _ in 0..40 {
        shop.wait(MINUTE + 1).post(&actor(Role::Seller), message(false)).unwrap();
    }
    assert_eq!(reported(&mut shop, number, NoticeResult::Accepted).len(), 1);
    shop.wait(36 * HOUR).settle();
    assert_eq!(stand(&shop).0, StatusKind::WaitBuyerReturnGoods, "it was told in time");
}
