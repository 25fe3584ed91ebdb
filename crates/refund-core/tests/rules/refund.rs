//! R19–R23 and R25: the request, the seller's answer, the operator.

use refund_core::{
    ClosedReason, Command, EventType, NegotiationStatus, RefundType, RefusalCode, Role, Span, Status, StatusKind,
    WithdrawnReason,
};

use crate::support::{
    DAY, HOUR, Shop, accept, actor, agree, cancel, cny, escalate, modify, offer, refuse, report, ruling, ship, text,
};
use crate::{code, stand, types};

const ONLY: RefundType = RefundType::RefundOnly;
const RETURN: RefundType = RefundType::ReturnAndRefund;

#[test]
fn r19_changing_the_request_withdraws_the_offer_and_starts_the_sellers_clock_anew() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &offer(ONLY, cny(200))).wait(10 * HOUR).must(Role::Buyer, &modify(ONLY, cny(500)));
    assert_eq!(stand(&shop), (StatusKind::WaitSellerAgree, Some(NegotiationStatus::Withdrawn)));
    let negotiation = shop.refund().negotiation.as_ref().unwrap();
    assert_eq!(negotiation.withdrawn_reason(), Some(WithdrawnReason::RequestModified));
    assert_eq!(shop.refund().next_deadline().unwrap().at, shop.now.plus(Span::hours(36)));
    assert_eq!((shop.refund().requested.kind, shop.refund().requested.amount), (ONLY, cny(500)));
}

#[test]
fn r19_the_present_request_is_no_change_but_another_reason_is_one() {
    let mut shop = Shop::with_refund(|_| {});
    let same = shop.refund().requested.clone();
    assert_eq!(
        code(shop.run(Role::Buyer, &Command::Modify { request: same.clone() })),
        RefusalCode::RequestChangesNothing
    );
    let request = refund_core::Request { reason: text("Two dents"), ..same };
    shop.must(Role::Buyer, &Command::Modify { request });
}

#[test]
fn r19_after_a_refusal_a_changed_request_waits_for_the_seller_again() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &modify(ONLY, cny(500)));
    assert_eq!(shop.refund().status.kind(), StatusKind::WaitSellerAgree);
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &agree());
    assert_eq!(code(shop.run(Role::Buyer, &modify(ONLY, cny(500)))), RefusalCode::WrongStatus);
}

#[test]
fn r20_the_buyer_cancels_at_any_time_before_the_money_is_on_its_way() {
    type Lead = fn(&mut Shop);
    let leads: [(Lead, bool); 8] = [
        (|_| {}, true),
        (|shop| _ = shop.must(Role::Seller, &refuse()), true),
        (|shop| _ = shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate()), true),
        (|shop| _ = shop.must(Role::Seller, &agree()), true),
        (|shop| shipped(shop), true),
        (|shop| receipt_refused(shop), true),
        (|shop| paying(shop), false),
        (
            |shop| {
                paying(shop);
                shop.must(Role::Platform, &report(true));
            },
            false,
        ),
    ];
    for (lead, possible) in leads {
        let mut shop = Shop::with_refund(|shop| shop.policy.payout = refund_core::PayoutMode::Confirmed);
        lead(&mut shop);
        let from = shop.refund().status.kind();
        let outcome = shop.run(Role::Buyer, &cancel());
        assert_eq!(outcome.is_ok(), possible, "{from}");
        if possible {
            assert!(matches!(shop.refund().status, Status::Closed { reason: ClosedReason::Cancelled, .. }));
        }
    }
}

fn shipped(shop: &mut Shop) {
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1"));
}

fn receipt_refused(shop: &mut Shop) {
    shipped(shop);
    shop.must(Role::Seller, &Command::RefuseReceipt { reason: text("Broken") });
}

fn paying(shop: &mut Shop) {
    shipped(shop);
    shop.must(Role::Seller, &Command::ConfirmReceipt);
}

#[test]
fn r20_cancelling_withdraws_an_open_offer() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &offer(ONLY, cny(200))).must(Role::Buyer, &cancel());
    let negotiation = shop.refund().negotiation.as_ref().unwrap();
    assert_eq!(negotiation.withdrawn_reason(), Some(WithdrawnReason::RefundCancelled));
}

#[test]
fn r21_agreeing_pays_a_refund_only_request_and_sends_a_return_to_an_address() {
    let mut shop = Shop::new();
    shop.open(ONLY, cny(700)).unwrap();
    let events = shop.run(Role::Seller, &agree()).unwrap();
    assert_eq!(types(&events), [EventType::RefundAgreed, EventType::RefundSucceeded]);
    for (named, expected) in [(None, "home"), (Some("depot"), "depot")] {
        let mut shop = Shop::with_refund(|_| {});
        shop.must(Role::Seller, &Command::Agree { return_address_id: named.map(text) });
        assert_eq!(shop.refund().status.kind(), StatusKind::WaitBuyerReturnGoods);
        assert_eq!(shop.refund().effective().unwrap().return_address().unwrap().id, text(expected));
    }
    let nowhere = Command::Agree { return_address_id: Some(text("nowhere")) };
    assert_eq!(code(Shop::with_refund(|_| {}).run(Role::Seller, &nowhere)), RefusalCode::ReturnAddressUnknown);
    let mut shop = Shop::new();
    shop.open(ONLY, cny(700)).unwrap();
    assert_eq!(
        code(shop.run(Role::Seller, &nowhere)),
        RefusalCode::ReturnAddressUnknown,
        "also where nothing goes back"
    );
}

