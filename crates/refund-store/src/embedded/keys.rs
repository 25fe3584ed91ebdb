//! The keys of the view's rows, all in one sled tree so that one batch of writes is one step.
//!
//! ```text
//! m              meta       layout, latest instant, journal checkpoint
//! r  number      refund     where its latest record stands, its state
//! h  number      marks      of a long history: which record has which event
//! s  which       setting    the entry that made it what it is: `stored::setting_row`
//! n  number      numbers    where every so many records stand, by their numbers
//! u  position    audit      what of a record is for the audit
//! t  number      sellers    which records tell which seller something
//! a  position    answers    of one time: when, and for each its key's hash and its record
//! ```
//!
//! A refund's number is that of the record in which it was opened, so that what is new is
//! together, which is what sled is good at. Numbers are big-endian, so that the order of the bytes
//! is theirs.

use crate::Number;

pub(super) const META: &[u8] = b"m";
pub(super) const REFUNDS: &[u8] = b"r";
pub(super) const MARKS: &[u8] = b"h";
pub(super) const NUMBERS: &[u8] = b"n";
pub(super) const ANSWERS: &[u8] = b"a";
pub(super) const AUDIT: &[u8] = b"u";
pub(super) const OF_SELLERS: &[u8] = b"t";
pub(super) const SETTINGS: &[u8] = b"s";

pub(super) fn refund(number: Number) -> Vec<u8> {
    [REFUNDS, &number.to_be_bytes()].concat()
}

pub(super) fn marks(number: Number) -> Vec<u8> {
    [MARKS, &number.to_be_bytes()].concat()
}

pub(super) fn numbers(row: u64) -> Vec<u8> {
    [NUMBERS, &row.to_be_bytes()].concat()
}

/// The number of a row of a refund.
pub(super) fn parse_refund(key: &[u8]) -> Option<Number> {
    Some(u64::from_be_bytes(key.strip_prefix(REFUNDS)?.try_into().ok()?))
}

pub(super) fn answers(position: u64) -> Vec<u8> {
    [ANSWERS, &position.to_be_bytes()].concat()
}

pub(super) fn audit(position: u64) -> Vec<u8> {
    [AUDIT, &position.to_be_bytes()].concat()
}

/// Where the record stands of which a row says what is for the audit.
pub(super) fn parse_audit(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.strip_prefix(AUDIT)?.try_into().ok()?))
}

pub(super) fn of_sellers(row: u64) -> Vec<u8> {
    [OF_SELLERS, &row.to_be_bytes()].concat()
}

/// The number of a row of what tells sellers something.
pub(super) fn parse_of_sellers(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.strip_prefix(OF_SELLERS)?.try_into().ok()?))
}

pub(super) fn setting(which: &str) -> Vec<u8> {
    [SETTINGS, which.as_bytes()].concat()
}
