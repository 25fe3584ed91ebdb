//! R1–R7, R34 and R36: deadlines, silence, extensions, reminders, outages.

use refund_core::policy::Reminders;
use refund_core::{
    Actor, CommandKind, DeadlineKind, EventType, Grounds, InvalidSpan, NegotiationStatus, OnSilence, RefundType,
    Refusal, RefusalCode, Role, Span, Status, StatusKind, Timestamp,
};

use crate::support::{DAY, HOUR, Shop, accept, actor, agree, at, cny, extend, offer, refuse, ship, text};
use crate::{code, stand, types};

/// A refund with an offer of 2.00, nothing to return, made an hour after the opening.
fn offered(change: impl FnOnce(&mut Shop)) -> Shop {
    let mut shop = Shop::with_refund(change);
    shop.wait(HOUR).must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    shop
}

fn no_reminders(shop: &mut Shop) {
    shop.policy.reminders_seconds = Reminders::new(Vec::new()).unwrap();
}

#[test]
fn r1_an_offer_expires_at_the_earlier_of_its_own_end_and_the_sellers_deadline() {
    for (answer, expected) in [(34, 35), (35, 36), (36, 36), (90, 36)] {
        let shop = offered(|shop| shop.policy.buyer_answer_seconds = Span::hours(answer));
        let start = shop.refund().opened_at;
        assert_eq!(shop.refund().pending().unwrap().answer.by, start.plus(Span::hours(expected)), "{answer} h");
        assert_eq!(shop.refund().deadlines().last().unwrap().at, start.plus(Span::hours(36)), "the seller's own");
    }
}

#[test]
fn r2_an_answer_counts_to_the_last_millisecond_before_the_deadline_and_not_at_it() {
    for (offset, counts) in [(-1, true), (0, false), (1, false)] {
        let mut shop = offered(|_| {});
        shop.wait(35 * HOUR + offset);
        let outcome = shop.run(Role::Buyer, &accept());
        if counts {
            outcome.unwrap();
            assert_eq!(stand(&shop), (StatusKind::Success, Some(NegotiationStatus::Accepted)));
        } else {
            assert_eq!(code(outcome), RefusalCode::DeadlinePassed);
            assert_eq!(stand(&shop), (StatusKind::WaitBuyerReturnGoods, Some(NegotiationStatus::Expired)));
        }
    }
}

#[test]
fn r2_every_deadline_is_too_late_at_its_own_instant() {
    type Lead = fn(&mut Shop);
    let leads: [(Lead, Role, refund_core::Command, StatusKind); 4] = [
        (|_| {}, Role::Seller, refuse(), StatusKind::WaitBuyerReturnGoods),
        (|shop| _ = shop.must(Role::Seller, &refuse()), Role::Buyer, crate::support::escalate(), StatusKind::Closed),
        (|shop| _ = shop.must(Role::Seller, &agree()), Role::Buyer, ship("1"), StatusKind::Closed),
        (
            |shop| _ = shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1")),
            Role::Seller,
            refund_core::Command::RefuseReceipt { reason: text("Broken") },
            StatusKind::Success,
        ),
    ];
    for (lead, role, command, silent) in leads {
        for offset in [-1, 0] {
            let mut shop = Shop::with_refund(no_reminders);
            lead(&mut shop);
            let deadline = shop.refund().next_deadline().unwrap().at.as_millis();
            shop.now = at(deadline + offset);
            let step = shop.step(&actor(role), &command);
            assert_eq!(step.outcome.is_ok(), offset < 0, "{command:?} at {offset} ms");
            assert_eq!(step.settled.is_empty(), offset < 0);
            assert!(offset < 0 || shop.refund().status.kind() == silent, "{command:?}");
        }
    }
}

