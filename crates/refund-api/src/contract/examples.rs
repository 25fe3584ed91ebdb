//! What was really said once, as examples.

use serde_json::{Map, Value, json};

use super::operations;
use crate::wire::code::Code;

/// Calls and answers of a server, as `cargo xtask docs` wrote them down.
const KNOWN: &str = include_str!("../../examples.json");
/// Where that server said that it was.
const SAID_BASE: &str = "http://127.0.0.1:8080";
const JSON: &str = "application/json";

/// What is known, of a server that is reached there.
pub(super) fn known(base: &str) -> Value {
    serde_json::from_str(&KNOWN.replace(SAID_BASE, base)).unwrap_or_default()
}

/// Puts each example where it belongs: beside what an operation takes and answers, and beside each reason for no.
pub(super) fn put(document: &mut Value, examples: &Value) {
    for (_, _, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let Some(example) = examples.get("operations").and_then(|operations| operations.get(id)).cloned() else {
            continue;
        };
        if let (Some(sent), Some(body)) = (example.get("request"), operation.get_mut("requestBody")) {
            show(body, sent);
        }
        for (status, answered) in example.get("answers").and_then(Value::as_object).into_iter().flatten() {
            let answer = operation.get_mut("responses").and_then(|answers| answers.get_mut(status));
            answer.into_iter().for_each(|answer| show(answer, answered));
        }
    }
    let Some(responses) = document.pointer_mut("/components/responses").and_then(Value::as_object_mut) else { return };
    for response in responses.values_mut() {
        let said = said(response, examples);
        let content = response.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, content) in content.filter(|_| !said.is_empty()) {
            content.as_object_mut().into_iter().for_each(|it| drop(it.insert("examples".to_owned(), json!(said))));
        }
    }
}

fn show(body: &mut Value, example: &Value) {
    let content = body.get_mut("content").and_then(|content| content.get_mut(JSON)).and_then(Value::as_object_mut);
    content.into_iter().for_each(|content| drop(content.insert("example".to_owned(), example.clone())));
}

/// The problems that have a response's status, by their codes.
fn said(response: &Value, examples: &Value) -> Map<String, Value> {
    let lists = |code: &Code| {
        let description = response.get("description").and_then(Value::as_str).unwrap_or_default();
        description.contains(&format!("- `{}`:", code.as_str()))
    };
    let example = |code: Code| {
        let value = examples.get("problems")?.get(code.as_str())?;
        Some((code.as_str().to_owned(), json!({ "summary": code.meaning(), "value": value })))
    };
    Code::all().filter(lists).filter_map(example).collect()
}
