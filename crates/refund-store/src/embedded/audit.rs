//! Where in the journal stands what is for the audit: in memory, and in sled a row for each such record. Most records
//! are about refunds alone, and need not be read to find it.

use std::collections::HashMap;

use refund_core::{AuditType, Timestamp};
use serde::{Deserialize, Serialize};

use super::stable_hash::hash;
use crate::model::audit::{audit_type, removed, seller_of, who};
use crate::record::Record;
use crate::stored::setting;
use crate::{AuditQuery, Settings};

/// What the audit is searched by, of one entry of a record. Whoever changes which entries are for the audit gives the
/// view another layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditLine {
    entry: u32,
    audit_type: AuditType,
    at: Timestamp,
    /// The hash of the id of who did it, if anybody did.
    who: Option<u64>,
    /// The hash of the id of the seller that it belongs to, if it belongs to one.
    seller: Option<u64>,
    /// The hash of the name of the setting that it is about, if it is about one.
    setting: Option<u64>,
}

impl AuditLine {
    /// What of a record is for the audit; `before` are the settings before it.
    pub(crate) fn of(record: &Record, before: &Settings) -> Vec<Self> {
        let entries = (0..).zip(&record.entries);
        let lines = entries.filter_map(|(number, entry)| {
            Some(Self {
                entry: number,
                audit_type: audit_type(entry, before)?,
                at: record.at,
                who: who(entry).map(hash),
                seller: seller_of(entry, removed(entry, before), before).map(|id| hash(id.as_str())),
                setting: setting(entry).map(|(which, _)| hash(&which)),
            })
        });
        lines.collect()
    }
}

/// A record, by where it stands, and an entry of it.
type Place = (u64, u32);

/// Something that was found.
pub(super) struct Found {
    pub(super) place: u64,
    pub(super) entry: u32,
    pub(super) audit_type: AuditType,
    /// The entry that set the same setting before.
    pub(super) before: Option<Place>,
}

/// All that is for the audit, in the order in which it was recorded.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Audit {
    lines: Vec<(u64, AuditLine, Option<Place>)>,
    /// The latest entry of each setting.
    latest: HashMap<u64, Place>,
}

impl Audit {
    /// Adds what is for the audit of the record that stands there, behind all others.
    pub(crate) fn add(&mut self, place: u64, lines: Vec<AuditLine>) {
        for line in lines {
            let before = line.setting.and_then(|setting| self.latest.insert(setting, (place, line.entry)));
            self.lines.push((place, line, before));
        }
    }

    /// The latest of what is asked for, before that place if one is given. Who did it is compared by a hash.
    pub(super) fn find(&self, query: &AuditQuery, behind: Option<Place>) -> Vec<Found> {
        let actor = query.actor.as_deref().map(hash);
        let seller = query.seller_id.as_ref().map(|id| hash(id.as_str()));
        let is_before = |(place, line, _): &(u64, AuditLine, _)| {
            behind.is_none_or(|behind| (*place, line.entry) < behind) && query.until.is_none_or(|until| line.at < until)
        };
        let end = self.lines.partition_point(is_before);
        let earlier = self.lines.iter().take(end).rev();
        let young = earlier.take_while(|(_, line, _)| query.since.is_none_or(|since| line.at >= since));
        let wanted = young.filter(|(_, line, _)| {
            (query.types.is_empty() || query.types.contains(&line.audit_type))
                && (actor.is_none() || line.who == actor)
                && (seller.is_none() || line.seller == seller)
        });
        let found = wanted.map(|(place, line, before)| Found {
            place: *place,
            entry: line.entry,
            audit_type: line.audit_type,
            before: *before,
        });
        found.take(query.limit).collect()
    }
}
