//! What the core's types look like in JSON, for a contract that is generated (feature `openapi`).

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::policy::{RefundsPerLine, Reminders};
use crate::rollout::Percentage;
use crate::{Attachment, Attachments, Currency, ID_LEN_MAX, Span, Text, Timestamp};

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
pub(crate) fn id(doc: &[&str]) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(ID_LEN_MAX));
    schema.pattern(Some("^[!-~]+$")).description(Some(said(doc))).into()
}

/// A whole number within bounds.
fn whole(min: u32, max: u32, description: &str) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(min)).maximum(Some(max));
    schema.description(Some(description)).into()
}

impl<const MAX: usize, const LINES: bool> PartialSchema for Text<MAX, LINES> {
    fn schema() -> RefOr<Schema> {
        let (control, said) = if LINES {
            (r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f", "no control characters but line ends and tabs")
        } else {
            (r"\x00-\x1f\x7f-\x9f", "no control characters")
        };
        let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(MAX));
        let schema = schema.pattern(Some(format!(r"^[^{control}]*[^\s{control}][^{control}]*$")));
        schema.description(Some(format!("1 to {MAX} characters that a person wrote: not blank, {said}."))).into()
    }
}

impl<const MAX: usize, const LINES: bool> ToSchema for Text<MAX, LINES> {
    fn name() -> Cow<'static, str> {
        format!("{}{MAX}", if LINES { "Text" } else { "Line" }).into()
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let schema = schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let schema = schema.pattern(Some(r"^(19[7-9]\d|[2-9]\d{3})-.{14}(\.\d{1,3})?([Zz]|[+-]\d\d:\d\d)$"));
        let description = "An instant: RFC 3339, to the millisecond at the finest, from 1970 to 9999. \
                           Answers are in UTC with three decimals and `Z`.";
        schema.description(Some(description)).into()
    }
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$"));
        schema.description(Some("A currency of ISO 4217 that has minor units.")).into()
    }
}

impl PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        whole(Self::MIN.as_seconds(), Self::MAX.as_seconds(), "A length of time in whole seconds.")
    }
}

impl PartialSchema for Percentage {
    fn schema() -> RefOr<Schema> {
        whole(0, Self::MAX, "So many of a hundred.")
    }
}

impl PartialSchema for RefundsPerLine {
    fn schema() -> RefOr<Schema> {
        whole(1, Self::MAX, "How many refunds an order line may ever have.")
    }
}

impl PartialSchema for Reminders {
    fn schema() -> RefOr<Schema> {
        let schema = ArrayBuilder::new().items(Span::schema()).max_items(Some(Self::MAX)).unique_items(true);
        schema.description(Some("How long before each deadline its party is reminded, in seconds.")).into()
    }
}

impl ToSchema for Timestamp {}
impl ToSchema for Currency {}
impl ToSchema for Span {}
impl ToSchema for Percentage {}
impl ToSchema for RefundsPerLine {}
impl ToSchema for Reminders {}

/// Text of a form that a pattern tells.
pub(crate) fn checked(doc: &[&str], min: usize, max: usize, pattern: &str) -> RefOr<Schema> {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(min)).max_length(Some(max));
    schema.pattern(Some(pattern)).description(Some(said(doc))).into()
}

impl PartialSchema for Attachments {
    fn schema() -> RefOr<Schema> {
        let schema = ArrayBuilder::new().items(Attachment::schema()).max_items(Some(Self::MAX));
        schema.description(Some("Files that lie elsewhere.")).into()
    }
}

impl ToSchema for Attachments {}
