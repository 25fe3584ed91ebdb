//! What a page shows of a shell, held against what happens.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Printed after each block, to tell their outputs apart.
const MARK: &str = "--- end of block ---\n";

/// The page's blocks of a shell, in order, each with whatever block stands directly below it.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```sh\n") {
        let (script, after) = after.split_once("```\n").unwrap();
        let output = after.strip_prefix("```text\n").map_or("", |text| text.split_once("```\n").unwrap().0);
        shown.push((script.to_owned(), output.to_owned()));
        rest = after;
    }
    shown
}

/// Whether a line is what the page shows, where `…` stands for anything.
fn is_shown(printed: &str, shown: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = printed.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

/// Runs all blocks of a page in a folder, with these variables, and sees to it that each prints what the page says.
/// How many there are.
pub(crate) fn check(page: &str, folder: &Path, variables: &[(&str, &str)]) -> usize {
    let blocks = blocks(page);
    let mut script = "set -euo pipefail\n".to_owned();
    for (block, _) in &blocks {
        write!(script, "{block}\nprintf '%s' '{MARK}'\n").unwrap();
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_refund-api")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).env("PATH", path).env_remove("RUST_LOG").current_dir(folder);
    let run = bash.envs(variables.iter().copied()).output().unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    let count = blocks.len();
    for ((block, shown), printed) in blocks.into_iter().zip(printed.split(MARK)) {
        let same = printed.lines().count() == shown.lines().count()
            && printed.lines().zip(shown.lines()).all(|(printed, shown)| is_shown(printed, shown));
        assert!(same, "{block}\nprints\n{printed}\nand the page shows\n{shown}");
    }
    count
}
