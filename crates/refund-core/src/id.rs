//! Opaque ids. The core makes none of them: they come in with what they name.

use std::marker::PhantomData;
use std::sync::Arc;

/// The longest id, in bytes.
pub const ID_LEN_MAX: usize = 64;

/// Text that can't be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {ID_LEN_MAX} visible ASCII characters")]
pub struct InvalidId;

/// Reads an id from text wherever that stands, without a copy of its own.
struct FromText<T>(PhantomData<T>);

impl<T: std::str::FromStr<Err = InvalidId>> serde::de::Visitor<'_> for FromText<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

macro_rules! id {
    ($($(#[doc = $doc:expr])* $name:ident)+) => {$(
        $(#[doc = $doc])*
        ///
        /// 1 to 64 visible ASCII characters, compared byte by byte. A clone shares them: whatever happens
        /// to a refund names it, and whose it is.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id from its text.
            ///
            /// # Errors
            /// [`InvalidId`] where the text is empty, too long, or not visible ASCII.
            pub fn new(text: impl Into<Arc<str>>) -> Result<Self, InvalidId> {
                let text = text.into();
                let fits = !text.is_empty() && text.len() <= ID_LEN_MAX;
                if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
                    Ok(Self(text))
                } else {
                    Err(InvalidId)
                }
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
                deserializer.deserialize_str(FromText(PhantomData))
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
}
