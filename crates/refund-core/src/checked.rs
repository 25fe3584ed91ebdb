//! Text of a form that is told by one look.

/// Text that was looked at once, and is kept as it was written.
macro_rules! checked {
    ($wrong:ident: $($(#[doc = $doc:expr])* $name:ident: $check:ident or $error:ident, $min:expr, $max:expr, $pattern:expr;)+) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $wrong;
            fn try_from(text: String) -> Result<Self, $wrong> {
                if $check(&text) { Ok(Self(text)) } else { Err($wrong::$error) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $wrong;
            fn from_str(text: &str) -> Result<Self, $wrong> {
                text.to_owned().try_into()
            }
        }

        impl From<$name> for String {
            fn from(checked: $name) -> Self {
                checked.0
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                crate::schema::checked(&[$($doc),*], $min, $max, $pattern)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
    )+};
}
pub(crate) use checked;
