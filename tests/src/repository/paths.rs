//! Paths of the project's own that a document names.

use super::SourceFile;
use super::files::root;

/// The documents that send a reader to files: one shows the rooms, one which test shows what.
const DOCUMENTS: &[&str] = &["docs/architecture.md", "SECURITY.md"];
/// With what a path of the project begins, as they write it: a crate without the part of its name that all have.
const TOPS: &[&str] = &["core", "store", "api", "cli", "crates", "tests", "bench", "xtask", "docs", "deploy"];

/// Files and folders that they name and nobody finds.
pub(super) fn lost(texts: &[SourceFile]) -> Vec<String> {
    DOCUMENTS.iter().flat_map(|document| lost_in(document, texts)).collect()
}

fn lost_in(document: &str, texts: &[SourceFile]) -> Vec<String> {
    let Some(file) = texts.iter().find(|file| file.path == document) else {
        return vec![format!("{document} is missing")];
    };
    let quoted = file.text.split('`').skip(1).step_by(2).filter(|quoted| is_path(quoted));
    let lost = quoted.filter(|path| !is_there(path));
    lost.map(|path| format!("{document}: `{path}` is nowhere; write it from its crate on")).collect()
}

/// Whatever looks like a Rust file, and whatever begins as paths of ours do; not one that stands for several.
fn is_path(quoted: &str) -> bool {
    let is_rust = quoted.strip_suffix(".rs").is_some_and(|name| !name.is_empty());
    let is_ours = quoted.split_once('/').is_some_and(|(top, _)| TOPS.contains(&top));
    (is_rust || is_ours) && !quoted.contains(['*', ' '])
}

/// A crate's name stands for its folder, so that the path is the end of the real one, which an editor finds.
fn is_there(path: &str) -> bool {
    root().join(path).exists() || root().join(format!("crates/refund-{path}")).exists()
}
