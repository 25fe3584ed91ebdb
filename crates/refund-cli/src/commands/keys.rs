//! `refund keys`: made, listed, revoked.

use serde_json::json;

use super::{Desk, repeat};
use crate::cli::settings::{CreateKey, Keys, RevokeKey};
use crate::client::{Change, Query, segment};
use crate::entropy;
use crate::failure::Failure;
use crate::model::Key;
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::output::time::absolute;

const COLUMNS: &[Column] = &[
    column("KEY", 0),
    column("NAME", 1),
    column("ROLE", 0),
    column("SELLER", 2),
    column("MADE", 3),
    column("REVOKED", 1),
];
const FIELDS: &[&str] = &["id", "name", "role", "seller_id", "created_at", "revoked_at"];

pub(super) fn run(desk: &Desk, keys: Keys) -> Result<(), Failure> {
    match keys {
        Keys::List => list(desk),
        Keys::Create(create_key) => create(desk, create_key),
        Keys::Revoke(revoke_key) => revoke(desk, revoke_key),
    }
}

fn list(desk: &Desk) -> Result<(), Failure> {
    // All in one page: the server has no cursor here.
    let answer = desk.client()?.get("/v1/keys", &Query::new())?;
    let page = answer.page()?;
    let mut keys: Vec<Key> = page.seen()?;
    keys.sort_by(|one, other| {
        let order = |key: &Key| (key.created_at.clone(), key.name.clone(), key.role.clone());
        order(one).cmp(&order(other))
    });
    let said = Said::Items { items: &page.items, next_cursor: page.next_cursor.as_deref() };
    desk.out.say(&said, FIELDS, || {
        let rows = keys.iter().map(|key| {
            vec![
                Cell::new(&*key.id, Tone::Strong),
                Cell::from(&*key.name),
                Cell::from(&*key.role),
                Cell::from(key.seller_id.as_deref().unwrap_or("-")),
                absolute(&key.created_at).into(),
                Cell::new(key.revoked_at.as_deref().map_or("-".to_owned(), absolute), Tone::Bad),
            ]
        });
        Ok(desk.out.draw(&Table { columns: COLUMNS, rows: rows.collect(), last_wraps: false }))
    })
}

fn create(desk: &Desk, given: CreateKey) -> Result<(), Failure> {
    let mut body = json!({ "name": given.name, "role": given.role.name() });
    if let (Some(seller), Some(fields)) = (given.seller, body.as_object_mut()) {
        fields.insert("seller_id".to_owned(), json!(seller));
    }
    let idempotency_key = given.idempotency_key.map_or_else(entropy::fresh_key, Ok)?;
    let answer = desk.client()?.change(&Change {
        method: "POST",
        path: "/v1/keys".to_owned(),
        body: body.to_string(),
        version: None,
        idempotency_key: Some(&idempotency_key),
        repeat: &repeat::command(&desk.typed, &[("--idempotency-key", idempotency_key.clone())]),
    })?;
    let key: Key = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || Ok(made(desk, &key)))?;
    if key.secret.is_none() {
        desk.out.note(&format!(
            "It had been made before, and its secret was shown only then.\n  next: refund keys revoke {}",
            key.id
        ));
    }
    Ok(())
}

fn made(desk: &Desk, key: &Key) -> String {
    let mut card = desk.out.card();
    card.line("key", &key.id, Tone::Plain);
    card.line("name", &key.name, Tone::Plain);
    card.line("role", &key.role, Tone::Plain);
    card.maybe("seller", key.seller_id.as_ref());
    let secret = key.secret.as_ref().map(|secret| {
        let once = "The secret is shown this once, and kept nowhere:";
        format!("\n{once}\n\n{}\n", desk.out.paint(Tone::Strong, secret))
    });
    format!("{}{}", card.text(), secret.unwrap_or_default())
}

fn revoke(desk: &Desk, given: RevokeKey) -> Result<(), Failure> {
    let answer = desk.client()?.change(&Change {
        method: "POST",
        path: format!("/v1/keys/{}/revoke", segment(&given.id)),
        body: "{}".to_owned(),
        version: None,
        // Revoked twice is revoked.
        idempotency_key: None,
        repeat: &repeat::command(&desk.typed, &[]),
    })?;
    let key: Key = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        Ok(format!("{}: {} ({}) opens nothing any more.\n", desk.out.paint(Tone::Good, "Revoked"), key.id, key.name))
    })
}
