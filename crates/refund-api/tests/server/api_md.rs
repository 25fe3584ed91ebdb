//! What `docs/api.md` shows is what happens: its blocks are run, and their output compared.

use std::fmt::Write;
use std::process::Command;

use crate::support::Server;

const PAGE: &str = include_str!("../../../../docs/api.md");
/// Printed after each block, to tell their outputs apart.
const MARK: &str = "--- end of block ---";

/// The page's blocks of a language, in order, each with whatever block stands directly below it.
fn blocks() -> Vec<(String, Option<String>)> {
    let mut shown = Vec::new();
    let mut rest = PAGE;
    while let Some((_, after)) = rest.split_once("```sh\n") {
        let (script, after) = after.split_once("```\n").unwrap();
        let output = after.strip_prefix("```text\n").map(|text| text.split_once("```\n").unwrap().0.to_owned());
        shown.push((script.to_owned(), output));
        rest = after;
    }
    shown
}

#[test]
fn every_block_of_the_page_prints_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let server = Server::demo(&demo);
    let blocks = blocks();
    assert!(blocks.len() >= 7);
    let mut script = "set -euo pipefail\n".to_owned();
    for (block, _) in &blocks {
        write!(script, "{block}\necho '{MARK}'\n").unwrap();
    }
    // A value that has two lines, such as a key and a link, is none.
    writeln!(script, "[[ \"$operator$platform$seller$url\" != *[[:space:]]* ]]").unwrap();
    let run =
        Command::new("bash").args(["-c", &script]).env("DEMO", &demo).current_dir(folder.path()).output().unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    let mark = format!("{MARK}\n");
    let outputs = printed.split(&mark);
    for ((block, expected), printed) in blocks.into_iter().zip(outputs) {
        assert_eq!(printed, expected.unwrap_or_default(), "{block}");
    }
    server.stop();
}
