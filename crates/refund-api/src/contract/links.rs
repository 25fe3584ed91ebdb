//! What can be done next with something that was just made: every operation on it, under its id.

use serde_json::{Map, Value, json};

use super::operations;

/// Links whatever a POST on a list makes to the operations on one of that list.
pub(super) fn put(document: &mut Value) {
    let known: Vec<_> = operations(document)
        .filter_map(|(path, _, operation)| Some((path.to_owned(), operation.get("operationId")?.clone())))
        .collect();
    for (path, method, operation) in operations(document) {
        let one = format!("{path}/{{id}}");
        let on_one = |other: &str| other == one || other.strip_prefix(&one).is_some_and(|rest| rest.starts_with('/'));
        let links: Map<_, _> = known
            .iter()
            .filter(|(other, _)| on_one(other))
            .filter_map(|(_, id)| Some((id.as_str()?.to_owned(), link(id))))
            .collect();
        let made = operation.get_mut("responses").and_then(|answers| answers.get_mut("201")?.as_object_mut());
        if method == "post" && !links.is_empty() {
            made.into_iter().for_each(|made| drop(made.insert("links".to_owned(), json!(links))));
        }
    }
}

fn link(operation_id: &Value) -> Value {
    json!({ "operationId": operation_id, "parameters": { "id": "$response.body#/id" } })
}
