//! Sellers with contacts.

use std::collections::BTreeSet;

use refund_core::*;

use super::samples::*;
use crate::Seller;
use crate::record::{Entry, Record};

/// A seller of whom somebody is told everything and somebody else a part.
pub(super) fn contacts() -> Record {
    contacts_in(None)
}

/// The same, told in a time zone.
pub(super) fn contacts_in_a_time_zone() -> Record {
    contacts_in(Some("Asia/Taipei".parse().unwrap()))
}

fn contacts_in(time_zone: Option<TimeZoneName>) -> Record {
    let contact = |email: &str, language: Option<&str>, kinds: &[NoticeKind]| MailContact {
        email: email.parse().unwrap(),
        language: language.map(|language| language.parse().unwrap()),
        kinds: kinds.iter().copied().collect::<BTreeSet<_>>(),
        time_zone: time_zone.clone(),
    };
    let contacts =
        vec![contact("desk@shop.example", Some("zh-Hant"), &[]), contact("boss@shop.example", None, NoticeKind::ALL)];
    let seller = Seller {
        name: text("店"),
        addresses: AddressBook::new(vec![(address(), true)]).unwrap(),
        policy: PolicyOverrides::default(),
        contacts: contacts.try_into().unwrap(),
    };
    let actor = Actor::new(Role::Operator, "ops", Via::Key("key_0".to_owned()));
    let entry = Entry::Seller { seller_id: id("shop"), seller: Box::new(seller), actor };
    Record { at: at(5), entries: vec![entry], from: None }
}

/// A policy that names somebody at the operator's.
pub(super) fn operator_contacts() -> Record {
    let contact = MailContact {
        email: "desk@ops.example".parse().unwrap(),
        language: Some("en".parse().unwrap()),
        kinds: BTreeSet::from([NoticeKind::Escalation]),
        time_zone: Some("Asia/Taipei".parse().unwrap()),
    };
    let policy = Policy { operator_contacts: vec![contact].try_into().unwrap(), ..Policy::default() };
    let actor = Actor::new(Role::Operator, "ops", Via::Key("key_0".to_owned()));
    Record { at: at(5), entries: vec![Entry::Policy { policy: Box::new(policy), actor }], from: None }
}
