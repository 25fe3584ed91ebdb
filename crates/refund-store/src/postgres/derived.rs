//! The rows that follow from records: of refunds, of their histories, of answers, settings and the audit.

use std::collections::BTreeMap;

use refund_core::{RefundId, Role};

use super::hashes;
use super::loading::Places;
use super::puts::{Put, columns};
use super::refund_rows::{place, put_refunds};
use super::rows::column;
use super::sql;
use crate::door::{Case, Changed};
use crate::model::audit::{audit_type, removed, seller_of, who};
use crate::record::Record;
use crate::stored::{setting, setting_row};
use crate::{Settings, StoreError};

/// That a record tells of a refund.
struct NewHistory {
    refund: RefundId,
    sequence: u64,
    record: u64,
    seller: Option<String>,
}

struct NewAudit {
    record: u64,
    entry: i32,
    at: i64,
    kind: &'static str,
    who: Option<String>,
    seller: Option<String>,
    which: Option<String>,
}

/// What follows from some records, beside the refunds that they changed.
#[derive(Default)]
pub(super) struct Derived {
    history: Vec<NewHistory>,
    answers: Vec<(i64, u64, i64)>,
    audit: Vec<NewAudit>,
    set_up: BTreeMap<String, Option<Vec<u8>>>,
}

impl Derived {
    /// Adds what follows from the record of that number, which changed that; `before` are the settings before it. Whether
    /// it changed a setting.
    pub(super) fn add(
        &mut self,
        number: u64,
        record: &Record,
        changed: &Changed,
        before: &Settings,
        places: &mut Places,
    ) -> Result<bool, StoreError> {
        let set_up = record.entries.iter().map(setting_row).collect::<Result<Vec<_>, _>>()?;
        for (id, change) in &changed.refunds {
            if change.before.is_none() {
                let line = *places.lines.entry(change.after.line_key()).or_insert(number);
                places.refunds.insert(id.clone(), (number, line));
            }
            let is_told = change.events.iter().any(|event| event.fact.is_for(Role::Seller));
            self.history.push(NewHistory {
                refund: id.clone(),
                sequence: change.after.sequence,
                record: number,
                seller: is_told.then(|| change.after.seller_id.to_string()),
            });
        }
        let answers = changed.answers.iter();
        self.answers.extend(answers.map(|(key, given)| (hashes::of_key(key), number, given.at.as_millis())));
        self.audit.extend(audited(record, number, before));
        let mut sets_up = false;
        for row in set_up.into_iter().flatten() {
            sets_up = true;
            self.set_up.insert(row.which, row.bytes);
        }
        Ok(sets_up)
    }

    /// All rows, with those of the refunds that changed in that case.
    pub(super) fn puts(&self, case: &Case, places: &Places) -> Result<Vec<Put>, StoreError> {
        let mut puts = put_refunds(case, places)?;
        if !self.history.is_empty() {
            puts.push(self.put_history(places)?);
        }
        if !self.answers.is_empty() {
            let columns = columns!(&self.answers, a: a.0, a: column(a.1), a: a.2);
            puts.push(Put { sql: sql::PUT_ANSWERS, columns });
        }
        puts.extend(self.put_settings());
        if !self.audit.is_empty() {
            let columns = columns!(
                &self.audit,
                a: column(a.record), a: a.entry, a: a.at, a: a.kind, a: a.who.clone(), a: a.seller.clone(),
                a: a.which.clone(),
            );
            puts.push(Put { sql: sql::PUT_AUDIT, columns });
        }
        Ok(puts)
    }

    fn put_history(&self, places: &Places) -> Result<Put, StoreError> {
        let rows = self.history.iter().map(|row| Ok((place(places, &row.refund)?.0, row)));
        let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
        let columns = columns!(
            &rows,
            h: column(h.0), h: column(h.1.sequence), h: column(h.1.record), h: h.1.seller.clone(),
        );
        Ok(Put { sql: sql::PUT_HISTORY, columns })
    }

    fn put_settings(&self) -> Vec<Put> {
        let gone: Vec<_> = self.set_up.iter().filter(|(_, body)| body.is_none()).collect();
        let there: Vec<_> = self.set_up.iter().filter_map(|(which, body)| Some((which, body.as_ref()?))).collect();
        let mut puts = Vec::new();
        if !gone.is_empty() {
            puts.push(Put { sql: sql::REMOVE_SETTINGS, columns: columns!(&gone, s: s.0.clone()) });
        }
        if !there.is_empty() {
            puts.push(Put { sql: sql::PUT_SETTINGS, columns: columns!(&there, s: s.0.clone(), s: s.1.clone()) });
        }
        puts
    }
}

fn audited(record: &Record, number: u64, before: &Settings) -> Vec<NewAudit> {
    let entries = (0..).zip(&record.entries);
    let audited = entries.filter_map(|(entry, content)| {
        let removed = removed(content, before);
        Some(NewAudit {
            record: number,
            entry,
            at: record.at.as_millis(),
            kind: audit_type(content, before)?.as_str(),
            who: who(content).map(str::to_owned),
            seller: seller_of(content, removed, before).map(|id| id.to_string()),
            which: setting(content).map(|(which, _)| which),
        })
    });
    audited.collect()
}
