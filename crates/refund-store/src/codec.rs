//! The bytes of a value that is stored.
//!
//! First a byte with the version of the format, then the value in MessagePack, structs as arrays
//! of their fields in order. A field can be added at the end of a struct with `#[serde(default)]`
//! and older bytes still open; the version is raised with it, once between two releases, because
//! an older program would take it for damage. `tests/golden` holds bytes of each.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// The version of the format that this program writes, and the newest that it reads. Each has fields that programs which
/// know those before alone would take for damage; what they wrote is read as it always was.
pub(crate) const VERSION: u8 = 10;
const FIRST: u8 = 1;

/// Bytes that are no value, or a value without bytes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CodecError {
    /// A newer program wrote it.
    #[error("it has format version {found}, which a newer program wrote, and this one reads up to version {VERSION}")]
    Newer {
        /// The version that it has.
        found: u8,
    },
    /// It is not what it should be.
    #[error("its bytes are not those of what it should be: {0}")]
    Invalid(String),
}

impl From<CodecError> for StoreError {
    fn from(error: CodecError) -> Self {
        let why = error.to_string();
        match error {
            // Servers of the release before stand beside newer ones until they are replaced.
            CodecError::Newer { .. } => Self::Stopped(why),
            CodecError::Invalid(_) => Self::Unreadable(why),
        }
    }
}

fn invalid(error: impl std::fmt::Display) -> CodecError {
    CodecError::Invalid(error.to_string())
}

/// How many bytes a value has at the most, mostly.
const MOSTLY: usize = 512;

/// The bytes of a value.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut bytes = Vec::with_capacity(MOSTLY);
    bytes.push(VERSION);
    rmp_serde::encode::write(&mut bytes, value).map_err(invalid)?;
    Ok(bytes)
}

/// The value of some bytes.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    match bytes.split_first() {
        Some((FIRST..=VERSION, value)) => rmp_serde::from_slice(value).map_err(invalid),
        Some((&found, _)) if found > VERSION => Err(CodecError::Newer { found }),
        Some((&found, _)) => Err(invalid(format_args!("there is no format version {found}"))),
        None => Err(invalid("there are none")),
    }
}

/// A value whose fields are written with their names: see [`named`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: DeserializeOwned"))]
pub(crate) struct Named<T>(#[serde(with = "named")] pub(crate) T);

/// Fields with their names, for types that leave some out or get new ones anywhere: settings.
/// Among the fields of an array, one left out would move all behind it.
pub(crate) mod named {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = rmp_serde::to_vec_named(value).map_err(S::Error::custom)?;
        Bytes(bytes).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let Bytes(bytes) = Bytes::deserialize(deserializer)?;
        rmp_serde::from_slice(&bytes).map_err(D::Error::custom)
    }

    /// Bytes as MessagePack writes bytes, and not as an array of numbers.
    struct Bytes(Vec<u8>);

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Bytes;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("bytes")
                }
                fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(bytes.to_vec()))
                }
            }
            deserializer.deserialize_bytes(Visitor)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use refund_core::{BuyerId, Label};

    use super::{decode, encode};

    #[test]
    fn what_could_be_an_id_or_a_name_when_it_was_stored_can_be_read() {
        for id in ["kim", ".", ".."] {
            assert_eq!(decode::<BuyerId>(&encode(&id).unwrap()).unwrap().as_str(), id);
        }
        assert_eq!(decode::<Label>(&encode(&"a\u{202e}b").unwrap()).unwrap().as_str(), "a\u{202e}b");
        for never in ["", "a b", &"x".repeat(65)] {
            assert!(decode::<BuyerId>(&encode(&never).unwrap()).is_err(), "{never}");
        }
    }
}
