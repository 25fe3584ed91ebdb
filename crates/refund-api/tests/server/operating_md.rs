//! What `docs/operating.md` shows is what happens, and the messages that it explains are the program's.

use crate::support::Server;
use crate::{shown, story};
use std::fmt::Write;
use std::path::Path;

use refund_store::{EmbeddedStore, Store};

const PAGE: &str = include_str!("../../../../docs/operating.md");

/// The chapter that is about an empty server, and the page without it.
fn first_hour() -> (&'static str, String) {
    let (before, rest) = PAGE.split_once("## The first hour\n").unwrap();
    let (chapter, behind) = rest.split_once("\n## ").unwrap();
    (chapter, format!("{before}## {behind}"))
}

#[test]
fn the_first_hour_goes_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::empty(&data);
    let variables = [("URL", server.base_url.as_str()), ("DATA", data.to_str().unwrap())];
    assert_eq!(shown::check(first_hour().0, folder.path(), &variables), 6);
    server.stop();
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
    assert!(shown::check(&first_hour().1, folder.path(), &[]) >= 7);
}

#[test]
fn the_page_says_how_many_alerts_are_kept() {
    assert!(PAGE.contains(&format!("of all together the latest {}.", refund_store::ALERTS_MAX)));
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
