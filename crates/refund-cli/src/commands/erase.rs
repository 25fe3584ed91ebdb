//! `refund erase`: what is known of people on a refund is taken out of it.

use serde_json::{Value, json};

use super::acts::given;
use super::{Desk, confirm};
use crate::cli::erase::{Because, Erase, Kind};
use crate::client::{Change, Query, segment};
use crate::failure::Failure;
use crate::output::Said;

const FIELDS: &[&str] = &["id", "version", "status"];

pub(super) fn run(desk: &Desk, erase: &Erase) -> Result<(), Failure> {
    let refund = desk.client()?.get(&format!("/v1/refunds/{}", segment(&erase.id)), &Query::new())?;
    let id = refund.field("id").unwrap_or_else(|| erase.id.clone());
    let what: Vec<_> = erase.what.iter().copied().map(kind).collect();
    let all = || "contact, text, files, person and, once it is over, address".to_owned();
    let told = if what.is_empty() { all() } else { what.join(", ") };
    desk.out.note(&format!(
        "{id} is {}. What goes: {told}. What stays: what happened, when, by which side and for how much.",
        refund.field("status").unwrap_or_default()
    ));
    confirm::ask("Erase it? Nothing brings it back.", erase.yes)?;
    let because = match erase.because {
        Because::Final => "final",
        Because::Law => "law",
    };
    let body = given([
        ("refund_id", Some(json!(id))),
        ("what", (!what.is_empty()).then(|| json!(what))),
        ("because", Some(json!(because))),
        ("reason", Some(json!(erase.reason))),
    ]);
    let change = Change::post("/v1/erasures", Value::Object(body));
    let answer = desk.change_once(change, erase.idempotency_key.clone(), Vec::new())?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        Ok(desk.out.done("Erased") + "What was erased, and when, stands on the refund.\n")
    })
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Contact => "contact",
        Kind::Text => "text",
        Kind::Files => "files",
        Kind::Address => "address",
        Kind::Person => "person",
    }
}
