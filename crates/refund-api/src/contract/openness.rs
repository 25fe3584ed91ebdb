//! A request takes what it knows and nothing else; an answer may say more one day.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::operations;
use super::rename::{SCHEMAS, pointed_at, repoint};

/// Lets members that nobody knows yet stand in whatever is answered. What is both sent and answered
/// is there twice: strict as `…Input`, open under its own name.
pub(super) fn leave_answers_open(document: &mut Value) {
    let (sent_directly, answered_directly) =
        (in_operations(document, &["requestBody"]), in_operations(document, &["responses"]));
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

/// Lets names that nobody knows yet stand in whatever is answered, and says what an answer never lacks. What may be
/// sent stays as closed as it is.
///
/// A name that may be another one day is a text, under a name of its own, that points at those which are known: every
/// generator makes a text of it, and where they are all that a client takes, the next one breaks it.
pub(super) fn let_names_grow(document: &mut Value) {
    let mut sent = in_operations(document, &["requestBody", "parameters"]);
    let mut answered = in_operations(document, &["responses"]);
    for shared in ["/components/responses", "/components/headers", "/webhooks"] {
        document.pointer(shared).into_iter().for_each(|shared| pointed_at(shared, &mut answered));
    }
    document.pointer("/components/parameters").into_iter().for_each(|shared| pointed_at(shared, &mut sent));
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else { return };
    let (sent, answered) = (reached(schemas, sent), reached(schemas, answered));
    let open: BTreeMap<_, _> =
        answered.iter().filter_map(|name| Some((name, open_form(name, schemas.get(name)?)?))).collect();
    for name in answered.difference(&sent).filter(|name| !open.contains_key(name)) {
        let Some(schema) = schemas.get_mut(name) else { continue };
        repoint(schema, &|to| open.contains_key(&to.to_owned()).then(|| answered_name(to)));
        is_always_there(schema);
    }
    let open: Vec<_> = open.into_iter().map(|(name, form)| (answered_name(name), form)).collect();
    schemas.extend(open);
}

fn answered_name(name: &str) -> String {
    format!("Answered{name}")
}

/// The text in whose place the known names are answered, where a schema is a list of names.
fn open_form(name: &str, schema: &Value) -> Option<Value> {
    schema.get("enum")?;
    let known = json!({ "$ref": format!("{SCHEMAS}{name}") });
    let mut form = json!({ "type": "string", "x-known-values": known });
    if let (Some(form), Some(description)) = (form.as_object_mut(), schema.get("description")) {
        form.insert("description".to_owned(), description.clone());
    }
    Some(form)
}

/// What the server would fill in where it is not sent is there in every answer.
fn is_always_there(schema: &mut Value) {
    let members = schema.get_mut("properties").and_then(Value::as_object_mut);
    let filled: Vec<Value> = members
        .into_iter()
        .flatten()
        .filter_map(|(name, member)| {
            let member = member.as_object_mut()?;
            member.get("default").filter(|default| !default.is_null())?;
            member.remove("default");
            Some(name.clone().into())
        })
        .collect();
    if let (Some(schema), false) = (schema.as_object_mut(), filled.is_empty()) {
        let required = schema.entry("required").or_insert_with(|| json!([]));
        required.as_array_mut().into_iter().for_each(|required| required.extend(filled.clone()));
    }
}

/// The schemas that these members of operations point at, directly.
fn in_operations(document: &mut Value, members: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for (_, _, operation) in operations(document) {
        members.iter().filter_map(|member| operation.get(*member)).for_each(|said| pointed_at(said, &mut names));
    }
    names
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
