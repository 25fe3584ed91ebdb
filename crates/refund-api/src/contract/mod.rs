//! The contract: one OpenAPI document, made from the routes and from the types that they read and answer.
//!
//! What only an operation knows of itself stands beside its handler: what it takes, what it answers
//! when all goes well, who may. What follows from that is said here, once, for all of them.

mod codes;
mod events;
mod examples;
mod head;
mod links;
mod openness;
mod operation;
mod page;
mod rename;
mod shape;
#[cfg(test)]
mod tests;
mod webhooks;

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::http::HeaderValue;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use utoipa::openapi::{Components, OpenApi};

use crate::wire::{EventMessageOut, PingMessageOut, ProblemOut, event_schemas};

/// The contract as it is given out.
pub(crate) struct Contract {
    pub(crate) json: Bytes,
    /// What it is known by, as long as it says the same.
    pub(crate) tag: HeaderValue,
    /// The contract as a page for people.
    pub(crate) page: Bytes,
    /// What that page may load.
    pub(crate) policy: HeaderValue,
}

impl Contract {
    pub(crate) fn new(document: &Value) -> Self {
        let json: Bytes = document.to_string().into();
        let hash = BASE64URL_NOPAD.encode(&Sha256::digest(&json));
        let tag = HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        let policy = HeaderValue::from_str(&page::policy()).unwrap_or(HeaderValue::from_static("default-src 'none'"));
        Self { json, tag, page: page::html(document).into(), policy }
    }
}

/// What the contract begins with: types that every route may answer, whether it says so or not, and what is sent to
/// webhooks.
pub(crate) fn beginning() -> OpenApi {
    let mut made_of = Vec::new();
    ProblemOut::schemas(&mut made_of);
    EventMessageOut::schemas(&mut made_of);
    PingMessageOut::schemas(&mut made_of);
    made_of.extend(event_schemas());
    let own = Components::builder().schema_from::<ProblemOut>();
    let own = own.schema_from::<EventMessageOut>().schema_from::<PingMessageOut>();
    let components = own.schemas_from_iter(made_of);
    OpenApi::builder().components(Some(components.build())).build()
}

/// The contract of a server that is reached there.
pub(crate) fn document(routes: OpenApi, base: &str) -> Value {
    document_showing(routes, base, &examples::known(base))
}

/// That contract with other examples.
pub(crate) fn document_showing(routes: OpenApi, base: &str, shown: &Value) -> Value {
    // The routes are a structure of our own and can always be written.
    let mut document = rename::as_others_read_it(serde_json::to_value(routes).unwrap_or_default());
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let replaceable = replaceable(&document);
    for (path, method, operation) in operations(&mut document) {
        let place = operation::Place { path, method, is_replaceable: replaceable.contains(path) };
        operation::complete(&place, operation, &schemas);
    }
    links::put(&mut document);
    events::put(&mut document);
    openness::leave_answers_open(&mut document);
    if let Value::Object(document) = &mut document {
        head::put(document, base);
        document.insert("webhooks".to_owned(), webhooks::section());
        document.insert("x-codes".to_owned(), codes::table(base));
        if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
            components.extend(shared());
        }
    }
    openness::let_names_grow(&mut document);
    examples::put(&mut document, shown);
    document
}

/// The paths of what can be replaced.
fn replaceable(document: &Value) -> BTreeSet<String> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths.filter(|(_, item)| item.get("put").is_some()).map(|(path, _)| path.clone()).collect()
}

/// What many operations point at.
fn shared() -> Map<String, Value> {
    let shared = json!({
        "responses": codes::responses(),
        "parameters": operation::parameters(),
        "headers": operation::headers(),
        "securitySchemes": head::security_schemes(),
    });
    if let Value::Object(shared) = shared { shared } else { Map::new() }
}

/// Every operation, with its path and method.
fn operations(document: &mut Value) -> impl Iterator<Item = (&str, &str, &mut Map<String, Value>)> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let operations = item.as_object_mut().into_iter().flatten();
        operations.filter_map(|(method, operation)| Some((path.as_str(), method.as_str(), operation.as_object_mut()?)))
    })
}
