//! Opaque ids. The core makes none of them: they come in with what they name.

use serde::{Deserialize, Serialize};

/// The longest id, in bytes.
pub const ID_LEN_MAX: usize = 64;

/// Text that can't be an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is 1 to {ID_LEN_MAX} visible ASCII characters")]
pub struct InvalidId;

macro_rules! id {
    ($($(#[doc = $doc:expr])* $name:ident)+) => {$(
        $(#[doc = $doc])*
        ///
        /// 1 to 64 visible ASCII characters, compared byte by byte.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The id from its text.
            ///
            /// # Errors
            /// [`InvalidId`] where the text is empty, too long, or not visible ASCII.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
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
                id.0
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
                crate::openapi::id(&[$($doc),*])
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
