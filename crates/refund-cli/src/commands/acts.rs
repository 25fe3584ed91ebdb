//! The commands on a refund: each is a path, a body, and what to say when it is done.

use serde_json::{Map, Value, json};

use super::send::{Act, Target};
use super::{Desk, check_offer, confirm};
use crate::cli::acts::{
    Accept, Agree, Amount, Cancel, Extend, MakeOffer, Modify, Payout, Plain, Reasoned, Rule, Ship, Shown,
};
use crate::cli::values::word;
use crate::failure::Failure;
use crate::output::time::instant;
use crate::view;

/// A body of what was given; what was left out is left out there too.
fn body<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Object(given(fields))
}

/// The members of what was given.
pub(super) fn given<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The files that were named, if some were.
pub(super) fn files(Shown { evidence }: Shown) -> Option<Value> {
    (!evidence.is_empty()).then(|| json!(evidence))
}

pub(super) fn plain(desk: &Desk, plain: Plain, path: &'static str, done: &'static str) -> Result<(), Failure> {
    Target::read(desk, plain.on)?.carry_out(Act { path, body: json!({}), pinned: Vec::new(), done })
}

pub(super) fn reasoned(desk: &Desk, given: Reasoned, path: &'static str, done: &'static str) -> Result<(), Failure> {
    let body = body([
        ("reason", Some(json!(given.reason))),
        ("reason_code", given.reason_code.map(Value::from)),
        ("files", files(given.shown)),
    ]);
    Target::read(desk, given.on)?.carry_out(Act { path, body, pinned: Vec::new(), done })
}

pub(super) fn offer(desk: &Desk, offer: MakeOffer) -> Result<(), Failure> {
    let target = Target::read(desk, offer.on)?;
    let currency = offer.currency;
    let amount = offer.amount.map(|amount| target.money(&Amount { amount, currency }));
    let pinned: Vec<_> = amount.iter().map(|(_, currency)| currency.clone()).collect();
    let body = body([
        ("saved_offer_id", offer.saved.clone().map(Value::from)),
        ("language", offer.language.map(Value::from)),
        ("type", offer.kind.map(word).map(Value::from)),
        ("amount", amount.map(|(amount, _)| amount)),
        ("return_address_id", offer.return_address.map(Value::from)),
        ("message", offer.message.map(Value::from)),
        ("agreed_offline", Some(json!(offer.agreed_offline))),
        ("files", files(offer.shown)),
    ]);
    if offer.check {
        return check_offer::run(desk, &target.refund, &body);
    }
    if offer.saved.is_none() {
        return target.carry_out(Act { path: "negotiation", body, pinned, done: "Offered" });
    }
    // What it comes to is computed, and so nobody has said it: it is shown before the one chance is spent.
    let body = check_offer::terms(desk, &target.refund, &body)?;
    confirm::ask("Make this offer? It is the only one that there can be.", offer.yes)?;
    target.carry_out(Act { path: "negotiation", body, pinned, done: "Offered" })
}

/// Yes or no.
#[derive(Clone, Copy)]
pub(super) enum YesOrNo {
    Accept,
    Reject,
}

/// Answers the offer that is named, or else the one that waits. It is shown before that.
pub(super) fn answer(desk: &Desk, given: Accept, answer: YesOrNo) -> Result<(), Failure> {
    let target = Target::read(desk, given.on)?;
    let refund = &target.refund;
    let id = match (given.offer, refund.pending()) {
        (Some(named), _) => named,
        (None, Some(pending)) => {
            let now = desk.client()?.now([refund.updated_at.as_str()])?;
            let mut card = desk.out.card();
            card.line("asked", &refund.requested.in_words(), Default::default());
            view::refund::offer(pending, now, &mut card);
            desk.out.note(&format!("The offer that waits:\n{}", card.text()));
            pending.id.clone()
        }
        (None, None) => match &refund.negotiation {
            // Why that one can't be answered any more is the server's to say.
            Some(resolved) => resolved.id.clone(),
            None => {
                let id = &refund.id;
                return Err(Failure::Usage(format!("no offer was made on {id}\n  next: refund show {id}")));
            }
        },
    };
    let (path, done) = match answer {
        YesOrNo::Accept => ("negotiation/accept", "Accepted"),
        YesOrNo::Reject => ("negotiation/reject", "Rejected"),
    };
    target.carry_out(Act { path, body: json!({ "negotiation_id": id }), pinned: vec![("--offer", id)], done })
}

