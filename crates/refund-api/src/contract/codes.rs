//! Every reason for no, as the contract lists it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::wire::code::Code;

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::all().map(Self::as_str)));
        let description = Self::all().fold("Why not, as a stable name.\n".to_owned(), |text, code| {
            format!("{text}\n- `{}` ({}): {}", code.as_str(), code.status().as_u16(), code.meaning())
        });
        schema.description(Some(description)).into()
    }
}

impl ToSchema for Code {}

/// Every code with its status, its rule, what it means, what to do, and its page.
pub(super) fn table(base: &str) -> Value {
    let rows = Code::all().map(|code| {
        let rule = if let Code::Rule(refusal) = code { Some(refusal.rule()) } else { None };
        json!({
            "code": code.as_str(), "status": code.status().as_u16(), "rule": rule,
            "meaning": code.meaning(), "remedy": code.remedy(), "page": code.page(base),
        })
    });
    rows.collect()
}

/// By what name the contract knows the answer of a status, if any code has it.
pub(super) fn response_name(status: StatusCode) -> Option<String> {
    Code::all().any(|code| code.status() == status).then(|| name(status))
}

fn name(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or_default().replace([' ', '-'], "")
}

/// The answers that are a no, by their names.
pub(super) fn responses() -> Map<String, Value> {
    let mut by_status: BTreeMap<StatusCode, Vec<Code>> = BTreeMap::new();
    for code in Code::all() {
        by_status.entry(code.status()).or_default().push(code);
    }
    // That a path has no such method is what no operation answers.
    by_status.remove(&StatusCode::METHOD_NOT_ALLOWED);
    by_status.into_iter().map(|(status, codes)| (name(status), response(status, &codes))).collect()
}

fn response(status: StatusCode, codes: &[Code]) -> Value {
    let listed = codes.iter().map(|code| format!("\n- `{}`: {}", code.as_str(), code.meaning()));
    let description = format!("{}\n{}", status.canonical_reason().unwrap_or_default(), listed.collect::<String>());
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    let more = match status {
        StatusCode::UNAUTHORIZED => Some("WWW-Authenticate"),
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some("Retry-After"),
        _ => None,
    };
    if let (Some(name), Some(headers)) = (more, headers.as_object_mut()) {
        headers.insert(name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    }
    json!({
        "description": description,
        "headers": headers,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}
