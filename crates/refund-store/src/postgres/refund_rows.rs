//! The rows of refunds that changed, of their order lines, and of what is still to come of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use refund_core::{LineLedger, Refund, RefundId};

use super::gists::put_gists;
use super::hashes;
use super::loading::Places;
use super::puts::{Put, columns};
use super::rows::{column, strange};
use super::sql;
use crate::codec::encode;
use crate::door::Case;
use crate::{Number, StoreError};

/// The number of a refund, and that of its order line.
pub(super) fn place(places: &Places, id: &RefundId) -> Result<(Number, Number), StoreError> {
    places.refunds.get(id).copied().ok_or_else(|| strange("a refund that changed has no place"))
}

/// The rows of refunds that changed, of their order lines, and of what is still to come of them.
pub(super) fn put_refunds(case: &Case, places: &Places) -> Result<Vec<Put>, StoreError> {
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
    puts.push(put_gists(changes.iter().map(|(at, change)| (at.0, &*change.after))));
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
