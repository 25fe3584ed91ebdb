//! `refund policy`: the numbers and switches, and what a change of them means before it is made.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Desk, confirm, read_json};
use crate::cli::settings::{Policy, SetPolicy};
use crate::cli::values::span;
use crate::client::{Change, Query, Reply};
use crate::failure::Failure;
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::time::seconds;

const PATH: &str = "/v1/policy";
/// Its fields, in the order of the rules.
const FIELDS: &[&str] = &[
    "seller_decide_seconds",
    "buyer_answer_seconds",
    "buyer_respond_seconds",
    "buyer_ship_seconds",
    "seller_confirm_seconds",
    "operator_rule_seconds",
    "payout_report_seconds",
    "reminders_seconds",
    "fresh_goods",
    "cap_at_requested",
    "return_needs_freight_insurance",
    "allow_withdraw",
    "negotiate_before_refuse",
    "payout",
    "refunds_per_line_max",
    "notices",
    "operator_contacts",
    "silence_needs_notice",
    "notice_before_seconds",
    "notice_grace_seconds",
    "reasons",
];

pub(super) fn run(desk: &Desk, policy: Policy) -> Result<(), Failure> {
    match policy {
        Policy::Get => {
            show(desk, &desk.client()?.get(PATH, &Query::new())?, None)?;
            desk.out.hint("Next: refund policy set FIELD=VALUE");
            Ok(())
        }
        Policy::Set(set_policy) => set(desk, &set_policy),
    }
}

fn show(desk: &Desk, answer: &Reply, done: Option<&str>) -> Result<(), Failure> {
    let policy: Map<String, Value> = answer.seen()?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || {
        let mut card = desk.out.card();
        let place = |field: &str| FIELDS.iter().position(|known| *known == field).unwrap_or(FIELDS.len());
        let mut fields: Vec<(&String, &Value)> = policy.iter().collect();
        fields.sort_by_key(|(field, _)| place(field));
        for (field, value) in fields {
            card.plain(field, &value_told(field, value));
        }
        Ok(done.map_or_else(String::new, |done| desk.out.done(done)) + &card.text())
    })
}

