//! Each schema as the page shows it.

use serde_json::Value;

use super::{prose, text};

pub(super) struct Kind<'a> {
    pub(super) name: &'a str,
    pub(super) description: String,
    /// What it is, where it is no object.
    pub(super) is: Option<String>,
    pub(super) members: Vec<Member<'a>>,
}

pub(super) struct Member<'a> {
    pub(super) name: &'a str,
    pub(super) kind: String,
    pub(super) is_required: bool,
    pub(super) description: String,
}

pub(super) fn kinds(document: &Value) -> Vec<Kind<'_>> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let kinds = schemas.map(|(name, schema)| {
        let members = members(schema);
        let is = members.is_empty() && schema.get("enum").is_none();
        let is = is.then(|| kind(schema));
        Kind { name, description: prose(text(schema, "/description")), is, members }
    });
    kinds.collect()
}

/// The members of an object, and of the objects that it is put together from.
fn members(schema: &Value) -> Vec<Member<'_>> {
    let required = schema.get("required").and_then(Value::as_array);
    let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let own = own.map(|(name, schema)| Member {
        name,
        kind: kind(schema),
        is_required: required.is_some_and(|required| required.iter().any(|known| known == name)),
        description: prose(text(schema, "/description")),
    });
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let parts = parts.flat_map(|part| match part.get("$ref") {
        Some(_) => vec![Member { name: "…", kind: kind(part), is_required: true, description: String::new() }],
        None => members(part),
    });
    own.chain(parts).collect()
}

/// What something is, in HTML, with links to the types that it is made of.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|pointer| pointer.rsplit('/').next()) {
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(either) = schema.get("oneOf").or(schema.get("anyOf")).and_then(Value::as_array) {
        return either.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let values = values.iter().filter_map(Value::as_str).map(|value| format!("<code>{value}</code>"));
        return values.collect::<Vec<_>>().join(", ");
    }
    if let Some(known) = schema.get("x-known-values") {
        return format!("string, one of {} or newer", kind(known));
    }
    if let Some(value) = schema.get("const").and_then(Value::as_str) {
        return format!("<code>{value}</code>");
    }
    let kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind.as_str()],
        _ => vec!["anything"],
    };
    let kinds = kinds.iter().map(|one| match schema.get("items") {
        Some(items) if *one == "array" => format!("list of {}", kind(items)),
        _ => (*one).to_owned(),
    });
    kinds.collect::<Vec<_>>().join(" or ") + &bounds(schema)
}

/// Between what something has to lie.
fn bounds(schema: &Value) -> String {
    let bounds = [
        ("minimum", "from"),
        ("maximum", "to"),
        ("minLength", "of at least"),
        ("maxLength", "of at most"),
        ("maxItems", "at most"),
        ("pattern", "like"),
    ];
    let said = bounds.iter().filter_map(|(name, says)| {
        let bound = schema.get(name)?;
        let escape = |pattern: &str| pattern.replace('&', "&amp;").replace('<', "&lt;");
        let bound = bound.as_str().map_or(bound.to_string(), |pattern| format!("<code>{}</code>", escape(pattern)));
        Some(format!(" {says} {bound}"))
    });
    said.collect()
}