#[test]
fn r22_after_a_refusal_the_buyer_has_five_days_and_then_the_refund_is_closed() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).wait(5 * DAY - 1).settle();
    assert_eq!(shop.refund().status.kind(), StatusKind::SellerRefuseBuyer);
    shop.wait(1).settle();
    assert!(matches!(shop.refund().status, Status::Closed { reason: ClosedReason::BuyerDidNotRespond, .. }));
}

#[test]
fn r23_accepting_a_refund_pays_it_and_accepting_a_return_agrees_the_return() {
    for (asked, offered, status) in
        [(RETURN, ONLY, StatusKind::Success), (ONLY, RETURN, StatusKind::WaitBuyerReturnGoods)]
    {
        let mut shop = Shop::new();
        shop.open(asked, cny(2000)).unwrap();
        shop.must(Role::Seller, &offer(offered, cny(200))).must(Role::Buyer, &accept());
        assert_eq!(stand(&shop), (status, Some(NegotiationStatus::Accepted)));
        assert_eq!(shop.refund().effective().unwrap().amount(), cny(200));
        assert_eq!(shop.ledger().unwrap().refunded, if status.takes_money() { cny(200) } else { cny(0) });
    }
}

#[test]
fn r25_while_the_operator_is_called_in_no_party_is_due_and_only_three_things_can_be_done() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate());
    let escalated = shop.refund().escalated().unwrap();
    assert_eq!((escalated.at, escalated.by.role), (shop.now, Role::Buyer));
    let kinds: Vec<_> = shop.refund().deadlines().iter().map(|deadline| deadline.kind).collect();
    assert_eq!(kinds, [refund_core::DeadlineKind::OperatorRule], "R38: only the operator is");
    shop.wait(90 * DAY).settle();
    let can = |role| refund_core::actions(shop.refund(), &shop.grounds(), &actor(role), shop.now);
    use refund_core::CommandKind as Kind;
    assert_eq!(can(Role::Seller), [Kind::Agree]);
    assert_eq!(can(Role::Buyer), [Kind::Cancel]);
    assert_eq!(can(Role::Operator), [Kind::Rule]);
    assert_eq!(code(shop.run(Role::Buyer, &modify(ONLY, cny(500)))), RefusalCode::WrongStatus);
}

#[test]
fn r25_the_operator_rules_a_refund_of_an_amount_or_closes() {
    for (ruled, status) in [(Some(cny(500)), StatusKind::Success), (None, StatusKind::Closed)] {
        let mut shop = Shop::with_refund(|_| {});
        shop.must(Role::Seller, &refuse());
        assert_eq!(code(shop.run(Role::Operator, &ruling(ruled))), RefusalCode::WrongStatus, "nobody called");
        shop.must(Role::Buyer, &escalate()).must(Role::Operator, &ruling(ruled));
        assert_eq!(shop.refund().status.kind(), status);
        assert_eq!(shop.ledger().unwrap().refunded, ruled.unwrap_or(cny(0)));
    }
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate());
    assert_eq!(code(shop.run(Role::Operator, &ruling(Some(cny(2001))))), RefusalCode::AmountOverRefundable);
    assert_eq!(code(shop.run(Role::Operator, &ruling(Some(cny(0))))), RefusalCode::AmountNotPositive);
}

#[test]
fn r25_a_ruling_about_goods_that_are_back_stays_a_return_and_otherwise_nothing_has_to_come_back() {
    type Lead = fn(&mut Shop);
    let leads: [(Lead, RefundType); 2] =
        [(receipt_refused, RETURN), (|shop| _ = shop.must(Role::Seller, &refuse()), ONLY)];
    for (lead, kind) in leads {
        let mut shop = Shop::with_refund(|_| {});
        lead(&mut shop);
        shop.must(Role::Buyer, &escalate()).must(Role::Operator, &ruling(Some(cny(500))));
        let terms = shop.refund().effective().unwrap();
        assert_eq!((terms.kind(), terms.amount()), (kind, cny(500)));
    }
}

#[test]
fn r25_the_seller_gives_in_by_agreeing_or_by_confirming_the_receipt() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate()).must(Role::Seller, &agree());
    assert_eq!(shop.refund().status.kind(), StatusKind::WaitBuyerReturnGoods);
    let mut shop = Shop::with_refund(|_| {});
    receipt_refused(&mut shop);
    shop.must(Role::Buyer, &escalate()).must(Role::Seller, &Command::ConfirmReceipt);
    assert_eq!(shop.refund().status.kind(), StatusKind::Success);
}

#[test]
fn r31_of_two_racing_commands_the_second_is_told_the_state_that_it_lost_to() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &offer(ONLY, cny(200))).must(Role::Buyer, &accept());
    let before = shop.refund().clone();
    let refusal = shop.run(Role::Seller, &agree()).unwrap_err();
    assert!(refusal.to_string().contains("SUCCESS"), "{refusal}");
    assert_eq!(*shop.refund(), before);
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &offer(ONLY, cny(200))).must(Role::Seller, &agree());
    let refusal = shop.run(Role::Buyer, &accept()).unwrap_err();
    assert!(refusal.to_string().contains("WITHDRAWN"), "{refusal}");
}
