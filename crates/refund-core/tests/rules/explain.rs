//! Why things happened: each event names the rules that it follows from, and who caused it counts.

use refund_core::policy::PayoutMode;
use refund_core::{
    CommandKind, DeadlineKind, EventType, Foretold, RefundType, Refusal, Role, Rule, Span, all_actions, decide,
    explain, foretell,
};

use crate::support::{
    DAY, HOUR, Shop, accept, actor, agree, cancel, cny, escalate, extend, modify, offer, refuse, reject, report,
    ruling, ship,
};

/// The latest event of that type, and its rules.
fn why(shop: &Shop, wanted: EventType) -> Vec<Rule> {
    let told = explain(shop.history().to_vec());
    told.filter(|told| told.event.fact.event_type() == wanted).last().expect("it happened").rules
}

fn offered(kind: RefundType) -> Shop {
    let mut shop = Shop::with_refund(|shop| shop.policy.allow_withdraw = true);
    shop.wait(HOUR).must(Role::Seller, &offer(kind, cny(200)));
    shop
}

#[test]
fn r21_s8_s11_a_refund_is_agreed_by_the_seller_by_a_yes_or_by_silence() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &agree());
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::R21]);
    let mut shop = offered(RefundType::RefundOnly);
    shop.must(Role::Buyer, &accept());
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::S8, Rule::R23]);
    assert_eq!(why(&shop, EventType::NegotiationAccepted), [Rule::S8, Rule::R15]);
    let mut shop = Shop::with_refund(|_| {});
    shop.wait(36 * HOUR).settle();
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::S11, Rule::R29]);
}

#[test]
fn r4_r1_an_offer_expires_with_the_sellers_clock_or_before_it() {
    let mut shop = offered(RefundType::RefundOnly);
    shop.wait(35 * HOUR).settle();
    assert_eq!(why(&shop, EventType::NegotiationExpired), [Rule::R4, Rule::R1, Rule::S9]);
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::S11, Rule::R4, Rule::R29]);
    let mut shop = Shop::with_refund(|shop| shop.policy.buyer_answer_seconds = Span::hours(12));
    shop.must(Role::Seller, &offer(RefundType::ReturnAndRefund, cny(200))).wait(36 * HOUR).settle();
    assert_eq!(why(&shop, EventType::NegotiationOffered), [Rule::R8, Rule::R9, Rule::R1, Rule::S6, Rule::S4]);
    assert_eq!(why(&shop, EventType::NegotiationExpired), [Rule::R1, Rule::S9]);
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::S11, Rule::R29], "the offer had ended before");
}

#[test]
fn r36_an_agreement_that_is_settled_late_says_that_its_clock_runs_from_then() {
    let mut shop = Shop::with_refund(|_| {});
    shop.wait(36 * HOUR + 5 * 60_000 + 1).settle();
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::S11, Rule::R29, Rule::R36]);
}

#[test]
fn r36_extending_what_fell_due_while_settling_was_held_says_so() {
    let mut shop = Shop::with_refund(|_| {});
    shop.wait(40 * HOUR);
    let command = extend(DeadlineKind::SellerDecide, shop.now.plus(Span::hours(1)));
    let done = decide(shop.refund(), &shop.grounds(), &actor(Role::Operator), &command, shop.now).unwrap();
    assert_eq!(done[0].rules(Some(shop.refund())), [Rule::R6, Rule::R36]);
}

#[test]
fn s7_r16_r19_r20_a_withdrawn_offer_says_what_ended_it() {
    let withdraw = refund_core::Command::WithdrawOffer;
    let ended = [
        (Role::Seller, agree(), Rule::S7),
        (Role::Seller, refuse(), Rule::S7),
        (Role::Seller, withdraw, Rule::R16),
        (Role::Buyer, modify(RefundType::RefundOnly, cny(900)), Rule::R19),
        (Role::Buyer, cancel(), Rule::R20),
    ];
    for (who, command, rule) in ended {
        let mut shop = offered(RefundType::RefundOnly);
        shop.must(who, &command);
        assert_eq!(why(&shop, EventType::NegotiationWithdrawn), [rule], "{command:?}");
    }
    let mut shop = offered(RefundType::RefundOnly);
    shop.must(Role::Buyer, &reject());
    assert_eq!(why(&shop, EventType::NegotiationRejected), [Rule::S9, Rule::R15]);
}

