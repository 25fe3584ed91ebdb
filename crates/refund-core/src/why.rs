//! Why somebody asks for something, refuses it or calls the operator in: in their own words, and by a code out of the
//! policy's list where it has one (R44).

use std::fmt;
use std::sync::Arc;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::names::names;
use crate::{NamedFiles, Reason};

names! {
    /// What a reason of a policy's list is for (R44).
    ReasonFor {
        /// Asking for a refund, or for something else instead.
        Request = "request",
        /// Refusing the refund.
        Refuse = "refuse",
        /// Refusing the parcel.
        RefuseReceipt = "refuse_receipt",
        /// Calling the operator in.
        Dispute = "dispute",
    }
}

names! {
    /// Whose fault it is, where a reason holds. Nothing is decided by it (R44).
    Fault {
        /// The seller's.
        Seller = "seller",
        /// The buyer's.
        Buyer = "buyer",
        /// The carrier's.
        Carrier = "carrier",
        /// Nobody's, or nobody knows.
        None = "none",
    }
}

/// The stable name of a reason (R44): 1 to 40 of `a-z`, `0-9` and `_`, a letter first. A clone shares it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonCode(Arc<str>);

/// Text that can't name a reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the code of a reason is 1 to {} of a-z, 0-9 and _, a letter first", ReasonCode::MAX)]
pub struct InvalidReasonCode;

impl ReasonCode {
    /// The longest, in characters.
    pub(crate) const MAX: usize = 40;

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ReasonCode {
    type Err = InvalidReasonCode;
    fn from_str(text: &str) -> Result<Self, InvalidReasonCode> {
        let is_of_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
        let is_code = begins && text.len() <= Self::MAX && text.bytes().all(is_of_code);
        if is_code { Ok(Self(text.into())) } else { Err(InvalidReasonCode) }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ReasonCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::names::from_text(deserializer)
    }
}

/// Why somebody did something.
///
/// Stored as the words alone where no reason was chosen, as it was before there were lists; with one as a pair; and as
/// three where files show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// In their own words.
    pub text: Reason,
    /// Which reason of the policy's list they chose. It stays chosen where the list is another by now.
    pub code: Option<ReasonCode>,
    /// The files that show it, which whoever says it has added to the refund (R43).
    pub files: NamedFiles,
}

impl From<Reason> for Why {
    fn from(text: Reason) -> Self {
        Self { text, code: None, files: NamedFiles::default() }
    }
}

impl std::str::FromStr for Why {
    type Err = crate::InvalidText;
    fn from_str(text: &str) -> Result<Self, crate::InvalidText> {
        text.parse::<Reason>().map(Self::from)
    }
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.code {
            code if !self.files.is_empty() => (&self.text, code, &self.files).serialize(serializer),
            None => self.text.serialize(serializer),
            Some(code) => (&self.text, code).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Why {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordsOrMore {
            are_stored: bool,
        }
        impl<'de> Visitor<'de> for WordsOrMore {
            type Value = Why;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("words, or words and a code, or these and files")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Why, E> {
                let read = if self.are_stored { Reason::kept } else { Reason::new };
                read(text).map(Why::from).map_err(E::custom)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut more: A) -> Result<Why, A::Error> {
                let missing = || A::Error::invalid_length(0, &self);
                let text = more.next_element()?.ok_or_else(missing)?;
                let code: Option<_> = more.next_element()?.ok_or_else(missing)?;
                let files: NamedFiles = more.next_element()?.unwrap_or_default();
                if code.is_none() && files.is_empty() { Err(missing()) } else { Ok(Why { text, code, files }) }
            }
        }
        let are_stored = !deserializer.is_human_readable();
        deserializer.deserialize_any(WordsOrMore { are_stored })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_plain_word() {
        for code in ["a", "damaged", "not_received_2", &"x".repeat(40)] {
            assert_eq!(code.parse::<ReasonCode>().unwrap().as_str(), code);
        }
        for none in ["", "_a", "2a", "Damaged", "a-b", "a b", "é", &"x".repeat(41)] {
            assert_eq!(none.parse::<ReasonCode>(), Err(InvalidReasonCode), "{none}");
        }
    }

    #[test]
    fn what_was_said_before_there_were_codes_is_read_as_words_alone() {
        let read = |json: &str| serde_json::from_str::<Why>(json).ok();
        assert_eq!(read(r#""a dent""#), Some("a dent".parse().unwrap()));
        let chosen = Why { code: Some("damaged".parse().unwrap()), ..read(r#""a dent""#).unwrap() };
        assert_eq!(read(r#"["a dent","damaged"]"#), Some(chosen));
        let no_more = r#"["a dent",null,[]]"#;
        for none in [r#""""#, "[]", r#"["a dent"]"#, r#"["a dent","No"]"#, r#"["a dent",null]"#, no_more, "1", "null"] {
            assert_eq!(read(none), None, "{none}");
        }
        let shown =
            Why { files: vec![crate::FileHash::new([1; 32])].try_into().unwrap(), ..read(r#""a dent""#).unwrap() };
        for why in [Why { code: Some("damaged".parse().unwrap()), ..shown.clone() }, shown] {
            assert_eq!(read(&serde_json::to_string(&why).unwrap()), Some(why.clone()));
            assert_eq!(rmp_serde::from_slice::<Why>(&rmp_serde::to_vec(&why).unwrap()).unwrap(), why);
        }
        // What nobody can see was taken once, and stays.
        let stored = rmp_serde::to_vec("\u{200b}").unwrap();
        assert_eq!(rmp_serde::from_slice::<Why>(&stored).unwrap().text.as_str(), "\u{200b}");
    }
}
