//! A journal of every format that was ever written must open for ever. Never write these files
//! anew: a change of the layout is a new version with a new file beside the old one.

use refund_store::journal::Position;

use super::{all, on_disk, open, written};

const V1: &[u8] = include_bytes!("../golden/journal-v1.bin");

fn contents() -> Vec<Vec<Vec<u8>>> {
    vec![
        vec![b"The buyer asked for 12.50 EUR.".to_vec()],
        vec!["賣家提出一半。".as_bytes().to_vec(), Vec::new(), vec![0; 600]],
        vec![(0..=255).collect()],
    ]
}

#[test]
fn the_golden_journal_of_version_1_opens_with_its_contents() {
    let opened = open(&on_disk(V1)).unwrap();
    assert_eq!(opened.torn, None);
    let reader = opened.journal.reader();
    assert_eq!(all(&reader), contents().concat());
    let positions: Vec<u64> = reader.read_from(Position::FIRST).map(|record| record.unwrap().0.into()).collect();
    assert_eq!(positions, [80, 242, 319, 375, 1107]);
    assert_eq!(opened.journal.checkpoint().length(), 1431);
}

#[test]
fn version_1_is_still_written_byte_for_byte() {
    assert!(written(&contents()) == V1);
}
