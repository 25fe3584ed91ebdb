//! By what the platform finds a refund again in its own systems. Nothing is decided by it, and only the platform
//! and the operator see it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use crate::{ExternalReference, Label};

/// What the platform keeps on a refund.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, DeriveDeserialize)]
pub struct References {
    /// What the refund is called there.
    pub external_reference: Option<ExternalReference>,
    /// Whatever else it wants to find there again.
    pub metadata: Metadata,
}

/// Up to 20 short texts, each under a name of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Metadata(BTreeMap<MetadataName, Label>);

/// The name of one text: 1 to 40 of the letters, digits, `_`, `-` and `.` of ASCII.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, DeriveDeserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MetadataName(String);

/// One text and its name, as `name:text` where they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, DeriveDeserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MetadataEntry(MetadataName, Label);

/// Metadata that can't be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMetadata {
    /// No name.
    #[error("the name of a text is 1 to {NAME_MAX} of A-Z, a-z, 0-9, _, - and .")]
    Name,
    /// More than there may be.
    #[error("there are at most {METADATA_MAX} texts")]
    TooMany,
    /// Two texts under one name.
    #[error("{0} is there twice")]
    Twice(MetadataName),
    /// Not a name, a colon and a text.
    #[error("an entry is a name, a colon and a text: {0}")]
    Entry(String),
}

/// How many texts there are at the most.
const METADATA_MAX: usize = 20;
const NAME_MAX: usize = 40;

impl Metadata {
    /// How many texts there are at the most.
    pub const MAX: usize = METADATA_MAX;

    /// These texts.
    ///
    /// # Errors
    /// [`InvalidMetadata`] where there are too many, or two with one name.
    pub fn new(entries: impl IntoIterator<Item = (MetadataName, Label)>) -> Result<Self, InvalidMetadata> {
        entries.into_iter().try_fold(Self::default(), |metadata, (name, text)| metadata.with(name, text))
    }

    fn with(mut self, name: MetadataName, text: Label) -> Result<Self, InvalidMetadata> {
        if self.0.contains_key(&name) {
            return Err(InvalidMetadata::Twice(name));
        }
        if self.0.len() >= Self::MAX {
            return Err(InvalidMetadata::TooMany);
        }
        self.0.insert(name, text);
        Ok(self)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, by name.
    pub fn entries(&self) -> impl Iterator<Item = MetadataEntry> {
        self.0.iter().map(|(name, text)| MetadataEntry(name.clone(), text.clone()))
    }

    /// Whether one of them is that.
    #[must_use]
    pub fn has(&self, MetadataEntry(name, text): &MetadataEntry) -> bool {
        self.0.get(name) == Some(text)
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Metadata;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an object of at most {METADATA_MAX} short texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                let mut metadata = Metadata::default();
                while let Some((name, text)) = map.next_entry()? {
                    metadata = metadata.with(name, text).map_err(Error::custom)?;
                }
                Ok(metadata)
            }
        }
        deserializer.deserialize_map(Texts)
    }
}

impl MetadataName {
    /// The longest name, in characters.
    pub const MAX: usize = NAME_MAX;

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MetadataName {
    type Error = InvalidMetadata;
    fn try_from(name: String) -> Result<Self, InvalidMetadata> {
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let is_name = (1..=Self::MAX).contains(&name.len()) && name.bytes().all(is_of_name);
        if is_name { Ok(Self(name)) } else { Err(InvalidMetadata::Name) }
    }
}

impl From<MetadataName> for String {
    fn from(name: MetadataName) -> Self {
        name.0
    }
}

impl fmt::Display for MetadataName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl MetadataEntry {
    /// The name of the text.
    #[must_use]
    pub fn name(&self) -> &MetadataName {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &Label {
        &self.1
    }
}

impl std::str::FromStr for MetadataEntry {
    type Err = InvalidMetadata;
    fn from_str(entry: &str) -> Result<Self, InvalidMetadata> {
        let said = |why: &dyn fmt::Display| InvalidMetadata::Entry(why.to_string());
        let (name, text) = entry.split_once(':').ok_or_else(|| said(&"there is no colon"))?;
        let text = Label::new(text).map_err(|error| said(&format_args!("the text {error}")))?;
        Ok(Self(name.to_owned().try_into()?, text))
    }
}

impl TryFrom<String> for MetadataEntry {
    type Error = InvalidMetadata;
    fn try_from(entry: String) -> Result<Self, InvalidMetadata> {
        entry.parse()
    }
}

impl From<MetadataEntry> for String {
    fn from(MetadataEntry(name, text): MetadataEntry) -> Self {
        format!("{name}:{text}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Metadata, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn metadata_is_at_most_twenty_short_texts_under_plain_names() {
        let of = |count: usize| {
            let texts: Vec<_> = (0..count).map(|n| format!(r#""n{n}":"t""#)).collect();
            format!("{{{}}}", texts.join(","))
        };
        assert_eq!(read(&of(20)).unwrap().entries().count(), 20);
        assert!(read(&of(21)).unwrap_err().contains("at most 20 texts"));
        assert!(read(r#"{"a":"1","a":"2"}"#).unwrap_err().contains("a is there twice"));
        for name in ["", "a b", "a:b", "é", &"n".repeat(41)] {
            assert!(read(&format!(r#"{{"{name}":"t"}}"#)).unwrap_err().contains("the name of a text is"), "{name}");
        }
        for text in [r#""""#, r#"" ""#, "1", "null", r#"["t"]"#, &format!(r#""{}""#, "t".repeat(201))] {
            assert!(read(&format!(r#"{{"a":{text}}}"#)).is_err(), "{text}");
        }
    }

    #[test]
    fn an_entry_is_a_name_and_whatever_stands_behind_its_first_colon() {
        let metadata = read(r#"{"ticket":"A:17"}"#).unwrap();
        assert!(metadata.has(&"ticket:A:17".parse().unwrap()));
        assert!(!metadata.has(&"ticket:A".parse().unwrap()));
        for entry in ["", "ticket", ":A", "ticket:", "tick et:A"] {
            assert!(entry.parse::<MetadataEntry>().is_err(), "{entry}");
        }
    }
}
