//! What a prepared offer comes to is never more than what it is a share of, and never less than nothing.

use proptest::prelude::*;
use refund_core::{Currency, Money, RefundType, SavedAmount, SavedOffer, Share};

use crate::support::{Shop, cny, money, text};

/// Some prepared offers, of which the histories make use.
pub(crate) fn prepared(seed: u32) -> Vec<SavedOffer> {
    let share = Share::try_from(u16::try_from(seed % 10_000).unwrap() + 1).unwrap();
    let amounts = [
        SavedAmount::OfRequested(share),
        SavedAmount::OfPaid(share),
        SavedAmount::Fixed(cny(i64::from(seed % 3_000))),
        SavedAmount::Fixed(money("KWD", 5)),
    ];
    let address = [None, Some("home"), Some("beach")][(seed % 3) as usize];
    let offer = |amount| SavedOffer {
        id: "saved".to_owned(),
        name: text("Saved"),
        kind: RefundType::ALL[(seed / 3 % 2) as usize],
        amount,
        messages: Default::default(),
        return_address_id: address.map(text),
    };
    amounts.map(offer).into()
}

/// Of a share, on any refund.
pub(crate) fn is_within(shop: &Shop, saved: &SavedOffer, amount: Money) {
    let whole = match saved.amount {
        SavedAmount::OfRequested(_) => shop.refund().requested.amount,
        SavedAmount::OfPaid(_) => shop.refund().line.paid,
        SavedAmount::Fixed(fixed) => fixed,
    };
    assert_eq!(amount.currency(), whole.currency());
    assert!((0..=whole.minor()).contains(&amount.minor()), "{amount} of {whole}");
}

fn share() -> impl Strategy<Value = Share> {
    (1_u16..=10_000).prop_map(|hundredths| Share::try_from(hundredths).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_share_is_the_largest_whole_part_that_is_not_more(minor in 0..=Money::MINOR_MAX, share in share()) {
        let whole = Money::new(minor, Currency::from_code("CNY").unwrap()).unwrap();
        let part = i128::from(share.of(whole).minor());
        let exact = i128::from(minor) * i128::from(u16::from(share));
        prop_assert!(0 <= part && part <= i128::from(minor));
        prop_assert!(part * 10_000 <= exact && exact < (part + 1) * 10_000);
    }

    #[test]
    fn more_of_it_and_of_more_is_no_less(minors in proptest::array::uniform2(0..=Money::MINOR_MAX), shares in [share(), share()]) {
        let [less, more] = if minors[0] < minors[1] { minors } else { [minors[1], minors[0]] }.map(cny);
        let [small, large] = if shares[0] < shares[1] { shares } else { [shares[1], shares[0]] };
        prop_assert!(small.of(less).minor() <= large.of(less).minor());
        prop_assert!(small.of(less).minor() <= small.of(more).minor());
    }

    #[test]
    fn what_is_told_of_a_share_is_read_as_the_same(share in share()) {
        prop_assert_eq!(share.to_string().parse::<Share>(), Ok(share));
    }
}
