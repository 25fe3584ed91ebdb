//! How somebody is reached, in JSON.

use refund_core::{Contact, EmailAddress, LanguageTag, PhoneNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How somebody is reached.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ContactIn)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactIn {
    #[serde(default)]
    email: Option<EmailAddress>,
    #[serde(default)]
    phone: Option<PhoneNumber>,
    /// In which language; the server's own where it speaks another.
    #[serde(default)]
    language: Option<LanguageTag>,
}

/// How somebody is reached, by what of it there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Contact)]
pub(crate) struct ContactOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<EmailAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<PhoneNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<LanguageTag>,
}

impl From<ContactIn> for Contact {
    fn from(ContactIn { email, phone, language }: ContactIn) -> Self {
        Self { email, phone, language }
    }
}

impl From<&Contact> for ContactOut {
    fn from(Contact { email, phone, language }: &Contact) -> Self {
        Self { email: email.clone(), phone: phone.clone(), language: language.clone() }
    }
}
