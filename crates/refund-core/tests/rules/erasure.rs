//! R46: what is known of people is erased once the refund is over or the law asks; what happened stays.

use refund_core::{
    Command, Contact, ErasedBecause, ErasedKind, Erasing, Event, EventType, MakeOffer, Opening, Reason, RefundType,
    RefusalCode, Role, Rule, StatusKind, Via, open, replay,
};

use crate::support::{HOUR, Shop, actor, agree, cancel, cny, file, message, offer, refuse, ship, stranger, text};
use crate::{code, types};

fn erasing(what: &[ErasedKind], because: ErasedBecause) -> Erasing {
    Erasing { what: Some(what.to_vec()), because, reason: text("Asked for in letter 17") }
}

fn all(because: ErasedBecause) -> Erasing {
    erasing(ErasedKind::ALL, because)
}

/// A refund on which everybody wrote something, with an offer of a return, a file and the buyer's contact; it is closed.
fn closed() -> Shop {
    let mut shop = Shop::new();
    let contact = Contact { email: Some(text("kim@example.com")), ..Contact::default() };
    let line = refund_core::Line { ledger: None, in_progress: None };
    let opening = shop.opening(RefundType::RefundOnly, cny(2000));
    let opening = Opening { buyer_contact: Some(Box::new(contact)), ..opening };
    let opened = open(&opening, &[], &shop.policy, line, &actor(Role::Buyer), shop.now).expect("it can be opened");
    let refund_core::Opened::New(events) = opened else { panic!("it is new") };
    shop.refunds.push((replay(&events).expect("an opening"), events));
    let Command::MakeOffer(terms) = offer(RefundType::ReturnAndRefund, cny(2000)) else { panic!("an offer") };
    let said = Command::MakeOffer(MakeOffer { message: Some(text("Dear Kim")), ..terms });
    shop.must(Role::Seller, &said);
    shop.add(&actor(Role::Buyer), &file(1)).expect("a file");
    shop.post(&actor(Role::Buyer), message(false)).expect("a message");
    shop.must(Role::Seller, &refuse());
    shop.must(Role::Buyer, &cancel());
    shop
}

/// Everything that is kept of it, as it would be stored.
fn kept(shop: &Shop) -> String {
    format!("{:?} {:?}", shop.refund(), shop.history())
}

#[test]
fn r46_what_people_wrote_and_how_they_are_reached_is_gone_from_the_refund_and_its_history() {
    let mut shop = closed();
    let before = shop.refund().clone();
    let written = ["It has a dent", "Dear Kim", "kim@example.com", "files.example", "\"Lin\""];
    for canary in written {
        assert!(kept(&shop).contains(canary), "{canary}");
    }
    let erased = shop.forget(&actor(Role::Operator), &all(ErasedBecause::Final)).unwrap();
    assert_eq!(types(&erased), [EventType::EvidenceErased, EventType::RefundErased]);
    assert_eq!(erased[1].rules(Some(&before)), [Rule::R46]);
    for canary in written {
        assert!(!kept(&shop).contains(canary), "{canary} in {}", kept(&shop));
    }
    let after = shop.refund();
    assert_eq!(
        (after.version, after.status.kind(), after.requested.amount),
        (before.version, StatusKind::Closed, cny(2000))
    );
    let instants = |history: &[Event]| history.iter().map(|event| (event.sequence, event.at)).collect::<Vec<_>>();
    assert_eq!(instants(shop.history()).len(), usize::try_from(after.sequence).unwrap());
    let noted: Vec<_> = after.erased.iter().map(|erased| (erased.what, erased.at, erased.by.clone())).collect();
    let expected: Vec<_> = ErasedKind::ALL.iter().map(|kind| (*kind, shop.now, actor(Role::Operator))).collect();
    assert_eq!(noted, expected);
    assert_eq!(replay(shop.history()).as_ref(), Some(after), "law 7");
}

#[test]
fn r46_only_what_is_named_is_erased_and_each_kind_by_itself() {
    for (kind, gone) in [
        (ErasedKind::Contact, "kim@example.com"),
        (ErasedKind::Text, "It has a dent"),
        (ErasedKind::Files, "dent.jpg"),
        (ErasedKind::Address, "\"Lin\""),
        // Who else acted is called the same here.
        (ErasedKind::Person, "role: Seller, id: \"seller\", via: User(\"someone\")"),
    ] {
        let mut shop = closed();
        let before: Vec<_> = shop.history().to_vec();
        shop.forget(&actor(Role::Operator), &erasing(&[kind], ErasedBecause::Final)).unwrap();
        assert!(kind == ErasedKind::Files || !kept(&shop).contains(gone), "{kind}");
        let others = ErasedKind::ALL.iter().copied().filter(|other| *other != kind).collect::<Vec<_>>();
        assert!(before.iter().any(|event| event.without(&others) != *event), "{kind}");
        assert_eq!(shop.refund().erased.iter().map(|erased| erased.what).collect::<Vec<_>>(), [kind]);
        assert_eq!(replay(shop.history()).as_ref(), Some(shop.refund()), "{kind}");
    }
}

