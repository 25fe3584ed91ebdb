//! What is asked for under load: few refunds on few order lines, so that much of it races.

use refund_core::{
    Actor, Address, AddressBook, Attachments, BuyerId, Category, Command, Currency, Label, MailContacts, MakeOffer,
    Message, Money, NamedFiles, Opening, OrderLine, PolicyOverrides, Reason, References, RefundId, RefundType, Role,
    SellerId, Via,
};
use refund_store::{IdempotencyKey, Request, Seller, SetUp, Work};

use crate::crash::Rng;

/// How many order lines there are at a time; each refund that ends makes room for another on its line.
const LINES: u64 = 12;
const SELLER: &str = "shop";
const BUYER: &str = "kim";

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn operator() -> Actor {
    Actor::new(Role::Operator, "ops", Via::User("ops".to_owned()))
}

/// The seller against whom all refunds are.
pub(super) fn seller() -> Result<Request, String> {
    let address = Address {
        id: "wh".parse().map_err(said)?,
        recipient: Label::new("Returns").map_err(said)?,
        phone: Label::new("1").map_err(said)?,
        address: Reason::new("1 Harbour Road").map_err(said)?,
    };
    let seller = Seller {
        name: Label::new("Shop").map_err(said)?,
        addresses: AddressBook::new(vec![(address, true)]).map_err(said)?,
        policy: PolicyOverrides::default(),
        contacts: MailContacts::default(),
    };
    let seller_id = SellerId::new(SELLER).map_err(said)?;
    Ok(Request::new(operator(), SetUp::PutSeller { seller_id, seller: Box::new(seller) }))
}

/// Something that somebody wants, under a key that nobody used; `recent` is about how many refunds were opened.
pub(super) fn any(rng: &mut Rng, caller: &str, number: u64, recent: u64) -> Result<Request, String> {
    let id = format!("r{}", recent.saturating_sub(rng.below(LINES)));
    let request = match rng.below(10) {
        0..3 => open(&format!("r{}", recent.saturating_add(1)), &format!("l{}", rng.below(LINES)), rng)?,
        3 => command(&id, Role::Seller, offer(&id, rng)?)?,
        4 => command(&id, Role::Buyer, Command::AcceptOffer { negotiation_id: negotiation(&id)? })?,
        5 => command(&id, Role::Seller, Command::Agree { return_address_id: None })?,
        6 => command(&id, Role::Seller, Command::Refuse { reason: "as agreed".parse().map_err(said)? })?,
        7 => command(&id, Role::Buyer, Command::Cancel { reason: None })?,
        8 => message(&id, &format!("{caller} {number}"))?,
        _ => Request::by_system(Work::SettleDue),
    };
    let key = IdempotencyKey { caller: caller.to_owned(), key: number.to_string() };
    let viewers = vec![Actor::new(Role::Seller, SELLER, Via::Link)];
    Ok(Request { idempotency: Some((key, [7; 32])), viewers, ..request })
}

fn open(id: &str, line: &str, rng: &mut Rng) -> Result<Request, String> {
    let money = |minor| Money::new(minor, Currency::from_code("CNY").map_err(said)?).map_err(said);
    let amount = i64::try_from(rng.below(900)).map_err(said)?.saturating_add(100);
    let opening = Opening {
        refund_id: RefundId::new(id).map_err(said)?,
        seller_id: SellerId::new(SELLER).map_err(said)?,
        buyer_id: BuyerId::new(BUYER).map_err(said)?,
        line: OrderLine {
            order_id: "order".parse().map_err(said)?,
            line_id: line.parse().map_err(said)?,
            title: Label::new("Bin").map_err(said)?,
            category: Category::General,
            paid: money(100_000)?,
            shipped: true,
            freight_insurance: false,
            image_url: None,
        },
        request: refund_core::Request {
            kind: RefundType::RefundOnly,
            amount: money(amount)?,
            reason: "dented".parse().map_err(said)?,
        },
        references: References::default(),
        buyer_contact: None,
    };
    Ok(Request::new(Actor::new(Role::Buyer, BUYER, Via::Link), Work::open(opening)))
}

fn command(id: &str, role: Role, command: Command) -> Result<Request, String> {
    let who = if role == Role::Seller { SELLER } else { BUYER };
    let refund_id = RefundId::new(id).map_err(said)?;
    Ok(Request::new(Actor::new(role, who, Via::Link), Work::Command { refund_id, command }))
}

fn negotiation(id: &str) -> Result<refund_core::NegotiationId, String> {
    format!("ng-{id}").parse().map_err(said)
}

fn offer(id: &str, rng: &mut Rng) -> Result<Command, String> {
    let minor = i64::try_from(rng.below(90)).map_err(said)?.saturating_add(1);
    Ok(Command::MakeOffer(MakeOffer {
        negotiation_id: negotiation(id)?,
        kind: RefundType::RefundOnly,
        amount: Money::new(minor, Currency::from_code("CNY").map_err(said)?).map_err(said)?,
        return_address_id: None,
        message: None,
        agreed_offline: false,
        files: NamedFiles::default(),
    }))
}

fn message(id: &str, text: &str) -> Result<Request, String> {
    let text = text.parse().map_err(said)?;
    let message = Message {
        text,
        attachments: Attachments::default(),
        internal: true,
        for_operators: false,
        files: NamedFiles::default(),
    };
    let refund_id = RefundId::new(id).map_err(said)?;
    Ok(Request::new(operator(), Work::PostMessage { refund_id, message: Box::new(message) }))
}
