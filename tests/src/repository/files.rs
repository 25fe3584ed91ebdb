//! The project's files.

use std::path::{Path, PathBuf};

use refund_core::RefusalCode;

/// What holds nothing of the project's own.
const NOT_OURS: &[&str] = &["target", ".git", "demo-data"];

/// A file of the project.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it is, from the project's root, with `/` between.
    pub path: String,
    /// What is in it.
    pub text: String,
}

/// The project's root.
#[must_use]
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// Every file that is text.
///
/// # Errors
/// A folder that can't be read.
pub fn text_files() -> Result<Vec<SourceFile>, String> {
    let mut files = Vec::new();
    gather(&root(), "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Every Rust file.
///
/// # Errors
/// A folder that can't be read.
pub fn rust_files() -> Result<Vec<SourceFile>, String> {
    Ok(text_files()?.into_iter().filter(|file| file.path.ends_with(".rs")).collect())
}

fn gather(folder: &Path, path: &str, files: &mut Vec<SourceFile>) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let inner = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        if entry.path().is_dir() {
            gather(&entry.path(), &inner, files)?;
        } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
            // What is no text, or has just gone, is passed over.
            files.push(SourceFile { path: inner, text });
        }
    }
    Ok(())
}

/// Snapshots whose test file is gone, or names no snapshot that begins so. Whether each is really
/// used `cargo xtask test` sees, which runs the tests.
pub(super) fn snapshots_without_a_test(texts: &[SourceFile], sources: &[SourceFile]) -> Vec<String> {
    let snapshots = texts.iter().filter(|file| file.path.ends_with(".snap"));
    let lost = snapshots.filter(|snapshot| {
        let source = snapshot.text.lines().find_map(|line| line.strip_prefix("source: "));
        !source.is_some_and(|source| sources.iter().any(|file| file.path == source))
    });
    lost.map(|snapshot| format!("{}: its test is gone; remove it", snapshot.path)).collect()
}

pub(super) fn refusals_without_a_page() -> Vec<String> {
    let pages = RefusalCode::ALL.iter().map(|code| format!("docs/refusals/{code}.md"));
    let missing = pages.filter(|page| !root().join(page).exists());
    missing.map(|page| format!("{page} is missing: run `cargo xtask docs`")).collect()
}
