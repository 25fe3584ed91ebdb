//! What people write: bounded, never blank, without control characters.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A line such as a name, a title, a carrier or a tracking number: 1 to 200 characters.
pub type Label = Text<200, false>;
/// Why somebody did something: 1 to 1,000 characters.
pub type Reason = Text<1000, true>;
/// What the seller tells the buyer beside an offer: 1 to 2,000 characters.
pub type OfferMessage = Text<2000, true>;
/// What somebody writes to the others on a refund: 1 to 4,000 characters.
pub type MessageText = Text<4000, true>;

/// 1 to `MAX` characters that a person wrote. Not blank; no control characters, but line feed,
/// carriage return and tab where `LINES` says so. One that has no lines is shown beside others, so that it holds
/// nothing that would turn the direction of these. A clone shares them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MAX: usize, const LINES: bool>(Arc<str>);

/// Text that can't stand where it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing but white space.
    #[error("must not be blank")]
    Blank,
    /// Longer than the field takes.
    #[error("has {given} characters, at most {max} are taken")]
    TooLong {
        /// How many characters were given.
        given: usize,
        /// How many are taken.
        max: usize,
    },
    /// A control character that can't stand there.
    #[error("must not hold control characters")]
    Control,
    /// A sign that turns the direction of what stands beside it.
    #[error("must not hold signs that turn the direction of writing (U+202A to U+202E, U+2066 to U+2069)")]
    Turning,
}

/// Whether nothing is seen of it: white space, joiners and marks without a sign to stand on.
fn is_unseen(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    /// The text, as it was written.
    ///
    /// # Errors
    /// [`InvalidText`] where it is blank, too long, or holds control characters or, on one line, signs that turn the
    /// direction of writing.
    pub fn new(text: impl Into<Arc<str>>) -> Result<Self, InvalidText> {
        let text = Self::quoted(text)?;
        if !LINES && text.0.chars().any(turns) { Err(InvalidText::Turning) } else { Ok(text) }
    }

    /// A text that is not its sender's own to word, such as what goods are called in a catalogue: signs that turn the
    /// direction stay in it. Whoever shows it beside others has to keep them within it.
    ///
    /// # Errors
    /// [`InvalidText`] where it is blank, too long, or holds control characters.
    pub fn quoted(text: impl Into<Arc<str>>) -> Result<Self, InvalidText> {
        let text = Self::kept(text)?;
        if text.0.chars().all(is_unseen) { Err(InvalidText::Blank) } else { Ok(text) }
    }

    /// A text that was taken once. What was before signs that turn the direction were refused opens for ever.
    pub(crate) fn kept(text: impl Into<Arc<str>>) -> Result<Self, InvalidText> {
        let text = text.into();
        let given = text.chars().count();
        if given > MAX {
            return Err(InvalidText::TooLong { given, max: MAX });
        }
        if text.trim().is_empty() {
            return Err(InvalidText::Blank);
        }
        if text.chars().any(|c| c.is_control() && !(LINES && matches!(c, '\n' | '\r' | '\t'))) {
            return Err(InvalidText::Control);
        }
        Ok(Self(text))
    }

    /// One of the program's own, which is as it has to be.
    pub(crate) fn made(text: &'static str) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, const LINES: bool> TryFrom<String> for Text<MAX, LINES> {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, InvalidText> {
        Self::new(text)
    }
}

impl<const MAX: usize, const LINES: bool> From<Text<MAX, LINES>> for String {
    fn from(text: Text<MAX, LINES>) -> Self {
        text.as_str().to_owned()
    }
}

impl<const MAX: usize, const LINES: bool> Serialize for Text<MAX, LINES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const MAX: usize, const LINES: bool> Deserialize<'de> for Text<MAX, LINES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return crate::names::from_text(deserializer);
        }
        crate::names::from_text(deserializer).map(|Kept(text)| text)
    }
}

/// A text as it was stored.
struct Kept<T>(T);

impl<const MAX: usize, const LINES: bool> std::str::FromStr for Kept<Text<MAX, LINES>> {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, InvalidText> {
        Text::kept(text).map(Self)
    }
}

/// Whether a character turns the direction of whatever comes behind it, until another ends that.
pub(crate) fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl<const MAX: usize, const LINES: bool> std::str::FromStr for Text<MAX, LINES> {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, InvalidText> {
        Self::new(text)
    }
}

impl<const MAX: usize, const LINES: bool> std::fmt::Display for Text<MAX, LINES> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_see_is_blank() {
        for unseen in ["", " ", "\u{200b}", "\u{2060}\u{feff} ", "\u{fe0f}"] {
            assert_eq!(unseen.parse::<Label>(), Err(InvalidText::Blank), "{unseen:?}");
        }
        assert!("👩\u{200d}🌾".parse::<Label>().is_ok());
    }

    #[test]
    fn what_is_shown_beside_others_turns_nothing_and_what_has_lines_of_its_own_may() {
        for turning in ["a\u{202e}b", "\u{202a}a", "a\u{2066}", "\u{2069}\u{2068}a"] {
            assert_eq!(turning.parse::<Label>(), Err(InvalidText::Turning), "{turning:?}");
            assert!(turning.parse::<Reason>().is_ok(), "{turning:?}");
            assert!(serde_json::from_value::<Label>(turning.into()).is_err(), "{turning:?}");
        }
        // A mark that only says which way a sign beside it belongs stays in names that need it.
        for name in ["שלום", "سلام", "ABC\u{200f}(1)", "保羅"] {
            assert_eq!(name.parse::<Label>().unwrap().as_str(), name);
        }
    }
}
