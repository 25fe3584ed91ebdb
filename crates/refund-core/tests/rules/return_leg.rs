//! R24: the return leg.

use refund_core::{ClosedReason, Command, EventType, RefusalCode, Role, Status, StatusKind};

use crate::support::{DAY, Shop, agree, escalate, ship, text};
use crate::{code, types};

fn returning() -> Shop {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &agree());
    shop
}

#[test]
fn r24_goods_that_are_not_shipped_within_seven_days_close_the_refund() {
    let mut shop = returning();
    shop.wait(7 * DAY - 1).settle();
    assert_eq!(shop.refund().status.kind(), StatusKind::WaitBuyerReturnGoods);
    shop.wait(1).settle();
    assert!(matches!(shop.refund().status, Status::Closed { reason: ClosedReason::BuyerDidNotShip, .. }));
    assert!(shop.refund().effective().is_some(), "what had been agreed stays known");
}

#[test]
fn r24_a_receipt_that_is_not_confirmed_within_ten_days_of_shipping_pays_the_refund() {
    let mut shop = returning();
    shop.wait(3 * DAY).must(Role::Buyer, &ship("1")).wait(10 * DAY - 1).settle();
    assert_eq!(shop.refund().status.kind(), StatusKind::WaitSellerConfirmGoods);
    let events = shop.wait(1).settle();
    assert_eq!(types(&events), [EventType::RefundReceiptConfirmed, EventType::RefundSucceeded]);
}

#[test]
fn r24_the_buyer_corrects_the_tracking_number_and_no_clock_moves() {
    let mut shop = returning();
    shop.must(Role::Buyer, &ship("1"));
    let deadline = shop.refund().next_deadline();
    let shipped_at = shop.now;
    shop.wait(DAY).must(Role::Buyer, &ship("2"));
    assert_eq!(shop.refund().next_deadline(), deadline);
    let shipment = shop.refund().shipment.as_ref().unwrap();
    assert_eq!((shipment.tracking_number.as_str(), shipment.shipped_at), ("2", shipped_at));
    assert_eq!(shop.run(Role::Buyer, &ship("2")), Ok(vec![]), "the same again is no event");
}

#[test]
fn r24_the_seller_may_waive_the_return_only_while_waiting_for_it() {
    let mut shop = returning();
    shop.must(Role::Seller, &Command::WaiveReturn);
    assert_eq!(shop.refund().status.kind(), StatusKind::Success);
    let mut shop = returning();
    shop.must(Role::Buyer, &ship("1"));
    assert_eq!(code(shop.run(Role::Seller, &Command::WaiveReturn)), RefusalCode::WrongStatus);
}

#[test]
fn r24_a_refused_receipt_goes_to_the_operator_by_the_buyer_or_after_five_silent_days() {
    let refused = || {
        let mut shop = returning();
        shop.must(Role::Buyer, &ship("1"));
        shop.must(Role::Seller, &Command::RefuseReceipt { reason: text("Broken") });
        shop
    };
    let mut shop = refused();
    shop.must(Role::Buyer, &escalate());
    assert_eq!(shop.refund().escalated().unwrap().by.role, Role::Buyer);
    let mut shop = refused();
    shop.wait(5 * DAY - 1).settle();
    assert_eq!(shop.refund().escalated(), None);
    shop.wait(1).settle();
    let escalated = shop.refund().escalated().unwrap();
    assert_eq!((escalated.by.role, escalated.at, &escalated.reason), (Role::System, shop.now, &None));
    assert_eq!(shop.refund().status.kind(), StatusKind::SellerRefuseReceipt);
}
