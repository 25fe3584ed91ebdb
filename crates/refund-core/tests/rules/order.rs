//! R30, R32 and R33: who may, which refusal comes first, and what a refusal says.

use refund_core::{
    Actor, Category, Command, CommandKind, Grounds, Money, Refund, RefundType, Refusal, RefusalCode, Role, Rollout,
    Via, actions, check_offer, decide, options,
};

use crate::code;
use crate::support::{Shop, accept, actor, cny, money, offer, offer_to, refuse, stranger};

#[test]
fn r30_only_the_seller_makes_an_offer_and_only_the_buyer_answers_it() {
    let mut shop = Shop::with_refund(|_| {});
    let all = || Role::ALL.iter().copied();
    for role in all().filter(|role| *role != Role::Seller) {
        assert_eq!(code(shop.run(role, &offer(RefundType::RefundOnly, cny(200)))), RefusalCode::NotYourRole);
    }
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    for role in all().filter(|role| *role != Role::Buyer) {
        assert_eq!(code(shop.run(role, &accept())), RefusalCode::NotYourRole, "nobody answers their own");
    }
}

#[test]
fn r30_another_buyer_or_seller_touches_nothing_and_is_shown_nothing_as_possible() {
    let shop = Shop::with_refund(|_| {});
    for role in [Role::Buyer, Role::Seller] {
        let who = stranger(role);
        assert_eq!(actions(shop.refund(), &shop.grounds(), &who, shop.now), []);
        let shown = options(shop.refund(), &shop.grounds(), &who, shop.now);
        assert!(!shown.may_offer);
        assert_eq!(shown.objections[0].code(), RefusalCode::NotYourRole);
    }
}

#[test]
fn r30_a_user_and_a_key_of_the_seller_are_the_same_seller() {
    for via in [Via::Key("k".into()), Via::User("u".into()), Via::Link] {
        let mut shop = Shop::with_refund(|_| {});
        shop.step(&Actor::new(Role::Seller, "seller", via), &refuse()).outcome.unwrap();
    }
}

/// An offer of a return to an address that isn't there, against which nearly every rule stands; each
/// line of the walk takes away what refused before.
#[test]
fn r32_of_several_rules_that_refuse_the_first_in_the_order_is_the_answer() {
    type Mend = fn(&mut Tried);
    let walk: [(RefusalCode, Mend); 9] = [
        (RefusalCode::NegotiationAlreadyUsed, |tried| tried.role = Role::Seller),
        (RefusalCode::WrongStatus, |tried| tried.refund.negotiation = None),
        (RefusalCode::NegotiationNotOpenToSeller, |tried| {
            tried.refund.status = Shop::with_refund(|_| {}).refund().status.clone();
        }),
        (RefusalCode::FreshGoodsNotNegotiable, |tried| tried.rollout = Rollout::everyone()),
        (RefusalCode::CurrencyMismatch, |tried| tried.refund.line.category = Category::General),
        (RefusalCode::AmountNotPositive, |tried| tried.amount = cny(0)),
        (RefusalCode::ReturnNeedsShippedGoods, |tried| tried.amount = cny(2000)),
        (RefusalCode::ReturnAddressUnknown, |tried| tried.refund.line.shipped = true),
        (RefusalCode::OfferChangesNothing, |tried| tried.address = "depot"),
    ];
    let mut tried = Tried::with_everything_against_it();
    let mut previous = RefusalCode::NotYourRole;
    assert_eq!(tried.refused_as(), Some(previous));
    for (expected, mend) in walk {
        mend(&mut tried);
        assert_eq!(tried.refused_as(), Some(expected));
        assert!(previous < expected, "the codes are declared in the order of precedence");
        previous = expected;
    }
    tried.amount = cny(1999);
    assert_eq!(tried.refused_as(), None);
}

struct Tried {
    role: Role,
    refund: Refund,
    rollout: Rollout,
    amount: Money,
    address: &'static str,
}

impl Tried {
    fn with_everything_against_it() -> Self {
        let mut shop = Shop::with_refund(|_| {});
        shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).must(Role::Seller, &refuse());
        let mut refund = shop.refund().clone();
        refund.line.category = Category::Fresh;
        refund.line.shipped = false;
        let rollout = Rollout { percentage: Default::default(), ..Rollout::everyone() };
        Self { role: Role::Buyer, refund, rollout, amount: money("USD", 0), address: "nowhere" }
    }

    fn refused_as(&self) -> Option<RefusalCode> {
        let shop = Shop::new();
        let grounds = Grounds { rollout: self.rollout.check(&self.refund.seller_id, shop.now), ..shop.grounds() };
        let command = offer_to(RefundType::ReturnAndRefund, self.amount, Some(self.address));
        decide(&self.refund, &grounds, &actor(self.role), &command, shop.now).err().map(|refusal| refusal.code())
    }
}

