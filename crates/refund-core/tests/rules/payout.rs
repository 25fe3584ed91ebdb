//! R26: paying.

use refund_core::{Command, EventType, PayoutMode, PayoutStatus, RefundType, RefusalCode, Role, StatusKind};

use crate::support::{Shop, agree, cny, escalate, refuse, report, ruling, ship, text};
use crate::{code, types};

fn paying() -> Shop {
    let mut shop = Shop::new();
    shop.policy.payout = PayoutMode::Confirmed;
    shop.open(RefundType::RefundOnly, cny(700)).unwrap();
    shop.must(Role::Seller, &agree());
    shop
}

#[test]
fn r26_agreed_means_paid_or_on_its_way_as_the_policy_says() {
    assert_eq!(refund_core::Policy::default().payout, PayoutMode::Immediate);
    let mut shop = paying();
    assert_eq!(shop.refund().status.kind(), StatusKind::Refunding);
    assert_eq!(shop.refund().payout().unwrap().status, PayoutStatus::Started);
    assert_eq!(types(&shop.run(Role::Platform, &report(false)).unwrap()), [EventType::RefundSucceeded]);
}

#[test]
fn r26_the_mode_is_fixed_when_the_refund_is_agreed() {
    for (agreed, later, end) in [
        (PayoutMode::Confirmed, PayoutMode::Immediate, StatusKind::Refunding),
        (PayoutMode::Immediate, PayoutMode::Confirmed, StatusKind::Success),
    ] {
        let mut shop = Shop::with_refund(|shop| shop.policy.payout = agreed);
        shop.must(Role::Seller, &agree());
        shop.policy.payout = later;
        shop.must(Role::Buyer, &ship("1")).must(Role::Seller, &Command::ConfirmReceipt);
        assert_eq!(shop.refund().status.kind(), end);
    }
    // A ruling about goods that are back keeps the mode of the agreement.
    let mut shop = Shop::with_refund(|shop| shop.policy.payout = PayoutMode::Confirmed);
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1"));
    shop.must(Role::Seller, &Command::RefuseReceipt { reason: text("Broken") }).must(Role::Buyer, &escalate());
    shop.policy.payout = PayoutMode::Immediate;
    shop.must(Role::Operator, &ruling(Some(cny(500))));
    assert_eq!(shop.refund().status.kind(), StatusKind::Refunding);
    // A refund that was never agreed is agreed by the ruling.
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse()).must(Role::Buyer, &escalate());
    shop.policy.payout = PayoutMode::Confirmed;
    shop.must(Role::Operator, &ruling(Some(cny(500))));
    assert_eq!(shop.refund().status.kind(), StatusKind::Refunding);
}

#[test]
fn r26_a_failed_payout_is_retried_by_platform_or_operator() {
    for role in [Role::Platform, Role::Operator] {
        let mut shop = paying();
        assert_eq!(code(shop.run(role, &Command::RetryPayout)), RefusalCode::WrongStatus, "nothing failed");
        shop.must(Role::Platform, &report(true));
        assert_eq!(shop.refund().status.kind(), StatusKind::RefundFailed);
        let events = shop.run(role, &Command::RetryPayout).unwrap();
        assert_eq!(types(&events), [EventType::RefundPayoutStarted]);
        assert_eq!(shop.refund().payout().unwrap().amount, cny(700));
    }
}

#[test]
fn r26_a_success_wins_over_an_earlier_failure_and_a_failure_after_success_is_refused() {
    let mut shop = paying();
    shop.must(Role::Platform, &report(true));
    assert_eq!(shop.run(Role::Platform, &report(true)), Ok(vec![]), "the same report again");
    shop.must(Role::Platform, &report(false));
    assert_eq!(shop.refund().status.kind(), StatusKind::Success);
    assert_eq!(shop.run(Role::Platform, &report(false)), Ok(vec![]), "the same report again");
    assert_eq!(code(shop.run(Role::Platform, &report(true))), RefusalCode::PayoutAlreadySucceeded);
}

#[test]
fn r26_money_stays_reserved_while_a_failed_payout_waits() {
    let mut shop = paying();
    assert_eq!(shop.ledger().unwrap().refundable(), cny(1300));
    shop.must(Role::Platform, &report(true)).must(Role::Operator, &Command::RetryPayout);
    shop.must(Role::Platform, &report(false));
    assert_eq!(shop.ledger().unwrap().refundable(), cny(1300), "R27: counted once");
}
