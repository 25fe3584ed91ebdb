//! R44: the reasons that a policy lists.

use refund_core::{
    Command, CommandKind, EventType, EvidenceFile, ListedReason, Opened, ReasonFor, Reasons, RefundType, Refusal,
    RefusalCode, Role, Rule, Why,
};

use crate::code;
use crate::support::{
    DAY, Shop, actor, agree, because, cny, escalate, file, modify, named as files_named, offer, reason, refuse, reject,
    ship, text,
};

fn listing() -> Shop {
    Shop::with_refund(|shop| shop.policy.reasons = Reasons::usual())
}

fn named(code: &str) -> Why {
    Why { code: Some(text(code)), ..reason() }
}

fn refuse_as(code: &str) -> Command {
    Command::Refuse { reason: named(code) }
}

/// What has to be named instead, as a refusal tells it.
fn known(refusal: &Refusal) -> Vec<&str> {
    let Refusal::ReasonUnknown { codes, .. } = refusal else { panic!("{refusal}") };
    codes.iter().map(|code| code.as_str()).collect()
}

#[test]
fn r44_with_a_list_one_of_it_is_named_and_the_refusal_says_which_there_are() {
    let mut shop = listing();
    let usual: Vec<_> = Reasons::usual().of(ReasonFor::Refuse).map(|reason| reason.code.to_string()).collect();
    for none_of_it in [refuse(), refuse_as("unheard_of"), refuse_as("empty_parcel")] {
        let refusal = shop.run(Role::Seller, &none_of_it).unwrap_err();
        assert_eq!(
            (refusal.code(), known(&refusal)),
            (RefusalCode::ReasonUnknown, usual.iter().map(String::as_str).collect())
        );
        assert!(refusal.to_string().contains("reason_code") && refusal.to_string().contains(&usual.join(", ")));
    }
    shop.must(Role::Seller, &refuse_as("used"));
    assert_eq!(shop.refund().seller_refusal, Some(named("used")), "the words stay beside it");
}

#[test]
fn r44_each_command_that_gives_a_reason_is_held_to_those_for_it() {
    let mut shop = Shop::new();
    shop.policy.reasons = Reasons::usual();
    let (mut opening, all) = (shop.opening(RefundType::ReturnAndRefund, cny(2000)), cny(2000));
    opening.request.reason = reason();
    let open = |opening: &refund_core::Opening| {
        refund_core::open(
            opening,
            &[],
            &shop.policy,
            refund_core::Line::default(),
            &crate::support::actor(Role::Buyer),
            shop.now,
        )
    };
    assert_eq!(code(open(&opening)), RefusalCode::ReasonUnknown);
    opening.request.reason = named("damaged");
    assert!(matches!(open(&opening), Ok(Opened::New(_))));
    shop.open(RefundType::ReturnAndRefund, all).unwrap();
    assert_eq!(code(shop.run(Role::Buyer, &modify(RefundType::RefundOnly, all))), RefusalCode::ReasonUnknown);
    shop.must(Role::Seller, &refuse_as("used"));
    assert_eq!(code(shop.run(Role::Buyer, &escalate())), RefusalCode::ReasonUnknown);
    shop.must(Role::Buyer, &Command::Escalate { reason: named("refusal_untrue") });
    let escalated = shop.refund().escalated().unwrap();
    assert_eq!(escalated.reason, Some(named("refusal_untrue")));
    let mut shop = listing();
    shop.must(Role::Seller, &agree()).must(Role::Buyer, &ship("1"));
    let refuse_receipt = |reason| Command::RefuseReceipt { reason };
    assert_eq!(code(shop.run(Role::Seller, &refuse_receipt(reason()))), RefusalCode::ReasonUnknown);
    shop.must(Role::Seller, &refuse_receipt(named("empty_parcel")));
    // Silence says nothing, and is held to nothing.
    shop.wait(5 * DAY).settle();
    assert!(shop.refund().escalated().is_some_and(|escalation| escalation.reason.is_none()));
}

