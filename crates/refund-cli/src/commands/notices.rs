//! `refund notices` and `refund report-notice`: who was told of what concerns them, and what became of it.

use serde_json::{Value, json};

use super::Desk;
use super::acts::given;
use crate::cli::notices::{NoticeResult, Notices, ReportNotice};
use crate::client::{Change, Query, segment};
use crate::failure::Failure;
use crate::model::Notice;
use crate::output::Said;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};
use crate::output::time::absolute;

const COLUMNS: &[Column] =
    &[column("NOTICE", 0), column("TO", 0), column("STATUS", 0), column("WHEN", 0), column("BY", 2), column("WHY", 1)];
const FIELDS: &[&str] =
    &["id", "refund_id", "to", "status", "about", "requested_at", "reported_at", "channel", "reason", "replaced_by"];

pub(super) fn list(desk: &Desk, notices: &Notices) -> Result<(), Failure> {
    let query: Query = notices.id.iter().map(|id| ("refund_id", id.clone())).collect();
    let page = desk.client()?.pages("/v1/notices", &query, notices.many.limit())?;
    desk.list(&page, FIELDS, || Ok(table(desk, &page.seen()?)))
}

pub(super) fn report(desk: &Desk, report: &ReportNotice) -> Result<(), Failure> {
    let result = match report.result {
        NoticeResult::Accepted => "accepted",
        NoticeResult::Failed => "failed",
    };
    let mut body = json!({ "result": result });
    if let Some(members) = body.as_object_mut() {
        members.extend(given([("reason", report.reason.as_deref().map(Value::from))]));
    }
    let change = Change::post(format!("/v1/notices/{}/report", segment(&report.id)), body);
    let answer = desk.change_once(change, report.idempotency_key.clone(), Vec::new())?;
    desk.out.say(&Said::One(answer.text()), FIELDS, || Ok(desk.out.done("Reported") + &table(desk, &[answer.seen()?])))
}

fn table(desk: &Desk, notices: &[Notice]) -> String {
    if notices.is_empty() {
        return "no notices\n".to_owned();
    }
    desk.out.draw(&Table { columns: COLUMNS, rows: notices.iter().map(row).collect(), last_wraps: true })
}

/// When: when it was reported on, or else asked for.
fn row(notice: &Notice) -> Vec<Cell> {
    let Notice { id, to, status, requested_at, reported_at, channel, reason, replaced_by } = notice;
    let tone = match status.as_str() {
        "FAILED" => Tone::Bad,
        "ACCEPTED" => Tone::Good,
        _ => Tone::Plain,
    };
    let instead = replaced_by.as_ref().map(|other| format!("{other} stands for it"));
    vec![
        id.clone().into(),
        to.clone().into(),
        Cell::new(status.clone(), tone),
        absolute(reported_at.as_deref().unwrap_or(requested_at)).into(),
        channel.clone().unwrap_or_default().into(),
        reason.clone().or(instead).unwrap_or_default().into(),
    ]
}
