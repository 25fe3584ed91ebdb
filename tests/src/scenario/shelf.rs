//! The stories that the project has.

use std::path::{Path, PathBuf};

use super::mistake::Mistake;
use super::story::Scenario;

/// Where they are.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// All of them, in the order of their numbers.
///
/// # Errors
/// The first [`Mistake`] in any of them.
pub fn all() -> Result<Vec<Scenario>, Mistake> {
    let entries = std::fs::read_dir(folder()).map(|entries| entries.filter_map(Result::ok)).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(|path| is_story(path)).collect();
    files.sort();
    files.iter().map(|path| read(path)).collect()
}

fn is_story(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

/// Reads one of the project's own: messages name it from the project's root.
fn read(path: &Path) -> Result<Scenario, Mistake> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let name = path.file_name().map_or_else(Default::default, std::ffi::OsStr::to_string_lossy);
    Scenario::read(&format!("tests/scenarios/{name}"), &text)
}
