//! What came of many commands.

use crate::model::BulkResult;
use crate::output::Output;
use crate::output::style::Tone;
use crate::output::table::{Cell, Column, Table, column, wrap_hanging};

const COLUMNS: &[Column] = &[column("LINE", 0), column("REFUND", 0), column("ACTION", 1), column("RESULT", 0)];

/// The columns of results in CSV.
pub(crate) const FIELDS: &[&str] =
    &["refund_id", "status", "refund.version", "refund.status", "problem.code", "problem.detail"];

/// Each command by the number of its line, with what came of it; and below all why some were refused.
pub(crate) fn list(results: &[(u64, String, BulkResult)], out: &Output) -> String {
    let row = |(line, action, result): &(u64, String, BulkResult)| {
        let what = match (&result.refund, &result.problem) {
            (_, Some(problem)) => Cell::new(&*problem.code, Tone::Bad),
            (Some(refund), None) => Cell::new(&*refund.status, Tone::Good),
            (None, None) => Cell::default(),
        };
        vec![line.to_string().into(), (&*result.refund_id).into(), action.as_str().into(), what]
    };
    let table = out.draw(&Table { columns: COLUMNS, rows: results.iter().map(row).collect(), last_wraps: false });
    let refused = results.iter().filter_map(|(line, _, result)| {
        let why = format!("line {line}: {}", result.problem.as_ref()?.in_one_line());
        Some(format!("{}\n", wrap_hanging(&why, out.width, 0, 2).join("\n")))
    });
    let refused: String = refused.collect();
    if refused.is_empty() { table } else { format!("{table}\n{refused}") }
}
