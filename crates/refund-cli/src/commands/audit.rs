//! `refund audit`: who did what, from where.

use super::Desk;
use crate::cli::audit::Audit;
use crate::client::Query;
use crate::failure::Failure;
use crate::model::AuditEntry;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::output::time::absolute;

const COLUMNS: &[Column] = &[
    column("WHEN", 0),
    column("WHAT", 0),
    column("OF", 1),
    column("WHO", 0),
    column("ADDRESS", 2),
    column("WHAT IS DIFFERENT", 1),
];
const FIELDS: &[&str] = &[
    "id",
    "at",
    "type",
    "subject",
    "subject_name",
    "actor.role",
    "actor.via_id",
    "actor_name",
    "address",
    "count",
    "since",
    "changes",
];

pub(super) fn run(desk: &Desk, audit: &Audit) -> Result<(), Failure> {
    let client = desk.client()?;
    let mut query = Query::new();
    for (name, when) in [("since", audit.since), ("until", audit.until)] {
        if let Some(when) = when {
            query.push((name, when.back_from(client.now([])?)));
        }
    }
    let given = [("type", &audit.types), ("actor", &audit.actor)];
    query.extend(given.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
    let page = client.pages("/v1/audit", &query, audit.many.limit())?;
    desk.list(&page, FIELDS, || {
        let entries: Vec<AuditEntry> = page.seen()?;
        let rows = entries.iter().map(row).collect();
        Ok(desk.out.draw(&Table { columns: COLUMNS, rows, last_wraps: true }))
    })
}

fn row(entry: &AuditEntry) -> Vec<Cell> {
    let failed = entry.count.is_some();
    let what = entry.count.map_or_else(|| entry.entry_type.clone(), |count| format!("{} ×{count}", entry.entry_type));
    let of = entry.subject_name.as_ref().or(entry.subject.as_ref());
    let who = entry.actor_name.as_ref().or(entry.actor.as_ref().map(|actor| &actor.role));
    let changes = entry.changes.iter().map(|change| match (&change.before, &change.after) {
        (Some(before), Some(after)) if before == after => format!("{} replaced", change.field),
        (None, Some(after)) => format!("{}: {after}", change.field),
        (before, after) => {
            let in_words = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
            format!("{}: {} → {}", change.field, in_words(before), in_words(after))
        }
    });
    let or_none = |text: Option<&String>| Cell::from(text.map_or("-", String::as_str));
    vec![
        absolute(&entry.at).into(),
        Cell::new(what, if failed { Tone::Bad } else { Tone::Strong }),
        or_none(of),
        or_none(who),
        or_none(entry.address.as_ref()),
        Cell::from(changes.collect::<Vec<_>>().join("; ")),
    ]
}
