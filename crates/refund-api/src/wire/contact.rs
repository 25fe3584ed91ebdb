//! How somebody is reached, in JSON.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use refund_core::{Contact, EmailAddress, LanguageTag, NoticeKind, PhoneNumber, SellerContact, TimeZoneName};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
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
    /// In which time zone instants are told; in UTC without one.
    #[serde(default, deserialize_with = "known")]
    time_zone: Option<TimeZoneName>,
}

/// A time zone that there is, as far as the server knows.
fn known<'de, D: Deserializer<'de>>(given: D) -> Result<Option<TimeZoneName>, D::Error> {
    let zone = Option::<TimeZoneName>::deserialize(given)?;
    match &zone {
        Some(name) if name.as_str().parse::<Tz>().is_err() => Err(D::Error::custom(format!(
            "there is no time zone {}: give a name of the IANA database, such as Asia/Shanghai or Europe/Berlin",
            name.as_str()
        ))),
        Some(_) | None => Ok(zone),
    }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<TimeZoneName>,
}

impl From<ContactIn> for Contact {
    fn from(ContactIn { email, phone, language, time_zone }: ContactIn) -> Self {
        Self { email, phone, language, time_zone }
    }
}

impl From<&Contact> for ContactOut {
    fn from(Contact { email, phone, language, time_zone }: &Contact) -> Self {
        let time_zone = time_zone.clone();
        Self { email: email.clone(), phone: phone.clone(), language: language.clone(), time_zone }
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
    /// In which time zone instants are told; in UTC without one.
    #[serde(default, deserialize_with = "known")]
    time_zone: Option<TimeZoneName>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<TimeZoneName>,
}

impl From<SellerContactIn> for SellerContact {
    fn from(SellerContactIn { email, language, kinds, time_zone }: SellerContactIn) -> Self {
        Self { email, language, kinds, time_zone }
    }
}

impl From<&SellerContact> for SellerContactOut {
    fn from(SellerContact { email, language, kinds, time_zone }: &SellerContact) -> Self {
        let time_zone = time_zone.clone();
        Self { email: email.clone(), language: language.clone(), kinds: kinds.clone(), time_zone }
    }
}