#[test]
fn r3_what_was_due_happens_at_its_instant_by_the_clock_before_a_late_command_is_decided() {
    let mut shop = offered(no_reminders);
    shop.wait(35 * HOUR + 60_000);
    let step = shop.step(&actor(Role::Buyer), &accept());
    let due = shop.refund().opened_at.plus(Span::hours(36));
    assert_eq!(types(&step.settled), [EventType::NegotiationExpired, EventType::RefundAgreed]);
    for event in &step.settled {
        assert_eq!((event.at, event.recorded_at), (due, shop.now));
        assert_eq!(event.actor, Actor::system());
    }
    assert_eq!(code(step.outcome), RefusalCode::DeadlinePassed);
}

#[test]
fn r4_the_sellers_deadline_expires_the_offer_and_agrees_the_request_in_one_step() {
    let mut shop = offered(no_reminders);
    shop.wait(35 * HOUR);
    assert_eq!(types(&shop.settle()), [EventType::NegotiationExpired, EventType::RefundAgreed]);
    let terms = shop.refund().effective().unwrap();
    assert_eq!((terms.kind(), terms.amount()), (RefundType::ReturnAndRefund, cny(2000)));
    assert_eq!(terms.return_address().unwrap().id, text("home"));
}

#[test]
fn r5_a_span_is_60_seconds_to_90_days_and_an_instant_has_milliseconds() {
    for (seconds, fits) in [(59, false), (60, true), (7_776_000, true), (7_776_001, false)] {
        assert_eq!(Span::seconds(seconds).is_ok(), fits, "{seconds}");
    }
    assert_eq!(Span::seconds(0), Err(InvalidSpan));
    for (given, fits) in [
        ("2026-03-01T08:00:00.123Z", true),
        ("2026-03-01T16:00:00.123+08:00", true),
        ("2026-03-01T08:00:00.1234Z", true),
        ("2026-03-01T08:00:60Z", false),
        ("2026-03-01T08:00:00.Z", false),
        ("2026-03-01T08:00:00", false),
        ("1969-12-31T23:59:59.999Z", false),
    ] {
        assert_eq!(given.parse::<Timestamp>().is_ok(), fits, "{given}");
    }
    for (given, taken) in [
        ("2026-03-01T08:00:00.1Z", "2026-03-01T08:00:00.100Z"),
        ("2026-03-01T08:00:00.1239Z", "2026-03-01T08:00:00.123Z"),
        ("2026-03-01T16:00:00.123999999+08:00", "2026-03-01T08:00:00.123Z"),
        ("2026-03-01T07:59:59.99999999999999999999Z", "2026-03-01T07:59:59.999Z"),
        ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(given.parse::<Timestamp>().unwrap().to_string(), taken, "{given}");
    }
    let defaults = refund_core::Policy::default();
    let lengths = [
        (defaults.seller_decide_seconds, 36),
        (defaults.buyer_answer_seconds, 36),
        (defaults.buyer_respond_seconds, 5 * 24),
        (defaults.buyer_ship_seconds, 7 * 24),
        (defaults.seller_confirm_seconds, 10 * 24),
    ];
    assert!(lengths.iter().all(|(span, hours)| *span == Span::hours(*hours)));
}

#[test]
fn r6_an_operator_moves_a_running_deadline_to_a_later_instant_only() {
    let mut shop = Shop::with_refund(|_| {});
    let by = shop.refund().next_deadline().unwrap().at.as_millis();
    let kind = DeadlineKind::SellerDecide;
    for to in [by - 1, by] {
        assert_eq!(code(shop.run(Role::Operator, &extend(kind, at(to)))), RefusalCode::ExtensionNotLater);
    }
    assert_eq!(code(shop.run(Role::Seller, &extend(kind, at(by + 1)))), RefusalCode::NotYourRole);
    let events = shop.run(Role::Operator, &extend(kind, at(by + 1))).unwrap();
    assert_eq!(types(&events), [EventType::DeadlineChanged]);
    assert_eq!(shop.refund().next_deadline().unwrap().at, at(by + 1));
}

