//! What the golden files hold.

use refund_core::policy::{FreshGoods, RefundsPerLine, Reminders};
use refund_core::rollout::{Batch, Percentage};
use refund_core::*;

use crate::record::{Entry, Record};
use crate::{
    Alert, AlertKind, Disabled, DisabledBecause, FailedSignIns, IdempotencyKey, Key, KeyRole, KeyScope, Outcome,
    Remembered, SecondFactor, Secret, Seller, Session, SignInLink, TeamRole, User, Webhook, WebhookTerms,
};

pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_772_323_200_123 + second * 1000).unwrap()
}

pub(super) fn text<const LONG: usize, const LINES: bool>(text: &str) -> Text<LONG, LINES> {
    Text::new(text).unwrap()
}

pub(super) fn money(minor: i64) -> Money {
    Money::new(minor, Currency::from_code("CNY").unwrap()).unwrap()
}

pub(super) fn address() -> Address {
    Address {
        id: id("wh-1"),
        recipient: text("退貨組"),
        phone: text("+86 10 1234 5678"),
        address: text("北京市朝陽區 1 號"),
    }
}

pub(super) fn timer() -> Timer {
    Timer { by: at(129_600), reminders: vec![at(108_000), at(126_000)], notice: None }
}

pub(super) fn terms() -> Terms {
    Terms::ReturnAndRefund { amount: money(2000), return_address: address() }
}

pub(super) fn agreed() -> Agreed {
    Agreed { terms: terms(), payout: PayoutMode::Confirmed }
}

fn shipment() -> Shipment {
    Shipment { carrier: text("SF"), tracking_number: text("SF1234567890"), shipped_at: at(7200) }
}

pub(super) fn negotiation(state: NegotiationState) -> Negotiation {
    let offer = Offer {
        terms: Terms::RefundOnly { amount: money(200) },
        message: Some(text("二元，不用退貨")),
        agreed_offline: true,
        files: NamedFiles::default(),
    };
    Negotiation { id: id("ng_1"), offer, offered_at: at(3600), answer: timer(), state }
}

pub(super) fn line() -> OrderLine {
    OrderLine {
        order_id: id("order-1"),
        line_id: id("line-1"),
        title: text("垃圾桶"),
        category: Category::General,
        paid: money(2000),
        shipped: true,
        freight_insurance: true,
        image_url: None,
    }
}

pub(super) fn request() -> Request {
    Request { kind: RefundType::ReturnAndRefund, amount: money(2000), reason: id("凹陷") }
}

pub(super) fn refund() -> Refund {
    Refund {
        id: id("rf_1"),
        version: 3,
        sequence: 4,
        seller_id: id("shop"),
        buyer_id: id("kim"),
        line: line(),
        requested: request(),
        status: Status::WaitSellerConfirmGoods { agreed: agreed(), confirm: timer() },
        negotiation: Some(negotiation(NegotiationState::Withdrawn {
            at: at(5000),
            reason: WithdrawnReason::SellerAgreed,
        })),
        seller_refusal: None,
        shipment: Some(shipment()),
        payout: None,
        opened_at: at(0),
        updated_at: at(7200),
        messages: MessageCounts::default(),
        references: References::default(),
        buyer_contact: None,
        notices: QueuedNotices::default(),
        evidence: Evidence::default(),
        erased: Vec::new(),
    }
}

pub(super) fn opening(references: References) -> Opening {
    let (refund_id, seller_id, buyer_id) = (id("rf_1"), id("shop"), id("kim"));
    Opening { refund_id, seller_id, buyer_id, line: line(), request: request(), references, buyer_contact: None }
}