#[test]
fn r32_options_list_every_rule_that_stands_in_that_order() {
    let mut shop = Shop::with_refund(|shop| {
        shop.line.category = Category::Fresh;
        shop.policy.fresh_goods = refund_core::FreshGoods::Allow;
    });
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200))).must(Role::Seller, &refuse());
    shop.policy.fresh_goods = refund_core::FreshGoods::Deny;
    shop.rollout = Rollout { percentage: Default::default(), ..Rollout::everyone() };
    let shown = options(shop.refund(), &shop.grounds(), &actor(Role::Buyer), shop.now);
    let codes: Vec<_> = shown.objections.iter().map(Refusal::code).collect();
    assert_eq!(
        codes,
        [
            RefusalCode::NotYourRole,
            RefusalCode::NegotiationAlreadyUsed,
            RefusalCode::WrongStatus,
            RefusalCode::NegotiationNotOpenToSeller,
            RefusalCode::FreshGoodsNotNegotiable,
        ]
    );
}

#[test]
fn r45_a_check_of_terms_lists_every_rule_that_stands_against_them_in_that_order() {
    let mut shop = Shop::with_refund(|shop| {
        shop.line.freight_insurance = false;
        shop.policy.return_needs_freight_insurance = true;
    });
    let command = offer_to(RefundType::ReturnAndRefund, cny(2001), Some("nowhere"));
    let Command::MakeOffer(terms) = &command else { panic!("an offer") };
    let check = |shop: &Shop| check_offer(shop.refund(), &shop.grounds(), &actor(Role::Seller), terms, shop.now);
    let codes = |shop: &Shop| check(shop).unwrap_err().iter().map(Refusal::code).collect::<Vec<_>>();
    let of_terms = [
        RefusalCode::AmountOverRefundable,
        RefusalCode::ReturnNeedsFreightInsurance,
        RefusalCode::ReturnAddressUnknown,
    ];
    assert_eq!(codes(&shop), of_terms);
    shop.must(Role::Seller, &offer(RefundType::RefundOnly, cny(200)));
    assert_eq!(codes(&shop), [&[RefusalCode::NegotiationAlreadyUsed][..], &of_terms].concat());
}

/// R32's order of words, as the codes are declared.
#[test]
fn r32_the_codes_are_declared_role_used_status_rollout_fresh_currency_amount_shipped_address_no_change() {
    let order = [
        RefusalCode::NotYourRole,
        RefusalCode::NegotiationAlreadyUsed,
        RefusalCode::WrongStatus,
        RefusalCode::NegotiationNotOpenToSeller,
        RefusalCode::FreshGoodsNotNegotiable,
        RefusalCode::CurrencyMismatch,
        RefusalCode::AmountNotPositive,
        RefusalCode::AmountOverRefundable,
        RefusalCode::AmountOverRequested,
        RefusalCode::ReturnNeedsShippedGoods,
        RefusalCode::ReturnAddressRequired,
        RefusalCode::ReturnAddressUnknown,
        RefusalCode::OfferChangesNothing,
    ];
    assert!(order.is_sorted());
    let values = order.map(|code| code.is_about_values());
    assert_eq!(values.iter().position(|values| *values), Some(5), "from the currency on it is about values");
    assert!(RefusalCode::ALL.is_sorted());
}

#[test]
fn r33_every_refusal_names_its_rule_its_meaning_and_a_remedy() {
    for code in RefusalCode::ALL {
        assert!(code.meaning().ends_with('.') && code.remedy().ends_with('.'), "{code}");
    }
    for kind in CommandKind::ALL {
        assert!(!kind.roles().is_empty(), "{kind}");
    }
}

#[test]
fn r33_a_refusal_changes_nothing_but_what_was_due_before_it_stands() {
    let mut shop = Shop::with_refund(|_| {});
    shop.wait(40 * crate::support::HOUR);
    let step = shop.step(&actor(Role::Seller), &refuse());
    assert_eq!(code(step.outcome), RefusalCode::WrongStatus);
    assert!(!step.settled.is_empty());
    assert_eq!(shop.history().len(), 1 + step.settled.len());
}
