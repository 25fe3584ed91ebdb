//! R8–R18: the offer, its answers, and what can be known before it is tried.

use refund_core::policy::FreshGoods;
use refund_core::{
    Category, Command, DeadlineKind, EventType, MakeOffer, NegotiationStatus, OnSilence, RefundType, RefusalCode, Role,
    Span, StatusKind, WithdrawnReason, options,
};

use crate::support::{HOUR, Shop, accept, actor, agree, cancel, cny, modify, offer, offer_to, refuse, reject, text};
use crate::{code, stand, types};

const ONLY: RefundType = RefundType::RefundOnly;
const RETURN: RefundType = RefundType::ReturnAndRefund;

fn offered(change: impl FnOnce(&mut Shop)) -> Shop {
    let mut shop = Shop::with_refund(change);
    shop.must(Role::Seller, &offer(ONLY, cny(200)));
    shop
}

#[test]
fn r8_an_offer_is_made_only_while_the_seller_has_to_decide() {
    let mut shop = Shop::with_refund(|_| {});
    shop.must(Role::Seller, &refuse());
    assert_eq!(code(shop.run(Role::Seller, &offer(ONLY, cny(200)))), RefusalCode::WrongStatus);
}

#[test]
fn r9_the_one_chance_is_spent_when_the_offer_is_made_however_it_ends() {
    type End = fn(&mut Shop);
    let ends: [(End, NegotiationStatus); 4] = [
        (|_| {}, NegotiationStatus::Pending),
        (|shop| _ = shop.must(Role::Buyer, &reject()), NegotiationStatus::Rejected),
        (|shop| _ = shop.wait(13 * HOUR).settle(), NegotiationStatus::Expired),
        (|shop| _ = shop.must(Role::Buyer, &modify(RETURN, cny(900))), NegotiationStatus::Withdrawn),
    ];
    for (end, status) in ends {
        let mut shop = offered(|shop| shop.policy.buyer_answer_seconds = Span::hours(12));
        end(&mut shop);
        assert_eq!(stand(&shop), (StatusKind::WaitSellerAgree, Some(status)));
        assert_eq!(code(shop.run(Role::Seller, &offer(ONLY, cny(300)))), RefusalCode::NegotiationAlreadyUsed);
    }
}

#[test]
fn r9_a_later_refund_on_the_same_line_has_a_chance_of_its_own() {
    let mut shop = offered(|_| {});
    shop.must(Role::Buyer, &cancel());
    shop.open(RETURN, cny(2000)).unwrap();
    shop.must(Role::Seller, &offer(ONLY, cny(200)));
}

#[test]
fn r11_the_same_type_and_amount_are_no_change_whatever_the_address() {
    for address in [Some("home"), Some("depot")] {
        let mut shop = Shop::with_refund(|_| {});
        let same = offer_to(RETURN, cny(2000), address);
        assert_eq!(code(shop.run(Role::Seller, &same)), RefusalCode::OfferChangesNothing);
    }
    for (kind, amount) in [(RETURN, 1999), (ONLY, 2000), (ONLY, 1)] {
        Shop::with_refund(|_| {}).must(Role::Seller, &offer(kind, cny(amount)));
    }
}

#[test]
fn r12_a_return_needs_goods_that_were_shipped_whether_asked_for_or_offered() {
    let mut shop = Shop::new();
    shop.line.shipped = false;
    assert_eq!(code(shop.open(RETURN, cny(2000))), RefusalCode::ReturnNeedsShippedGoods);
    shop.open(ONLY, cny(2000)).unwrap();
    assert_eq!(code(shop.run(Role::Seller, &offer(RETURN, cny(2000)))), RefusalCode::ReturnNeedsShippedGoods);
    assert_eq!(code(shop.run(Role::Buyer, &modify(RETURN, cny(2000)))), RefusalCode::ReturnNeedsShippedGoods);
}

#[test]
fn r12_an_offered_return_names_one_of_the_sellers_addresses() {
    let mut shop = Shop::with_refund(|_| {});
    let to = |address| offer_to(RETURN, cny(200), address);
    assert_eq!(code(shop.run(Role::Seller, &to(None))), RefusalCode::ReturnAddressRequired);
    assert_eq!(code(shop.run(Role::Seller, &to(Some("nowhere")))), RefusalCode::ReturnAddressUnknown);
    let only = offer_to(ONLY, cny(200), Some("nowhere"));
    assert_eq!(code(shop.run(Role::Seller, &only)), RefusalCode::ReturnAddressUnknown, "also where nothing goes back");
    shop.must(Role::Seller, &to(Some("depot"))).must(Role::Buyer, &accept());
    assert_eq!(shop.refund().effective().unwrap().return_address().unwrap().id, text("depot"));
}

