//! What a turn writes: its records, and the rows that follow from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use deadpool_postgres::ClientWrapper;
use futures_util::future::{BoxFuture, FutureExt, try_join_all};
use refund_core::{LineLedger, Refund, RefundId, Role};
use sha2::{Digest, Sha256};
use tokio_postgres::types::ToSql;

use super::hashes;
use super::head::{Head, Last};
use super::loading::Places;
use super::rows::{column, strange};
use super::sql;
use crate::codec::encode;
use crate::door::{Case, Changed};
use crate::journal::{Stamp, digest};
use crate::model::audit::{audit_type, seller_of, who};
use crate::record::{Entry, Record};
use crate::stored::{setting, setting_row};
use crate::{EventPosition, Number, Settings, StoreError, Webhook};

/// A statement, and a column of values for each of its parameters.
struct Put {
    sql: &'static str,
    columns: Vec<Box<dyn ToSql + Sync + Send>>,
}

/// Columns of many rows, from the rows.
macro_rules! columns {
    ($rows:expr, $($name:ident: $value:expr),+ $(,)?) => {{
        let rows = $rows;
        vec![$(Box::new(rows.iter().map(|$name| $value).collect::<Vec<_>>()) as Box<dyn ToSql + Sync + Send>),+]
    }};
}

/// A record of this turn, as it is stored.
struct NewRecord {
    salt: [u8; 16],
    digest: [u8; 32],
    sets_up: bool,
    body: Vec<u8>,
}

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

/// What is to be written.
pub(super) struct Written {
    first: u64,
    epoch: u32,
    chain: Sha256,
    settings: u64,
    records: Vec<NewRecord>,
    entries: usize,
    history: Vec<NewHistory>,
    answers: Vec<(i64, u64, i64)>,
    audit: Vec<NewAudit>,
    set_up: BTreeMap<String, Option<Vec<u8>>>,
}

/// What was written, once it is durable.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) first: u64,
    pub(super) last: Last,
}