#[test]
fn r6_a_deadline_is_extended_before_it_is_due_and_not_at_it() {
    for (offset, done) in [(-1, true), (0, false)] {
        let mut shop = Shop::with_refund(|_| {});
        let by = shop.refund().next_deadline().unwrap().at.as_millis();
        shop.now = at(by + offset);
        let outcome = shop.run(Role::Operator, &extend(DeadlineKind::SellerDecide, at(by + HOUR)));
        assert_eq!(outcome.is_ok(), done);
        assert!(done || code(outcome) == RefusalCode::DeadlineNotRunning);
    }
}

#[test]
fn r6_the_seller_extends_the_buyers_time_to_ship() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &agree());
    let by = shop.refund().next_deadline().unwrap().at.as_millis();
    shop.must(Role::Seller, &extend(DeadlineKind::BuyerShip, at(by + DAY)));
    shop.now = at(by + DAY - 1);
    shop.must(Role::Buyer, &ship("1"));
}

#[test]
fn r6_an_offers_end_moves_by_its_own_extension_alone_and_never_past_the_sellers_deadline() {
    let mut shop = offered(|shop| shop.policy.buyer_answer_seconds = Span::hours(12));
    let (ends, seller) = (shop.refund().deadlines()[0].at, shop.refund().deadlines()[1].at.as_millis());
    shop.must(Role::Operator, &extend(DeadlineKind::SellerDecide, at(seller + HOUR)));
    assert_eq!(shop.refund().pending().unwrap().answer.by, ends, "the seller's extension leaves the offer");
    let answer = |to| extend(DeadlineKind::BuyerAnswer, at(to));
    assert_eq!(code(shop.run(Role::Operator, &answer(seller + HOUR + 1))), RefusalCode::ExtensionTooFar);
    shop.must(Role::Operator, &answer(seller + HOUR));
    assert_eq!(shop.refund().next_deadline().unwrap().kind, DeadlineKind::SellerDecide);
}

#[test]
fn r6_no_deadline_moves_further_than_90_days_from_now() {
    let mut shop = Shop::with_refund(|_| {});
    let latest = shop.now.plus(Span::MAX);
    let too_far = extend(DeadlineKind::SellerDecide, at(latest.as_millis() + 1));
    assert_eq!(code(shop.run(Role::Operator, &too_far)), RefusalCode::ExtensionTooFar);
    shop.must(Role::Operator, &extend(DeadlineKind::SellerDecide, latest));
    // At that instant there is no later one: extending isn't listed as something that can be done.
    let actions = refund_core::actions(shop.refund(), &shop.grounds(), &actor(Role::Operator), shop.now);
    assert!(actions.is_empty(), "{actions:?}");
}

#[test]
fn r7_the_party_that_is_due_is_reminded_6_hours_and_1_hour_before() {
    let mut shop = Shop::with_refund(|_| {});
    let start = shop.refund().opened_at;
    let version = shop.refund().version;
    for hours in [30, 35] {
        assert_eq!(shop.refund().next_due(), Some(start.plus(Span::hours(hours))));
        shop.now = start.plus(Span::hours(hours));
        assert_eq!(types(&shop.settle()), [EventType::DeadlineReminder]);
    }
    assert_eq!(shop.refund().next_due(), Some(start.plus(Span::hours(36))));
    assert_eq!(shop.refund().version, version, "a reminder changes no state");
    assert_eq!(DeadlineKind::SellerDecide.who(), Role::Seller);
}

#[test]
fn r7_reminders_that_are_past_when_the_deadline_is_set_are_left_out_and_an_extension_sets_them_anew() {
    let mut shop = Shop::with_refund(|shop| shop.policy.buyer_answer_seconds = Span::hours(6));
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    let now = shop.now;
    let reminders = |shop: &Shop| shop.refund().pending().unwrap().answer.reminders.clone();
    assert_eq!(reminders(&shop), [now.plus(Span::hours(5))], "6 hours before is this very instant, so it is past");
    shop.now = now.plus(Span::hours(5));
    shop.settle();
    assert_eq!(reminders(&shop), []);
    shop.must(Role::Operator, &extend(DeadlineKind::BuyerAnswer, now.plus(Span::hours(12))));
    assert_eq!(reminders(&shop), [now.plus(Span::hours(6)), now.plus(Span::hours(11))]);
}

