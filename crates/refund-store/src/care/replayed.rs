//! What a journal makes, kept small: states as the bytes that are stored of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use refund_core::{LineKey, Refund, RefundId, Timestamp};

use crate::door::{Case, Changed, Loaded, Need, Shelf};
use crate::embedded::{Audit, AuditLine, OfSellers, told};
use crate::record::Record;
use crate::stored::{SettingRow, parse_last, parse_refund, refund_row, setting_row};
use crate::{Settings, StoreError};

/// Everything as it is after some records. A refund takes about half a kilobyte.
#[derive(Default)]
pub(super) struct Replayed {
    /// Where the latest record of each stands, and its state.
    pub(super) refunds: BTreeMap<RefundId, Box<[u8]>>,
    pub(super) lines: BTreeMap<LineKey, Vec<RefundId>>,
    pub(super) settings: Arc<Settings>,
    /// The rows that the settings have in a view.
    pub(super) setting_rows: BTreeMap<String, Vec<u8>>,
    pub(super) audit: Audit,
    /// Which records tell which seller something.
    pub(super) of_sellers: OfSellers,
    latest: Option<Timestamp>,
}

impl Replayed {
    /// Where the latest record stands that tells of a refund; 0 where there is none.
    pub(super) fn last(&self, id: &RefundId) -> u64 {
        self.refunds.get(id).and_then(|row| parse_last(row)).unwrap_or(0)
    }

    /// What is known before the next record.
    pub(super) fn case(&self) -> Case {
        Case::new(Arc::clone(&self.settings), self.latest())
    }

    pub(super) fn latest(&self) -> Timestamp {
        self.latest.unwrap_or(Timestamp::MIN)
    }

    /// Adds the record that stands at `position`, and what it changed.
    pub(super) fn apply(&mut self, position: u64, record: &Record, changed: Changed) -> Result<(), StoreError> {
        for entry in &record.entries {
            let Some(SettingRow { which, bytes }) = setting_row(entry)? else { continue };
            match bytes {
                Some(bytes) => self.setting_rows.insert(which, bytes),
                None => self.setting_rows.remove(&which),
            };
        }
        self.audit.add(position, AuditLine::of(record, &self.settings));
        self.of_sellers.add_all(told(record, &changed).into_iter().map(|seller| (seller, position)));
        for (id, change) in changed.refunds {
            self.refunds.insert(id, refund_row(position, &change.after)?.into());
        }
        for (line, ids) in changed.opened {
            self.lines.entry(line).or_default().extend(ids);
        }
        if let Some(settings) = changed.settings {
            self.settings = settings;
        }
        self.latest = changed.latest.max(self.latest);
        Ok(())
    }

    pub(super) fn refund(&self, id: &RefundId) -> Result<Option<Refund>, StoreError> {
        Ok(self.refunds.get(id).map(|row| parse_refund(row)).transpose()?)
    }

    pub(super) fn on_line(&self, key: &LineKey) -> Result<Vec<Refund>, StoreError> {
        let ids = self.lines.get(key).into_iter().flatten();
        ids.filter_map(|id| self.refund(id).transpose()).collect()
    }
}

/// Only what is needed to make true again what was recorded: histories and answers stay in the journal.
impl Shelf for Replayed {
    fn load(&self, need: &Need, case: &mut Case) -> Result<(), StoreError> {
        match need {
            Need::Refund(id) => {
                let refund = self.refund(id)?;
                if let Some(refund) = &refund {
                    self.load(&Need::Line(refund.line_key()), case)?;
                }
                case.put_refund(id.clone(), Loaded::from(refund));
            }
            Need::Line(key) => {
                case.put_line(key.clone(), self.on_line(key)?.into_iter().map(Arc::new).map(Loaded::by_id))
            }
            Need::Answer(_) | Need::History(_) | Need::Records(_) | Need::Due(..) => {}
        }
        Ok(())
    }
}
