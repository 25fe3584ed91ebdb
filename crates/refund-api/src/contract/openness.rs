//! A request takes what it knows and nothing else; an answer may say more one day.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::operations;
use super::rename::{pointed_at, repoint};

/// Lets members that nobody knows yet stand in whatever is answered. What is both sent and answered
/// is there twice: strict as `…Input`, open under its own name.
pub(super) fn leave_answers_open(document: &mut Value) {
    let mut sent_directly = Vec::new();
    for (_, _, operation) in operations(document) {
        operation.get("requestBody").into_iter().for_each(|body| pointed_at(body, &mut sent_directly));
    }
    let mut answered_directly = Vec::new();
    for (_, _, operation) in operations(document) {
        operation.get("responses").into_iter().for_each(|answers| pointed_at(answers, &mut answered_directly));
    }
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let sent = reached(schemas, sent_directly);
    let answered = reached(schemas, answered_directly);
    let both: BTreeSet<_> = sent.intersection(&answered).filter(|name| is_touched(schemas, name)).cloned().collect();
    let input = |name: &str| both.contains(name).then(|| format!("{name}Input"));
    let strict: Vec<_> = sent
        .iter()
        .filter_map(|name| {
            let mut schema = schemas.get(name)?.clone();
            repoint(&mut schema, &input);
            Some((input(name).unwrap_or_else(|| name.clone()), schema))
        })
        .collect();
    for schema in schemas.values_mut().filter_map(Value::as_object_mut) {
        schema.remove("additionalProperties");
    }
    schemas.extend(strict);
    for (_, _, operation) in operations(document) {
        operation.get_mut("requestBody").into_iter().for_each(|body| repoint(body, &input));
    }
}

/// Whether strictness is said in a schema, or in one that it is made of.
fn is_touched(schemas: &Map<String, Value>, name: &str) -> bool {
    let is_strict =
        |name: &String| schemas.get(name).is_some_and(|schema| schema.get("additionalProperties").is_some());
    reached(schemas, vec![name.to_owned()]).iter().any(is_strict)
}

/// The schemas that these are made of, and they themselves.
fn reached(schemas: &Map<String, Value>, mut names: Vec<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(name) = names.pop() {
        if let Some(schema) = schemas.get(&name)
            && reached.insert(name)
        {
            pointed_at(schema, &mut names);
        }
    }
    reached
}
