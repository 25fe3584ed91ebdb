//! The keys of the view's rows, all in one sled tree so that one batch of writes is one step.
//!
//! ```text
//! m                                    meta          layout, latest instant, journal checkpoint
//! p                                    policy
//! o                                    roll-out
//! r  refund id                         refund        where its latest record stands, its state
//! d  instant  refund id                due           (nothing)
//! q  sort scope  hash?  rank  refund id   place in a list  (nothing)
//! l  order id 0 seller id 0 line id    order line    its account, its refunds
//! s  seller id                         seller
//! k  key id                            key
//! h  SHA-256 of the secret             its key's id
//! a  generation  hash of the key       remembered answer
//! ```
//!
//! Numbers are big-endian, so that the order of the bytes is theirs. Ids are visible ASCII: a
//! zero ends one, and 0xFF is behind all of them. What is only looked for, and then looked at, is
//! named by a hash: 8 bytes where a stranger among the rows is noticed, 16 where none can occur.

use refund_core::{BuyerId, LineKey, OrderId, Refund, RefundId, SellerId, Timestamp};
use sha2::{Digest, Sha256};

use crate::work::REMEMBERED_FOR_MILLIS;
use crate::{IdempotencyKey, Place, Query, Secret, Sort};

pub(super) const META: &[u8] = b"m";
pub(super) const POLICY: &[u8] = b"p";
pub(super) const ROLLOUT: &[u8] = b"o";
pub(super) const DUE: &[u8] = b"d";
pub(super) const SELLERS: &[u8] = b"s";
pub(super) const KEYS: &[u8] = b"k";

/// What is behind every key that begins so.
pub(super) fn behind(prefix: &[u8]) -> Vec<u8> {
    [prefix, &[0xFF]].concat()
}

pub(super) fn refund(id: &RefundId) -> Vec<u8> {
    [b"r", id.as_str().as_bytes()].concat()
}

pub(super) fn due(at: Timestamp, id: &RefundId) -> Vec<u8> {
    [DUE, &at.as_millis().to_be_bytes(), id.as_str().as_bytes()].concat()
}

/// Before everything that is due later than `at`, and behind everything that is due until then.
pub(super) fn due_end(at: Timestamp) -> Vec<u8> {
    [DUE, &at.as_millis().saturating_add(1).to_be_bytes()].concat()
}

/// The instant and the refund of a row of what is due.
pub(super) fn parse_due(key: &[u8]) -> Option<(Timestamp, RefundId)> {
    let (at, id) = ranked(key.strip_prefix(DUE)?)?;
    Some((Timestamp::from_millis(i64::try_from(at).ok()?).ok()?, id))
}

/// Which refunds a list is made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'a> {
    All,
    Seller(&'a SellerId),
    Buyer(&'a BuyerId),
}

impl<'a> Scope<'a> {
    /// The smallest that has everything which is asked for.
    pub(super) fn of(query: &'a Query) -> Self {
        match (&query.buyer_id, &query.seller_id) {
            (Some(buyer), _) => Self::Buyer(buyer),
            (None, Some(seller)) => Self::Seller(seller),
            (None, None) => Self::All,
        }
    }

    /// All that a refund is in.
    pub(super) fn all_of(refund: &'a Refund) -> [Self; 3] {
        [Self::All, Self::Seller(&refund.seller_id), Self::Buyer(&refund.buyer_id)]
    }
}

/// What the places of one list begin with.
pub(super) fn list(sort: Sort, scope: Scope<'_>) -> Vec<u8> {
    let sort = match sort {
        Sort::Deadline => b'd',
        Sort::OpenedAt => b'o',
    };
    match scope {
        Scope::All => vec![b'q', sort, b'a'],
        Scope::Seller(id) => [&[b'q', sort, b's'], &hash::<8>(id.as_str())[..]].concat(),
        Scope::Buyer(id) => [&[b'q', sort, b'b'], &hash::<8>(id.as_str())[..]].concat(),
    }
}

pub(super) fn place(list: &[u8], place: &Place) -> Vec<u8> {
    [list, &place.rank.to_be_bytes(), place.refund_id.as_str().as_bytes()].concat()
}

/// The first place of a list that has this rank or a later one.
pub(super) fn rank(list: &[u8], rank: u64) -> Vec<u8> {
    [list, &rank.to_be_bytes()].concat()
}

/// The place of a row of a list.
pub(super) fn parse_place(list: &[u8], key: &[u8]) -> Option<Place> {
    let (rank, refund_id) = ranked(key.strip_prefix(list)?)?;
    Some(Place { rank, refund_id })
}

fn ranked(key: &[u8]) -> Option<(u64, RefundId)> {
    let (rank, id) = key.split_first_chunk()?;
    let id = RefundId::new(std::str::from_utf8(id).ok()?).ok()?;
    Some((u64::from_be_bytes(*rank), id))
}

/// What the lines of an order begin with, over all sellers.
pub(super) fn order(id: &OrderId) -> Vec<u8> {
    [b"l", id.as_str().as_bytes(), b"\0"].concat()
}

pub(super) fn line(key: &LineKey) -> Vec<u8> {
    [&order(&key.order_id)[..], key.seller_id.as_str().as_bytes(), b"\0", key.line_id.as_str().as_bytes()].concat()
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

pub(super) fn secret(secret: &Secret) -> Vec<u8> {
    [&b"h"[..], &secret.0].concat()
}

/// Answers of the same 31 days: old ones are dropped together, and one that counts is in the
/// generation of the latest instant or in the one before.
pub(super) fn generation(at: Timestamp) -> u32 {
    let number = at.as_millis().checked_div(REMEMBERED_FOR_MILLIS).unwrap_or(0);
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What the answers of a generation begin with.
pub(super) fn answers(generation: u32) -> Vec<u8> {
    [&b"a"[..], &generation.to_be_bytes()].concat()
}

pub(super) fn answer(generation: u32, key: &IdempotencyKey) -> Vec<u8> {
    // A chosen key is visible ASCII: the last zero is the one between.
    let name = [key.caller.as_str(), key.key.as_str()].join("\0");
    [answers(generation), hash::<16>(&name).to_vec()].concat()
}

/// The first bytes of the SHA-256 of an id: nobody can choose two ids that share many of them.
fn hash<const N: usize>(id: &str) -> [u8; N] {
    let digest: [u8; 32] = Sha256::digest(id).into();
    digest.first_chunk().copied().unwrap_or([0; N])
}