/// What a change would mean, as the server says.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Check {
    changes: Vec<Meaning>,
    /// What stays as it is.
    keeps: Vec<String>,
    /// Sellers with a policy of their own, for whom it does not hold.
    overridden_by: Vec<Override>,
    /// Reminders that would never fire.
    idle_reminders: Vec<Idle>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Idle {
    field: String,
    reminder_seconds: i64,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Override {
    seller_id: String,
    fields: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Meaning {
    field: String,
    from: Value,
    to: Value,
    rule: String,
    means: String,
    applies_to: String,
}

fn set(desk: &Desk, given: &SetPolicy) -> Result<(), Failure> {
    let current = desk.client()?.get(PATH, &Query::new())?;
    let before: Map<String, Value> = current.raw()?;
    let mut after = before.clone();
    for (field, value) in read_fields(desk, &given.fields)? {
        known(&before, &field)?;
        after.insert(field, value);
    }
    let check = match desk.change(Change::post("/v1/policy/check", json!(after))) {
        Ok(answer) => answer.seen()?,
        // A server that is older than this desk: what differs can be seen from here.
        Err(Failure::Problem(problem)) if matches!(problem.status, 404 | 405) => difference(&before, &after),
        Err(failure) => return Err(failure),
    };
    if check.changes.is_empty() {
        let told = || Ok("Nothing changes: it is so already.\n".to_owned());
        return desk.out.say(&Said::One(current.text()), FIELDS, told);
    }
    desk.out.note(&in_words(desk, &check));
    confirm::ask("Change the policy for everybody?", given.yes)?;
    let change = Change::put(PATH, json!(after)).matching(current.tag.clone());
    show(desk, &desk.change(change)?, Some("The policy is changed"))
}

/// A field that the policy has, or else the one that was probably meant.
fn known(policy: &Map<String, Value>, field: &str) -> Result<(), Failure> {
    if policy.contains_key(field) {
        return Ok(());
    }
    let near = policy.keys().find(|known| known.contains(field) || field.contains(known.as_str()));
    let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Err(Failure::Usage(format!("the policy has no {field:?}{near}\n  next: refund policy get lists its fields")))
}

fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Check {
    let changes = after.iter().filter(|(field, to)| before.get(*field) != Some(to)).map(|(field, to)| Meaning {
        field: field.clone(),
        from: before.get(field).cloned().unwrap_or_default(),
        to: to.clone(),
        rule: String::new(),
        means: String::new(),
        applies_to: String::new(),
    });
    Check { changes: changes.collect(), ..Check::default() }
}

fn in_words(desk: &Desk, check: &Check) -> String {
    let mut card = desk.out.card();
    for Meaning { field, from, to, rule, means, applies_to } in &check.changes {
        let rule = if rule.is_empty() { String::new() } else { format!(" (rule {rule})") };
        card.line(field, &format!("{} -> {}{rule}", value_told(field, from), value_told(field, to)), Tone::Strong);
        for text in [means, applies_to].into_iter().filter(|text| !text.is_empty()) {
            card.plain("", text);
        }
    }
    for kept in &check.keeps {
        card.plain("stays", kept);
    }
    for Override { seller_id, fields } in &check.overridden_by {
        card.line("not for", &format!("{seller_id}, which has its own {}", fields.join(", ")), Tone::Due);
    }
    for Idle { field, reminder_seconds } in &check.idle_reminders {
        let text = format!("the reminder {} before never fires: {field} is no longer", seconds(*reminder_seconds));
        card.line("idle", &text, Tone::Due);
    }
    format!("What would change:\n{}", card.text())
}

/// A value for people: seconds as spans.
pub(super) fn value_told(field: &str, value: &Value) -> String {
    match value {
        Value::Number(number) if field.ends_with("_seconds") => {
            number.as_i64().map_or_else(|| number.to_string(), seconds)
        }
        // Of a reason what it is for and its code; the rest is in the JSON.
        Value::Object(reason) if reason.contains_key("code") => {
            let part = |name: &str| reason.get(name).and_then(Value::as_str).unwrap_or_default();
            format!("{} {}", part("for"), part("code"))
        }
        Value::Object(contact) if contact.contains_key("email") => {
            contact.get("email").and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        Value::Array(values) if values.is_empty() => "none".to_owned(),
        Value::Array(values) => values.iter().map(|value| value_told(field, value)).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// `field=value`, each. Whether a field exists and may have that value is for the server to say.
pub(super) fn read_fields(desk: &Desk, given: &[String]) -> Result<Vec<(String, Value)>, Failure> {
    let mut named = BTreeSet::new();
    let read = |text: &String| {
        let (field, value) = read_field(text)?;
        if !named.insert(field.clone()) {
            return Err(Failure::Usage(format!("{field} is given twice")));
        }
        let value = match field.as_str() {
            "reasons" => reasons(desk, &value)?,
            "operator_contacts" => listed(&value)?,
            _ => value,
        };
        Ok((field, value))
    };
    given.iter().map(read).collect()
}

/// Those that platforms usually have, or those of a list.
fn reasons(desk: &Desk, named: &Value) -> Result<Value, Failure> {
    if named == "usual" {
        let usual: Map<String, Value> = desk.client()?.get("/v1/reasons/usual", &Query::new())?.raw()?;
        return Ok(usual.get("reasons").cloned().unwrap_or_default());
    }
    listed(named)
}

/// None, or those of a file. Nothing is a seller's way to have none of its own.
fn listed(named: &Value) -> Result<Value, Failure> {
    match named.as_str().unwrap_or_default() {
        "" => Ok(json!("")),
        "none" => Ok(json!([])),
        file => read_json(Path::new(file)),
    }
}

fn read_field(text: &str) -> Result<(String, Value), Failure> {
    let Some((field, value)) = text.split_once('=') else {
        return Err(Failure::Usage(format!("{text:?} is not FIELD=VALUE, such as seller_decide_seconds=48h")));
    };
    let (field, value) = (field.trim(), value.trim());
    let one = |value: &str| {
        let wrong = |_| Failure::Usage(format!("{field}: {value:?} is no span such as 90min, 48h or 5days"));
        let seconds = value.parse::<i64>().or_else(|_| span(value).map(|span| span.num_seconds()));
        seconds.map(Value::from).map_err(wrong)
    };
    let value = match value {
        "" => json!(""),
        _ if field == "reminders_seconds" => {
            json!(value.split(',').map(|value| one(value.trim())).collect::<Result<Vec<_>, _>>()?)
        }
        _ if field.ends_with("_seconds") => one(value)?,
        "true" => json!(true),
        "false" => json!(false),
        _ => value.parse::<u64>().map_or_else(|_| json!(value), |number| json!(number)),
    };
    Ok((field.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_peoples_words() {
        let read = |text: &str| read_field(text).unwrap().1;
        assert_eq!(read("seller_decide_seconds=48h"), json!(172_800));
        assert_eq!(read("seller_decide_seconds=90"), json!(90));
        assert_eq!(read("reminders_seconds=12h, 1h"), json!([43_200, 3_600]));
        assert_eq!(read("fresh_goods=refund_only"), json!("refund_only"));
        assert_eq!(read("allow_withdraw=true"), json!(true));
        assert_eq!(read("refunds_per_line_max=3"), json!(3));
        assert!(read_field("seller_decide_seconds=soon").is_err() && read_field("nothing").is_err());
    }
}
