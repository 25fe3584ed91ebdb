//! One macro for every closed list of names: the spelling is written once and serves
//! storage, JSON, pages and documents alike.

use std::marker::PhantomData;

/// Declares a fieldless enum whose variants have one fixed spelling each.
///
/// It gives `ALL` in declared order, `as_str`, `Display`, `FromStr`, and serde as that string; for a
/// generated contract the schema too.
macro_rules! names {
    ($(#[doc = $doc:expr])* $name:ident { $($(#[doc = $vdoc:expr])* $variant:ident = $text:expr,)+ }) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $vdoc])* $variant,)+ }

        impl $name {
            /// Every value, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The one spelling that is used everywhere.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::names::UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let known = Self::ALL.iter().find(|known| known.as_str() == text);
                known.copied().ok_or_else(|| $crate::names::UnknownName {
                    given: text.chars().take(64).collect(),
                    expected: &[$($text),+],
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::names::from_text(deserializer)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::schema::names(&[$($doc),*], &[$(($text, &[$($vdoc),*])),+])
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use names;

/// A word that isn't one of the names which can stand here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not one of {}", expected.join(", "))]
pub struct UnknownName {
    /// What was given, at most its first 64 characters.
    pub given: String,
    /// What can stand here.
    pub expected: &'static [&'static str],
}

/// Deserializes anything that is read from text, keeping its own message for what is wrong.
pub(crate) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    deserializer.deserialize_str(Parsed(PhantomData))?.map_err(serde::de::Error::custom)
}

/// Reads a text where it stands, without a copy of it.
struct Parsed<T>(PhantomData<T>);

impl<T: std::str::FromStr> serde::de::Visitor<'_> for Parsed<T> {
    type Value = Result<T, T::Err>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.parse())
    }
}
