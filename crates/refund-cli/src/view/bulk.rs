//! What came of many commands.

use crate::model::BulkResult;
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column};

const COLUMNS: &[Column] =
    &[column("LINE", 0), column("REFUND", 0), column("ACTION", 1), column("RESULT", 0), column("DETAIL", 2)];

/// The columns of results in CSV.
pub(crate) const FIELDS: &[&str] =
    &["refund_id", "status", "refund.version", "refund.status", "problem.code", "problem.detail"];

/// Each command by the number of its line, with what came of it.
pub(crate) fn list(results: &[(u64, String, BulkResult)], out: &Output) -> String {
    let row = |(line, action, result): &(u64, String, BulkResult)| {
        let (what, detail) = match (&result.refund, &result.problem) {
            (_, Some(problem)) => (Cell::new(&*problem.code, Tone::Bad), problem.in_one_line()),
            (Some(refund), None) => (Cell::new(&*refund.status, Tone::Good), String::new()),
            (None, None) => (Cell::default(), String::new()),
        };
        vec![line.to_string().into(), (&*result.refund_id).into(), action.as_str().into(), what, detail.into()]
    };
    out.draw(&Table { columns: COLUMNS, rows: results.iter().map(row).collect(), last_wraps: true })
}