impl Written {
    /// Nothing yet, behind what was recorded last.
    pub(super) fn behind(head: &Head) -> Self {
        Self {
            first: head.number().saturating_add(1),
            epoch: head.epoch,
            chain: Sha256::new().chain_update(head.chain()),
            settings: head.settings(),
            records: Vec::new(),
            entries: 0,
            history: Vec::new(),
            answers: Vec::new(),
            audit: Vec::new(),
            set_up: BTreeMap::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many bytes the records have.
    pub(super) fn bytes(&self) -> usize {
        self.records.iter().map(|record| record.body.len()).sum()
    }

    /// Adds a record and what it changed; `before` are the settings before it.
    pub(super) fn add(
        &mut self,
        record: &Record,
        changed: &Changed,
        before: &Settings,
        places: &mut Places,
        salt: [u8; 16],
    ) -> Result<(), StoreError> {
        // Whatever can go wrong goes wrong before the record is one of the batch.
        let body = encode(record)?;
        let set_up = record.entries.iter().map(setting_row).collect::<Result<Vec<_>, _>>()?;
        let number = self.first.saturating_add(self.records.len() as u64);
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
            self.settings = number;
            self.set_up.insert(row.which, row.bytes);
        }
        let digest = digest(&salt, &body);
        let stamp = Stamp { number, epoch: self.epoch };
        self.chain.update(stamp.number.to_le_bytes());
        self.chain.update(stamp.epoch.to_le_bytes());
        self.chain.update(digest);
        self.entries = record.entries.len();
        self.records.push(NewRecord { salt, digest, sets_up, body });
        Ok(())
    }

    /// What is recorded last, when all of it is.
    pub(super) fn batch(&self, case: &Case) -> Batch {
        let number = self.first.saturating_add(self.records.len() as u64).saturating_sub(1);
        let end = EventPosition::last_of(Stamp { number, epoch: self.epoch }, self.entries);
        let chain = self.chain.clone().finalize().into();
        Batch { first: self.first, last: Last { end, latest: case.latest, settings: self.settings, chain } }
    }

    /// Sends all of it in one go, with the end of the transaction. Where any of it fails, so does all.
    pub(super) async fn send(
        &self,
        client: &ClientWrapper,
        case: &Case,
        places: &Places,
        batch: &Batch,
    ) -> Result<(), SendError> {
        let puts = self.puts(case, places, batch)?;
        let mut statements = Vec::new();
        for put in &puts {
            statements.push(client.prepare_cached(put.sql).await?);
        }
        let mut sent: Vec<BoxFuture<'_, Result<(), tokio_postgres::Error>>> = Vec::new();
        for (put, statement) in puts.iter().zip(&statements) {
            let parameters: Vec<_> = put.columns.iter().map(|column| &**column as &(dyn ToSql + Sync)).collect();
            sent.push(async move { client.execute(statement, &parameters).await.map(drop) }.boxed());
        }
        // A transaction in which something failed ends with success and without effect: each answer is looked at.
        sent.push(client.batch_execute("COMMIT").boxed());
        try_join_all(sent).await?;
        Ok(())
    }

    fn puts(&self, case: &Case, places: &Places, batch: &Batch) -> Result<Vec<Put>, StoreError> {
        let mut puts = vec![self.put_records()];
        puts.extend(put_refunds(case, places)?);
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
        let Last { end, latest, settings, chain } = &batch.last;
        let records = i32::try_from(self.records.len()).unwrap_or(i32::MAX);
        let entries = i32::try_from(self.entries).unwrap_or(i32::MAX);
        let columns: Vec<Box<dyn ToSql + Sync + Send>> = vec![
            Box::new(column(self.first)),
            Box::new(records),
            Box::new(entries),
            Box::new(i64::from(end.epoch)),
            Box::new(latest.as_millis()),
            Box::new(column(*settings)),
            Box::new(chain.to_vec()),
        ];
        puts.push(Put { sql: sql::PUT_BATCH, columns });
        Ok(puts)
    }

    fn put_records(&self) -> Put {
        let epoch = i64::from(self.epoch);
        let numbered: Vec<_> = (self.first..).zip(&self.records).collect();
        let columns = columns!(
            &numbered,
            r: column(r.0), _r: epoch, r: r.1.salt.to_vec(), r: r.1.digest.to_vec(), r: r.1.sets_up,
            r: r.1.body.clone(),
        );
        Put { sql: sql::PUT_RECORDS, columns }
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

/// Why a turn's writes came to nothing, or may have.
pub(super) enum SendError {
    /// They could not be put into rows.
    Made(StoreError),
    /// The database refused them, or was not heard of again.
    Sent(tokio_postgres::Error),
}

impl From<StoreError> for SendError {
    fn from(error: StoreError) -> Self {
        Self::Made(error)
    }
}

impl From<tokio_postgres::Error> for SendError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sent(error)
    }
}

fn place(places: &Places, id: &RefundId) -> Result<(Number, Number), StoreError> {
    places.refunds.get(id).copied().ok_or_else(|| strange("a refund that changed has no place"))
}

/// The rows of refunds that changed, of their order lines, and of what is still to come of them.
fn put_refunds(case: &Case, places: &Places) -> Result<Vec<Put>, StoreError> {
    let changes = case.changed.refunds.values();
    let changes = changes.map(|change| Ok((place(places, &change.after.id)?, change)));
    let changes = changes.collect::<Result<Vec<_>, StoreError>>()?;
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let states = changes.iter().map(|(at, change)| Ok((*at, change, encode(&*change.after)?)));
    let states = states.collect::<Result<Vec<_>, StoreError>>()?;
    let (opened, changed): (Vec<_>, Vec<_>) = states.into_iter().partition(|(_, change, _)| change.before.is_none());
    let mut puts = Vec::new();
    let lines = lines(&changes.iter().map(|(at, change)| (at.1, &*change.after)).collect::<Vec<_>>(), case)?;
    puts.push(Put {
        sql: sql::PUT_LINES,
        columns: columns!(
            &lines,
            l: column(l.0), l: l.1.seller_id.to_string(), l: l.1.line.order_id.to_string(),
            l: l.1.line.line_id.to_string(), l: l.2.paid.minor(), l: l.2.refunded.minor(),
        ),
    });
    if !opened.is_empty() {
        let refund = |change: &Arc<Refund>| Arc::clone(change);
        let rows: Vec<_> = opened.into_iter().map(|(at, change, state)| (at, refund(&change.after), state)).collect();
        let columns = columns!(
            &rows,
            r: column(r.0.0), r: r.1.id.to_string(), r: column(r.0.1), r: r.1.seller_id.to_string(),
            r: r.1.buyer_id.to_string(), r: r.1.line.order_id.to_string(),
            r: r.1.references.external_reference.as_ref().map(ToString::to_string), r: metadata(&r.1),
            r: r.2.clone(),
        );
        puts.push(Put { sql: sql::OPEN_REFUNDS, columns });
    }
    if !changed.is_empty() {
        let columns = columns!(&changed, r: column(r.0.0), r: r.2.clone());
        puts.push(Put { sql: sql::CHANGE_REFUNDS, columns });
    }
    puts.extend(put_waits(&changes.iter().map(|(at, change)| (*at, &*change.after)).collect::<Vec<_>>()));
    Ok(puts)
}

/// The hashes of a refund's metadata, as an array is written.
fn metadata(refund: &Refund) -> String {
    let hashes = refund.references.metadata.entries().map(|entry| hashes::of_metadata(&entry).to_string());
    format!("{{{}}}", hashes.collect::<Vec<_>>().join(","))
}

/// The accounts of the order lines of these refunds, each line once.
fn lines<'r>(
    refunds: &[(Number, &'r Refund)],
    case: &Case,
) -> Result<Vec<(Number, &'r Refund, LineLedger)>, StoreError> {
    let mut known = BTreeSet::new();
    let mut lines = Vec::new();
    for (line, refund) in refunds.iter().filter(|(line, _)| known.insert(*line)) {
        let ledger = case.account(&refund.line_key());
        let ledger = ledger.ok_or_else(|| strange("a refund that changed is not on its order line"))?;
        lines.push((*line, *refund, ledger));
    }
    Ok(lines)
}

fn put_waits(refunds: &[((Number, Number), &Refund)]) -> Vec<Put> {
    let mut waits: Vec<_> = refunds.iter().map(|(at, refund)| Wait::of(*at, refund)).collect();
    let gone: Vec<_> = waits.extract_if(.., |wait| wait.is_over()).collect();
    // Of two on one line the one that is over makes room for the other.
    waits.sort_by_key(|wait| wait.in_progress);
    let mut puts = Vec::new();
    if !gone.is_empty() {
        puts.push(Put { sql: sql::WAIT_NO_MORE, columns: columns!(&gone, w: column(w.at.0)) });
    }
    if !waits.is_empty() {
        let columns = columns!(
            &waits,
            w: column(w.at.0), w: column(w.at.1), w: w.seller.clone(), w: w.in_progress, w: w.rank, w: w.next_due,
            w: w.overdue.map(|(kind, _)| kind), w: w.overdue.map(|(_, at)| at),
        );
        puts.push(Put { sql: sql::WAIT, columns });
    }
    puts
}

/// What is still to come of a refund.
struct Wait {
    at: (Number, Number),
    seller: String,
    in_progress: bool,
    rank: Option<i64>,
    next_due: Option<i64>,
    overdue: Option<(&'static str, i64)>,
}

impl Wait {
    fn of(at: (Number, Number), refund: &Refund) -> Self {
        Self {
            at,
            seller: refund.seller_id.to_string(),
            in_progress: !refund.status.kind().is_final(),
            // Nothing is listed as due before the beginning of time.
            rank: refund.next_deadline().map(|deadline| deadline.at.as_millis().max(0)),
            next_due: refund.next_due().map(refund_core::Timestamp::as_millis),
            overdue: refund.overdue().map(|deadline| (deadline.kind.as_str(), deadline.at.as_millis())),
        }
    }

    fn is_over(&self) -> bool {
        !self.in_progress && self.rank.is_none() && self.next_due.is_none() && self.overdue.is_none()
    }
}

/// What of a record is for the audit.
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

/// The endpoint that an entry removes.
fn removed<'s>(entry: &Entry, before: &'s Settings) -> Option<&'s Webhook> {
    if let Entry::WebhookRemoved { webhook_id, .. } = entry {
        before.webhook(webhook_id).map(|own| &**own)
    } else {
        None
    }
}
