//! Opaque ids. The core makes none of them: they come in with what they name.

use std::sync::Arc;

/// The longest id, in bytes.
pub const ID_LEN_MAX: usize = 64;

/// Text that can't be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {ID_LEN_MAX} visible ASCII characters, and neither . nor ..")]
pub struct InvalidId;

/// Whether a text can be an id: `.` and `..` are taken out of a path before anybody sees them.
#[must_use]
pub fn is_id(text: &str) -> bool {
    has_form_of_id(text) && text != "." && text != ".."
}

fn has_form_of_id(text: &str) -> bool {
    (1..=ID_LEN_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads the text of an id wherever that stands, without a copy of its own.
struct FromText(fn(&str) -> bool);

impl serde::de::Visitor<'_> for FromText {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Arc<str>, E> {
        if self.0(text) { Ok(text.into()) } else { Err(E::custom(InvalidId)) }
    }
}

macro_rules! id {
    ($($(#[doc = $doc:expr])* $name:ident)+) => {$(
        $(#[doc = $doc])*
        ///
        /// 1 to 64 visible ASCII characters, neither `.` nor `..`, compared byte by byte. A clone shares them: whatever happens
        /// to a refund names it, and whose it is.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id from its text.
            ///
            /// # Errors
            /// [`InvalidId`] where the text is none, as [`is_id`] says.
            pub fn new(text: impl Into<Arc<str>>) -> Result<Self, InvalidId> {
                let text = text.into();
                if is_id(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().to_owned()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // What was stored before dots were no ids opens for ever.
                let is_taken = if deserializer.is_human_readable() { is_id } else { has_form_of_id };
                deserializer.deserialize_str(FromText(is_taken)).map(Self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::schema::id(&[$($doc),*], ID_LEN_MAX)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+};
}

id! {
    /// Names a refund; also the key of its one payout (R26).
    RefundId
    /// Names a negotiation; an answer names it, so that nobody answers an offer they were not shown (R15).
    NegotiationId
    /// Names a seller.
    SellerId
    /// Names a buyer.
    BuyerId
    /// Names an order of a seller.
    OrderId
    /// Names a line within an order.
    LineId
    /// Names one of a seller's return addresses.
    AddressId
    /// Names a refund in the platform's own system.
    ExternalReference
}
