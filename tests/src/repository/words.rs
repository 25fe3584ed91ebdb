//! Words that must not stand in a file, or in one room alone.

use super::SourceFile;

/// What is allowed in its room alone, and the rooms. The words are put together here so that this
/// file does not have them.
const ROOMS: &[(&str, &[&str])] = &[
    (concat!("SystemTime", "::now"), &["crates/refund-api/src/machine/clock.rs"]),
    (concat!("Utc", "::now"), &["crates/refund-api/src/machine/clock.rs"]),
    (concat!("thread", "::sleep"), &[]),
    (concat!("sled", "::"), &["crates/refund-store/", "bench/"]),
];

/// Folders of a machine.
const MACHINE: &[&str] = &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];

pub(super) fn ignored(sources: &[SourceFile]) -> Vec<String> {
    places(sources, concat!("#[", "ignore"), "run it or remove it")
}

pub(super) fn outside_their_room(sources: &[SourceFile]) -> Vec<String> {
    let outside = ROOMS.iter().flat_map(|(word, rooms)| {
        let places = places(sources, word, &format!("`{word}` belongs in {}", belongs(rooms)));
        places.into_iter().filter(|place| !rooms.iter().any(|room| place.starts_with(room)))
    });
    outside.collect()
}

fn belongs(rooms: &[&str]) -> String {
    if rooms.is_empty() { "no file".to_owned() } else { rooms.join(" or ") }
}

pub(super) fn machine_paths(texts: &[SourceFile]) -> Vec<String> {
    MACHINE.iter().flat_map(|word| places(texts, word, "say it without the machine's folders")).collect()
}

/// Every line with a word, comments of Rust aside.
fn places(files: &[SourceFile], word: &str, remedy: &str) -> Vec<String> {
    let mut places = Vec::new();
    for file in files {
        let comments_count = !file.path.ends_with(".rs");
        for (number, line) in (1..).zip(file.text.lines()) {
            if line.contains(word) && (comments_count || !line.trim_start().starts_with("//")) {
                places.push(format!("{}:{number}: {remedy}", file.path));
            }
        }
    }
    places
}