pub(super) fn facts() -> Vec<Fact> {
    vec![
        Fact::Opened { opening: Box::new(opening(References::default())), decide: timer() },
        Fact::Modified { request: request(), decide: timer() },
        Fact::Agreed { agreed: agreed(), ship: Some(timer()) },
        Fact::Refused { reason: id("no"), respond: timer() },
        Fact::ReturnShipped { shipment: shipment(), confirm: timer() },
        Fact::TrackingCorrected { carrier: text("SF"), tracking_number: text("SF1") },
        Fact::ReceiptConfirmed,
        Fact::ReturnWaived,
        Fact::ReceiptRefused { reason: id("not ours"), respond: timer() },
        Fact::Escalated { reason: None, rule: None },
        Fact::Ruled { agreed: None, reason: text("neither"), files: NamedFiles::default() },
        Fact::PayoutStarted { amount: money(2000), attempt: None, report: None },
        Fact::Succeeded { amount: money(2000), attempt: None, provider_reference: None },
        Fact::PayoutFailed { reason: Some(text("no account")), attempt: None, provider_reference: None, report: None },
        Fact::Closed { reason: ClosedReason::Cancelled, comment: Some(text("never mind")) },
        Fact::OfferMade { negotiation: Box::new(negotiation(NegotiationState::Pending)) },
        Fact::OfferAccepted,
        Fact::OfferRejected,
        Fact::OfferExpired,
        Fact::OfferWithdrawn { reason: WithdrawnReason::RequestModified },
        Fact::DeadlineExtended { kind: DeadlineKind::BuyerShip, timer: timer(), because: None },
        Fact::Reminded { kind: DeadlineKind::SellerDecide, by: at(129_600) },
    ]
}

pub(super) fn policy() -> Policy {
    Policy {
        seller_decide_seconds: Span::hours(40),
        buyer_answer_seconds: Span::hours(30),
        buyer_respond_seconds: Span::hours(100),
        buyer_ship_seconds: Span::hours(101),
        seller_confirm_seconds: Span::hours(102),
        reminders_seconds: Reminders::new(vec![Span::hours(3)]).unwrap(),
        fresh_goods: FreshGoods::RefundOnly,
        cap_at_requested: true,
        return_needs_freight_insurance: false,
        allow_withdraw: true,
        negotiate_before_refuse: false,
        payout: PayoutMode::Confirmed,
        refunds_per_line_max: RefundsPerLine::try_from(7).unwrap(),
        ..Policy::default()
    }
}

pub(super) fn rollout() -> Rollout {
    let batch = Batch { name: text("first"), sellers: [id("shop")].into(), open: false, opens_at: Some(at(0)) };
    Rollout {
        batches: vec![batch],
        percentage: Percentage::try_from(25).unwrap(),
        allow: [id("in")].into(),
        deny: [id("out")].into(),
    }
}

/// Every kind of entry, and every kind of fact.
pub(super) fn record() -> Record {
    let user = Actor::new(Role::Operator, "ops", Via::User("ann".to_owned()));
    let told = |number: u64, fact| Event {
        refund_id: if number.is_multiple_of(2) { id("rf_2") } else { id("rf_1") },
        sequence: number,
        at: at(10),
        recorded_at: at(20),
        actor: if number > 5 { Actor::system() } else { Actor::new(Role::Buyer, "kim", Via::Link) },
        fact,
    };
    let mut entries: Vec<Entry> = (1..).zip(facts()).map(|(number, fact)| Entry::Refund(told(number, fact))).collect();
    let overrides = PolicyOverrides { payout: Some(PayoutMode::Immediate), ..PolicyOverrides::default() };
    let addresses = AddressBook::new(vec![(address(), true)]).unwrap();
    let seller = Seller { name: text("店"), addresses, policy: overrides, contacts: MailContacts::default() };
    let key = Key {
        id: "key_1".to_owned(),
        name: text("back end"),
        role: KeyRole::Seller(id("shop")),
        secret: Secret([7; 32]),
        created_at: at(1),
        revoked_at: Some(at(2)),
        scope: KeyScope::Full,
        expires_at: None,
        last_used_at: None,
    };
    let outcomes = [
        Outcome::Refund {
            refund_id: id("rf_1"),
            sequence: 1,
            actions: vec![CommandKind::MakeOffer, CommandKind::Agree],
            created: true,
        },
        Outcome::Key { key_id: "key_1".to_owned() },
        Outcome::Clock { now: at(3) },
        Outcome::Settings,
    ];
    entries.push(Entry::Seller { seller_id: id("shop"), seller: Box::new(seller), actor: user.clone() });
    entries.push(Entry::Policy { policy: Box::new(policy()), actor: user.clone() });
    entries.push(Entry::Rollout { rollout: Box::new(rollout()), actor: user.clone() });
    entries.push(Entry::Key { key: Box::new(key), actor: user });
    entries.extend(outcomes.into_iter().map(|outcome| Entry::Answer {
        key: IdempotencyKey { caller: "key_1".to_owned(), key: "k-1".to_owned() },
        remembered: Remembered { fingerprint: [9; 32], at: at(4), outcome },
    }));
    Record { at: at(20), entries, from: None }
}

