//! `refund rollout`: who may make offers, and why.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Desk, confirm};
use crate::cli::settings::{
    AddBatch, Batch as BatchCommand, CloseBatch, Listed, RemoveFromBatch, Rollout as Command, SellerId,
};
use crate::client::{Change, Client, Query, Reply, segment};
use crate::failure::Failure;
use crate::model::{Batch, Rollout, Verdict};
use crate::output::style::Tone;
use crate::output::time::{Instant, both};
use crate::output::{Output, Said};

const PATH: &str = "/v1/rollout";
const FIELDS: &[&str] = &["percentage", "allow", "deny", "batches"];

pub(super) fn run(desk: &Desk, command: Command) -> Result<(), Failure> {
    match command {
        Command::Get => show(desk, &desk.client()?.get(PATH, &Query::new())?, None),
        Command::Check(seller) => check(desk, &seller),
        Command::Percentage(to) => change(desk, |rollout| {
            if to.percentage < rollout.percentage {
                let from = rollout.percentage;
                sure(&format!("Lower the percentage from {from} to {}?", to.percentage), to.yes)?;
            }
            rollout.percentage = to.percentage;
            Ok(())
        }),
        Command::Allow(listed) => change(desk, |rollout| {
            put(&mut rollout.allow, listed);
            Ok(())
        }),
        Command::Deny(listed) => change(desk, |rollout| {
            put(&mut rollout.deny, listed);
            Ok(())
        }),
        Command::Batch(BatchCommand::Add(AddBatch { name, sellers, opens_at })) => {
            let now = desk.client()?.now([])?;
            let opens_at = opens_at.map(|opens_at| opens_at.from(now));
            change(desk, |rollout| {
                add(rollout, name, sellers, opens_at);
                Ok(())
            })
        }
        Command::Batch(BatchCommand::Remove(RemoveFromBatch { name, sellers, yes })) => change(desk, |rollout| {
            let batch = named(rollout, &name)?;
            if sellers.is_empty() {
                sure(&format!("Remove the batch {name:?} of {}?", batch.sellers.len()), yes)?;
            }
            batch.sellers.retain(|seller| !sellers.contains(seller));
            rollout.batches.retain(|batch| batch.name != name || !sellers.is_empty());
            Ok(())
        }),
        Command::Batch(BatchCommand::Open(batch)) => change(desk, |rollout| {
            named(rollout, &batch.name)?.open = true;
            Ok(())
        }),
        Command::Batch(BatchCommand::Close(CloseBatch { name, yes })) => change(desk, |rollout| {
            let batch = named(rollout, &name)?;
            sure(&format!("Close the batch {name:?} of {}?", batch.sellers.len()), yes)?;
            // An instant that has come would keep it open.
            (batch.open, batch.opens_at) = (false, None);
            Ok(())
        }),
    }
}

/// Asks before what closes negotiation to sellers.
fn sure(question: &str, yes: bool) -> Result<(), Failure> {
    let means = "Sellers that nothing else lets in can make no offers any more; open offers go on.";
    confirm::ask(&format!("{means} {question}"), yes)
}

fn put(list: &mut BTreeSet<String>, listed: Listed) {
    if listed.remove {
        list.retain(|seller| !listed.sellers.contains(seller));
    } else {
        list.extend(listed.sellers);
    }
}

fn add(rollout: &mut Rollout, name: String, sellers: Vec<String>, opens_at: Option<String>) {
    if let Some(batch) = rollout.batches.iter_mut().find(|batch| batch.name == name) {
        batch.sellers.extend(sellers);
        batch.opens_at = opens_at.or(batch.opens_at.take());
    } else {
        rollout.batches.push(Batch { name, sellers: sellers.into_iter().collect(), open: false, opens_at });
    }
}

fn named<'a>(rollout: &'a mut Rollout, name: &str) -> Result<&'a mut Batch, Failure> {
    let there: Vec<String> = rollout.batches.iter().map(|batch| batch.name.clone()).collect();
    rollout.batches.iter_mut().find(|batch| batch.name == name).ok_or_else(|| {
        let there =
            if there.is_empty() { "there is none yet".to_owned() } else { format!("there is {}", there.join(", ")) };
        Failure::Usage(format!("no batch {name:?}; {there}"))
    })
}

