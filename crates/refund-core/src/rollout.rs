//! To which sellers the tool is open (S13, R37).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::names::names;
use crate::{Label, SellerId, Timestamp};

/// Which sellers may make offers: batch by batch, by percentage, and by name (R37).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// Named groups of sellers that open together.
    #[serde(default)]
    pub batches: Vec<Batch>,
    /// How many of a hundred sellers are in, by a hash of their id that never changes.
    pub percentage: Percentage,
    /// Sellers that are in whatever the batches say.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<SellerId>))]
    pub allow: BTreeSet<SellerId>,
    /// Sellers that are out whatever all else says.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<SellerId>))]
    pub deny: BTreeSet<SellerId>,
}

/// Sellers that are let in together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// What operators call it.
    pub name: Label,
    /// Who is in it.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<SellerId>))]
    pub sellers: BTreeSet<SellerId>,
    /// Whether it has been opened by hand.
    pub open: bool,
    /// When it opens by itself, if it does.
    #[serde(default)]
    pub opens_at: Option<Timestamp>,
}

/// A whole number from 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percentage(u8);

/// A number that is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a percentage is a whole number from 0 to 100")]
pub struct InvalidPercentage;

impl Percentage {
    /// All.
    pub(crate) const MAX: u32 = 100;
}

impl TryFrom<u8> for Percentage {
    type Error = InvalidPercentage;
    fn try_from(value: u8) -> Result<Self, InvalidPercentage> {
        if u32::from(value) <= Self::MAX { Ok(Self(value)) } else { Err(InvalidPercentage) }
    }
}

impl From<Percentage> for u8 {
    fn from(percentage: Percentage) -> Self {
        percentage.0
    }
}

names! {
    /// What decided whether a seller is in, in the order in which it is asked (R37).
    Because {
        /// On the deny list.
        Deny = "deny",
        /// On the allow list.
        Allow = "allow",
        /// In a batch that is open.
        Batch = "batch",
        /// Within the percentage.
        Percentage = "percentage",
        /// In nothing that is open.
        NotYet = "not_yet",
    }
}

/// Whether the tool is open to one seller, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What decided.
    pub because: Because,
    /// When the earliest of the seller's batches opens by itself, where that is what is missing.
    pub opens_at: Option<Timestamp>,
}

impl Verdict {
    /// Whether the seller may make offers.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self.because {
            Because::Allow | Because::Batch | Because::Percentage => true,
            Because::Deny | Because::NotYet => false,
        }
    }
}

impl Rollout {
    /// The place of a batch that is called like one before it. Whoever opens or removes a batch names it, so each has
    /// a name of its own.
    #[must_use]
    pub fn called_like_another(&self) -> Option<usize> {
        let mut names = BTreeSet::new();
        self.batches.iter().position(|batch| !names.insert(batch.name.as_str()))
    }

    /// Open to every seller: what a fresh store starts with.
    #[must_use]
    pub fn everyone() -> Self {
        Self { batches: Vec::new(), percentage: Percentage(100), allow: BTreeSet::new(), deny: BTreeSet::new() }
    }

    /// Whether the tool is open to that seller at that instant, and why (R37).
    #[must_use]
    pub fn check(&self, seller_id: &SellerId, now: Timestamp) -> Verdict {
        let verdict = |because| Verdict { because, opens_at: None };
        if self.deny.contains(seller_id) {
            return verdict(Because::Deny);
        }
        if self.allow.contains(seller_id) {
            return verdict(Because::Allow);
        }
        let theirs = || self.batches.iter().filter(|batch| batch.sellers.contains(seller_id));
        if theirs().any(|batch| batch.open || batch.opens_at.is_some_and(|at| at <= now)) {
            return verdict(Because::Batch);
        }
        // A hundred of a hundred are all of them, wherever they stand.
        if u32::from(self.percentage.0) == Percentage::MAX || bucket(seller_id) < self.percentage.0 {
            return verdict(Because::Percentage);
        }
        Verdict { because: Because::NotYet, opens_at: theirs().filter_map(|batch| batch.opens_at).min() }
    }
}

/// A seller's place from 0 to 99, from the first 8 bytes of the SHA-256 of its id: stable for
/// ever, so that raising the percentage only adds sellers.
fn bucket(seller_id: &SellerId) -> u8 {
    let digest = Sha256::digest(seller_id.as_str().as_bytes());
    let head = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    u8::try_from(head % 100).unwrap_or(99)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed apart from this code: `printf s-1 | sha256sum`, first 16 hex digits, modulo 100.
    #[test]
    fn a_sellers_bucket_is_its_hash_as_a_big_endian_number_modulo_100() {
        for (id, expected) in [("s-1", 42), ("seller-dented-bin", 12)] {
            assert_eq!(bucket(&SellerId::new(id).unwrap()), expected, "{id}");
        }
    }
}
