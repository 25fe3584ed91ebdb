//! Reading what holds before a story begins, and what a step changes of it.

use std::collections::{BTreeMap, BTreeSet};

use refund_core::policy::{RefundsPerLine, Reminders};
use refund_core::rollout::{Batch, Percentage};
use refund_core::{
    Address, AddressId, Currency, ListedReason, Money, NamedFiles, Opening, OrderLine, PolicyOverrides, Reason,
    ReasonText, Reasons, References, RefundType, Request, Rollout, SavedAmount, SavedOffer, SellerId, Share, Why,
};

use super::files::StoryFile;
use super::mistake::Mistake;
use super::story::{SellerPlan, Who};
use super::table::{Field, Table};

/// `[policy]`, or the policy of a seller: only what differs.
pub(super) fn policy(table: Table<'_>) -> Result<PolicyOverrides, Mistake> {
    let span = |key| table.get(key).map(|field| field.span()).transpose();
    let flag = |key| table.get(key).map(|field| field.flag()).transpose();
    let policy = PolicyOverrides {
        seller_decide_seconds: span("seller_decide")?,
        buyer_answer_seconds: span("buyer_answer")?,
        buyer_respond_seconds: span("buyer_respond")?,
        buyer_ship_seconds: span("buyer_ship")?,
        seller_confirm_seconds: span("seller_confirm")?,
        operator_rule_seconds: span("operator_rule")?,
        payout_report_seconds: span("payout_report")?,
        reminders_seconds: table.get("reminders").map(|field| reminders(&field)).transpose()?,
        fresh_goods: table.get("fresh_goods").map(|field| field.word()).transpose()?,
        cap_at_requested: flag("cap_at_requested")?,
        return_needs_freight_insurance: flag("return_needs_freight_insurance")?,
        allow_withdraw: flag("allow_withdraw")?,
        negotiate_before_refuse: flag("negotiate_before_refuse")?,
        payout: table.get("payout").map(|field| field.word()).transpose()?,
        refunds_per_line_max: table.get("refunds_per_line_max").map(|field| per_line(&field)).transpose()?,
        notices: flag("notices")?,
        // No story mails.
        operator_contacts: None,
        silence_needs_notice: flag("silence_needs_notice")?,
        notice_before_seconds: span("notice_before")?,
        notice_grace_seconds: span("notice_grace")?,
        reasons: table.get("reasons").map(|field| reasons(&field)).transpose()?,
    };
    table.finish()?;
    Ok(policy)
}

fn reminders(field: &Field<'_>) -> Result<Reminders, Mistake> {
    const EXPECTED: &str = r#"a list of lengths of time, such as ["6h", "1h"]"#;
    let before = field.list(EXPECTED)?.iter().map(Field::span).collect::<Result<Vec<_>, _>>()?;
    Reminders::new(before).map_err(|error| field.mistake(error.to_string(), EXPECTED))
}

fn per_line(field: &Field<'_>) -> Result<RefundsPerLine, Mistake> {
    const EXPECTED: &str = "a whole number from 1 to 100";
    RefundsPerLine::try_from(field.number(EXPECTED)?).map_err(|error| field.mistake(error.to_string(), EXPECTED))
}

/// What each is for, its code and whose fault it is.
fn reasons(field: &Field<'_>) -> Result<Reasons, Mistake> {
    const EXPECTED: &str = r#"a list of reasons, such as ["request damaged carrier", "refuse used buyer"]"#;
    let one = |item: Field<'_>| {
        let said = item.text(EXPECTED)?;
        let wrong = || item.mistake(format!("{said:?} is no reason"), EXPECTED);
        let words: Vec<&str> = said.split(' ').collect();
        let (purpose, code, fault, evidence) = match *words.as_slice() {
            [purpose, code, fault] => (purpose, code, fault, false),
            [purpose, code, fault, "evidence"] => (purpose, code, fault, true),
            _ => return Err(wrong()),
        };
        let read = (purpose.parse().ok(), code.parse().ok(), fault.parse().ok());
        let (Some(purpose), Some(code), Some(fault)) = read else { return Err(wrong()) };
        Ok(ListedReason { code, purpose, fault, evidence, text: ReasonText::default() })
    };
    let listed = field.list(EXPECTED)?.into_iter().map(one).collect::<Result<Vec<_>, _>>()?;
    Reasons::try_from(listed).map_err(|error| field.mistake(error.to_string(), EXPECTED))
}

