//! Who is told by mail what concerns a seller, or the operator (R41).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::names::names;
use crate::{EmailAddress, LanguageTag, TimeZoneName};

names! {
    /// What a notice tells of, so that somebody can be told of some of it alone.
    NoticeKind {
        /// A request, or a change of it.
        Request = "request",
        /// Other terms: offered, answered, or at their end.
        Offer = "offer",
        /// What was agreed, refused, confirmed, ruled or closed, by somebody or by silence.
        Decision = "decision",
        /// Goods that were sent.
        Shipment = "shipment",
        /// Money that arrived, or did not.
        Payment = "payment",
        /// That something is due, late, or due at another time.
        Reminder = "reminder",
        /// That the operator was called.
        Escalation = "escalation",
        /// A message.
        Message = "message",
    }
}

/// Somebody who is told by mail what concerns a seller, or the operator (R41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MailContact {
    /// Where mail goes.
    pub email: EmailAddress,
    /// In which language; the server's own where it speaks another.
    pub language: Option<LanguageTag>,
    /// Of what; of everything where nothing is named.
    #[serde(default)]
    pub kinds: BTreeSet<NoticeKind>,
    /// In which time zone instants are told; in UTC without one, or where the server knows none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
}

/// Those who are told by mail what concerns a seller, or the operator: at most 5, each address once (R41). A clone shares
/// them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<MailContact>", into = "Vec<MailContact>")]
pub struct MailContacts(Arc<[MailContact]>);

/// A list that can't be theirs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMailContacts {
    /// More than there may be.
    #[error("there are at most {} contacts", MailContacts::MAX)]
    TooMany,
    /// One that is there already.
    #[error("{} is there twice: one contact can be told of several kinds", .0.as_str())]
    Twice(EmailAddress),
}

impl MailContacts {
    /// How many there are at the most.
    pub const MAX: usize = 5;

    /// All of them, as they were given.
    pub fn iter(&self) -> impl Iterator<Item = &MailContact> {
        self.0.iter()
    }

    /// Whether nobody is told by mail.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<MailContact>> for MailContacts {
    type Error = InvalidMailContacts;

    fn try_from(contacts: Vec<MailContact>) -> Result<Self, InvalidMailContacts> {
        if contacts.len() > Self::MAX {
            return Err(InvalidMailContacts::TooMany);
        }
        let mut known = BTreeSet::new();
        // Domains are the same however they are written, and names nearly everywhere.
        match contacts.iter().find(|contact| !known.insert(contact.email.as_str().to_ascii_lowercase())) {
            Some(twice) => Err(InvalidMailContacts::Twice(twice.email.clone())),
            None => Ok(Self(contacts.into())),
        }
    }
}

impl From<MailContacts> for Vec<MailContact> {
    fn from(contacts: MailContacts) -> Self {
        contacts.0.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(email: &str) -> MailContact {
        MailContact { email: email.parse().unwrap(), language: None, kinds: BTreeSet::new(), time_zone: None }
    }

    #[test]
    fn there_are_a_few_and_nobody_is_there_twice() {
        let all = |count: usize| {
            MailContacts::try_from((0..count).map(|n| contact(&format!("{n}@a.example"))).collect::<Vec<_>>())
        };
        assert_eq!(all(5).unwrap().iter().count(), 5);
        assert_eq!(all(6), Err(InvalidMailContacts::TooMany));
        let twice = MailContacts::try_from(vec![contact("shop@a.example"), contact("Shop@A.example")]);
        assert_eq!(twice, Err(InvalidMailContacts::Twice("Shop@A.example".parse().unwrap())));
    }
}