pub(super) fn messages() -> Record {
    let attachment = Attachment {
        url: id("https://files.example/dent.jpg"),
        sha256: id(&"0a".repeat(32)),
        media_type: id("image/jpeg"),
        size: 81_920,
    };
    let message = Message {
        text: text("凹在這裡"),
        attachments: vec![attachment].try_into().unwrap(),
        internal: true,
        for_operators: false,
        files: NamedFiles::default(),
    };
    let event = Event {
        refund_id: id("rf_1"),
        sequence: 5,
        at: at(10),
        recorded_at: at(10),
        actor: Actor::new(Role::Seller, "shop", Via::Key("key_1".to_owned())),
        fact: Fact::MessagePosted { message: Box::new(message) },
    };
    let outcome = Outcome::Message { refund_id: id("rf_1"), sequence: 5 };
    let answer = Entry::Answer {
        key: IdempotencyKey { caller: "key_1".to_owned(), key: "k-2".to_owned() },
        remembered: Remembered { fingerprint: [9; 32], at: at(10), outcome },
    };
    Record { at: at(10), entries: vec![Entry::Refund(event), answer], from: None }
}

pub(super) fn keys_and_links() -> Record {
    let user = Actor::new(Role::Operator, "ops", Via::User("ann".to_owned()));
    let key = Key {
        id: "key_2".to_owned(),
        name: text("reports"),
        role: KeyRole::Operator,
        secret: Secret([8; 32]),
        created_at: at(1),
        revoked_at: None,
        scope: KeyScope::Read,
        expires_at: Some(at(9)),
        last_used_at: Some(at(2)),
    };
    let entries = vec![
        Entry::Key { key: Box::new(key), actor: user.clone() },
        Entry::BuyerLink { refund_id: id("rf_1"), generation: 2, actor: user },
    ];
    Record { at: at(20), entries, from: None }
}

pub(super) fn people() -> Record {
    let set_up = Actor::new(Role::Operator, "ops", Via::User("usr_0".to_owned()));
    let bare = User {
        id: "usr_1".to_owned(),
        name: text("Ann"),
        role: KeyRole::Seller(id("shop")),
        password: None,
        created_at: at(1),
        link: Some(SignInLink { secret: Secret([3; 32]), expires_at: at(5) }),
        disabled_at: None,
        team_role: TeamRole::Owner,
        alerts: Vec::new(),
        second_factor: None,
        is_shut_out_by_operator: false,
    };
    let left =
        User { password: Some("$argon2id$hash".to_owned()), link: None, disabled_at: Some(at(4)), ..bare.clone() };
    let session = Session { secret: Secret([4; 32]), user_id: "usr_1".to_owned(), began_at: at(2), ends_at: at(9) };
    let entries = vec![
        Entry::User { user: Box::new(bare), actor: set_up.clone() },
        Entry::Session(Box::new(session)),
        Entry::SessionEnded { secret: Secret([4; 32]) },
        Entry::User { user: Box::new(left), actor: set_up },
    ];
    Record { at: at(20), entries, from: None }
}

pub(super) fn for_the_audit() -> Record {
    let (v4, v6) = ("192.0.2.7".parse().unwrap(), "2001:db8:1:2::".parse().unwrap());
    let session = Session { secret: Secret([4; 32]), user_id: "usr_1".to_owned(), began_at: at(2), ends_at: at(9) };
    let failed = |user_id: Option<&str>, from, count| {
        Entry::SignInsFailed(FailedSignIns { user_id: user_id.map(str::to_owned), from, count, since: at(3) })
    };
    let entries = vec![
        Entry::Session(Box::new(session)),
        failed(Some("usr_1"), Some(v4), 1),
        failed(None, Some(v6), 300),
        failed(None, None, u32::MAX),
    ];
    Record { at: at(20), entries, from: Some(v4) }
}

