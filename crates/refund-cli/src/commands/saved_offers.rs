//! `refund saved-offer`: what a seller has prepared, listed, changed and removed.

use serde_json::{Map, Value, json};

use super::acts::given;
use super::{Desk, confirm, read_json};
use crate::cli::saved_offers::{OfSeller, RemoveSavedOffer, SavedOffers, SetSavedOffer};
use crate::cli::values::word;
use crate::client::{Change, Query, Reply, segment};
use crate::failure::Failure;
use crate::model::SavedOffer;
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};

const COLUMNS: &[Column] =
    &[column("OFFER", 0), column("NAME", 1), column("TYPE", 0), column("AMOUNT", 0), column("RETURNS GO TO", 2)];
const FIELDS: &[&str] = &["id", "name", "type", "share", "amount", "messages", "return_address_id"];

pub(super) fn run(desk: &Desk, saved: SavedOffers) -> Result<(), Failure> {
    match saved {
        SavedOffers::List(of) => list(desk, &of),
        SavedOffers::Set(offer) => set(desk, offer),
        SavedOffers::Remove(offer) => remove(desk, &offer),
    }
}

fn path(seller: &str, id: &str) -> String {
    format!("/v1/sellers/{}/saved-offers/{}", segment(seller), segment(id))
}

fn list(desk: &Desk, of: &OfSeller) -> Result<(), Failure> {
    let path = format!("/v1/sellers/{}/saved-offers", segment(&of.seller));
    let page = desk.client()?.pages(&path, &Query::new(), None)?;
    desk.list(&page, FIELDS, || {
        let saved: Vec<SavedOffer> = page.seen()?;
        let rows = saved.iter().map(|offer| {
            vec![
                Cell::new(&*offer.id, Tone::Strong),
                Cell::from(&*offer.name),
                Cell::from(&*offer.kind),
                Cell::from(offer.amount_told()),
                Cell::from(offer.goes_to().unwrap_or_else(|| "-".to_owned())),
            ]
        });
        Ok(desk.out.draw(&Table { columns: COLUMNS, rows: rows.collect(), last_wraps: true }))
    })?;
    if page.items.is_empty() {
        desk.out.hint(&format!("Next: refund saved-offer set {} ID --name … --type … --percent … --of …", of.seller));
    }
    Ok(())
}

fn set(desk: &Desk, mut offer: SetSavedOffer) -> Result<(), Failure> {
    let (body, tag) = match offer.file.take() {
        // All that is there is to go, whatever it is by now.
        Some(file) => (read_json(&file)?, None),
        None => match desk.client()?.get(&path(&offer.seller, &offer.id), &Query::new()) {
            Ok(answer) => (merged(answer.raw()?, &offer)?, answer.tag),
            Err(Failure::Problem(problem)) if problem.status == 404 => (merged(Map::new(), &offer)?, None),
            Err(failure) => return Err(failure),
        },
    };
    let answer = desk.change(Change::put(path(&offer.seller, &offer.id), body).matching(tag))?;
    show(desk, &answer, if answer.created { "The offer is prepared" } else { "The prepared offer is changed" })
}

/// What is there with what was given. What is missing then is the server's to say.
fn merged(mut offer: Map<String, Value>, given_now: &SetSavedOffer) -> Result<Value, Failure> {
    let member = |offer: &Map<String, Value>, name: &str| {
        offer.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let SetSavedOffer { name, kind, percent, of, amount, currency, message, return_address, .. } = given_now;
    offer.extend(given([("name", name.clone().map(Value::from)), ("type", kind.map(word).map(Value::from))]));
    if percent.is_some() || of.is_some() {
        let mut share = member(&offer, "share");
        let of = of.map(word).map(Value::from);
        share.extend(given([("percent", percent.clone().map(Value::from)), ("of", of)]));
        offer.insert("share".to_owned(), Value::Object(share));
        offer.remove("amount");
    }
    if amount.is_some() || currency.is_some() {
        let mut fixed = member(&offer, "amount");
        let of = [("value", amount.clone().map(Value::from)), ("currency", currency.clone().map(Value::from))];
        fixed.extend(given(of));
        offer.insert("amount".to_owned(), Value::Object(fixed));
        offer.remove("share");
    }
    if !message.is_empty() {
        let mut messages = member(&offer, "messages");
        for told in message {
            let Some((language, text)) = told.split_once('=') else {
                return Err(Failure::Usage(format!("{told:?} says no language: --message en='Keep it.'")));
            };
            // One that is empty is none.
            messages.insert(language.to_owned(), if text.is_empty() { Value::Null } else { json!(text) });
        }
        offer.insert("messages".to_owned(), Value::Object(messages));
    }
    if let Some(address) = return_address {
        let address = if address.is_empty() { Value::Null } else { json!(address) };
        offer.insert("return_address_id".to_owned(), address);
    }
    Ok(Value::Object(offer))
}

fn show(desk: &Desk, answer: &Reply, done: &str) -> Result<(), Failure> {
    let offer: SavedOffer = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        let mut card = desk.out.card();
        card.line("offer", &offer.id, Tone::Strong);
        card.plain("name", &offer.name);
        card.plain("type", &offer.kind);
        card.plain("amount", &offer.amount_told());
        card.maybe("goes to", offer.goes_to());
        for (language, message) in &offer.messages {
            card.plain(language, message);
        }
        Ok(desk.out.done(done) + &card.text())
    })
}

fn remove(desk: &Desk, given: &RemoveSavedOffer) -> Result<(), Failure> {
    let there = desk.client()?.get(&path(&given.seller, &given.id), &Query::new())?;
    let offer: SavedOffer = there.seen()?;
    desk.out.note(&format!("{} ({}): {} {}", offer.id, offer.name, offer.kind, offer.amount_told()));
    confirm::ask("Remove it?", given.yes)?;
    let answer = desk.change(Change::delete(path(&given.seller, &given.id)).matching(there.tag))?;
    show(desk, &answer, "Removed; this is what it was")
}
