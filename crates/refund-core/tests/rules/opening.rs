//! R27 and R29: opening refunds on a line.

use refund_core::policy::RefundsPerLine;
use refund_core::{
    AddressBook, Category, InvalidAddressBook, Line, Opened, Opening, RefundType, Refusal, RefusalCode, Role, open,
};

use crate::code;
use crate::support::{Shop, actor, agree, book, cancel, cny, money, stranger, text};

const ONLY: RefundType = RefundType::RefundOnly;

#[test]
fn r27_opening_again_with_the_same_terms_returns_the_first_and_with_others_is_refused() {
    let mut shop = Shop::with_refund(|_| {});
    let first = shop.refund().id.clone();
    assert_eq!(shop.open(RefundType::ReturnAndRefund, cny(2000)), Ok(Opened::Already(first.clone(), Vec::new())));
    for (kind, amount) in [(ONLY, cny(2000)), (RefundType::ReturnAndRefund, cny(1))] {
        assert_eq!(shop.open(kind, amount), Err(Refusal::RefundInProgress { refund_id: first.clone() }));
    }
    assert_eq!(shop.refunds.len(), 1);
}

#[test]
fn r27_only_the_lines_own_buyer_is_told_of_the_refund_in_progress() {
    let shop = Shop::with_refund(|_| {});
    let ledger = shop.ledger();
    let line = Line { ledger: ledger.as_ref(), in_progress: Some(shop.refund()) };
    let mut opening = shop.opening(RefundType::ReturnAndRefund, cny(2000));
    let outcome = open(&opening, &[], &shop.policy, line, &stranger(Role::Buyer), shop.now);
    assert_eq!(code(outcome), RefusalCode::NotYourRole);
    opening.buyer_id = text("another");
    let outcome = open(&opening, &[], &shop.policy, line, &stranger(Role::Buyer), shop.now);
    assert_eq!(code(outcome), RefusalCode::OrderLineDiffers);
}

#[test]
fn r27_the_lines_first_refund_fixes_buyer_category_and_what_was_paid() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Buyer, &cancel());
    type Change = fn(&mut Opening);
    let changes: [(Change, &str); 4] = [
        (|opening| opening.line.category = Category::Fresh, "category"),
        (|opening| opening.line.paid = cny(2001), "paid"),
        (|opening| opening.line.paid = money("USD", 2000), "paid"),
        (|opening| opening.buyer_id = text("another"), "buyer_id"),
    ];
    for (change, field) in changes {
        let mut opening = shop.opening(ONLY, cny(100));
        change(&mut opening);
        let who = if opening.buyer_id.as_str() == "another" { stranger(Role::Buyer) } else { actor(Role::Buyer) };
        let ledger = shop.ledger();
        let line = Line { ledger: ledger.as_ref(), in_progress: None };
        let refusal = open(&opening, &[], &shop.policy, line, &who, shop.now).unwrap_err();
        assert_eq!(refusal.code(), RefusalCode::OrderLineDiffers);
        assert!(refusal.to_string().contains(field), "{refusal}");
    }
}

#[test]
fn r27_all_refunds_of_a_line_together_never_pay_more_than_was_paid_for_it() {
    let mut shop = Shop::new();
    for amount in [1500, 400] {
        shop.open(ONLY, cny(amount)).unwrap();
        shop.must(Role::Seller, &agree());
    }
    assert_eq!(code(shop.open(ONLY, cny(101))), RefusalCode::AmountOverRefundable);
    shop.open(ONLY, cny(100)).unwrap();
    shop.must(Role::Seller, &agree());
    assert_eq!(code(shop.open(ONLY, cny(1))), RefusalCode::AmountOverRefundable);
}

#[test]
fn r27_a_line_has_at_most_as_many_refunds_as_the_policy_says() {
    assert_eq!(refund_core::Policy::default().refunds_per_line_max, RefundsPerLine::try_from(5).unwrap());
    let mut shop = Shop::new();
    for _ in 0..5 {
        shop.open(ONLY, cny(100)).unwrap();
        // While it is in progress it is found again, however many there have been.
        assert!(matches!(shop.open(ONLY, cny(100)), Ok(Opened::Already(_, news)) if news.is_empty()));
        shop.must(Role::Buyer, &cancel());
    }
    assert_eq!(code(shop.open(ONLY, cny(100))), RefusalCode::TooManyRefundsOnLine);
}

#[test]
fn r29_an_address_book_has_exactly_one_default_and_no_id_twice() {
    let shop = Shop::new();
    let home = shop.addresses.default_address().clone();
    assert_eq!(AddressBook::new(vec![]), Err(InvalidAddressBook::NotOneDefault { given: 0 }));
    assert_eq!(AddressBook::new(vec![(home.clone(), false)]), Err(InvalidAddressBook::NotOneDefault { given: 0 }));
    let twice = vec![(home.clone(), true), (home.clone(), false)];
    assert_eq!(AddressBook::new(twice), Err(InvalidAddressBook::SameId { id: home.id.clone() }));
    let depot = book(&["depot"]).default_address().clone();
    let both = vec![(home, true), (depot, true)];
    assert_eq!(AddressBook::new(both), Err(InvalidAddressBook::NotOneDefault { given: 2 }));
}