#[test]
fn r12_a_policy_may_require_freight_insurance_for_an_offered_return() {
    for (required, insured, done) in [(false, false, true), (true, false, false), (true, true, true)] {
        let mut shop = Shop::with_refund(|shop| {
            shop.policy.return_needs_freight_insurance = required;
            shop.line.freight_insurance = insured;
        });
        assert_eq!(options(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now).freight_insurance, insured);
        let outcome = shop.run(Role::Seller, &offer(RETURN, cny(200)));
        assert!(if done { outcome.is_ok() } else { code(outcome) == RefusalCode::ReturnNeedsFreightInsurance });
    }
}

#[test]
fn r13_an_offer_keeps_its_message_and_that_it_was_agreed_offline() {
    let mut shop = Shop::with_refund(|_| {});
    let Command::MakeOffer(given) = offer(ONLY, cny(200)) else { unreachable!() };
    shop.must(Role::Seller, &Command::MakeOffer(MakeOffer { agreed_offline: true, ..given.clone() }));
    let kept = &shop.refund().pending().unwrap().offer;
    assert_eq!((&kept.message, kept.agreed_offline), (&given.message, true));
}

#[test]
fn r14_fresh_goods_are_denied_by_default_and_a_policy_may_allow_some_or_all_offers() {
    let allowed = |policy, kind| {
        let mut shop = Shop::with_refund(|shop| {
            shop.line.category = Category::Fresh;
            shop.policy.fresh_goods = policy;
        });
        match shop.run(Role::Seller, &offer(kind, cny(200))) {
            Ok(_) => true,
            Err(refusal) => {
                assert_eq!(refusal.code(), RefusalCode::FreshGoodsNotNegotiable);
                false
            }
        }
    };
    assert_eq!(refund_core::Policy::default().fresh_goods, FreshGoods::Deny);
    for (policy, only, returned) in
        [(FreshGoods::Deny, false, false), (FreshGoods::RefundOnly, true, false), (FreshGoods::Allow, true, true)]
    {
        assert_eq!((allowed(policy, ONLY), allowed(policy, RETURN)), (only, returned), "{policy}");
    }
}

#[test]
fn r15_an_answer_names_the_offer_that_it_answers() {
    let mut shop = offered(|_| {});
    let other = Command::AcceptOffer { negotiation_id: text("n-2") };
    assert_eq!(code(shop.run(Role::Buyer, &other)), RefusalCode::OfferIsAnother);
    let other = Command::RejectOffer { negotiation_id: text("n-2") };
    assert_eq!(code(shop.run(Role::Buyer, &other)), RefusalCode::OfferIsAnother);
    shop.must(Role::Buyer, &accept());
    assert_eq!(code(shop.run(Role::Buyer, &reject())), RefusalCode::OfferNotPending);
    assert_eq!(code(Shop::with_refund(|_| {}).run(Role::Buyer, &accept())), RefusalCode::OfferNotPending);
}

#[test]
fn r16_withdrawing_by_hand_is_off_by_default_and_still_spends_the_chance() {
    assert_eq!(code(offered(|_| {}).run(Role::Seller, &Command::WithdrawOffer)), RefusalCode::WithdrawNotAllowed);
    let mut shop = offered(|shop| shop.policy.allow_withdraw = true);
    shop.must(Role::Seller, &Command::WithdrawOffer);
    let negotiation = shop.refund().negotiation.as_ref().unwrap();
    assert_eq!(negotiation.withdrawn_reason(), Some(WithdrawnReason::SellerWithdrew));
    assert_eq!(code(shop.run(Role::Seller, &offer(ONLY, cny(300)))), RefusalCode::NegotiationAlreadyUsed);
}

