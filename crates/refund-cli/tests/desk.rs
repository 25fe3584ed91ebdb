//! The desk against a real server.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::process::{Command, Output};

fn refund(url: &str, key: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_refund"));
    command.env("REFUND_URL", url).env_remove("REFUND_KEY").args(arguments);
    if let Some(key) = key {
        command.env("REFUND_KEY", key);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_desk_lists_refunds_and_shows_one_with_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let started = runtime.block_on(refund_api::demo(folder.path().to_owned(), "127.0.0.1:0".parse().unwrap()));
    let (running, demo) = started.unwrap();
    let operator = Some(demo.operator.as_str());

    let list = refund(&demo.base_url, operator, &["list"]);
    let lines: Vec<String> = text(&list.stdout).lines().map(str::to_owned).collect();
    assert!(lines[0].starts_with("REFUND") && lines[0].contains("NEXT DEADLINE"));
    assert_eq!(lines.len(), 17, "a heading, and a line for each of the demo's refunds");
    let failed = refund(&demo.base_url, operator, &["list", "--status", "REFUND_FAILED"]);
    let failed = text(&failed.stdout);
    let id = failed.lines().nth(1).unwrap().split(' ').next().unwrap();
    let shown = text(&refund(&demo.base_url, operator, &["show", id]).stdout);
    assert!(shown.contains("Paper lantern") && shown.contains("refund.payout_failed"), "{shown}");

    let unknown = refund(&demo.base_url, operator, &["show", "rfd_nowhere"]);
    assert!(!unknown.status.success() && text(&unknown.stderr).contains("not_found"));
    let keyless = refund(&demo.base_url, None, &["list"]);
    assert!(!keyless.status.success() && text(&keyless.stderr).contains("REFUND_KEY"));
    runtime.block_on(running.stop()).unwrap();
    let gone = refund(&demo.base_url, operator, &["list"]);
    assert!(!gone.status.success() && text(&gone.stderr).contains(&demo.base_url));
}