#[test]
fn r25_what_ends_a_dispute_says_that_the_operator_had_been_called_in() {
    let disputed = || {
        let mut shop = Shop::with_refund(|_| {});
        shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate());
        shop
    };
    assert_eq!(why(&disputed(), EventType::RefundEscalated), [Rule::R25]);
    let mut shop = disputed();
    shop.must(Role::Seller, &agree());
    assert_eq!(why(&shop, EventType::RefundAgreed), [Rule::R21, Rule::R25]);
    let mut shop = disputed();
    shop.must(Role::Buyer, &cancel());
    assert_eq!(why(&shop, EventType::RefundClosed), [Rule::R20, Rule::R25]);
    let mut shop = disputed();
    shop.must(Role::Operator, &ruling(Some(cny(500))));
    assert_eq!(why(&shop, EventType::RefundRuled), [Rule::R25]);
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1"));
    let reason = crate::support::reason();
    shop.must(Role::Seller, &refund_core::Command::RefuseReceipt { reason }).wait(5 * DAY).settle();
    assert_eq!(why(&shop, EventType::RefundEscalated), [Rule::R24, Rule::R25], "by silence");
}

#[test]
fn r22_r24_r6_r26_other_events_name_their_rule() {
    let mut shop = Shop::with_refund(|shop| shop.policy.payout = PayoutMode::Confirmed);
    let later = shop.now.plus(Span::hours(60));
    shop.must(Role::Operator, &extend(DeadlineKind::SellerDecide, later));
    assert_eq!(why(&shop, EventType::DeadlineChanged), [Rule::R6]);
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1")).wait(10 * DAY).settle();
    assert_eq!(why(&shop, EventType::RefundReceiptConfirmed), [Rule::R24]);
    assert_eq!(why(&shop, EventType::RefundPayoutStarted), [Rule::R26]);
    shop.must(Role::Platform, &report(true));
    assert_eq!(why(&shop, EventType::RefundPayoutFailed), [Rule::R26]);
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse());
    assert_eq!(why(&shop, EventType::RefundRefused), [Rule::R22]);
    shop.wait(5 * DAY).settle();
    assert_eq!(why(&shop, EventType::RefundClosed), [Rule::R22]);
    assert_eq!(why(&shop, EventType::DeadlineReminder), [Rule::R7]);
    assert_eq!(why(&shop, EventType::RefundOpened), [Rule::R27, Rule::R29, Rule::S10]);
}

#[test]
fn r36_what_is_overdue_is_foretold_for_now_and_its_clock_from_now() {
    let mut shop = Shop::with_refund(|_| {});
    shop.wait(40 * HOUR);
    let told = foretell(shop.refund(), &shop.grounds(), shop.now);
    let told: Vec<_> = told.iter().map(Foretold::explained).collect();
    let agreed = told.iter().find(|told| told.event.fact.event_type() == EventType::RefundAgreed).unwrap();
    assert!(agreed.event.at < shop.now && agreed.event.recorded_at == shop.now);
    assert_eq!(told.last().unwrap().event.at, shop.now.plus(Span::hours(7 * 24)));
}

/// What stands against that command for the one who has that role.
fn against(shop: &Shop, role: Role, kind: CommandKind) -> Option<Refusal> {
    let all = all_actions(shop.refund(), &shop.grounds(), &actor(role), shop.now);
    all.into_iter().find(|action| action.kind == kind).expect("a command of that role").against
}

#[test]
fn r32_of_several_tries_the_refusal_of_the_one_that_got_furthest_is_told() {
    let mut shop = Shop::with_refund(|_| {});
    let kind = DeadlineKind::BuyerShip;
    assert_eq!(
        against(&shop, Role::Seller, CommandKind::Extend),
        Some(Refusal::DeadlineNotRunning { kind }),
        "the one that a seller may extend, and not those that are for the operator"
    );
    shop.must(Role::Seller, &agree());
    assert_eq!(against(&shop, Role::Seller, CommandKind::Extend), None);
    shop.must(Role::Operator, &extend(kind, shop.now.plus(Span::MAX)));
    let limit = shop.now.plus(Span::MAX);
    assert_eq!(
        against(&shop, Role::Seller, CommandKind::Extend),
        Some(Refusal::ExtensionTooFar { kind, limit }),
        "where the least is too far, so is every other"
    );
}

#[test]
fn r33_what_time_alone_will_make_possible_says_when() {
    let mut shop = Shop::with_refund(|shop| {
        shop.policy.negotiate_before_refuse = true;
        shop.policy.buyer_answer_seconds = Span::hours(12);
    });
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    let refused = against(&shop, Role::Seller, CommandKind::Refuse).expect("an offer is open");
    assert_eq!((refused.rule(), refused.possible_at()), (Rule::R17, Some(shop.now.plus(Span::hours(12)))));
    shop.wait(12 * HOUR).settle();
    assert_eq!(against(&shop, Role::Seller, CommandKind::Refuse), None);
}
