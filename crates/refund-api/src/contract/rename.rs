//! In the code a type's name says which way it goes; to others an answer is simply the thing itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(super) const SCHEMAS: &str = "#/components/schemas/";
/// What a page of something is called before others read it.
const PAGE_OF: &str = "Items_";

/// `RefundOut` is a `Refund`, `OfferIn` an `OfferInput`, and a page of `RefundOut` a `RefundPage`.
pub(super) fn as_others_say(name: &str) -> String {
    if let Some(item) = name.strip_prefix(PAGE_OF) {
        return as_others_say(item) + "Page";
    }
    match (name.strip_suffix("Out"), name.strip_suffix("In")) {
        (Some(thing), _) => thing.to_owned(),
        (None, Some(thing)) => format!("{thing}Input"),
        (None, None) => name.to_owned(),
    }
}

/// Gives every schema the name by which others know it, where it is and wherever it is pointed at.
pub(super) fn as_others_read_it(mut document: Value) -> Value {
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        point_at_items(schemas);
        let named = std::mem::take(schemas).into_iter();
        let named: BTreeMap<_, Vec<_>> = named.fold(BTreeMap::new(), |mut named, (name, schema)| {
            named.entry(as_others_say(&name)).or_insert_with(Vec::new).push((name, schema));
            named
        });
        for (name, alike) in named {
            let is_clear = alike.len() == 1;
            // Two that would have one name keep their own, which the tests see.
            schemas.extend(alike.into_iter().map(|(own, schema)| (if is_clear { name.clone() } else { own }, schema)));
        }
    }
    repoint(&mut document, &|name| Some(as_others_say(name)));
    document
}

/// Lets a page point at what it is a page of. A generated client would have a type of its own for a copy.
fn point_at_items(schemas: &mut Map<String, Value>) {
    for (name, schema) in schemas {
        if let Some(of) = name.strip_prefix(PAGE_OF)
            && let Some(item) = schema.pointer_mut("/properties/items/items")
        {
            *item = json!({ "$ref": format!("{SCHEMAS}{of}") });
        }
    }
}

/// Points every reference to a schema somewhere else, where `to` says so.
pub(super) fn repoint(value: &mut Value, to: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(pointer)) = members.get_mut("$ref")
                && let Some(other) = pointer.strip_prefix(SCHEMAS).and_then(to)
            {
                *pointer = format!("{SCHEMAS}{other}");
            }
            members.values_mut().for_each(|value| repoint(value, to));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| repoint(value, to)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schemas that something points at, directly.
pub(super) fn pointed_at(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|pointer| pointer.strip_prefix(SCHEMAS));
            found.extend(name.map(str::to_owned));
            members.values().for_each(|value| pointed_at(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| pointed_at(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
