//! R37 and S13: to which sellers the tool is open.

use refund_core::rollout::{Batch, Percentage};
use refund_core::{Because, Rollout, SellerId};

use crate::support::{Shop, actor, at, cny, offer, text};
use refund_core::{RefundType, RefusalCode, Role, options};

fn nobody() -> Rollout {
    Rollout { percentage: Percentage::default(), ..Rollout::everyone() }
}

fn batch(open: bool, opens_at: Option<i64>) -> Batch {
    let sellers = std::collections::BTreeSet::from([text("seller")]);
    Batch { name: text("first"), sellers, open, opens_at: opens_at.map(at) }
}

fn because(rollout: &Rollout) -> Because {
    rollout.check(&text("seller"), at(1000)).because
}

#[test]
fn r37_denied_comes_before_allowed_before_a_batch_before_the_percentage() {
    let seller: SellerId = text("seller");
    let mut rollout = Rollout { batches: vec![batch(true, None)], ..Rollout::everyone() };
    rollout.allow.insert(seller.clone());
    rollout.deny.insert(seller.clone());
    assert_eq!(because(&rollout), Because::Deny);
    rollout.deny.clear();
    assert_eq!(because(&rollout), Because::Allow);
    rollout.allow.clear();
    assert_eq!(because(&rollout), Because::Batch);
    rollout.batches.clear();
    assert_eq!(because(&rollout), Because::Percentage);
    rollout.percentage = Percentage::default();
    assert_eq!(because(&rollout), Because::NotYet);
}

#[test]
fn r37_a_batch_opens_by_hand_or_at_its_instant() {
    for (open, opens_at, expected) in [
        (true, None, Because::Batch),
        (false, None, Because::NotYet),
        (false, Some(999), Because::Batch),
        (false, Some(1000), Because::Batch),
        (false, Some(1001), Because::NotYet),
    ] {
        let rollout = Rollout { batches: vec![batch(open, opens_at)], ..nobody() };
        assert_eq!(because(&rollout), expected, "{open} {opens_at:?}");
    }
}

#[test]
fn r37_a_seller_whose_batch_will_open_is_told_when() {
    let mut shop = Shop::with_refund(|_| {});
    let opens_at = shop.now.as_millis() + 1;
    shop.rollout =
        Rollout { batches: vec![batch(false, Some(opens_at + 5)), batch(false, Some(opens_at))], ..nobody() };
    let refusal = shop.run(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).unwrap_err();
    assert_eq!(refusal.code(), RefusalCode::NegotiationNotOpenToSeller);
    assert_eq!(refusal.possible_at(), Some(at(opens_at)));
    shop.wait(1);
    assert!(options(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now).may_offer);
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
}

#[test]
fn r37_raising_the_percentage_only_adds_sellers() {
    let sellers: Vec<SellerId> = (0..500).map(|number| text(&format!("seller-{number}"))).collect();
    let open_at = |percentage: u8| {
        let rollout = Rollout { percentage: Percentage::try_from(percentage).unwrap(), ..nobody() };
        sellers.iter().map(|seller| rollout.check(seller, at(0)).is_open()).collect::<Vec<_>>()
    };
    let mut before = open_at(0);
    assert!(before.iter().all(|open| !open));
    for percentage in 1..=100 {
        let after = open_at(percentage);
        assert!(before.iter().zip(&after).all(|(before, after)| !before || *after), "{percentage}");
        before = after;
    }
    assert!(before.iter().all(|open| *open));
    let half = open_at(50).iter().filter(|open| **open).count();
    assert!((200..300).contains(&half), "{half} of 500 at 50 %");
    assert!(Percentage::try_from(101).is_err());
}

#[test]
fn r33_a_batch_that_opens_when_the_sellers_time_is_over_makes_nothing_possible() {
    let mut shop = Shop::with_refund(|_| {});
    let deadline = shop.refund().next_deadline().unwrap().at.as_millis();
    for (opens_at, possible_at) in [(deadline - 1, Some(at(deadline - 1))), (deadline, None)] {
        shop.rollout = Rollout { batches: vec![batch(false, Some(opens_at))], ..nobody() };
        let refusal = shop.run(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).unwrap_err();
        assert_eq!((refusal.code(), refusal.possible_at()), (RefusalCode::NegotiationNotOpenToSeller, possible_at));
    }
}

#[test]
fn a_policy_that_was_stored_before_a_field_was_there_can_be_read() {
    let stored = r#"{"allow_withdraw": true}"#;
    let read: refund_core::Policy = serde_json::from_str(stored).unwrap();
    assert_eq!(read, refund_core::Policy { allow_withdraw: true, ..refund_core::Policy::default() });
}
