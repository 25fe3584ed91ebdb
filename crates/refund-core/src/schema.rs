//! What kinds of types look like in JSON (feature `openapi`).

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// What a doc comment says, as one paragraph.
fn said(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A closed list of names, with what each means.
pub(crate) fn names(doc: &[&str], names: &[(&str, &[&str])]) -> RefOr<Schema> {
    let mut description = said(doc) + "\n";
    for (name, doc) in names {
        let means = said(doc);
        // A link into the code says nothing to whoever reads a contract.
        let means = if means.is_empty() || means.starts_with("[`") { String::new() } else { format!(": {means}") };
        description.push_str(&format!("\n- `{name}`{means}"));
    }
    let values = names.iter().map(|(name, _)| *name);
    let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values));
    schema.description(Some(description)).into()
}

/// An opaque id.
pub(crate) fn id(doc: &[&str], max: usize) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(max));
    schema.pattern(Some(r"^(\.{0,2}[!-\-/-~]|\.{3})[!-~]*$")).description(Some(said(doc))).into()
}

/// Text of a form that a pattern tells.
pub(crate) fn checked(doc: &[&str], min: usize, max: usize, pattern: &str) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(min)).max_length(Some(max));
    schema.pattern(Some(pattern)).description(Some(said(doc))).into()
}
