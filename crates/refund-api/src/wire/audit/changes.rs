//! What a change made different, field by field. It is compared as it is answered elsewhere, so that no hash and no
//! secret can be among it.

use std::collections::{BTreeMap, BTreeSet};

use refund_core::{Event, Fact, Policy, Rollout};
use refund_store::{Audited, Entry, FIRST_LINK, User};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::wire::saved_offer::SavedOfferOut;
use crate::wire::settings::{KeyOut, SellerOut};
use crate::wire::webhooks::WebhookOut;

/// How many names are told that were put into a list, or taken out of it, and how many fields.
const NAMES_MAX: usize = 20;
const FIELDS_MAX: usize = 100;

/// A field that is not what it was. Of a list of names it says which were taken out, and which were put in.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AuditChange)]
pub(crate) struct ChangeOut {
    /// Which, as the setting's own JSON calls it; a part of something with the names of both, and a dot between.
    pub(crate) field: String,
    /// What it was, as a text; nothing where it was not there.
    #[schema(required)]
    pub(crate) before: Option<String>,
    /// What it is since.
    #[schema(required)]
    pub(crate) after: Option<String>,
}

/// What is different since that was recorded.
pub(super) fn of(audited: &Audited) -> Vec<ChangeOut> {
    if let Entry::Refund(event) = &audited.entry {
        return ruled(event);
    }
    let before = audited.before.as_ref().map_or_else(|| at_first(&audited.entry), shown);
    let (before, after) = (flat(&before), flat(&shown(&audited.entry)));
    another_password(audited).into_iter().chain(between(&before, &after)).take(FIELDS_MAX).collect()
}

/// What is different between the parts of two values, in the order of their names.
fn between(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<ChangeOut> {
    let fields: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    fields.into_iter().filter_map(|field| change(field, before.get(field), after.get(field))).collect()
}

/// A setting as it is answered; nothing where it was removed, or is none.
fn shown(entry: &Entry) -> Value {
    let shown = match entry {
        Entry::Policy { policy, .. } => serde_json::to_value(policy),
        Entry::Rollout { rollout, .. } => serde_json::to_value(rollout),
        Entry::Seller { seller_id, seller, .. } => serde_json::to_value(SellerOut::new(seller_id.clone(), seller)),
        Entry::Key { key, .. } => serde_json::to_value(KeyOut::new(key, None, None)),
        Entry::Webhook { webhook, .. } => serde_json::to_value(WebhookOut::new(webhook, None)),
        Entry::User { user, .. } => Ok(person(user)),
        Entry::SavedOffer { offer, .. } => serde_json::to_value(SavedOfferOut::from(&**offer)),
        Entry::BuyerLink { generation, .. } => Ok(json!({ "generation": generation })),
        Entry::Refund(_)
        | Entry::Answer { .. }
        | Entry::WebhookRemoved { .. }
        | Entry::SavedOfferRemoved { .. }
        | Entry::Session(_)
        | Entry::SessionEnded { .. }
        | Entry::Restored(_)
        | Entry::Redacted { .. }
        | Entry::SignInsFailed(_) => Ok(Value::Null),
    };
    // Types of our own can always be written.
    shown.unwrap_or_default()
}

/// What holds before a setting is changed for the first time.
fn at_first(entry: &Entry) -> Value {
    if let Entry::BuyerLink { .. } = entry {
        return json!({ "generation": FIRST_LINK });
    }
    let value = if let Entry::Policy { .. } = entry {
        serde_json::to_value(Policy::default())
    } else if let Entry::Rollout { .. } = entry {
        serde_json::to_value(Rollout::everyone())
    } else {
        Ok(Value::Null)
    };
    value.unwrap_or_default()
}

fn person(user: &User) -> Value {
    let seller_id = user.role.seller_id();
    let factor = user.second_factor.as_ref();
    json!({
        "name": user.name,
        "role": user.role.role(),
        "team_role": seller_id.map(|_| user.team_role.as_str()),
        "seller_id": seller_id,
        "password": user.password.as_ref().map(|_| SET),
        "link_expires_at": user.link.map(|link| link.expires_at),
        "disabled_at": user.disabled_at,
        "second_factor": factor.map(|_| SET),
        "recovery_codes": factor.map(|factor| factor.recovery.len()),
    })
}

/// In whose place a password or a second factor is not shown.
const SET: &str = "set";

/// That a password was replaced by another can't be seen from what is shown of them.
fn another_password(audited: &Audited) -> Option<ChangeOut> {
    let hash = |entry: &Entry| if let Entry::User { user, .. } = entry { user.password.clone() } else { None };
    let (before, after) = (hash(audited.before.as_ref()?)?, hash(&audited.entry)?);
    let set = || Some(SET.to_owned());
    (before != after).then(|| ChangeOut { field: "password".to_owned(), before: set(), after: set() })
}

/// What the operator decided, and why; or which file they erased, or what else.
fn ruled(event: &Event) -> Vec<ChangeOut> {
    if let Fact::EvidenceErased { sha256 } = &event.fact {
        return vec![ChangeOut { field: "sha256".to_owned(), before: Some(sha256.to_string()), after: None }];
    }
    let told = |field: &str, after: String| ChangeOut { field: field.to_owned(), before: None, after: Some(after) };
    if let Fact::Erased { what, because, reason } = &event.fact {
        let what = what.iter().map(|what| what.as_str()).collect::<Vec<_>>().join(", ");
        return vec![told("what", what), told("because", because.to_string()), told("reason", reason.to_string())];
    }
    let Fact::Ruled { agreed, reason, .. } = &event.fact else { return Vec::new() };
    let amount = agreed.as_ref().map(|agreed| agreed.terms.amount().to_string());
    let ruling = if amount.is_some() { "refund" } else { "close" };
    let amount = amount.map(|amount| told("amount", amount));
    [told("ruling", ruling.to_owned())].into_iter().chain(amount).chain([told("reason", reason.to_string())]).collect()
}

/// Each part of a value that has none, by the names on the way to it. Of things in a list that have names it takes
/// these. What it is and since when it is there stands elsewhere.
fn flat(value: &Value) -> BTreeMap<String, Value> {
    let mut parts = BTreeMap::new();
    put(&mut parts, String::new(), value);
    parts.retain(|field, _| !matches!(field.as_str(), "id" | "created_at"));
    parts
}

fn put(parts: &mut BTreeMap<String, Value>, name: String, value: &Value) {
    let within = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(member, value)| put(parts, within(member), value)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (number, item) in (1_u32..).zip(items) {
                let mut item = item.clone();
                let mut take = |field| item.as_object_mut()?.remove(field)?.as_str().map(str::to_owned);
                let called = ["id", "name"].into_iter().find_map(&mut take);
                // A reason has a code, for each of what it is for.
                let called = called.or_else(|| Some(format!("{} {}", take("for")?, take("code")?)));
                put(parts, within(&called.unwrap_or_else(|| number.to_string())), &item);
            }
        }
        Value::Null => {}
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            parts.insert(name, value.clone());
        }
    }
}

