//! Reading what is expected after a step, in the words in which it will be compared.

use refund_core::{
    ClosedReason, CommandKind, Currency, DeadlineKind, EventType, Money, NegotiationStatus, RefundType, RefusalCode,
    StatusKind,
};

use super::mistake::Mistake;
use super::story::{About, Expectation, Who};
use super::table::{Field, Table};
use super::words;

pub(super) fn expectations(step: &Table<'_>, line: Currency) -> Result<Vec<Expectation>, Mistake> {
    let mut all = Vec::new();
    let mut add = |about, wanted: String, field: &Field<'_>| {
        all.push(Expectation { about, wanted, span: field.span.clone() });
    };
    if let Some(field) = step.get("refused") {
        let code = field.word::<RefusalCode>()?;
        add(About::Refused(code), code.to_string(), &field);
    }
    if let Some(field) = step.get("possible_at") {
        add(About::PossibleAt, never_or_instant(&field)?, &field);
    }
    if let Some(field) = step.get("opened_again") {
        add(About::OpenedAgain, words::yes(field.flag()?).to_owned(), &field);
    }
    if let Some(field) = step.get("status") {
        add(About::Status, field.word::<StatusKind>()?.to_string(), &field);
    }
    if let Some(field) = step.get("closed_reason") {
        add(About::ClosedReason, field.word::<ClosedReason>()?.to_string(), &field);
    }
    if let Some(field) = step.get("negotiation") {
        let none = field.text("a negotiation's status")? == words::NONE;
        let wanted = if none { words::NONE.to_owned() } else { field.word::<NegotiationStatus>()?.to_string() };
        add(About::Negotiation, wanted, &field);
    }
    if let Some(field) = step.get("effective") {
        add(About::Effective, terms(&field, line, Money::decimal)?, &field);
    }
    if let Some(field) = step.get("deadlines") {
        add(About::Deadlines, deadlines(&field)?, &field);
    }
    if let Some(field) = step.get("escalated") {
        add(About::Escalated, words::yes(field.flag()?).to_owned(), &field);
    }
    if let Some(field) = step.get("actions") {
        let by = field.table("`actions`")?;
        for (key, who) in [("buyer", Who::Buyer), ("seller", Who::Seller), ("operator", Who::Operator)] {
            if let Some(list) = by.get(key) {
                let mut commands = words_of::<CommandKind>(&list)?;
                commands.sort_unstable();
                add(About::Actions(who), words::listed(commands.iter().map(|kind| kind.as_str())), &list);
            }
        }
        by.finish()?;
    }
    if let Some(field) = step.get("objections") {
        let codes = words_of::<RefusalCode>(&field)?;
        add(About::Objections, words::listed(codes.iter().map(|code| code.as_str())), &field);
    }
    if let Some(field) = step.get("comes_to") {
        add(About::ComesTo, terms(&field, line, |amount| amount.to_string())?, &field);
    }
    if let Some(field) = step.get("offer_expires") {
        add(About::OfferExpires, never_or_instant(&field)?, &field);
    }
    if let Some(field) = step.get("if_nobody_acts") {
        add(About::IfNobodyActs, foretold(&field)?, &field);
    }
    Ok(all)
}

/// `[["T+36h", "refund.agreed"]]`: everything, in order.
fn foretold(field: &Field<'_>) -> Result<String, Mistake> {
    const EXPECTED: &str = r#"[["T+36h", "refund.agreed"], ["T+204h", "refund.closed"]]"#;
    let mut events = Vec::new();
    for item in field.list(EXPECTED)? {
        match item.list(EXPECTED)?.as_slice() {
            [at, event] => events.push((at.instant()?, event.word::<EventType>()?)),
            _ => return Err(item.mistake("this is no instant with an event", EXPECTED)),
        }
    }
    Ok(words::foretold(&events))
}

fn never_or_instant(field: &Field<'_>) -> Result<String, Mistake> {
    let never = field.text("an instant or \"never\"")? == words::NEVER;
    if never { Ok(words::NEVER.to_owned()) } else { field.instant().map(super::instant::show) }
}

fn words_of<T: std::str::FromStr<Err = refund_core::UnknownName>>(field: &Field<'_>) -> Result<Vec<T>, Mistake> {
    field.list("a list of words between quotes")?.iter().map(Field::word).collect()
}

/// `{ type = "REFUND_ONLY", amount = "2.00" }`, or `"none"`.
fn terms(field: &Field<'_>, line: Currency, told: fn(Money) -> String) -> Result<String, Mistake> {
    if !field.is_table() {
        const EXPECTED: &str = r#"{ type = "REFUND_ONLY", amount = "2.00" } or "none""#;
        let none = field.text(EXPECTED)? == words::NONE;
        return if none { Ok(words::NONE.to_owned()) } else { Err(field.mistake("these are no terms", EXPECTED)) };
    }
    let table = field.table("the terms")?;
    let kind: RefundType = table.need("type", r#""REFUND_ONLY""#)?.word()?;
    let amount = told(table.need("amount", r#""2.00""#)?.money(Some(line))?);
    let address = table.get("return_address").map(|field| field.text("an address's name")).transpose()?;
    table.finish()?;
    Ok(words::terms_in_short(kind, &amount, address))
}

/// `{ seller_decide = "T+36h" }`: all that run.
fn deadlines(field: &Field<'_>) -> Result<String, Mistake> {
    let table = field.table("`deadlines`")?;
    let mut running = Vec::new();
    for kind in DeadlineKind::ALL {
        if let Some(at) = table.get(kind.as_str()) {
            running.push((*kind, at.instant()?));
        }
    }
    table.finish()?;
    Ok(words::deadlines(&running))
}
