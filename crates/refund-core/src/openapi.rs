//! What the core's types look like in JSON, for a contract that is generated (feature `openapi`).

use std::borrow::Cow;

use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::policy::{RefundsPerLine, Reminders};
use crate::rollout::Percentage;
use crate::{
    Attachment, Attachments, Currency, FileHash, FileSize, Label, ListedReason, MailContact, MailContacts, Metadata,
    MetadataEntry, MetadataName, NamedFiles, ReasonCode, Reasons, Span, Text, Timestamp,
};

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
        let schema = schema.pattern(Some(r"^(19[7-9]\d|[2-9]\d{3})-.{14}(\.\d+)?([Zz]|[+-]\d\d:\d\d)$"));
        let description = "An instant: RFC 3339, from 1970 to 9999; what is finer than a millisecond is cut off. \
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

impl PartialSchema for ReasonCode {
    fn schema() -> RefOr<Schema> {
        crate::schema::checked(&["The stable name of a reason that a policy lists."], 1, Self::MAX, "^[a-z][a-z0-9_]*$")
    }
}

impl PartialSchema for Reasons {
    fn schema() -> RefOr<Schema> {
        let reason = Ref::from_schema_name(ListedReason::name());
        let schema = ArrayBuilder::new().items(reason).max_items(Some(Self::MAX));
        schema.description(Some("Reasons that can be named, of each purpose each code once.")).into()
    }
}

impl PartialSchema for MailContacts {
    fn schema() -> RefOr<Schema> {
        let contact = Ref::from_schema_name(MailContact::name());
        let schema = ArrayBuilder::new().items(contact).max_items(Some(Self::MAX));
        schema.description(Some("Who is told by mail, each address once.")).into()
    }
}

impl ToSchema for MailContacts {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((MailContact::name().into_owned(), MailContact::schema()));
        MailContact::schemas(schemas);
    }
}
impl ToSchema for ReasonCode {}
impl ToSchema for Reasons {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ListedReason::name().into_owned(), ListedReason::schema()));
        ListedReason::schemas(schemas);
    }
}
impl ToSchema for Timestamp {}
impl ToSchema for Currency {}
impl ToSchema for Span {}
impl ToSchema for Percentage {}
impl ToSchema for RefundsPerLine {}
impl ToSchema for Reminders {}

impl PartialSchema for Attachments {
    fn schema() -> RefOr<Schema> {
        let schema = ArrayBuilder::new().items(Attachment::schema()).max_items(Some(Self::MAX));
        schema.description(Some("Files that lie elsewhere.")).into()
    }
}

impl ToSchema for Attachments {}

impl PartialSchema for FileHash {
    fn schema() -> RefOr<Schema> {
        crate::schema::checked(&["The SHA-256 of a file."], 64, 64, "^[0-9a-f]{64}$")
    }
}

impl PartialSchema for FileSize {
    fn schema() -> RefOr<Schema> {
        whole(1, Self::MAX, "How many bytes a file has.")
    }
}

impl PartialSchema for NamedFiles {
    fn schema() -> RefOr<Schema> {
        let file = Ref::from_schema_name(FileHash::name());
        let schema = ArrayBuilder::new().items(file).max_items(Some(Self::MAX)).unique_items(true);
        schema.description(Some("Files of the refund that its sender has added, each once.")).into()
    }
}

impl ToSchema for FileHash {}
impl ToSchema for FileSize {}
impl ToSchema for NamedFiles {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((FileHash::name().into_owned(), FileHash::schema()));
    }
}

/// A name of metadata, as a pattern.
const NAME: &str = "[A-Za-z0-9_.-]{1,40}";

impl PartialSchema for Metadata {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String).max_length(Some(MetadataName::MAX));
        let name: Schema = name.min_length(Some(1)).pattern(Some(format!("^{NAME}$"))).into();
        let schema = ObjectBuilder::new().schema_type(Type::Object).max_properties(Some(Self::MAX));
        let schema = schema.property_names(Some(name)).additional_properties(Some(Label::schema()));
        schema.description(Some("Up to 20 short texts of the platform's own, each under a name.")).into()
    }
}

impl ToSchema for Metadata {}

impl PartialSchema for MetadataEntry {
    fn schema() -> RefOr<Schema> {
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^{NAME}:.*$")));
        schema.description(Some("A text of the metadata, behind its name and a colon.")).into()
    }
}

impl ToSchema for MetadataEntry {}