fn change(field: &str, before: Option<&Value>, after: Option<&Value>) -> Option<ChangeOut> {
    if before == after {
        return None;
    }
    let (before, after) = match (names(before), names(after)) {
        (Some(before), Some(after)) => (missing_in(&before, &after), missing_in(&after, &before)),
        _ => (before.map(plain), after.map(plain)),
    };
    let is_told = before.is_some() || after.is_some();
    is_told.then(|| ChangeOut { field: field.to_owned(), before, after })
}

/// The names of a list of names; none of where nothing is.
fn names(value: Option<&Value>) -> Option<Vec<&str>> {
    match value {
        None => Some(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(Value::as_str).collect(),
        Some(_) => None,
    }
}

/// Those of them that are not among the others.
fn missing_in(names: &[&str], others: &[&str]) -> Option<String> {
    let others: BTreeSet<_> = others.iter().collect();
    let mut missing: Vec<_> = names.iter().filter(|name| !others.contains(name)).copied().collect();
    let further = missing.len().saturating_sub(NAMES_MAX);
    missing.truncate(NAMES_MAX);
    let cut = if further > 0 { format!(", … (+{further})") } else { String::new() };
    (!missing.is_empty()).then(|| format!("{}{cut}", missing.join(", ")))
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(before: &Value, after: &Value) -> Vec<(String, Option<String>, Option<String>)> {
        let changes = between(&flat(before), &flat(after)).into_iter();
        changes.map(|change| (change.field, change.before, change.after)).collect()
    }

    fn told(field: &str, before: Option<&str>, after: Option<&str>) -> (String, Option<String>, Option<String>) {
        (field.to_owned(), before.map(str::to_owned), after.map(str::to_owned))
    }

    #[test]
    fn what_is_different_is_told_part_by_part_and_what_is_the_same_is_not() {
        let before = json!({ "seconds": 60, "same": 1, "list": [3, 2], "of": [{ "id": "a", "to": 1 }], "gone": true });
        let after = json!({ "seconds": 90, "same": 1, "list": [3], "of": [{ "id": "a", "to": 2 }, { "id": "b", "to": 3 }], "new": null });
        let expected = [
            told("gone", Some("true"), None),
            told("list", Some("3, 2"), Some("3")),
            told("of.a.to", Some("1"), Some("2")),
            told("of.b.to", None, Some("3")),
            told("seconds", Some("60"), Some("90")),
        ];
        assert_eq!(changes(&before, &after), expected);
    }

    #[test]
    fn of_a_list_of_names_those_are_told_that_came_and_went() {
        let many: Vec<_> = (0..30).map(|number| format!("s{number:02}")).collect();
        let found = changes(&json!({ "deny": ["x", "y"] }), &json!({ "deny": ["y", "z"] }));
        assert_eq!(found, [told("deny", Some("x"), Some("z"))]);
        let found = changes(&json!({ "deny": [] }), &json!({ "deny": many }));
        let put_in = found[0].2.clone().unwrap();
        assert!(put_in.starts_with("s00, s01") && put_in.ends_with("s19, … (+10)"), "{put_in}");
    }
}
