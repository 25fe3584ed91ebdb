//! Single bits that a disk or a memory turned over.

use refund_store::care::ViewFound;

use super::story::{begin, do_it, open_refund};
use super::*;

#[test]
fn each_of_a_hundred_bits_turned_over_anywhere_in_a_journal_is_found() {
    let folder = told();
    let whole = journal(folder.path());
    for number in 0..100 {
        let index = number * whole.len() / 100;
        let mut flipped = whole.clone();
        flipped[index] ^= 1 << (number % 8);
        put_journal(folder.path(), &flipped);
        assert!(journal_is_damaged(folder.path()), "byte {index}, bit {}", number % 8);
    }
}

#[test]
fn a_bit_turned_over_in_any_byte_of_a_small_journal_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    begin(&opened.store);
    do_it(&opened.store, open_refund("a"));
    drop(opened);
    let mut bytes = journal(folder.path());
    for index in 0..bytes.len() {
        bytes[index] ^= 1 << (index % 8);
        put_journal(folder.path(), &bytes);
        assert!(journal_is_damaged(folder.path()), "byte {index}");
        bytes[index] ^= 1 << (index % 8);
    }
}

/// sled notices some of it, and some stands in space that it no longer uses.
#[test]
fn a_bit_turned_over_in_the_view_is_noticed_or_harmless() {
    let folder = told();
    let before = seen(folder.path());
    let db = std::fs::read(folder.path().join("view/db")).unwrap();
    let (mut noticed, mut harmless) = (0, 0);
    // Most of the file is space that was never used.
    let used: Vec<_> = (0..db.len()).filter(|index| db[*index] != 0).collect();
    for index in used.iter().copied().step_by(used.len() / 100) {
        let copy = tempfile::tempdir().unwrap();
        copy_files(folder.path(), copy.path());
        let mut flipped = db.clone();
        flipped[index] ^= 1 << (index % 8);
        std::fs::write(copy.path().join("view/db"), &flipped).unwrap();
        let found = verify(copy.path()).unwrap();
        if found.is_damaged() || matches!(found.view, ViewFound::Compared { rebuilt: true, .. }) {
            noticed += 1;
        } else {
            // Then a server that starts on it shows the truth.
            assert!(seen(copy.path()) == before, "byte {index} is silently wrong");
            harmless += 1;
        }
    }
    assert!(noticed > 0 && noticed + harmless >= 100, "{noticed} noticed, {harmless} harmless");
}

#[test]
fn a_bit_turned_over_in_the_views_settings_or_snapshot_is_noticed_or_harmless() {
    let folder = told();
    let before = seen(folder.path());
    let small = files(&folder.path().join("view")).into_iter().filter(|(path, _)| !path.ends_with("/db"));
    for (path, bytes) in small {
        let name = Path::new(&path).file_name().unwrap();
        for index in (0..bytes.len()).step_by(bytes.len().div_ceil(20)) {
            let copy = tempfile::tempdir().unwrap();
            copy_files(folder.path(), copy.path());
            let mut flipped = bytes.clone();
            flipped[index] ^= 4;
            std::fs::write(copy.path().join("view").join(name), &flipped).unwrap();
            let found = verify(copy.path()).unwrap();
            if !found.is_damaged() {
                assert!(seen(copy.path()) == before, "{name:?}, byte {index} is silently wrong");
            }
        }
    }
}
