//! `refund keys`: made, listed, looked at, revoked.

use std::collections::BTreeMap;

use serde_json::json;

use super::Desk;
use crate::cli::access::{CreateKey, KeyId, Keys};
use crate::cli::values::word;
use crate::client::{Change, Query, segment};
use crate::failure::Failure;
use crate::model::Key;
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::table::{Card, Cell, Column, Table, column};
use crate::output::time::{absolute, both};

const COLUMNS: &[Column] = &[
    column("KEY", 0),
    column("NAME", 1),
    column("ROLE", 0),
    column("SCOPE", 2),
    column("SELLER", 3),
    column("LAST USED", 4),
    column("ENDS", 1),
];
const FIELDS: &[&str] =
    &["id", "name", "role", "seller_id", "scope", "created_at", "expires_at", "last_used_at", "revoked_at"];

pub(super) fn run(desk: &Desk, keys: Keys) -> Result<(), Failure> {
    match keys {
        Keys::List => list(desk),
        Keys::Show(key) => show(desk, &key),
        Keys::Create(create_key) => create(desk, create_key),
        Keys::Revoke(key) => revoke(desk, &key),
    }
}

fn list(desk: &Desk) -> Result<(), Failure> {
    let page = desk.client()?.pages("/v1/keys", &Query::new(), None)?;
    let mut keys: Vec<Key> = page.seen()?;
    keys.sort_by_cached_key(|key| (key.created_at.clone(), key.name.clone(), key.role.clone()));
    desk.list(&page, FIELDS, || {
        let at = |at: &Option<String>| at.as_deref().map_or("-".to_owned(), absolute);
        let rows = keys.iter().map(|key| {
            let ends = match &key.revoked_at {
                Some(revoked) => Cell::new(format!("{}, revoked", absolute(revoked)), Tone::Bad),
                None => at(&key.expires_at).into(),
            };
            vec![
                Cell::new(&*key.id, Tone::Strong),
                Cell::from(&*key.name),
                Cell::from(&*key.role),
                Cell::from(&*key.scope),
                Cell::from(key.seller_id.as_deref().unwrap_or("-")),
                at(&key.last_used_at).into(),
                ends,
            ]
        });
        Ok(desk.out.draw(&Table { columns: COLUMNS, rows: rows.collect(), last_wraps: false }))
    })
}

fn show(desk: &Desk, given: &KeyId) -> Result<(), Failure> {
    let client = desk.client()?;
    let answer = client.get(&format!("/v1/keys/{}", segment(&given.id)), &Query::new())?;
    let key: Key = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        let now = client.now([])?;
        let mut card = card(desk, &key);
        card.plain("made", &both(&key.created_at, now));
        let used =
            key.last_used_at.as_deref().map_or("never".to_owned(), |at| format!("{}, to the hour", absolute(at)));
        card.plain("last used", &used);
        card.maybe("expires", key.expires_at.as_ref().map(|at| both(at, now)));
        if let Some(at) = &key.revoked_at {
            card.line("revoked", &both(at, now), Tone::Bad);
        }
        Ok(card.text())
    })
}

fn create(desk: &Desk, given: CreateKey) -> Result<(), Failure> {
    let now = || desk.client()?.now([]);
    let expires_at = given.expires_at.map(|expires_at| Ok::<_, Failure>(expires_at.from(now()?))).transpose()?;
    let fields = [
        ("name", Some(given.name)),
        ("role", Some(word(given.role))),
        ("seller_id", given.seller),
        ("scope", Some(word(given.scope))),
        ("expires_at", expires_at.clone()),
    ];
    let body: BTreeMap<&str, String> = fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    let pinned = expires_at.into_iter().map(|at| ("--expires-at", at)).collect();
    let answer = desk.change_once(Change::post("/v1/keys", json!(body)), given.idempotency_key, pinned)?;
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

/// What a key is and for whom.
fn card(desk: &Desk, key: &Key) -> Card {
    let mut card = desk.out.card();
    card.plain("key", &key.id);
    card.plain("name", &key.name);
    card.plain("role", &key.role);
    card.maybe("seller", key.seller_id.as_ref());
    card.plain("scope", &key.scope);
    card
}

fn made(desk: &Desk, key: &Key) -> String {
    let mut card = card(desk, key);
    card.maybe("expires", key.expires_at.as_deref().map(absolute));
    let secret = key.secret.as_ref().map(|secret| {
        let once = "The secret is shown this once, and kept nowhere:";
        format!("\n{once}\n\n{}\n", desk.out.paint(Tone::Strong, secret))
    });
    format!("{}{}", card.text(), secret.unwrap_or_default())
}

fn revoke(desk: &Desk, given: &KeyId) -> Result<(), Failure> {
    let answer = desk.change(Change::post(format!("/v1/keys/{}/revoke", segment(&given.id)), "{}"))?;
    let key: Key = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        Ok(format!("{}: {} ({}) opens nothing any more.\n", desk.out.paint(Tone::Good, "Revoked"), key.id, key.name))
    })
}
