//! What `docs/operating.md` shows is what happens, and the messages that it explains are the program's.

use crate::story;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use refund_store::{EmbeddedStore, Store};

const PAGE: &str = include_str!("../../../../docs/operating.md");
/// Printed after each block, to tell their outputs apart.
const MARK: &str = "--- end of block ---\n";

/// The page's blocks of a shell, in order, each with whatever block stands directly below it.
fn blocks() -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let mut rest = PAGE;
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
    match shown.split_once('…') {
        Some((before, after)) => printed.starts_with(before) && printed.ends_with(after),
        None => printed == shown,
    }
}

#[test]
fn every_block_of_the_page_prints_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = EmbeddedStore::open(&data, story::surroundings()).unwrap().store;
    story::tell(&store);
    store.close().unwrap();
    drop(store);
    std::fs::write(data.join("server.secret"), "a secret\n").unwrap();
    std::fs::write(data.join("operator.key"), "a key\n").unwrap();
    let blocks = blocks();
    assert!(blocks.len() >= 7);
    let mut script = "set -euo pipefail\n".to_owned();
    for (block, _) in &blocks {
        write!(script, "{block}\nprintf '%s' '{MARK}'\n").unwrap();
    }
    let programs = Path::new(env!("CARGO_BIN_EXE_refund-api")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).env("PATH", path).env_remove("RUST_LOG").current_dir(folder.path());
    let run = bash.output().unwrap();
    let printed = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{printed}\n{}", String::from_utf8_lossy(&run.stderr));
    for ((block, shown), printed) in blocks.into_iter().zip(printed.split(MARK)) {
        let same = printed.lines().count() == shown.lines().count()
            && printed.lines().zip(shown.lines()).all(|(printed, shown)| is_shown(printed, shown));
        assert!(same, "{block}\nprints\n{printed}\nand the page shows\n{shown}");
    }
}

#[test]
fn every_message_that_the_page_explains_is_one_of_the_programs() {
    let mut sources = String::new();
    for package in ["refund-api", "refund-store"] {
        gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("src"), &mut sources);
    }
    let table = PAGE.split_once("## What to do when").unwrap().1.split_once("\n## ").unwrap().0;
    let messages: Vec<_> = table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next()).collect();
    assert!(messages.len() > 25);
    for part in messages.iter().flat_map(|message| message.split('…')) {
        assert!(sources.contains(part.trim()), "the program says nowhere: {part}");
    }
}

/// All sources below a folder, with texts that go over several lines put together.
fn gather(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, sources);
            continue;
        }
        for line in std::fs::read_to_string(path).unwrap().lines() {
            match line.strip_suffix('\\') {
                Some(begun) => sources.push_str(begun.trim_start()),
                None => writeln!(sources, "{}", line.trim_start()).unwrap(),
            }
        }
    }
}