/// Reads the roll-out, changes it and sends all of it back.
fn change(desk: &Desk, with: impl FnOnce(&mut Rollout) -> Result<(), Failure>) -> Result<(), Failure> {
    let client = desk.client()?;
    let current = client.get(PATH, &Query::new())?;
    let mut rollout: Rollout = current.raw()?;
    let before = named_in(&rollout);
    with(&mut rollout)?;
    for unknown in unknown(client, named_in(&rollout).difference(&before))? {
        desk.out.note(&format!("{unknown} is not set up as a seller; is the id right?"));
    }
    let answer = desk.change(Change::put(PATH, json!(rollout)).matching(current.tag))?;
    show(desk, &answer, Some("The roll-out is changed"))
}

/// Every seller that is named anywhere.
fn named_in(rollout: &Rollout) -> BTreeSet<String> {
    let batches = rollout.batches.iter().flat_map(|batch| &batch.sellers);
    batches.chain(&rollout.allow).chain(&rollout.deny).cloned().collect()
}

/// Those that nobody has set up: the roll-out takes any id, also a mistyped one.
fn unknown<'a>(client: &Client, ids: impl Iterator<Item = &'a String>) -> Result<Vec<&'a String>, Failure> {
    let mut unknown = Vec::new();
    for id in ids.take(LOOKED_UP_MAX) {
        match client.get(&format!("/v1/sellers/{}", segment(id)), &Query::new()) {
            Err(Failure::Problem(problem)) if problem.status == 404 => unknown.push(id),
            Ok(_) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(unknown)
}

/// How many sellers are looked up for one change.
const LOOKED_UP_MAX: usize = 50;

fn show(desk: &Desk, answer: &Reply, done: Option<&str>) -> Result<(), Failure> {
    let rollout: Rollout = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        let words = in_words(&rollout, desk.client()?.now([])?, &desk.out);
        Ok(done.map_or_else(String::new, |done| desk.out.done(done)) + &words)
    })?;
    let closed = rollout.batches.iter().rev().find(|batch| !batch.open && batch.opens_at.is_none());
    match closed {
        Some(Batch { name, .. }) => desk.out.hint(&format!("Next: refund rollout batch open {}", quoted(name))),
        None => desk.out.hint("Next: refund rollout check SELLER"),
    }
    Ok(())
}

/// A name as one types it.
fn quoted(name: &str) -> String {
    shlex::try_quote(name).map_or_else(|_| name.to_owned(), std::borrow::Cow::into_owned)
}

fn in_words(rollout: &Rollout, now: Instant, out: &Output) -> String {
    let mut card = out.card();
    let sellers = |list: &BTreeSet<String>| list.iter().cloned().collect::<Vec<_>>().join(", ");
    let listed = |list: &BTreeSet<String>| if list.is_empty() { "nobody".to_owned() } else { sellers(list) };
    card.plain("deny", &listed(&rollout.deny));
    card.plain("allow", &listed(&rollout.allow));
    for batch in &rollout.batches {
        let opens = batch.opens_at.as_ref().map(|at| format!(", opens {}", both(at, now)));
        let (state, tone) = if batch.open { ("open", Tone::Good) } else { ("closed", Tone::Plain) };
        card.line("batch", &format!("{}: {state}{}", batch.name, opens.unwrap_or_default()), tone);
        card.plain("", &listed(&batch.sellers));
    }
    let all = if rollout.percentage == 100 { ": all but those denied, whatever the batches say" } else { "" };
    card.plain("percentage", &format!("{} of 100 sellers{all}", rollout.percentage));
    card.text()
}

fn check(desk: &Desk, seller: &SellerId) -> Result<(), Failure> {
    let answer = desk.change(Change::post(format!("{PATH}/check"), json!({ "seller_id": seller.id })))?;
    let verdict: Verdict = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), &["open", "because", "opens_at"], || {
        let because = match verdict.because.as_str() {
            "deny" => "it is on the deny list",
            "allow" => "it is on the allow list",
            "batch" => "it is in a batch that is open",
            "percentage" => "it is within the percentage",
            "not_yet" => "it is in nothing that is open yet",
            other => other,
        };
        let (state, tone) = if verdict.open { ("in", Tone::Good) } else { ("out", Tone::Due) };
        let opens = match &verdict.opens_at {
            Some(at) => format!("; its batch opens {}", both(at, desk.client()?.now([])?)),
            None => String::new(),
        };
        Ok(format!("{} is {}: {because}{opens} (rule R37)\n", seller.id, desk.out.paint(tone, state)))
    })
}