#[test]
fn r34_a_change_of_policy_or_addresses_moves_no_deadline_and_no_offer() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &offer(RefundType::ReturnAndRefund, cny(200)));
    let before = shop.refund().clone();
    shop.policy.buyer_answer_seconds = Span::hours(1);
    shop.policy.seller_decide_seconds = Span::hours(1);
    shop.addresses = crate::support::book(&["elsewhere"]);
    shop.wait(2 * HOUR);
    assert!(shop.settle().is_empty());
    assert_eq!(*shop.refund(), before);
    shop.must(Role::Buyer, &accept());
    assert_eq!(shop.refund().effective().unwrap().return_address().unwrap().id, text("home"), "R12: a copy");
}

#[test]
fn r36_a_settlement_of_more_than_five_minutes_late_starts_the_next_deadline_from_now() {
    let five_minutes = 5 * 60 * 1000;
    for (late, from_now) in [(0, false), (five_minutes, false), (five_minutes + 1, true), (30 * DAY, true)] {
        let mut shop = Shop::with_refund(no_reminders);
        let due = shop.refund().next_deadline().unwrap().at;
        shop.now = at(due.as_millis() + late);
        let events = shop.settle();
        assert_eq!((events[0].at, events[0].recorded_at), (due, shop.now));
        let Status::WaitBuyerReturnGoods { ship, .. } = &shop.refund().status else { panic!("{late} ms late") };
        let from = if from_now { shop.now } else { due };
        assert_eq!(ship.by, from.plus(Span::hours(7 * 24)), "{late} ms late");
    }
}

#[test]
fn r36_while_settling_is_held_an_operator_extends_what_fell_due_and_nobody_does_anything_else() {
    let shop = Shop::with_refund(|_| {});
    let by = shop.refund().next_deadline().unwrap().at.as_millis();
    let (now, to) = (at(by + DAY), at(by + 2 * DAY));
    // Held means: the engine decides without settling first.
    let grounds = Grounds { is_held: true, ..shop.grounds() };
    for role in Role::ALL {
        let possible = refund_core::actions(shop.refund(), &grounds, &actor(*role), now);
        assert_eq!(possible, if *role == Role::Operator { vec![CommandKind::Extend] } else { Vec::new() });
    }
    let options = refund_core::options(shop.refund(), &grounds, &actor(Role::Seller), now);
    assert_eq!((options.may_offer, options.objections), (false, vec![Refusal::SettlingHeld]));
    let command = extend(DeadlineKind::SellerDecide, to);
    let events = refund_core::decide(shop.refund(), &grounds, &actor(Role::Operator), &command, now).unwrap();
    let refund = refund_core::evolve(shop.refund().clone(), &events[0]);
    assert_eq!(refund.next_deadline().unwrap().at, to);
    assert_eq!(refund_core::settle(&refund, &shop.grounds(), now), []);
}

#[test]
fn s11_what_silence_leads_to_is_shown_with_each_deadline() {
    let mut shop = offered(|shop| shop.policy.buyer_answer_seconds = Span::hours(12));
    let silences =
        |shop: &Shop| shop.refund().deadlines().iter().map(|deadline| deadline.on_silence).collect::<Vec<_>>();
    assert_eq!(silences(&shop), [OnSilence::OfferExpires, OnSilence::AgreedAsRequested]);
    shop.must(Role::Seller, &agree());
    assert_eq!(silences(&shop), [OnSilence::RefundClosed]);
    shop.must(Role::Buyer, &ship("1"));
    assert_eq!(silences(&shop), [OnSilence::RefundPaid]);
    shop.must(Role::Seller, &refund_core::Command::RefuseReceipt { reason: text("Broken") });
    assert_eq!(silences(&shop), [OnSilence::OperatorCalledIn]);
}