#[test]
fn r46_the_operator_alone_erases_when_the_refund_is_over_or_the_law_asks() {
    let mut shop = Shop::with_refund(|_| {});
    for who in [actor(Role::Buyer), actor(Role::Seller), actor(Role::Platform), stranger(Role::Seller)] {
        assert_eq!(code(shop.forget(&who, &all(ErasedBecause::Law))), RefusalCode::NotYourRole);
    }
    assert_eq!(code(shop.forget(&actor(Role::Operator), &all(ErasedBecause::Final))), RefusalCode::RefundNotFinal);
    // Goods may still be sent there.
    assert_eq!(code(shop.forget(&actor(Role::Operator), &all(ErasedBecause::Law))), RefusalCode::RefundNotFinal);
    assert!(shop.refund().erased.is_empty(), "law 8");
    // Where nothing is named it is all that may be.
    let unnamed = Erasing { what: None, ..all(ErasedBecause::Law) };
    assert_eq!(types(&shop.forget(&actor(Role::Operator), &unnamed).unwrap()), [EventType::RefundErased]);
    let gone: Vec<_> = shop.refund().erased.iter().map(|erased| erased.what).collect();
    assert_eq!(gone, [ErasedKind::Contact, ErasedKind::Text, ErasedKind::Files, ErasedKind::Person]);
    assert!(shop.refund().requested.reason.text.is_erased());
    // It goes on as if nothing had been.
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1"));
    assert_eq!(shop.refund().status.kind(), StatusKind::WaitSellerConfirmGoods);
    shop.must(Role::Seller, &Command::ConfirmReceipt);
    let unnamed = Erasing { what: None, ..all(ErasedBecause::Final) };
    shop.forget(&actor(Role::Operator), &unnamed).unwrap();
    assert_eq!(shop.refund().erased.len(), ErasedKind::ALL.len(), "the address too, once it is over");
}

#[test]
fn r46_which_of_the_sellers_people_acted_is_gone_and_that_it_was_the_seller_stays() {
    let mut shop = closed();
    let people = |shop: &Shop, role: Role| {
        let of_role = shop.history().iter().filter(|event| event.actor.role == role);
        of_role.map(|event| (event.actor.id.clone(), event.actor.via.clone())).collect::<Vec<_>>()
    };
    let (someone, erased) = (Via::User("someone".to_owned()), Via::User("[erased]".to_owned()));
    let sellers = people(&shop, Role::Seller);
    assert!(sellers.len() > 1 && sellers.iter().all(|(_, via)| *via == someone), "{sellers:?}");
    let buyers = people(&shop, Role::Buyer);
    let person = erasing(&[ErasedKind::Person], ErasedBecause::Final);
    let told = shop.forget(&actor(Role::Operator), &person).unwrap();
    assert_eq!(types(&told), [EventType::RefundErased]);
    let gone: Vec<_> = sellers.into_iter().map(|(id, _)| (id, erased.clone())).collect();
    assert_eq!(people(&shop, Role::Seller), gone);
    // Who else acted is no name of the seller's, and who erased it stays.
    assert_eq!((people(&shop, Role::Buyer), &told[0].actor.via), (buyers, &someone));
    assert_eq!(replay(shop.history()).as_ref(), Some(shop.refund()), "law 7");
}

#[test]
fn r46_erased_again_is_nothing_new_but_for_what_came_since() {
    let mut shop = closed();
    let erase = all(ErasedBecause::Final);
    shop.forget(&actor(Role::Operator), &erase).unwrap();
    shop.wait(HOUR);
    assert_eq!(shop.forget(&actor(Role::Operator), &erase), Ok(Vec::new()));
    shop.post(&actor(Role::Seller), message(false)).expect("a message");
    let again = shop.forget(&actor(Role::Operator), &erase).unwrap();
    assert_eq!(types(&again), [EventType::RefundErased]);
    let when: Vec<_> = shop.refund().erased.iter().map(|erased| (erased.what, erased.at)).collect();
    assert!(
        when.contains(&(ErasedKind::Text, shop.now)) && !when.contains(&(ErasedKind::Contact, shop.now)),
        "{when:?}"
    );
    assert_eq!(shop.forget(&actor(Role::Operator), &erase), Ok(Vec::new()));
}

#[test]
fn what_stands_where_a_text_was_can_be_stored_and_read_again() {
    let erased = Reason::erased();
    assert!(erased.is_erased() && erased.as_str().parse::<Reason>().unwrap() == erased);
}
