//! What is in memory beside the rows: read from them when the store is opened, changed with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::Timestamp;
use sled::IVec;

use super::answers::{self, Answers, HashAndRecord};
use super::audit::Audit;
use super::error::{strange, unreadable};
use super::index::Index;
use super::keys;
use super::lately::{Lately, RecentRefund};
use super::of_sellers::OfSellers;
use crate::codec::decode;
use crate::stored::parse_refund;
use crate::{Number, Settings, StoreError};

/// All that is kept in memory.
#[derive(Default)]
pub(super) struct AtHand {
    pub(super) index: Index,
    pub(super) answers: Answers,
    pub(super) audit: Audit,
    pub(super) of_sellers: OfSellers,
    pub(super) settings: Arc<Settings>,
    /// Rows that sled has not been given yet, and those that it is to remove.
    pub(super) recent: BTreeMap<Vec<u8>, Option<IVec>>,
    /// Rows of refunds that sled has not been given yet, as refunds: one that changes again until then is neither
    /// encoded nor decoded.
    pub(super) recent_refunds: BTreeMap<Number, RecentRefund>,
    pub(super) lately: Lately,
    /// Answers that sled has no row of yet, each with when it was given.
    pub(super) recent_answers: Vec<(Timestamp, HashAndRecord)>,
}

impl AtHand {
    pub(super) fn read(db: &sled::Db) -> Result<Self, StoreError> {
        let (index, answers, audit) = (read_index(db)?, read_answers(db)?, read_audit(db)?);
        let (of_sellers, settings) = (read_of_sellers(db)?, read_settings(db)?);
        Ok(Self { index, answers, audit, of_sellers, settings, ..Self::default() })
    }
}

fn rows(db: &sled::Db, prefix: &[u8]) -> impl Iterator<Item = Result<(IVec, IVec), StoreError>> + use<> {
    db.scan_prefix(prefix).map(|row| row.map_err(unreadable))
}

fn read_index(db: &sled::Db) -> Result<Index, StoreError> {
    Index::of(rows(db, keys::REFUNDS).map(|row| {
        let (key, row) = row?;
        let number = keys::parse_refund(&key).ok_or_else(|| strange("a refund without a number"))?;
        Ok((number, parse_refund(&row)?))
    }))
}

fn read_answers(db: &sled::Db) -> Result<Answers, StoreError> {
    Answers::read(rows(db, keys::ANSWERS).map(|row| parse_answers(&row?.1)))
}

fn read_audit(db: &sled::Db) -> Result<Audit, StoreError> {
    let mut audit = Audit::default();
    for row in rows(db, keys::AUDIT) {
        let (key, row) = row?;
        let place = keys::parse_audit(&key).ok_or_else(|| strange("a row of the audit without a place"))?;
        audit.add(place, decode(&row)?);
    }
    Ok(audit)
}

fn read_of_sellers(db: &sled::Db) -> Result<OfSellers, StoreError> {
    let missing = || strange("which records tell sellers something can't be read");
    let numbered = (0..).zip(rows(db, keys::OF_SELLERS)).map(|(number, row)| {
        let (key, row) = row?;
        if keys::parse_of_sellers(&key) == Some(number) { Ok(row) } else { Err(missing()) }
    });
    OfSellers::read(numbered)?.ok_or_else(missing)
}

pub(super) fn parse_answers(row: &[u8]) -> Result<answers::Row, StoreError> {
    answers::Row::parse(row).ok_or_else(|| strange("answers that can't be read"))
}

fn read_settings(db: &sled::Db) -> Result<Arc<Settings>, StoreError> {
    let mut settings = Settings::default();
    for row in rows(db, keys::SETTINGS) {
        settings.take_in(&decode(&row?.1)?);
    }
    Ok(Arc::new(settings))
}
