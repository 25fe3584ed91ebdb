//! How somebody is reached, in JSON.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use refund_core::{
    Contact, EmailAddress, LanguageTag, MailContact, MailContacts, NoticeKind, PhoneNumber, PolicyOverrides,
    TimeZoneName,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use utoipa::ToSchema;

use super::unusable::Unusable;

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
    zone.as_ref().and_then(unknown).map_or(Ok(zone), |why| Err(D::Error::custom(why)))
}

/// Why a time zone is none, where it is none.
fn unknown(zone: &TimeZoneName) -> Option<String> {
    let name = zone.as_str();
    name.parse::<Tz>().is_err().then(|| {
        format!(
            "there is no time zone {name}: give a name of the IANA database, such as Asia/Shanghai or Europe/Berlin"
        )
    })
}

/// Refuses a time zone that there is not, of somebody whom a policy names.
pub(crate) fn zones_are_known(policy: &PolicyOverrides) -> Result<(), Unusable> {
    let contacts = policy.operator_contacts.iter().flat_map(MailContacts::iter);
    for (place, contact) in contacts.enumerate() {
        if let Some(why) = contact.time_zone.as_ref().and_then(unknown) {
            return Err(Unusable::malformed(format!("/operator_contacts/{place}/time_zone"), why));
        }
    }
    Ok(())
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

impl From<SellerContactIn> for MailContact {
    fn from(SellerContactIn { email, language, kinds, time_zone }: SellerContactIn) -> Self {
        Self { email, language, kinds, time_zone }
    }
}

impl From<&MailContact> for SellerContactOut {
    fn from(MailContact { email, language, kinds, time_zone }: &MailContact) -> Self {
        let time_zone = time_zone.clone();
        Self { email: email.clone(), language: language.clone(), kinds: kinds.clone(), time_zone }
    }
}
