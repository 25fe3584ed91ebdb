//! Who is told by mail what concerns a seller (R41).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{EmailAddress, LanguageTag, NoticeKind, TimeZoneName};

/// Somebody who is told by mail what concerns a seller (R41).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerContact {
    /// Where mail goes.
    pub email: EmailAddress,
    /// In which language; the server's own where it speaks another.
    pub language: Option<LanguageTag>,
    /// Of what; of everything where nothing is named.
    pub kinds: BTreeSet<NoticeKind>,
    /// In which time zone instants are told; in UTC without one, or where the server knows none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
}

/// Those who are told by mail what concerns a seller: at most 5, each address once (R41).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<SellerContact>", into = "Vec<SellerContact>")]
pub struct SellerContacts(Vec<SellerContact>);

/// A list that can't be a seller's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSellerContacts {
    /// More than there may be.
    #[error("a seller has at most {} contacts", SellerContacts::MAX)]
    TooMany,
    /// One that is there already.
    #[error("{} is there twice: one contact can be told of several kinds", .0.as_str())]
    Twice(EmailAddress),
}

impl SellerContacts {
    /// How many there are at the most.
    pub const MAX: usize = 5;

    /// All of them, as they were given.
    pub fn iter(&self) -> impl Iterator<Item = &SellerContact> {
        self.0.iter()
    }

    /// Whether nobody is told by mail.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<SellerContact>> for SellerContacts {
    type Error = InvalidSellerContacts;

    fn try_from(contacts: Vec<SellerContact>) -> Result<Self, InvalidSellerContacts> {
        if contacts.len() > Self::MAX {
            return Err(InvalidSellerContacts::TooMany);
        }
        let mut known = BTreeSet::new();
        // Domains are the same however they are written, and names nearly everywhere.
        match contacts.iter().find(|contact| !known.insert(contact.email.as_str().to_ascii_lowercase())) {
            Some(twice) => Err(InvalidSellerContacts::Twice(twice.email.clone())),
            None => Ok(Self(contacts)),
        }
    }
}

impl From<SellerContacts> for Vec<SellerContact> {
    fn from(contacts: SellerContacts) -> Self {
        contacts.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(email: &str) -> SellerContact {
        SellerContact { email: email.parse().unwrap(), language: None, kinds: BTreeSet::new(), time_zone: None }
    }

    #[test]
    fn there_are_a_few_and_nobody_is_there_twice() {
        let all = |count: usize| {
            SellerContacts::try_from((0..count).map(|n| contact(&format!("{n}@a.example"))).collect::<Vec<_>>())
        };
        assert_eq!(all(5).unwrap().iter().count(), 5);
        assert_eq!(all(6), Err(InvalidSellerContacts::TooMany));
        let twice = SellerContacts::try_from(vec![contact("shop@a.example"), contact("Shop@A.example")]);
        assert_eq!(twice, Err(InvalidSellerContacts::Twice("Shop@A.example".parse().unwrap())));
    }
}
