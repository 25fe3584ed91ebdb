//! R45: what a seller has prepared, and what it comes to.

use refund_core::{
    Command, Currency, InvalidShare, MakeOffer, Money, RefundType, Refusal, RefusalCode, Role, SavedAmount, SavedOffer,
    Share, check_offer,
};

use crate::support::{Shop, actor, book, cny, money, text};

const ONLY: RefundType = RefundType::RefundOnly;
const RETURN: RefundType = RefundType::ReturnAndRefund;

fn saved(kind: RefundType, amount: SavedAmount) -> SavedOffer {
    let (id, name) = ("small".to_owned(), text("Small"));
    SavedOffer { id, name, kind, amount, messages: Default::default(), return_address_id: None }
}

fn terms(shop: &Shop, saved: &SavedOffer) -> MakeOffer {
    saved.on(shop.refund(), &shop.addresses, text("n-1"), None)
}

fn codes(shop: &Shop, saved: &SavedOffer) -> Vec<RefusalCode> {
    let checked = check_offer(shop.refund(), &shop.grounds(), &actor(Role::Seller), &terms(shop, saved), shop.now);
    checked.err().unwrap_or_default().iter().map(Refusal::code).collect()
}

#[test]
fn r45_a_share_is_rounded_down_to_the_minor_unit() {
    for (currency, minor, percent, part) in [
        ("CNY", 1999, "12.5", 249),
        ("CNY", 1999, "100", 1999),
        ("CNY", 1999, "0.01", 0),
        ("CNY", 10_000, "0.01", 1),
        ("CNY", 3, "33.33", 0),
        ("CNY", 3, "66.67", 2),
        ("JPY", 99, "50", 49),
        ("KWD", 1_001, "99.99", 1_000),
        ("CNY", 0, "100", 0),
        ("CNY", -5, "50", 0),
        ("CNY", Money::MINOR_MAX, "100", Money::MINOR_MAX),
        ("CNY", Money::MINOR_MAX, "99.99", 999_899_999_999_999),
    ] {
        let share: Share = percent.parse().unwrap();
        assert_eq!(share.of(money(currency, minor)), money(currency, part), "{percent} % of {minor} {currency}");
    }
}

#[test]
fn r45_a_share_is_more_than_nothing_and_at_most_the_whole() {
    for (text, read) in [
        ("0.01", Ok("0.01")),
        ("0.10", Ok("0.1")),
        ("7", Ok("7")),
        ("12.5", Ok("12.5")),
        ("12.05", Ok("12.05")),
        ("100", Ok("100")),
        ("100.00", Ok("100")),
        ("0", Err(InvalidShare::OutOfRange)),
        ("0.00", Err(InvalidShare::OutOfRange)),
        ("100.01", Err(InvalidShare::OutOfRange)),
        ("101", Err(InvalidShare::OutOfRange)),
        ("99999999999999999999", Err(InvalidShare::OutOfRange)),
        ("1.005", Err(InvalidShare::TooManyDecimals { given: 3 })),
        ("", Err(InvalidShare::Malformed)),
        (".5", Err(InvalidShare::Malformed)),
        ("5.", Err(InvalidShare::Malformed)),
        ("05", Err(InvalidShare::Malformed)),
        ("-1", Err(InvalidShare::Malformed)),
        ("+1", Err(InvalidShare::Malformed)),
        ("1e1", Err(InvalidShare::Malformed)),
        ("10%", Err(InvalidShare::Malformed)),
        ("１０", Err(InvalidShare::Malformed)),
    ] {
        assert_eq!(text.parse::<Share>().map(|share| share.to_string()), read.map(str::to_owned), "{text:?}");
    }
    for (hundredths, is_one) in [(0, false), (1, true), (10_000, true), (10_001, false), (u16::MAX, false)] {
        assert_eq!(Share::try_from(hundredths).is_ok(), is_one, "{hundredths}");
    }
}

