//! What a file hashes to: its name for ever, and whether it is still the same.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The SHA-256 of a file: 64 lower-case hexadecimal digits in JSON, 32 bytes where it is stored.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileHash([u8; FileHash::BYTES]);

/// Text that is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a SHA-256 as 64 lower-case hexadecimal digits")]
pub struct InvalidFileHash;

impl FileHash {
    const BYTES: usize = 32;

    /// The hash of those bytes.
    #[must_use]
    pub const fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for FileHash {
    type Err = InvalidFileHash;
    fn from_str(text: &str) -> Result<Self, InvalidFileHash> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(InvalidFileHash),
        };
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(InvalidFileHash) };
        let bytes = pairs.iter().map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?));
        let bytes = bytes.collect::<Result<Vec<_>, _>>()?;
        bytes.try_into().map(Self).map_err(|_| InvalidFileHash)
    }
}

impl Serialize for FileHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_bytes(&self.0) }
    }
}

impl<'de> Deserialize<'de> for FileHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = FileHash;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the 32 bytes of a SHA-256")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<FileHash, E> {
                bytes.try_into().map(FileHash).map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }
        if deserializer.is_human_readable() {
            return crate::names::from_text(deserializer);
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_digits_to_people_and_bytes_where_it_is_stored() {
        let text = "00ff".repeat(16);
        let hash: FileHash = text.parse().unwrap();
        assert_eq!(hash.as_bytes()[..4], [0, 255, 0, 255]);
        assert_eq!(hash.to_string(), text);
        assert_eq!(serde_json::to_value(hash).unwrap(), serde_json::json!(text));
        assert_eq!(serde_json::from_value::<FileHash>(text.into()).unwrap(), hash);
        let stored = rmp_serde::to_vec(&hash).unwrap();
        assert_eq!(stored.len(), 34);
        assert_eq!(rmp_serde::from_slice::<FileHash>(&stored).unwrap(), hash);
        assert!(rmp_serde::from_slice::<FileHash>(&[0xc4, 1, 0]).is_err());
    }

    #[test]
    fn whatever_is_no_hash_is_refused() {
        for none in ["", "00", &"0".repeat(63), &"0".repeat(66), &"00fF".repeat(16), &"é".repeat(32)] {
            assert_eq!(none.parse::<FileHash>(), Err(InvalidFileHash), "{none}");
        }
    }
}