#[test]
fn r17_a_policy_may_ask_for_an_offer_and_its_end_before_a_refusal() {
    let asked = |shop: &mut Shop| {
        shop.policy.negotiate_before_refuse = true;
        shop.policy.buyer_answer_seconds = Span::hours(12);
    };
    let mut shop = Shop::with_refund(asked);
    let refusal = shop.run(Role::Seller, &refuse()).unwrap_err();
    assert_eq!((refusal.code(), refusal.possible_at()), (RefusalCode::NegotiateBeforeRefuse, None));
    shop.must(Role::Seller, &offer(ONLY, cny(200)));
    let refusal = shop.run(Role::Seller, &refuse()).unwrap_err();
    assert_eq!(refusal.possible_at(), Some(shop.now.plus(Span::hours(12))), "R33: when the offer ends");
    shop.must(Role::Buyer, &reject()).must(Role::Seller, &refuse());
}

#[test]
fn r17_where_no_offer_can_be_made_a_refusal_needs_none() {
    let mut shop = Shop::with_refund(|shop| {
        shop.policy.negotiate_before_refuse = true;
        shop.line.category = Category::Fresh;
    });
    shop.must(Role::Seller, &refuse());
    // An open offer that ends with the seller's clock leaves no instant at which refusing is possible.
    let mut shop = offered(|shop| shop.policy.negotiate_before_refuse = true);
    assert_eq!(shop.run(Role::Seller, &refuse()).unwrap_err().possible_at(), None);
}

#[test]
fn r18_options_say_types_amounts_addresses_and_when_an_offer_would_end() {
    let mut shop = Shop::with_refund(|shop| shop.line.freight_insurance = true);
    shop.wait(HOUR);
    let shown = options(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now);
    assert!(shown.may_offer && shown.objections.is_empty());
    assert_eq!(shown.types.iter().map(|option| option.kind).collect::<Vec<_>>(), RefundType::ALL);
    for option in &shown.types {
        assert_eq!((option.amount_min, option.amount_max), (cny(1), cny(2000)));
        assert_eq!(option.objections, []);
    }
    assert_eq!(shown.addresses.iter().map(|own| own.id.as_str()).collect::<Vec<_>>(), ["home", "depot"]);
    assert_eq!(shown.expires_at, Some(shop.refund().opened_at.plus(Span::hours(36))));
    // What silence by each side leads to: the seller's runs, the buyer's would.
    let ends = |deadline: &refund_core::Deadline| (deadline.kind, deadline.on_silence);
    let expected = [
        (DeadlineKind::SellerDecide, OnSilence::AgreedAsRequested),
        (DeadlineKind::BuyerAnswer, OnSilence::OfferExpires),
    ];
    assert_eq!(shown.deadlines.iter().map(ends).collect::<Vec<_>>(), expected);
    assert_eq!(Some(shown.deadlines[1].at), shown.expires_at);
    assert!(shown.freight_insurance);
    shop.must(Role::Seller, &offer(ONLY, cny(200)));
    let shown = options(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now);
    assert_eq!(shown.deadlines, shop.refund().deadlines(), "and then both run");
}

#[test]
fn r18_options_know_that_the_only_possible_amount_is_the_one_asked_for() {
    let mut shop = Shop::new();
    shop.line.paid = cny(1);
    shop.open(RETURN, cny(1)).unwrap();
    let shown = options(shop.refund(), &shop.grounds(), &actor(Role::Seller), shop.now);
    let objections = |kind| &shown.types.iter().find(|option| option.kind == kind).unwrap().objections;
    assert_eq!(
        objections(RETURN).iter().map(refund_core::Refusal::code).collect::<Vec<_>>(),
        [RefusalCode::OfferChangesNothing]
    );
    assert!(objections(ONLY).is_empty() && shown.may_offer);
}

#[test]
fn s6_to_s9_an_offer_leaves_the_refund_and_ends_with_the_sellers_decision() {
    for (command, reason) in [(agree(), WithdrawnReason::SellerAgreed), (refuse(), WithdrawnReason::SellerRefused)] {
        let mut shop = Shop::with_refund(|_| {});
        let status = shop.refund().status.clone();
        shop.must(Role::Seller, &offer(ONLY, cny(200)));
        assert_eq!(shop.refund().status, status);
        let events = shop.run(Role::Seller, &command).unwrap();
        assert_eq!(types(&events)[0], EventType::NegotiationWithdrawn);
        assert_eq!(shop.refund().negotiation.as_ref().unwrap().withdrawn_reason(), Some(reason));
    }
    let mut shop = Shop::with_refund(|_| {});
    let status = shop.refund().status.clone();
    shop.must(Role::Seller, &offer(ONLY, cny(200))).must(Role::Buyer, &reject());
    assert_eq!(shop.refund().status, status, "rejecting leaves the refund as it was");
}
