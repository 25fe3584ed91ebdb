//! `refund sellers`: list, look up, set up, one more address.

use serde_json::{Map, Value, json};

use super::policy::read_fields;
use super::{Desk, read_json};
use crate::cli::settings::{AddAddress, AddContact, ListSellers, PutSeller, RemoveContact, Sellers};
use crate::client::{Change, Query, Reply, segment};
use crate::failure::Failure;
use crate::model::{Address, Seller};
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::output::{Output, Said};

const COLUMNS: &[Column] =
    &[column("SELLER", 0), column("NAME", 1), column("OWN POLICY", 2), column("RETURNS GO TO", 3)];
const FIELDS: &[&str] = &["id", "name", "addresses", "policy", "contacts"];

pub(super) fn run(desk: &Desk, sellers: Sellers) -> Result<(), Failure> {
    match sellers {
        Sellers::List(listed) => list(desk, &listed),
        Sellers::Get(seller) => show(desk, &desk.client()?.get(&path(&seller.id), &Query::new())?, None),
        Sellers::Put(seller) => put(desk, seller),
        Sellers::AddAddress(address) => add_address(desk, address),
        Sellers::AddContact(contact) => add_contact(desk, contact),
        Sellers::RemoveContact(contact) => remove_contact(desk, &contact),
    }
}

fn list(desk: &Desk, listed: &ListSellers) -> Result<(), Failure> {
    let page = desk.client()?.pages("/v1/sellers", &Query::new(), listed.many.limit())?;
    desk.list(&page, FIELDS, || {
        let sellers: Vec<Seller> = page.seen()?;
        let rows = sellers.iter().map(|seller| {
            let default = seller.addresses.iter().find(|address| address.is_default);
            vec![
                Cell::new(&*seller.id, Tone::Strong),
                Cell::from(&*seller.name),
                Cell::from(seller.policy.keys().cloned().collect::<Vec<_>>().join(", ")),
                Cell::from(default.map(Address::in_words).unwrap_or_default()),
            ]
        });
        Ok(desk.out.draw(&Table { columns: COLUMNS, rows: rows.collect(), last_wraps: true }))
    })
}

fn path(id: &str) -> String {
    format!("/v1/sellers/{}", segment(id))
}

fn show(desk: &Desk, answer: &Reply, done: Option<&str>) -> Result<(), Failure> {
    let seller: Seller = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        Ok(done.map_or_else(String::new, |done| desk.out.done(done)) + &in_words(&seller, &desk.out))
    })?;
    desk.out.hint(&format!("Next: refund rollout check {}", seller.id));
    Ok(())
}

fn in_words(seller: &Seller, out: &Output) -> String {
    let mut card = out.card();
    for address in &seller.addresses {
        card.plain(if address.is_default { "default return" } else { "return to" }, &address.in_words());
    }
    for contact in &seller.contacts {
        card.plain("told by mail", &contact.in_words());
    }
    for (field, value) in &seller.policy {
        card.plain("own policy", &format!("{field} = {}", super::policy::value_told(field, value)));
    }
    format!("{}  {}\n{}", out.paint(Tone::Strong, &seller.id), seller.name, card.text())
}

/// A seller as it was read, to change a part of it: a PUT replaces the whole.
struct There {
    seller: Map<String, Value>,
    tag: Option<String>,
}

