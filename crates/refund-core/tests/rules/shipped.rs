//! R40: the line was shipped since the refund was opened.

use refund_core::{Command, EventType, Opened, RefundType, RefusalCode, Role};

use crate::support::{Shop, agree, cancel, cny, modify, offer};
use crate::{code, types};

/// A refund of 7.00 on goods that had not been shipped when it was opened.
fn unshipped() -> Shop {
    let mut shop = Shop::new();
    shop.line.shipped = false;
    shop.open(RefundType::RefundOnly, cny(700)).unwrap();
    shop
}

#[test]
fn r40_what_stood_against_a_return_stands_no_longer() {
    let mut shop = unshipped();
    let a_return = offer(RefundType::ReturnAndRefund, cny(700));
    assert_eq!(code(shop.run(Role::Seller, &a_return)), RefusalCode::ReturnNeedsShippedGoods);
    assert_eq!(types(&shop.run(Role::Platform, &Command::MarkShipped).unwrap()), [EventType::OrderLineShipped]);
    shop.must(Role::Seller, &a_return);
    shop.must(Role::Buyer, &modify(RefundType::ReturnAndRefund, cny(700)));
}

#[test]
fn r40_it_is_told_once_and_by_the_platform_alone() {
    let mut shop = unshipped();
    for role in Role::ALL.iter().filter(|role| **role != Role::Platform) {
        assert_eq!(code(shop.run(*role, &Command::MarkShipped)), RefusalCode::NotYourRole, "{role}");
    }
    shop.must(Role::Platform, &Command::MarkShipped);
    assert_eq!(code(shop.run(Role::Platform, &Command::MarkShipped)), RefusalCode::AlreadyShipped);
    let mut shop = unshipped();
    shop.must(Role::Seller, &agree());
    assert_eq!(code(shop.run(Role::Platform, &Command::MarkShipped)), RefusalCode::WrongStatus, "it is over");
}

#[test]
fn r40_opening_it_again_tells_it_too() {
    let mut shop = unshipped();
    shop.line.shipped = true;
    let Ok(Opened::Already(_, told)) = shop.open(RefundType::RefundOnly, cny(700)) else {
        panic!("it is the same refund, and news")
    };
    assert_eq!(told[0].fact.event_type(), EventType::OrderLineShipped);
    assert!(shop.refund().line.shipped);
    // Once: then it is the same again, and never taken back.
    for shipped in [true, false] {
        shop.line.shipped = shipped;
        let again = shop.open(RefundType::RefundOnly, cny(700));
        assert!(matches!(&again, Ok(Opened::Already(_, told)) if told.is_empty()), "{again:?}");
    }
    // With other terms it is refused, and tells nothing.
    let mut shop = unshipped();
    shop.line.shipped = true;
    assert_eq!(code(shop.open(RefundType::RefundOnly, cny(600)).map(|_| ())), RefusalCode::RefundInProgress);
    assert!(!shop.refund().line.shipped);
}

#[test]
fn r40_a_later_refund_of_the_line_does_not_take_it_back() {
    let mut shop = unshipped();
    shop.must(Role::Platform, &Command::MarkShipped).must(Role::Buyer, &cancel());
    assert!(!shop.line.shipped, "the next opening says otherwise");
    shop.open(RefundType::ReturnAndRefund, cny(700)).unwrap();
    assert!(shop.refund().line.shipped);
}
