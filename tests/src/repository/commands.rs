//! Commands that a README tells to run.

use super::SourceFile;
use super::files::{root, text_files};

/// Every command in a fenced block or between backticks of a README, with the README's path.
///
/// # Errors
/// A folder that can't be read.
pub fn readme_commands() -> Result<Vec<(String, String)>, String> {
    Ok(text_files()?.iter().filter(|file| is_readme(file)).flat_map(commands).collect())
}

fn is_readme(file: &SourceFile) -> bool {
    file.path == "README.md" || file.path.starts_with("crates/") && file.path.ends_with("/README.md")
}

fn commands(readme: &SourceFile) -> Vec<(String, String)> {
    let fenced = readme.text.lines().map(str::trim);
    let quoted = readme.text.split('`').skip(1).step_by(2);
    let found = fenced.chain(quoted).filter(|text| text.starts_with("cargo ") && !text.contains(['\n', '`']));
    found.map(|command| (readme.path.clone(), command.to_owned())).collect()
}

/// The names of the workspace's packages.
///
/// # Errors
/// A folder that can't be read.
pub fn packages() -> Result<Vec<String>, String> {
    let crates = std::fs::read_dir(root().join("crates")).map_err(|error| error.to_string())?;
    let names = crates.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    Ok(names.chain(["refund-tests".to_owned(), "xtask".to_owned()]).collect())
}

pub(super) fn unknown_packages(texts: &[SourceFile]) -> Vec<String> {
    let packages = packages().unwrap_or_default();
    let mut unknown = Vec::new();
    for (path, command) in texts.iter().filter(|file| is_readme(file)).flat_map(commands) {
        let mut words = command.split_whitespace().skip_while(|word| *word != "-p" && *word != "--package");
        if let Some(package) = words.nth(1).filter(|package| !packages.iter().any(|known| known == package)) {
            unknown.push(format!("{path}: `{command}` runs {package}, which is no package of the workspace"));
        }
    }
    unknown
}