/// `[seller]`: one address, "warehouse", unless it says otherwise.
pub(super) fn seller(table: Option<Table<'_>>, who: Who) -> Result<SellerPlan, Mistake> {
    let default = || address_of(&text("warehouse"));
    let mut plan = SellerPlan {
        id: text(who.id()),
        name: text("The bin shop"),
        addresses: vec![(default(), true)],
        policy: PolicyOverrides::default(),
    };
    let Some(table) = table else { return Ok(plan) };
    if let Some(name) = table.get("name") {
        plan.name = name.parsed("a name between quotes")?;
    }
    if let Some(list) = table.get("addresses") {
        plan.addresses = addresses(&list)?;
    }
    if let Some(overrides) = table.table("policy")? {
        plan.policy = policy(overrides)?;
    }
    table.finish()?;
    Ok(plan)
}

/// Names alone, of which the first is the default; or tables that say more.
fn addresses(list: &Field<'_>) -> Result<Vec<(Address, bool)>, Mistake> {
    const EXPECTED: &str =
        r#"names, such as ["warehouse", "shop"], or tables, such as [{ id = "shop", default = true }]"#;
    let items = list.list(EXPECTED)?;
    let mut addresses: Vec<(Address, bool)> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let address = if item.is_table() {
            let table = item.table("an address")?;
            let id: AddressId = table.need("id", r#""shop""#)?.parsed("the address's name")?;
            let given = table.get("address").map(|field| field.parsed("street and town")).transpose()?;
            let plain = address_of(&id);
            let is_default = table.get("default").map(|field| field.flag()).transpose()?.unwrap_or(false);
            table.finish()?;
            (Address { address: given.unwrap_or(plain.address), ..plain }, is_default)
        } else {
            let id: AddressId = item.parsed(EXPECTED)?;
            (address_of(&id), place == 0)
        };
        if addresses.iter().any(|(other, _)| other.id == address.0.id) {
            return Err(item.mistake("two addresses have this name", "another name"));
        }
        addresses.push(address);
    }
    Ok(addresses)
}

/// Where the addresses are that stories name, and any other.
fn street(id: &AddressId) -> &'static str {
    match id.as_str() {
        "warehouse" => "1 Lake Road",
        "shop" => "2 Lake Road",
        _ => "3 Lake Road",
    }
}

fn address_of(id: &AddressId) -> Address {
    let (recipient, phone) = (text("Returns desk"), text("0571-000000"));
    Address { id: id.clone(), recipient, phone, address: text(street(id)) }
}

/// A literal of ours, which fits.
#[expect(clippy::expect_used, reason = "a literal that does not fit is a mistake in this file")]
pub(super) fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(literal: &str) -> T {
    literal.parse().expect("a literal that fits")
}