#[test]
fn r45_a_saved_offer_comes_to_exact_terms_of_what_is_asked_or_paid_or_of_neither() {
    let mut shop = Shop::new();
    shop.open(RETURN, cny(999)).unwrap();
    let share: Share = text("12.5");
    for (amount, comes_to) in [
        (SavedAmount::OfRequested(share), cny(124)),
        (SavedAmount::OfPaid(share), cny(250)),
        (SavedAmount::Fixed(cny(200)), cny(200)),
    ] {
        let saved = saved(ONLY, amount);
        assert_eq!(terms(&shop, &saved).amount, comes_to);
        assert_eq!(codes(&shop, &saved), []);
        let made = shop.run(Role::Seller, &Command::MakeOffer(terms(&shop, &saved)));
        assert!(made.is_ok(), "{made:?}");
        shop = Shop::new();
        shop.open(RETURN, cny(999)).unwrap();
    }
}

#[test]
fn r45_everything_stands_against_a_saved_offer_that_stands_against_its_terms() {
    let shop = Shop::with_refund(|shop| shop.policy.return_needs_freight_insurance = true);
    let dollars = Money::new(200, Currency::from_code("USD").unwrap()).unwrap();
    let share = |percent: &str, kind| saved(kind, SavedAmount::OfRequested(text(percent)));
    assert_eq!(codes(&shop, &saved(ONLY, SavedAmount::Fixed(dollars))), [RefusalCode::CurrencyMismatch]);
    assert_eq!(codes(&shop, &share("0.01", ONLY)), [RefusalCode::AmountNotPositive], "it comes to nothing");
    let gone = SavedOffer { return_address_id: Some(text("beach")), ..share("100", RETURN) };
    let all =
        [RefusalCode::ReturnNeedsFreightInsurance, RefusalCode::ReturnAddressUnknown, RefusalCode::OfferChangesNothing];
    assert_eq!(codes(&shop, &gone), all);
    let over = saved(ONLY, SavedAmount::Fixed(cny(2001)));
    assert_eq!(codes(&shop, &over), [RefusalCode::AmountOverRefundable]);
}

#[test]
fn r45_what_could_never_be_offered_is_not_kept() {
    let book = book(&["home", "depot"]);
    let share = saved(RETURN, SavedAmount::OfPaid(text("50")));
    let at = |id: &str| SavedOffer { return_address_id: Some(text(id)), ..share.clone() };
    assert_eq!((share.check(&book), at("depot").check(&book)), (Ok(()), Ok(())));
    let unknown = Refusal::ReturnAddressUnknown { address_id: text("beach") };
    assert_eq!(at("beach").check(&book), Err(unknown));
    for minor in [0, -1] {
        let fixed = saved(ONLY, SavedAmount::Fixed(cny(minor)));
        assert_eq!(fixed.check(&book), Err(Refusal::AmountNotPositive { amount: cny(minor) }));
    }
}

#[test]
fn r45_a_return_goes_to_the_address_that_is_named_or_else_to_the_default_one() {
    let mut shop = Shop::with_refund(|_| {});
    let back = saved(RETURN, SavedAmount::OfPaid(text("50")));
    let to = |shop: &Shop, saved: &SavedOffer| terms(shop, saved).return_address_id.map(|id| id.to_string());
    assert_eq!(to(&shop, &back).as_deref(), Some("home"));
    let named = SavedOffer { return_address_id: Some(text("depot")), ..back.clone() };
    assert_eq!(to(&shop, &named).as_deref(), Some("depot"));
    shop.addresses = book(&["depot"]);
    assert_eq!(to(&shop, &back).as_deref(), Some("depot"));
    assert_eq!(to(&shop, &SavedOffer { kind: ONLY, ..named }), None, "nothing goes back");
}

#[test]
fn r45_no_language_stands_in_for_another() {
    let mut saved = saved(ONLY, SavedAmount::Fixed(cny(200)));
    assert_eq!(saved.message(None), None);
    saved.messages.insert("zh-Hant".to_owned(), text("不用退貨"));
    let told = |saved: &SavedOffer, language| saved.message(language).map(|message| message.to_string());
    assert_eq!(told(&saved, None).as_deref(), Some("不用退貨"));
    assert_eq!(told(&saved, Some("zh-Hans")), None);
    saved.messages.insert("en".to_owned(), text("Keep it"));
    assert_eq!(told(&saved, None), None, "which of the two is not said");
    assert_eq!(told(&saved, Some("en")).as_deref(), Some("Keep it"));
}
