//! Paths of the project's own that a document names.

use super::SourceFile;
use super::files::root;

/// The documents that send a reader to files: one shows the rooms, one which test shows what.
const DOCUMENTS: &[&str] = &["docs/architecture.md", "SECURITY.md"];
/// How it names crates.
const CRATES: &[&str] = &["core", "store", "api", "cli"];

/// Files and folders that they name and nobody finds.
pub(super) fn lost(texts: &[SourceFile]) -> Vec<String> {
    DOCUMENTS.iter().flat_map(|document| lost_in(document, texts)).collect()
}

fn lost_in(document: &str, texts: &[SourceFile]) -> Vec<String> {
    let Some(file) = texts.iter().find(|file| file.path == document) else {
        return vec![format!("{document} is missing")];
    };
    let quoted = file.text.split('`').skip(1).step_by(2).filter(|quoted| is_path(quoted));
    let lost = quoted.filter(|path| !places(path).iter().any(|place| root().join(place).exists()));
    lost.map(|path| format!("{document}: `{path}` is nowhere")).collect()
}

fn is_path(quoted: &str) -> bool {
    let Some((first, _)) = quoted.split_once('/') else { return false };
    let is_ours = CRATES.contains(&first) || ["tests", "bench", "xtask", "docs"].contains(&first);
    is_ours && (quoted.ends_with(".rs") || quoted.ends_with('/'))
}

/// Where a path may be: a crate's name stands for its folder, or for what it is made of.
fn places(path: &str) -> [String; 3] {
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let folder = format!("crates/refund-{first}");
    [path.to_owned(), format!("{folder}/{rest}"), format!("{folder}/src/{rest}")]
}