/// What a seller prepares: a share of what is `requested` or `paid`, or an amount.
pub(super) fn saved_offer(table: Table<'_>, line: &OrderLine) -> Result<SavedOffer, Mistake> {
    let of = table.get("requested").map(|share| (SavedAmount::OfRequested as fn(Share) -> SavedAmount, share));
    let of = of.or_else(|| Some((SavedAmount::OfPaid, table.get("paid")?)));
    let amount = match of {
        Some((of, share)) => of(share.parsed(r#"percent between quotes, such as "12.5""#)?),
        None => SavedAmount::Fixed(table.need("amount", r#""2.00""#)?.money(Some(line.paid.currency()))?),
    };
    let address = table.get("return_address").map(|field| field.parsed("the name of one of the seller's addresses"));
    let saved = SavedOffer {
        id: table.need("id", r#""small""#)?.text("an id between quotes")?.to_owned(),
        name: text("A prepared offer"),
        kind: table.need("type", r#""REFUND_ONLY""#)?.word()?,
        amount,
        messages: BTreeMap::new(),
        return_address_id: address.transpose()?,
    };
    table.finish()?;
    Ok(saved)
}

/// `[rollout]`: closed to everybody but for what it says.
pub(super) fn rollout(table: Table<'_>) -> Result<Rollout, Mistake> {
    let percentage = table.get("percentage").map(|field| percentage(&field)).transpose()?.unwrap_or_default();
    let allow = table.get("allow").map(|field| sellers(&field)).transpose()?.unwrap_or_default();
    let deny = table.get("deny").map(|field| sellers(&field)).transpose()?.unwrap_or_default();
    let mut batches = Vec::new();
    for item in table.get("batches").map(|field| field.list("a list of batches")).transpose()?.unwrap_or_default() {
        let batch = item.table("a batch")?;
        batches.push(Batch {
            name: batch.need("name", r#""spring""#)?.parsed("what operators call it")?,
            sellers: sellers(&batch.need("sellers", r#"["seller"]"#)?)?,
            open: batch.get("open").map(|field| field.flag()).transpose()?.unwrap_or(false),
            opens_at: batch.get("opens_at").map(|field| field.instant()).transpose()?,
        });
        batch.finish()?;
    }
    table.finish()?;
    Ok(Rollout { batches, percentage, allow, deny })
}

fn percentage(field: &Field<'_>) -> Result<Percentage, Mistake> {
    const EXPECTED: &str = "a whole number from 0 to 100";
    let number = u8::try_from(field.number(EXPECTED)?).unwrap_or(u8::MAX);
    Percentage::try_from(number).map_err(|error| field.mistake(error.to_string(), EXPECTED))
}

fn sellers(field: &Field<'_>) -> Result<BTreeSet<SellerId>, Mistake> {
    let mut ids = BTreeSet::new();
    for item in field.list(r#"a list of sellers, such as ["seller"]"#)? {
        match item.word::<Who>()? {
            who @ (Who::Seller | Who::AnotherSeller) => ids.insert(text(who.id())),
            Who::Buyer | Who::Operator | Who::Platform | Who::AnotherBuyer => {
                return Err(item.mistake("this is no seller", "\"seller\" or \"another seller\""));
            }
        };
    }
    Ok(ids)
}

/// What was bought, where a story doesn't say otherwise: a bin for 20.00 CNY, shipped, without freight insurance.
pub(super) fn bin() -> OrderLine {
    OrderLine {
        order_id: text("order-1"),
        line_id: text("1"),
        title: text("A bin"),
        category: refund_core::Category::General,
        paid: twenty(),
        shipped: true,
        freight_insurance: false,
        image_url: None,
    }
}

/// `[line]`, or the keys of an opening: what differs from that line.
pub(super) fn line(table: &Table<'_>, mut line: OrderLine) -> Result<OrderLine, Mistake> {
    if let Some(order) = table.get("order") {
        line.order_id = order.parsed("an order's id between quotes")?;
    }
    if let Some(title) = table.get("title") {
        line.title = title.parsed("what the goods are called")?;
    }
    if let Some(category) = table.get("category") {
        line.category = category.word()?;
    }
    if let Some(paid) = table.get("paid") {
        line.paid = paid.money(Some(line.paid.currency()))?;
    }
    if let Some(shipped) = table.get("shipped") {
        line.shipped = shipped.flag()?;
    }
    if let Some(insured) = table.get("freight_insurance") {
        line.freight_insurance = insured.flag()?;
    }
    Ok(line)
}

#[expect(clippy::expect_used, reason = "a literal that does not fit is a mistake in this file")]
fn twenty() -> Money {
    let cny = Currency::from_code("CNY").expect("a currency");
    Money::parse(cny, "20.00").expect("an amount")
}

/// What a buyer asks for who says nothing else.
pub(super) fn plain_request(line: &OrderLine) -> Request {
    Request { kind: RefundType::ReturnAndRefund, amount: line.paid, reason: text("It has a dent") }
}

/// `[request]`: everything back, the goods too, unless it says otherwise.
pub(super) fn request(table: &Table<'_>, line: &OrderLine) -> Result<Request, Mistake> {
    let plain = plain_request(line);
    let kind = table.get("type").map(|field| field.word()).transpose()?;
    let amount = table.get("amount").map(|field| field.money(Some(line.paid.currency()))).transpose()?;
    Ok(Request {
        kind: kind.unwrap_or(plain.kind),
        amount: amount.unwrap_or(plain.amount),
        reason: why(table, "It has a dent")?,
    })
}

/// Why, in the words given or else these, and by which reason of the policy's.
pub(super) fn why(table: &Table<'_>, standard: &str) -> Result<Why, Mistake> {
    let given: Option<Reason> = table.get("reason").map(|field| field.parsed("why, between quotes")).transpose()?;
    let code =
        table.get("reason_code").map(|field| field.parsed("a reason of the policy's, between quotes")).transpose()?;
    Ok(Why { code, files: files(table)?, ..Why::from(given.unwrap_or_else(|| text(standard))) })
}

/// The files that are named, if some are.
pub(super) fn files(table: &Table<'_>) -> Result<NamedFiles, Mistake> {
    const EXPECTED: &str = r#"a list of files, such as ["dent", "invoice"]"#;
    let Some(field) = table.get("files") else { return Ok(NamedFiles::default()) };
    let named = field.list(EXPECTED)?.into_iter().map(|file| Ok(file.word::<StoryFile>()?.sha256()));
    NamedFiles::try_from(named.collect::<Result<Vec<_>, Mistake>>()?)
        .map_err(|error| field.mistake(error.to_string(), EXPECTED))
}

/// An opening by that buyer, or for the story's buyer where somebody else tries.
pub(super) fn opening(number: usize, seller: Who, who: Who, line: OrderLine, request: Request) -> Box<Opening> {
    let buyer = if who == Who::AnotherBuyer { who } else { Who::Buyer };
    Box::new(Opening {
        refund_id: text(&format!("rfd_story_{number}")),
        seller_id: text(seller.id()),
        buyer_id: text(buyer.id()),
        line,
        request,
        references: References::default(),
        buyer_contact: None,
    })
}