pub(super) fn second_factors() -> Record {
    let by = Actor::new(Role::Operator, "usr_0", Via::User("usr_0".to_owned()));
    let kinds = [
        AlertKind::Link,
        AlertKind::Password,
        AlertKind::TeamRole(TeamRole::Reader),
        AlertKind::Disabled,
        AlertKind::Enabled,
        AlertKind::NoSecondFactor,
    ];
    let alerts = kinds.map(|what| Alert { what, by: by.clone(), at: at(3) }).to_vec();
    let recovery = vec![Secret([5; 32]), Secret([6; 32])];
    let factor = SecondFactor { nonce: [7; 16], last_step: 59_077_440, recovery };
    let bare = User::new("usr_1".to_owned(), text("Ann"), KeyRole::Seller(id("shop")));
    let whole = User { team_role: TeamRole::Clerk, alerts, second_factor: Some(factor), ..bare.clone() };
    let entries = [bare, whole].map(|user| Entry::User { user: Box::new(user), actor: by.clone() }).to_vec();
    Record { at: at(20), entries, from: None }
}

pub(super) fn saved_offers() -> Record {
    let actor = Actor::new(Role::Seller, "shop", Via::User("usr_1".to_owned()));
    let share = Share::try_from(1_250).unwrap();
    let whole = SavedOffer {
        id: "svo_1".to_owned(),
        name: text("小額退款"),
        kind: RefundType::ReturnAndRefund,
        amount: SavedAmount::OfRequested(share),
        messages: [("en".to_owned(), text("Keep it")), ("zh-Hant".to_owned(), text("不用退貨"))].into(),
        return_address_id: Some(id("wh-1")),
    };
    let (messages, return_address_id) = (std::collections::BTreeMap::new(), None);
    let amounts = [SavedAmount::OfPaid(share), SavedAmount::Fixed(money(200))];
    let bare = amounts.map(|amount| SavedOffer {
        kind: RefundType::RefundOnly,
        amount,
        messages: messages.clone(),
        return_address_id: return_address_id.clone(),
        ..whole.clone()
    });
    let saved = |offer| Entry::SavedOffer { seller_id: id("shop"), offer: Box::new(offer), actor: actor.clone() };
    let removed =
        Entry::SavedOfferRemoved { seller_id: id("shop"), offer_id: "svo_1".to_owned(), actor: actor.clone() };
    let entries = std::iter::once(whole).chain(bare).map(saved).chain([removed]).collect();
    Record { at: at(20), entries, from: None }
}

pub(super) fn webhooks() -> Record {
    let user = Actor::new(Role::Seller, "shop", Via::Key("key_1".to_owned()));
    let whole = Webhook {
        id: "whk_1".to_owned(),
        owner: KeyRole::Seller(id("shop")),
        terms: WebhookTerms {
            url: "https://example.com/hook".to_owned(),
            description: Some(text("back end")),
            types: vec!["refund.opened".to_owned()],
        },
        created_at: at(1),
        generation: 2,
        rotated_at: Some(at(2)),
        enabled_at: at(3),
        disabled: Some(Disabled { at: at(4), because: DisabledBecause::Failing }),
        replaced: None,
    };
    let terms = WebhookTerms { url: "https://example.com".to_owned(), description: None, types: Vec::new() };
    let bare = Webhook { owner: KeyRole::Platform, terms, rotated_at: None, disabled: None, ..whole.clone() };
    let outcome = Outcome::Webhook { webhook: Box::new(whole.clone()) };
    let entries = vec![
        Entry::Webhook { webhook: Box::new(whole), actor: user.clone() },
        Entry::Webhook { webhook: Box::new(bare), actor: user.clone() },
        Entry::WebhookRemoved { webhook_id: "whk_1".to_owned(), actor: user },
        Entry::Answer {
            key: IdempotencyKey { caller: "key_1".to_owned(), key: "k-1".to_owned() },
            remembered: Remembered { fingerprint: [9; 32], at: at(4), outcome },
        },
    ];
    Record { at: at(20), entries, from: None }
}