#[test]
fn r44_without_a_list_for_it_any_words_are_taken_and_no_code() {
    let mut shop = listing();
    let others: Vec<_> =
        Reasons::usual().iter().filter(|reason| reason.purpose != ReasonFor::Refuse).cloned().collect();
    shop.policy.reasons = others.try_into().unwrap();
    let refusal = shop.run(Role::Seller, &refuse_as("used")).unwrap_err();
    assert!(known(&refusal).is_empty() && refusal.to_string().ends_with("leave it out"), "{refusal}");
    shop.must(Role::Seller, &refuse());
}

#[test]
fn r44_a_reason_that_has_to_be_shown_is_given_with_files_of_ones_own() {
    let mut shop = listing();
    let all = |reason: &ListedReason| ListedReason { evidence: reason.code.as_str() == "used", ..reason.clone() };
    shop.policy.reasons = Reasons::usual().iter().map(all).collect::<Vec<_>>().try_into().unwrap();
    let with = |files: &[EvidenceFile]| Command::Refuse { reason: Why { files: files_named(files), ..named("used") } };
    let refusal = shop.run(Role::Seller, &with(&[])).unwrap_err();
    let expected = Refusal::EvidenceRequired { purpose: ReasonFor::Refuse, code: text("used") };
    assert_eq!((refusal.code().rule(), &refusal), (Rule::R44, &expected));
    assert_eq!(code(shop.run(Role::Seller, &with(&[file(1)]))), RefusalCode::EvidenceUnknown);
    assert!(
        refund_core::actions(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now)
            .contains(&CommandKind::Refuse)
    );
    shop.add(&actor(Role::Seller), &file(1)).unwrap();
    shop.must(Role::Seller, &with(&[file(1)]));
    // Another reason needs none.
    let mut shop = listing();
    shop.must(Role::Seller, &refuse_as("other"));
}

#[test]
fn r44_an_opening_shows_its_reason_by_what_goes_with_it() {
    let mut shop = Shop::new();
    let all = |reason: &ListedReason| ListedReason { evidence: true, ..reason.clone() };
    shop.policy.reasons = Reasons::usual().iter().map(all).collect::<Vec<_>>().try_into().unwrap();
    let amount = cny(2000);
    assert_eq!(code(shop.open(RefundType::RefundOnly, amount)), RefusalCode::EvidenceRequired);
    shop.files = vec![file(1)];
    shop.open(RefundType::RefundOnly, amount).unwrap();
}

#[test]
fn r44_a_requests_reason_decides_nothing_and_another_one_is_another_request() {
    let by_reason = |code: &str| {
        let mut shop = listing();
        let request = refund_core::Request { reason: named(code), ..shop.refund().requested.clone() };
        shop.must(Role::Buyer, &Command::Modify { request: request.clone() });
        assert_eq!(code_of_same(&mut shop, request), RefusalCode::RequestChangesNothing);
        shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).must(Role::Buyer, &reject());
        shop.wait(2 * DAY).settle();
        shop.history().iter().map(|event| (event.at, event.fact.event_type())).collect::<Vec<_>>()
    };
    assert_eq!(by_reason("no_longer_wanted"), by_reason("defective"));
}

fn code_of_same(shop: &mut Shop, request: refund_core::Request) -> RefusalCode {
    code(shop.run(Role::Buyer, &Command::Modify { request }))
}

#[test]
fn r44_what_was_chosen_stays_where_the_list_is_another_by_now() {
    let mut shop = listing();
    let asked = because(&shop.policy, ReasonFor::Request, "It has a dent");
    shop.policy.reasons = Reasons::default();
    assert_eq!(shop.refund().requested.reason, asked);
    // What is done from now on is under what holds now.
    shop.must(Role::Seller, &refuse());
    let refused = shop.history().iter().find(|event| event.fact.event_type() == EventType::RefundRefused).unwrap();
    assert_eq!(refused.fact.chosen_reason(), None);
    assert_eq!(shop.history()[0].fact.chosen_reason(), asked.code.as_ref().map(|code| (ReasonFor::Request, code)));
    let rules = |event: &refund_core::Event| event.rules(None).last().copied();
    assert_eq!(
        (rules(&shop.history()[0]), rules(refused)),
        (Some(Rule::R44), Some(Rule::R22)),
        "R44 where one was named"
    );
}
