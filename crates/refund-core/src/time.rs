//! Instants and spans (R5): UTC to the millisecond, and spans of whole seconds.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant, UTC, to the millisecond, from 1970 to the end of the year 9999 (R5).
///
/// ```
/// # use refund_core::Timestamp;
/// let at: Timestamp = "2026-03-01T08:00:00+08:00".parse()?;
/// assert_eq!(at.to_string(), "2026-03-01T00:00:00.000Z");
/// # Ok::<(), refund_core::InvalidTimestamp>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Text or a number that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an instant is RFC 3339, from 1970 to 9999, such as 2026-03-01T08:00:00.000Z")]
pub struct InvalidTimestamp;

impl Timestamp {
    /// The first instant, 1970-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(0);
    /// The last instant, 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant that many milliseconds after 1970.
    ///
    /// # Errors
    /// [`InvalidTimestamp`] outside of 1970 to 9999.
    pub fn from_millis(millis: i64) -> Result<Self, InvalidTimestamp> {
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) { Ok(Self(millis)) } else { Err(InvalidTimestamp) }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant that long after this one, at most [`Timestamp::MAX`].
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.as_millis()).min(Self::MAX.0))
    }

    /// The instant that long before this one, at least [`Timestamp::MIN`].
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.as_millis()).max(Self::MIN.0))
    }
}

impl Timestamp {
    fn text(self) -> String {
        let date = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC);
        date.to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text())
    }
}

impl std::str::FromStr for Timestamp {
    type Err = InvalidTimestamp;
    /// Drops what is finer than a millisecond: programs write as many digits as their clock has.
    fn from_str(text: &str) -> Result<Self, InvalidTimestamp> {
        let date = DateTime::parse_from_rfc3339(text).map_err(|_| InvalidTimestamp)?;
        // A leap second is no instant here: those behind it would stand before it.
        let is_leap = date.timestamp_subsec_nanos() >= 1_000_000_000;
        if is_leap { Err(InvalidTimestamp) } else { Self::from_millis(date.timestamp_millis()) }
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = InvalidTimestamp;
    /// Drops what is finer than a millisecond: an instant that was measured is never ahead of itself.
    fn try_from(date: DateTime<Utc>) -> Result<Self, InvalidTimestamp> {
        Self::from_millis(date.timestamp_millis())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.text())
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            crate::names::from_text(deserializer)
        } else {
            Self::from_millis(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
        }
    }
}

/// A length of time in whole seconds, from 60 seconds to 90 days (R5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Span(u32);

/// A number of seconds that is no span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a length of time is 60 to 7776000 seconds (90 days)")]
pub struct InvalidSpan;

impl Span {
    /// The shortest span, a minute.
    pub const MIN: Self = Self(60);
    /// The longest span, 90 days.
    pub const MAX: Self = Self(90 * 86_400);

    /// A span of that many seconds.
    ///
    /// # Errors
    /// [`InvalidSpan`] outside of 60 seconds to 90 days.
    pub const fn seconds(seconds: u32) -> Result<Self, InvalidSpan> {
        if seconds >= Self::MIN.0 && seconds <= Self::MAX.0 { Ok(Self(seconds)) } else { Err(InvalidSpan) }
    }

    /// A span of that many hours, for constants; held within the bounds.
    #[must_use]
    pub const fn hours(hours: u16) -> Self {
        let seconds = hours as u32 * 3600;
        if seconds < Self::MIN.0 {
            Self::MIN
        } else if seconds > Self::MAX.0 {
            Self::MAX
        } else {
            Self(seconds)
        }
    }

    /// Its length in seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u32 {
        self.0
    }

    /// Its length in milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0 as i64 * 1000
    }
}

impl TryFrom<u32> for Span {
    type Error = InvalidSpan;
    fn try_from(seconds: u32) -> Result<Self, InvalidSpan> {
        Self::seconds(seconds)
    }
}

impl From<Span> for u32 {
    fn from(span: Span) -> Self {
        span.0
    }
}
