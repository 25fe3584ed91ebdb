//! A journal of every format that was ever written must open for ever. Never write these files
//! anew: a change of the layout is a new version with a new file beside the old one. A new file is
//! written by running these tests with `REFUND_STORE_WRITE_GOLDEN=` its name.

use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{FILE, Position, Reader, Stamp};

use super::golden_file::golden;
use super::{EPOCH, all, append, continued, on_disk, open, v1, written};

const V1: &[u8] = include_bytes!("../golden/journal-v1.bin");

fn contents() -> Vec<Vec<Vec<u8>>> {
    vec![
        vec![b"The buyer asked for 12.50 EUR.".to_vec()],
        vec!["賣家提出一半。".as_bytes().to_vec(), Vec::new(), vec![0; 600]],
        vec![(0..=255).collect()],
    ]
}

fn positions(reader: &Reader) -> Vec<u64> {
    reader.read_from(Position::FIRST).map(|record| record.unwrap().0.into()).collect()
}

fn stamps(reader: &Reader) -> Vec<Option<Stamp>> {
    let mut records = reader.read_from(Position::FIRST);
    std::iter::from_fn(|| Some(records.read_next().unwrap()?.stamp)).collect()
}

fn stamp(number: u64) -> Option<Stamp> {
    Some(Stamp { number, epoch: EPOCH })
}

#[test]
fn the_golden_journal_of_version_1_opens_with_its_contents() {
    let opened = open(&on_disk(V1)).unwrap();
    assert_eq!(opened.torn, None);
    let reader = opened.journal.reader();
    assert_eq!(all(&reader), contents().concat());
    assert_eq!(positions(&reader), [80, 242, 319, 375, 1107]);
    assert_eq!(stamps(&reader), [None; 5]);
    let checkpoint = opened.journal.checkpoint();
    assert_eq!((checkpoint.length(), checkpoint.records()), (1431, 5));
}

#[test]
fn the_golden_journal_of_version_2_opens_with_its_contents() {
    let bytes = golden("journal-v2.bin", &written(&contents()));
    assert!(written(&contents()) == bytes, "it is still written byte for byte");
    let opened = open(&on_disk(&bytes)).unwrap();
    assert_eq!(opened.torn, None);
    let reader = opened.journal.reader();
    assert_eq!(all(&reader), contents().concat());
    assert_eq!(positions(&reader), [80, 254, 343, 411, 1155]);
    assert_eq!(stamps(&reader), (1..=5).map(stamp).collect::<Vec<_>>());
    assert_eq!(opened.journal.checkpoint().length(), 1491);
}

#[test]
fn the_golden_journal_of_version_3_opens_with_its_contents_and_has_zeros_behind_them() {
    let disk = SimulatedDisk::new();
    disk.set_zeros_ahead(1000);
    let mut journal = open(&disk).unwrap().journal;
    for batch in contents() {
        append(&mut journal, &batch).unwrap();
    }
    let written = disk.contents(FILE).unwrap();
    let bytes = golden("journal-v3.bin", &written);
    assert!(written == bytes, "it is still written byte for byte");
    assert_eq!(bytes[8..12], 3_u32.to_le_bytes());
    let opened = open(&on_disk(&bytes)).unwrap();
    assert_eq!(opened.torn, None);
    assert_eq!(all(&opened.journal.reader()), contents().concat());
    let end = opened.journal.checkpoint().length();
    assert_eq!((end, opened.journal.reader().verify().unwrap()), (1491, opened.journal.checkpoint()));
    assert!(bytes.len() > 1491 && bytes[1491..].iter().all(|byte| *byte == 0));
}

#[test]
fn the_golden_journal_that_was_begun_in_version_1_and_continued_opens_with_its_contents() {
    let bytes = golden("journal-v1-continued.bin", &continued(&contents()));
    assert!(continued(&contents()) == bytes, "it is still written byte for byte");
    let opened = open(&on_disk(&bytes)).unwrap();
    let reader = opened.journal.reader();
    assert_eq!(all(&reader), contents().concat());
    assert_eq!(stamps(&reader), [None, None, None, None, stamp(5)]);
}

#[test]
fn the_journals_of_version_1_that_are_made_for_these_tests_are_as_it_was() {
    assert!(v1::written(&contents()) == V1);
}
