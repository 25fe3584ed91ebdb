//! A process that is killed, for real: sled's own files are in play here.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use super::open;
use super::story::*;

/// Where the victim works; only set in the process that is to be killed.
const FOLDER: &str = "REFUND_STORE_KILLED_FOLDER";

/// Writes until it is killed, and says what was answered.
#[test]
fn the_victim() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let opened = open(std::path::Path::new(&folder));
    if opened.store.next_due_is_unset() {
        begin(&opened.store);
    }
    let begun = feed(&opened.store).len();
    let mut out = std::io::stdout();
    for number in 0.. {
        let works = (0..8).map(|part| open_refund(&format!("r{begun}-{number}-{part}"))).collect();
        for answer in gathered(&opened.store, works) {
            answer.unwrap();
        }
        writeln!(out, "answered {}", feed(&opened.store).len()).unwrap();
    }
}

trait Unset {
    fn next_due_is_unset(&self) -> bool;
}

impl<S: refund_store::Store> Unset for S {
    fn next_due_is_unset(&self) -> bool {
        refund_store::wait(self.next_due()).unwrap().is_none()
    }
}

#[test]
fn a_process_that_is_killed_again_and_again_loses_nothing_and_its_view_says_what_the_journal_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut answered = 0;
    for round in 1..=5 {
        let mut victim = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::the_victim", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(victim.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok).filter(|line| line.starts_with("answered ")).take(10 * round) {
            answered = line["answered ".len()..].parse().unwrap();
        }
        victim.kill().unwrap();
        victim.wait().unwrap();
        let opened = open(folder.path());
        assert!(!opened.rebuilt, "a kill leaves a view that can be used");
        let seen = see(&opened.store);
        assert!(feed(&opened.store).len() >= answered);
        drop(opened);
        std::fs::remove_dir_all(folder.path().join("view")).unwrap();
        let opened = open(folder.path());
        assert!(opened.rebuilt);
        assert_eq!(see(&opened.store), seen, "round {round}");
    }
    assert!(answered > 0);
}
