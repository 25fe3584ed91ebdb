//! How somebody is reached, in JSON.

use std::collections::BTreeSet;

use refund_core::{Contact, EmailAddress, LanguageTag, NoticeKind, PhoneNumber, SellerContact};
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

/// Somebody who is told by mail what concerns a seller.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SellerContactIn)]
#[serde(deny_unknown_fields)]
pub(crate) struct SellerContactIn {
    email: EmailAddress,
    /// In which language; the server's own where it speaks another.
    #[serde(default)]
    language: Option<LanguageTag>,
    /// Of what they are told; of everything where nothing is named.
    #[serde(default)]
    kinds: BTreeSet<NoticeKind>,
}

/// Somebody who is told by mail what concerns a seller, and of what: of everything where nothing is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SellerContact)]
pub(crate) struct SellerContactOut {
    email: EmailAddress,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<LanguageTag>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    kinds: BTreeSet<NoticeKind>,
}

impl From<SellerContactIn> for SellerContact {
    fn from(SellerContactIn { email, language, kinds }: SellerContactIn) -> Self {
        Self { email, language, kinds }
    }
}

impl From<&SellerContact> for SellerContactOut {
    fn from(SellerContact { email, language, kinds }: &SellerContact) -> Self {
        Self { email: email.clone(), language: language.clone(), kinds: kinds.clone() }
    }
}
