//! The keys of the view's rows, all in one sled tree so that one batch of writes is one step.
//!
//! ```text
//! m              meta       layout, latest instant, journal checkpoint
//! p              policy
//! o              roll-out
//! r  number      refund     where its latest record stands, its state
//! h  number      marks      of a long history: which record has which event
//! s  seller id   seller
//! k  key id      key
//! l  refund id   link       which of the buyer's links is the present one, where it is not the first
//! w  webhook id  endpoint   where events are sent
//! u  user id     user       who signs in
//! i  hash        session    where somebody is signed in
//! a  position    answers    of one time: when, and for each its key's hash and its record
//! ```
//!
//! A refund's number is the position of the record in which it was opened, so that what is new is
//! together, which is what sled is good at. Numbers are big-endian, so that the order of the bytes
//! is theirs.

use refund_core::{RefundId, SellerId};

use crate::{Number, Secret};

pub(super) const META: &[u8] = b"m";
pub(super) const POLICY: &[u8] = b"p";
pub(super) const ROLLOUT: &[u8] = b"o";
pub(super) const REFUNDS: &[u8] = b"r";
pub(super) const MARKS: &[u8] = b"h";
pub(super) const ANSWERS: &[u8] = b"a";
pub(super) const SELLERS: &[u8] = b"s";
pub(super) const KEYS: &[u8] = b"k";
pub(super) const WEBHOOKS: &[u8] = b"w";
pub(super) const LINKS: &[u8] = b"l";
pub(super) const USERS: &[u8] = b"u";
pub(super) const SESSIONS: &[u8] = b"i";

pub(super) fn refund(number: Number) -> Vec<u8> {
    [REFUNDS, &number.to_be_bytes()].concat()
}

pub(super) fn marks(number: Number) -> Vec<u8> {
    [MARKS, &number.to_be_bytes()].concat()
}

/// The number of a row of a refund.
pub(super) fn parse_refund(key: &[u8]) -> Option<Number> {
    Some(u64::from_be_bytes(key.strip_prefix(REFUNDS)?.try_into().ok()?))
}

pub(super) fn answers(position: u64) -> Vec<u8> {
    [ANSWERS, &position.to_be_bytes()].concat()
}

pub(super) fn seller(id: &SellerId) -> Vec<u8> {
    [SELLERS, id.as_str().as_bytes()].concat()
}

/// The seller of a row.
pub(super) fn parse_seller(key: &[u8]) -> Option<SellerId> {
    SellerId::new(std::str::from_utf8(key.strip_prefix(SELLERS)?).ok()?).ok()
}

pub(super) fn key(id: &str) -> Vec<u8> {
    [KEYS, id.as_bytes()].concat()
}

pub(super) fn webhook(id: &str) -> Vec<u8> {
    [WEBHOOKS, id.as_bytes()].concat()
}

pub(super) fn user(id: &str) -> Vec<u8> {
    [USERS, id.as_bytes()].concat()
}

pub(super) fn session(secret: &Secret) -> Vec<u8> {
    [SESSIONS, &secret.0].concat()
}

pub(super) fn link(id: &RefundId) -> Vec<u8> {
    [LINKS, id.as_str().as_bytes()].concat()
}

/// The refund of a link's row.
pub(super) fn parse_link(key: &[u8]) -> Option<RefundId> {
    RefundId::new(std::str::from_utf8(key.strip_prefix(LINKS)?).ok()?).ok()
}
