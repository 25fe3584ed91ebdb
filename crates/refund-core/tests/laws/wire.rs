//! What is recorded and what is printed comes back as it was.

use proptest::prelude::*;
use refund_core::{Currency, Event, Money, Refund, Timestamp};

use crate::support::Shop;

/// Compact MessagePack, as a store keeps it, and JSON, as it is sent.
pub(crate) fn everything_recorded_comes_back(shop: &Shop) {
    let (refund, history) = shop.refunds.last().expect("a refund");
    let packed = rmp_serde::to_vec(refund).unwrap();
    assert_eq!(rmp_serde::from_slice::<Refund>(&packed).unwrap(), *refund);
    let json = serde_json::to_string(refund).unwrap();
    assert_eq!(serde_json::from_str::<Refund>(&json).unwrap(), *refund);
    // Earlier events came back when they were the latest ones.
    for event in history.iter().rev().take(4) {
        let packed = rmp_serde::to_vec(event).unwrap();
        assert_eq!(rmp_serde::from_slice::<Event>(&packed).unwrap(), *event);
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), *event);
    }
}

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(vec!["JPY", "CNY", "USD", "KWD", "CLF"]).prop_map(|code| Currency::from_code(code).unwrap())
}

proptest! {
    #[test]
    fn an_amount_that_is_printed_is_read_as_the_same(
        currency in currency(),
        minor in -Money::MINOR_MAX..=Money::MINOR_MAX,
    ) {
        let money = Money::new(minor, currency).unwrap();
        prop_assert_eq!(Money::parse(currency, &money.decimal()), Ok(money));
    }

    #[test]
    fn text_that_is_no_amount_is_refused_and_text_that_is_one_prints_as_one(
        currency in currency(),
        text in "-?[0-9]{0,17}(\\.[0-9]{0,5})?|[-+0-9.,eE ]{0,12}",
    ) {
        if let Ok(money) = Money::parse(currency, &text) {
            let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
            prop_assert!(fraction <= currency.decimals() as usize, "{text} was rounded to {money}");
            prop_assert_eq!(Money::parse(currency, &money.decimal()), Ok(money));
        }
    }

    #[test]
    fn an_instant_that_is_printed_is_read_as_the_same(millis in 0..=Timestamp::MAX.as_millis()) {
        let instant = Timestamp::from_millis(millis).unwrap();
        prop_assert_eq!(instant.to_string().parse(), Ok(instant));
    }
}
