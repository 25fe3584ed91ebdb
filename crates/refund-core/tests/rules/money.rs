//! R10 and R28: amounts.

use refund_core::{Currency, InvalidMoney, Money, RefundType, RefusalCode, Role, options};

use crate::code;
use crate::support::{Shop, actor, agree, cancel, cny, money, offer};

const ONLY: RefundType = RefundType::RefundOnly;

#[test]
fn r10_an_offer_is_more_than_zero_and_at_most_what_is_left_on_the_line() {
    for currency in ["CNY", "JPY", "KWD"] {
        let in_line = |minor| money(currency, minor);
        for (minor, refused) in [
            (-1, Some(RefusalCode::AmountNotPositive)),
            (0, Some(RefusalCode::AmountNotPositive)),
            (1, None),
            (1500, None),
            (1501, Some(RefusalCode::AmountOverRefundable)),
        ] {
            let mut shop = Shop::new();
            shop.line.paid = in_line(2000);
            shop.open(ONLY, in_line(500)).unwrap();
            shop.must(Role::Seller, &agree());
            shop.open(ONLY, in_line(900)).unwrap();
            let outcome = shop.run(Role::Seller, &offer(ONLY, in_line(minor)));
            assert_eq!(outcome.err().map(|refusal| refusal.code()), refused, "{minor} {currency}");
        }
    }
}

#[test]
fn r10_a_policy_may_cap_an_offer_at_what_was_requested() {
    for (cap, refused) in [(false, None), (true, Some(RefusalCode::AmountOverRequested))] {
        let mut shop = Shop::new();
        shop.policy.cap_at_requested = cap;
        shop.open(ONLY, cny(900)).unwrap();
        let shown = options(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now);
        assert_eq!(shown.types[0].amount_max, if cap { cny(900) } else { cny(2000) });
        let outcome = shop.run(Role::Seller, &offer(ONLY, cny(901)));
        assert_eq!(outcome.err().map(|refusal| refusal.code()), refused);
    }
}

#[test]
fn r28_an_amount_has_at_most_the_decimals_of_its_currency() {
    for (code, text, minor) in [
        ("JPY", "20", Some(20)),
        ("JPY", "20.0", None),
        ("CNY", "20", Some(2000)),
        ("CNY", "20.5", Some(2050)),
        ("CNY", "20.50", Some(2050)),
        ("CNY", "20.500", None),
        ("KWD", "20.001", Some(20_001)),
        ("KWD", "20.0010", None),
        ("KWD", "0.001", Some(1)),
        ("CNY", "-0.01", Some(-1)),
    ] {
        let currency = Currency::from_code(code).unwrap();
        let parsed = Money::parse(currency, text);
        assert_eq!(parsed.clone().ok().map(Money::minor), minor, "{text} {code}: {parsed:?}");
        if parsed.is_err() {
            assert!(matches!(parsed, Err(InvalidMoney::TooManyDecimals { .. })), "{text} {code}");
        }
    }
    assert_eq!(money("JPY", 20).decimal(), "20");
    assert_eq!(money("KWD", 20).decimal(), "0.020");
}

#[test]
fn r28_text_that_is_no_plain_decimal_is_refused() {
    let cny = Currency::from_code("CNY").unwrap();
    for text in ["", ".", "1.", ".5", "+1", "1e3", "1,000", " 1", "1 ", "--1", "０", "NaN", "1.2.3", "0x1"] {
        assert_eq!(Money::parse(cny, text), Err(InvalidMoney::Malformed), "{text:?}");
    }
    let most = "9999999999999.99";
    assert_eq!(Money::parse(cny, most).unwrap().minor(), Money::MINOR_MAX);
    for text in ["10000000000000.00", "99999999999999999999999999999999999999"] {
        assert_eq!(Money::parse(cny, text), Err(InvalidMoney::TooLarge), "{text}");
    }
}

#[test]
fn r28_an_amount_begins_with_no_zeros_that_say_nothing() {
    for (code, text, meant) in
        [("CNY", "0500", "500.00"), ("CNY", "00", "0.00"), ("CNY", "-007.5", "-7.50"), ("JPY", "01", "1")]
    {
        let said = Money::parse(Currency::from_code(code).unwrap(), text).unwrap_err().to_string();
        assert!(said.ends_with(&format!(": {meant}")), "{said}");
    }
    let cny = Currency::from_code("CNY").unwrap();
    for text in ["0", "0.50", "-0.01", "500"] {
        assert!(Money::parse(cny, text).is_ok(), "{text}");
    }
}

#[test]
fn r28_a_currency_is_one_of_iso_4217_with_minor_units() {
    for (code, known) in [("CNY", true), ("KWD", true), ("cny", false), ("XAU", false), ("XXX", false), ("", false)] {
        assert_eq!(Currency::from_code(code).is_ok(), known, "{code}");
    }
}

#[test]
fn r28_an_amount_in_another_currency_than_the_line_is_refused() {
    let mut shop = Shop::new();
    assert_eq!(code(shop.open(ONLY, money("USD", 100))), RefusalCode::CurrencyMismatch);
    shop.open(ONLY, cny(100)).unwrap();
    assert_eq!(code(shop.run(Role::Seller, &offer(ONLY, money("USD", 50)))), RefusalCode::CurrencyMismatch);
    let modify = crate::support::modify(ONLY, money("USD", 50));
    assert_eq!(code(shop.run(Role::Buyer, &modify)), RefusalCode::CurrencyMismatch);
    shop.must(Role::Buyer, &cancel());
}

#[test]
fn r28_sums_are_checked() {
    let most = cny(Money::MINOR_MAX);
    assert_eq!(most.plus(cny(1)), Err(InvalidMoney::TooLarge));
    assert_eq!(cny(-Money::MINOR_MAX).minus(cny(1)), Err(InvalidMoney::TooLarge));
    assert_eq!(cny(1).plus(money("USD", 1)), Err(InvalidMoney::CurrencyMismatch));
    assert_eq!(cny(1).is_over(money("USD", 1)), Err(InvalidMoney::CurrencyMismatch));
}