pub(super) fn agree(desk: &Desk, agree: Agree) -> Result<(), Failure> {
    let body = body([("return_address_id", agree.return_address.map(Value::from))]);
    let target = Target::read(desk, agree.on)?;
    let refund = &target.refund;
    // Whoever names a version has seen it. Why one can't be agreed to is the server's to say.
    if target.on.version.is_none() && refund.actions.iter().any(|action| action == "agree") {
        desk.out.note(&format!("{} asks for {}.", refund.id, refund.requested.in_words()));
        confirm::ask("Agree to that?", agree.yes)?;
    }
    target.carry_out(Act { path: "agree", body, pinned: Vec::new(), done: "Agreed" })
}

pub(super) fn modify(desk: &Desk, modify: Modify) -> Result<(), Failure> {
    let target = Target::read(desk, modify.on)?;
    let (amount, currency) = target.money(&modify.amount);
    let body = body([
        ("type", Some(json!(word(modify.kind)))),
        ("amount", Some(amount)),
        ("reason", Some(json!(modify.reason))),
        ("reason_code", modify.reason_code.map(Value::from)),
        ("files", files(modify.shown)),
    ]);
    target.carry_out(Act { path: "modify", body, pinned: vec![currency], done: "The request is changed" })
}

pub(super) fn cancel(desk: &Desk, cancel: Cancel) -> Result<(), Failure> {
    let body = body([("reason", cancel.reason.map(Value::from))]);
    Target::read(desk, cancel.on)?.carry_out(Act { path: "cancel", body, pinned: Vec::new(), done: "Given up" })
}

pub(super) fn ship(desk: &Desk, ship: Ship) -> Result<(), Failure> {
    let body = json!({ "carrier": ship.carrier, "tracking_number": ship.tracking_number });
    Target::read(desk, ship.on)?.carry_out(Act { path: "ship", body, pinned: Vec::new(), done: "On its way back" })
}

pub(super) fn rule(desk: &Desk, rule: Rule) -> Result<(), Failure> {
    let target = Target::read(desk, rule.on)?;
    let currency = rule.currency;
    let amount = rule.amount.map(|amount| target.money(&Amount { amount, currency }));
    let pinned = amount.iter().map(|(_, currency)| currency.clone()).collect();
    let body = body([
        ("decision", Some(json!(word(rule.decision)))),
        ("amount", amount.map(|(amount, _)| amount)),
        ("reason", Some(json!(rule.reason))),
        ("files", files(rule.shown)),
    ]);
    target.carry_out(Act { path: "rule", body, pinned, done: "Ruled" })
}

pub(super) fn extend(desk: &Desk, extend: Extend) -> Result<(), Failure> {
    let target = Target::read(desk, extend.on)?;
    let running = &target.refund.deadlines;
    let kind = match (extend.deadline, running.as_slice()) {
        (Some(kind), _) => kind,
        (None, [only]) => only.kind.clone(),
        (None, []) => {
            let id = &target.refund.id;
            return Err(Failure::Usage(format!("no clock runs on {id}\n  next: refund show {id}")));
        }
        (None, several) => {
            let kinds: Vec<&str> = several.iter().map(|deadline| deadline.kind.as_str()).collect();
            return Err(Failure::Usage(format!("more than one clock runs: say --deadline {}", kinds.join(" or "))));
        }
    };
    // More time is counted from when it would have ended.
    let ends = running.iter().find(|deadline| deadline.kind == kind).and_then(|deadline| instant(&deadline.at));
    let start = ends.map_or_else(|| desk.client()?.now([]), Ok)?;
    let to = extend.to.from(start);
    let pinned = vec![("--deadline", kind.clone()), ("--to", to.clone())];
    target.carry_out(Act { path: "extend", body: json!({ "kind": kind, "to": to }), pinned, done: "Extended" })
}

pub(super) fn payout(desk: &Desk, payout: Payout) -> Result<(), Failure> {
    match payout {
        Payout::Report(report) => {
            let body = body([
                ("result", Some(json!(word(report.result)))),
                ("attempt", report.attempt.map(Value::from)),
                ("provider_reference", report.provider_reference.map(Value::from)),
                ("reason", report.reason.map(Value::from)),
            ]);
            let act = Act { path: "payout", body, pinned: Vec::new(), done: "Reported" };
            Target::read(desk, report.on)?.carry_out(act)
        }
        Payout::Retry(retry) => plain(desk, retry, "payout/retry", "Tried again"),
    }
}
