//! What of an event each role may know.

use refund_core::{Disclosed, Event, Fact, RefundType, Role, Terms, Via, foretell};

use crate::support::{Shop, accept, actor, agree, cny, message, offer};

fn shop() -> Shop {
    Shop::with_refund(|_| {})
}

fn knows(role: Role, event: &Event) -> Disclosed<'_> {
    event.disclosed_to(role).expect("it is for them")
}

/// The terms of an agreement or an offer.
fn terms(event: &Event) -> &Terms {
    if let Fact::Agreed { agreed, .. } = &event.fact {
        return &agreed.terms;
    }
    let Fact::OfferMade { negotiation } = &event.fact else { panic!("no terms in {event:?}") };
    &negotiation.offer.terms
}

#[test]
fn r30_an_internal_note_is_for_all_but_the_buyer() {
    let mut shop = shop();
    let note = shop.post(&actor(Role::Seller), message(true)).unwrap();
    let open = shop.post(&actor(Role::Seller), message(false)).unwrap();
    let told = |event: &Event| Role::ALL.iter().copied().filter(|role| event.disclosed_to(*role).is_some()).collect();
    let told = [&note, &open].map(|event| -> Vec<Role> { told(event) });
    assert_eq!(told, [vec![Role::Seller, Role::Platform, Role::Operator, Role::System], Role::ALL.to_vec()]);
}

#[test]
fn r21_where_the_goods_would_go_a_buyer_is_told_once_it_is_agreed_and_not_before() {
    let mut shop = shop();
    let foretold = foretell(shop.refund(), &shop.grounds(), shop.now);
    let agreed = foretold.iter().find(|foretold| matches!(foretold.explained().event.fact, Fact::Agreed { .. }));
    let agreed = agreed.expect("silence agrees");
    for role in Role::ALL.iter().copied() {
        let terms = agreed.disclosed_to(role).unwrap().terms(terms(&agreed.explained().event));
        assert_eq!(terms.return_address().is_some(), role != Role::Buyer, "{role}");
        assert_eq!(terms.kind(), RefundType::ReturnAndRefund, "how much and what is no secret");
    }
    shop.must(Role::Seller, &agree());
    let agreed = shop.history().last().unwrap();
    assert!(knows(Role::Buyer, agreed).terms(terms(agreed)).return_address().is_some());
}

#[test]
fn s4_an_offer_gives_its_return_address_out() {
    let mut shop = shop();
    shop.must(Role::Seller, &offer(RefundType::ReturnAndRefund, cny(200)));
    let made = shop.history().last().unwrap();
    assert!(knows(Role::Buyer, made).terms(terms(made)).return_address().is_some());
}

#[test]
fn r30_a_buyer_is_told_which_side_it_was_and_not_which_key_or_person() {
    let mut shop = shop();
    let of = |role, id: &str, via| refund_core::Actor::new(role, id, via);
    let person = of(Role::Operator, "usr_1", Via::User("usr_1".to_owned()));
    for role in Role::ALL.iter().copied() {
        let told = person.disclosed_to(role);
        let expected = if role == Role::Buyer { ("operator", None) } else { ("usr_1", Some("usr_1")) };
        assert_eq!((told.id(), told.via_id()), expected);
    }
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    shop.must(Role::Buyer, &accept());
    for event in shop.history() {
        let (told, seen) = (knows(Role::Buyer, event).actor(), &event.actor);
        assert_eq!(told.via_id(), None);
        if matches!(seen.role, Role::Buyer | Role::Seller | Role::System) {
            assert_eq!(told.id(), seen.id);
        }
    }
}
