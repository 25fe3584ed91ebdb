//! Events by their types: which type it is decides what its data is, so that a client can read it typed.

use serde_json::{Map, Value, json};

use super::rename::as_others_say;
use crate::wire::each_type;

const SCHEMAS: &str = "#/components/schemas/";
/// What is told of an event, wherever it is.
const TOLD: [&str; 3] = ["Event", "Happened", "Foretold"];

/// Makes of each schema that tells of an event one for every type, one for types that are not known yet, and
/// under its own name the union of these.
///
/// The last is there because a client that knows no other takes a list with one strange event for broken.
pub(super) fn put(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let told = TOLD.map(|name| (name, flat(schemas, name)));
    for (name, common) in told {
        let types = each_type();
        let known: Vec<_> = types.iter().map(|(event_type, ..)| event_type.as_str()).collect();
        let pointer = |kind: &str| format!("{SCHEMAS}{kind}{name}");
        let mapping: Map<_, _> =
            types.iter().map(|(event_type, kind, _)| (event_type.to_string(), json!(pointer(kind)))).collect();
        let all = types.iter().map(|(_, kind, _)| *kind).chain(["Other"]);
        let union = json!({
            "description": common.get("description"),
            "oneOf": all.map(|kind| json!({ "$ref": pointer(kind) })).collect::<Vec<_>>(),
            "discriminator": { "propertyName": "type", "mapping": mapping },
        });
        for (event_type, kind, data) in &types {
            let one = json!({ "type": "string", "const": event_type });
            let says = format!("`{event_type}`");
            schemas.insert(
                format!("{kind}{name}"),
                with(&common, &says, one, json!({ "$ref": format!("{SCHEMAS}{}", as_others_say(data)) })),
            );
        }
        let other = json!({ "type": "string", "not": { "enum": known } });
        let says = "Of a type that is newer than this contract.";
        schemas.insert(
            format!("Other{name}"),
            with(&common, says, other, json!({ "type": "object", "additionalProperties": true })),
        );
        schemas.insert(name.to_owned(), union);
    }
}

/// An object's schema in one piece, where it is put together from others.
fn flat(schemas: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut whole = Map::new();
    let Some(schema) = schemas.get(name) else { return whole };
    let parts = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
    for part in parts.iter().chain([schema]) {
        let pointed = part.get("$ref").and_then(Value::as_str).and_then(|pointer| pointer.strip_prefix(SCHEMAS));
        let part = pointed.map(|name| flat(schemas, name)).or_else(|| part.as_object().cloned()).unwrap_or_default();
        for (member, value) in part {
            match (whole.get_mut(&member), value) {
                (_, Value::Array(_)) if member == "allOf" => {}
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
                (_, value) => drop(whole.insert(member, value)),
            }
        }
    }
    whole
}

/// What is common to all, of one type, with its data.
fn with(common: &Map<String, Value>, says: &str, event_type: Value, data: Value) -> Value {
    let mut schema = common.clone();
    schema.insert("description".to_owned(), json!(says));
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.extend([("type".to_owned(), event_type), ("data".to_owned(), data)]);
    }
    Value::Object(schema)
}
