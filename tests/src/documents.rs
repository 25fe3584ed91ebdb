//! The documents that are made from code and stories, so that they can't say anything else.

mod policy;
mod refusals;
mod rules;

use serde_json::Value;

use crate::scenario::SAID_BASE;
use crate::transitions::state_machine_md;

/// The first line of what is made here.
const MADE: &str = "<!-- Made by `cargo xtask docs` from the code and the stories; don't edit. -->\n";

/// A document as it has to be.
#[derive(Debug)]
pub struct Document {
    /// Where it belongs, from the project's root.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Every document that is made.
///
/// # Errors
/// Why a document can't be made: a story with a mistake, a file that can't be read.
pub fn all() -> Result<Vec<Document>, String> {
    let stories = crate::scenario::all().map_err(|mistake| mistake.to_string())?;
    let mut documents = vec![
        Document { path: "docs/state-machine.md".to_owned(), text: state_machine_md() },
        Document { path: "docs/policy.md".to_owned(), text: policy::document() },
        Document { path: "docs/rules.md".to_owned(), text: rules::document(&stories)? },
    ];
    let examples = crate::examples::all(&stories)?;
    documents.push(Document { path: "docs/openapi.json".to_owned(), text: openapi_json(&examples) });
    documents.push(Document { path: "crates/refund-api/examples.json".to_owned(), text: format!("{examples:#}\n") });
    documents.extend(refusals::documents(&stories)?);
    Ok(documents)
}

/// The contract of a server as it is started where nothing else is said.
fn openapi_json(examples: &Value) -> String {
    format!("{:#}\n", refund_api::openapi_showing(SAID_BASE, examples))
}

/// Files that stand among the made documents and are none of them.
#[must_use]
pub fn strays(documents: &[Document]) -> Vec<String> {
    let folder = crate::repository::root().join("docs/refusals");
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let paths = entries.map(|entry| format!("docs/refusals/{}", entry.file_name().to_string_lossy()));
    let mut strays: Vec<_> = paths.filter(|path| documents.iter().all(|document| document.path != *path)).collect();
    strays.sort();
    strays
}

/// A document that is not as it has to be, and how it differs in its first line that does.
#[must_use]
pub fn stale(document: &Document) -> Option<String> {
    let written = std::fs::read_to_string(crate::repository::root().join(&document.path)).unwrap_or_default();
    if written == document.text {
        return None;
    }
    let mut lines = (1..).zip(written.lines().map(Some).chain(std::iter::repeat(None)).zip(document.text.lines()));
    let first = lines.find(|(_, (is, has_to_be))| *is != Some(*has_to_be)).map_or(0, |(number, _)| number);
    Some(format!("{} is stale from line {first} on: run `cargo xtask docs`", document.path))
}

/// A table in which every column is as wide as its widest cell.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| wide(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("| {cell:width$} "));
        cells.collect::<String>() + "|\n"
    };
    let rule = widths.iter().map(|width| format!("| {} ", "-".repeat(*width))).collect::<String>() + "|\n";
    let mut lines = rows.iter().map(line);
    let head = lines.next().unwrap_or_default();
    head + &rule + &lines.collect::<String>()
}