fn there(desk: &Desk, id: &str) -> Result<Option<There>, Failure> {
    match desk.client()?.get(&path(id), &Query::new()) {
        Ok(answer) => Ok(Some(There { seller: answer.raw()?, tag: answer.tag })),
        Err(Failure::Problem(problem)) if problem.status == 404 => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn put(desk: &Desk, given: PutSeller) -> Result<(), Failure> {
    let (body, tag) = match &given.file {
        // All that is there is to go, whatever it is by now.
        Some(file) => (read_json(file)?, None),
        None => {
            let there = there(desk, &given.id)?;
            if there.is_none() && (given.name.is_none() || given.address.is_none()) {
                let needs = "a new one needs --name, --recipient, --phone and --address";
                return Err(Failure::Usage(format!("there is no seller {} yet: {needs}", given.id)));
            }
            let (seller, tag) = there.map_or_else(Default::default, |There { seller, tag }| (seller, tag));
            (merged(desk, seller, &given)?, tag)
        }
    };
    send(desk, &given.id, &body, tag)
}

fn merged(desk: &Desk, mut seller: Map<String, Value>, given: &PutSeller) -> Result<Value, Failure> {
    if let Some(name) = &given.name {
        seller.insert("name".to_owned(), json!(name));
    }
    if let Some(address) = &given.address {
        let first = json!({ "id": "main", "recipient": given.recipient, "phone": given.phone, "address": address, "default": true });
        let others = seller.get("addresses").and_then(Value::as_array).cloned().unwrap_or_default();
        let others = others.into_iter().filter(|address| address.get("id") != first.get("id")).map(without_default);
        let addresses: Vec<Value> = std::iter::once(first.clone()).chain(others).collect();
        seller.insert("addresses".to_owned(), json!(addresses));
    }
    let mut policy = seller.get("policy").and_then(Value::as_object).cloned().unwrap_or_default();
    for (field, value) in read_fields(desk, &given.policy)? {
        if value == json!("") {
            policy.remove(&field)
        } else {
            policy.insert(field, value)
        };
    }
    seller.insert("policy".to_owned(), Value::Object(policy));
    Ok(Value::Object(seller))
}

fn without_default(mut address: Value) -> Value {
    if let Some(fields) = address.as_object_mut() {
        fields.insert("default".to_owned(), json!(false));
    }
    address
}

fn known(desk: &Desk, id: &str) -> Result<There, Failure> {
    let unknown = || Failure::Usage(format!("there is no seller {id}\n  next: refund sellers put {id} --name …"));
    there(desk, id)?.ok_or_else(unknown)
}

/// The contacts of a seller without that one.
fn contacts_without(seller: &Map<String, Value>, email: &str) -> Vec<Value> {
    let mut contacts = seller.get("contacts").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_that =
        |there: &Value| there.get("email").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(email));
    contacts.retain(|there| !is_that(there));
    contacts
}

fn add_contact(desk: &Desk, given: AddContact) -> Result<(), Failure> {
    let AddContact { id, email, language, time_zone, kinds } = given;
    let There { mut seller, tag } = known(desk, &id)?;
    let mut contacts = contacts_without(&seller, &email);
    let mut contact = json!({ "email": email, "language": language, "kinds": kinds });
    // A server of before there were any refuses what it does not know.
    if let (Some(zone), Some(members)) = (time_zone, contact.as_object_mut()) {
        members.insert("time_zone".to_owned(), json!(zone));
    }
    contacts.push(contact);
    seller.insert("contacts".to_owned(), json!(contacts));
    send(desk, &id, &Value::Object(seller), tag)
}

fn remove_contact(desk: &Desk, given: &RemoveContact) -> Result<(), Failure> {
    let There { mut seller, tag } = known(desk, &given.id)?;
    let contacts = contacts_without(&seller, &given.email);
    seller.insert("contacts".to_owned(), json!(contacts));
    send(desk, &given.id, &Value::Object(seller), tag)
}

fn add_address(desk: &Desk, given: AddAddress) -> Result<(), Failure> {
    let AddAddress { id, address_id, recipient, phone, address, default } = given;
    let There { mut seller, tag } = known(desk, &id)?;
    let mut addresses = seller.get("addresses").and_then(Value::as_array).cloned().unwrap_or_default();
    // One that has the same id is replaced, so that the same command twice is as good as once.
    addresses.retain(|there| there.get("id").and_then(Value::as_str) != Some(&address_id));
    if default {
        addresses = addresses.into_iter().map(without_default).collect();
    }
    addresses.push(json!({
        "id": address_id, "recipient": recipient, "phone": phone, "address": address, "default": default,
    }));
    seller.insert("addresses".to_owned(), json!(addresses));
    send(desk, &id, &Value::Object(seller), tag)
}

fn send(desk: &Desk, id: &str, body: &Value, if_match: Option<String>) -> Result<(), Failure> {
    let answer = desk.change(Change::put(path(id), body).matching(if_match))?;
    show(desk, &answer, Some(if answer.created { "The seller is set up" } else { "The seller is changed" }))
}
