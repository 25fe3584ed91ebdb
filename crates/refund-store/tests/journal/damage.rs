use proptest::collection::vec;
use proptest::prelude::*;

use refund_store::files::Files;
use refund_store::journal::{FILE, Journal, JournalError};

use super::{FORMATS, all, on_disk, open, sample, v1, written};

/// Opens a changed journal: it must say so, and must not touch the file.
fn check_reported(bytes: &[u8], what: &str) {
    let disk = on_disk(bytes);
    match open(&disk) {
        Err(JournalError::Damaged { .. } | JournalError::NotAJournal) => {}
        Err(error) => panic!("{what}: {error}"),
        Ok(opened) => panic!("{what}: opened, torn: {:?}", opened.torn),
    }
    assert_eq!(disk.contents(FILE).unwrap(), bytes, "{what}: changed");
}

#[test]
fn a_flip_of_any_single_bit_is_reported_as_damage() {
    for (format, zeros) in FORMATS.into_iter().flat_map(|format| [(format, 0), (format, 700)]) {
        let mut bytes = format.written(&sample());
        let written = bytes.len();
        bytes.resize(written + zeros, 0);
        for index in 0..written {
            for bit in 0..8 {
                bytes[index] ^= 1 << bit;
                check_reported(&bytes, &format!("byte {index}, bit {bit}"));
                bytes[index] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn a_flip_before_the_trusted_checkpoint_is_found_by_verifying() {
    let mut bytes = written(&sample());
    let checkpoint = open(&on_disk(&bytes)).unwrap().journal.checkpoint();
    for index in 0..bytes.len() {
        bytes[index] ^= 4;
        if let Ok(opened) = Journal::open(&on_disk(&bytes), checkpoint) {
            assert!(opened.journal.reader().verify().is_err(), "byte {index}");
        }
        bytes[index] ^= 4;
    }
}

#[test]
fn a_flip_in_a_record_is_reported_when_that_record_is_read_while_the_others_are_readable() {
    let bytes = written(&sample());
    let disk = on_disk(&bytes);
    let reader = open(&disk).unwrap().journal.reader();
    let records: Vec<_> = reader.read_from(refund_store::journal::Position::FIRST).collect();
    let (first, second) = (records[0].as_ref().unwrap().0, records[1].as_ref().unwrap().0);
    let mut changed = bytes;
    changed[u64::from(first) as usize + 69] ^= 1;
    disk.put(FILE, &changed);
    assert!(matches!(reader.read(first), Err(JournalError::Damaged { .. })));
    assert_eq!(reader.read(second).unwrap(), b"");
    let mut reading = reader.read_from(first);
    assert!(reading.next().unwrap().is_err());
    assert!(reading.next().is_none());
    assert!(reader.verify().is_err());
}

#[test]
fn a_flip_in_the_zeros_behind_the_last_frame_costs_nothing_that_was_written() {
    let written = written(&sample());
    for index in 0..2000 {
        let mut bytes = [&written[..], &[0; 2000]].concat();
        bytes[written.len() + index] ^= 4;
        let opened = open(&on_disk(&bytes));
        // In the sector that the last frame ends in, it may be of a frame that was begun: nothing is touched.
        let shared = index < 512 - written.len() % 512;
        assert_eq!(opened.is_ok(), !shared, "{index}");
        assert!(opened.map_or(true, |opened| all(&opened.journal.reader()) == sample().concat()));
    }
}

#[test]
fn a_trusted_frame_whose_end_was_zeroed_is_missed_though_the_file_is_as_long_as_before() {
    let bytes = written(&sample());
    let checkpoint = open(&on_disk(&bytes)).unwrap().journal.checkpoint();
    let mut zeroed = [&bytes[..], &[0; 900]].concat();
    zeroed[bytes.len() - 200..].fill(0);
    let refused = Journal::open(&on_disk(&zeroed), checkpoint).err().unwrap();
    let length = (bytes.len() - 200) as u64;
    assert!(matches!(refused, JournalError::WrongCheckpoint { length: found, .. } if found == length), "{refused}");
}

#[test]
fn a_blank_sector_anywhere_before_the_last_frame_is_damage() {
    // Many frames, so that headers stand at all kinds of places in their sectors.
    let batches: Vec<_> = (100..150).map(|length| vec![vec![7; length]]).collect();
    for format in FORMATS {
        let whole = format.written(&batches);
        // Before the last frame, in whichever format that is.
        let last = v1::written(&batches[..batches.len() - 1]).len();
        for sector in 0..last / 512 {
            let mut bytes = whole.clone();
            bytes[sector * 512..(sector + 1) * 512].fill(0);
            check_reported(&bytes, &format!("sector {sector}"));
        }
    }
}

#[test]
fn a_bad_frame_before_a_torn_one_is_damage() {
    let whole = written(&sample());
    let middle = written(&sample()[..2]).len() - 5;
    for end in middle + 6..whole.len() {
        let mut bytes = whole[..end].to_vec();
        bytes[middle] ^= 1;
        check_reported(&bytes, &format!("{end} bytes"));
    }
}

#[test]
fn a_frame_from_another_journal_breaks_the_chain() {
    let mut other = sample();
    other[0][0][0] ^= 1;
    let split = written(&sample()[..1]).len();
    let mut bytes = written(&sample());
    bytes[split..].copy_from_slice(&written(&other)[split..]);
    match open(&on_disk(&bytes)) {
        Err(JournalError::Damaged { at, what }) => {
            assert_eq!(what, "the chain hash");
            assert!(at > split as u64);
        }
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("opened"),
    }
}

#[test]
fn who_edits_a_payload_and_mends_its_checksum_is_found_out_by_the_digest() {
    let mut bytes = written(&[vec![b"12.50 EUR".to_vec()]]);
    // One record at 80: its salt at 100, its digest, its payload at 148, the trailer at 157.
    bytes[148] = b'9';
    let mended = crc32fast::hash(&[&bytes[100..116], &bytes[148..157]].concat());
    bytes[161..165].copy_from_slice(&mended.to_le_bytes());
    let error = open(&on_disk(&bytes)).err().unwrap().to_string();
    assert!(error.contains("byte 80: the digest of the record"), "{error}");
}

#[test]
fn a_wrong_checksum_of_lengths_and_digests_is_damage_though_the_header_is_good() {
    let mut bytes = written(&[vec![b"12.50 EUR".to_vec()]]);
    // The frame header at 16: the checksum at its byte 56, that of the header at its byte 60.
    bytes[72] ^= 1;
    let mended = crc32fast::hash(&bytes[16..76]);
    bytes[76..80].copy_from_slice(&mended.to_le_bytes());
    let error = open(&on_disk(&bytes)).err().unwrap().to_string();
    assert!(error.contains("the checksum of lengths and digests"), "{error}");
}

#[test]
fn frames_that_are_left_out_or_told_twice_are_damage() {
    let (one, two) = (written(&sample()[..1]), written(&sample()[..2]));
    let whole = written(&sample());
    let left_out = [&one, &whole[two.len()..]].concat();
    check_reported(&left_out, "left out");
    let twice = [&two, &two[one.len()..]].concat();
    check_reported(&twice, "twice");
}

#[test]
fn a_journal_inside_a_payload_does_not_make_a_crash_look_like_damage() {
    let inner = written(&sample());
    let before = written(&sample()[..1]);
    let mut batches = vec![sample().remove(0)];
    batches.push(vec![inner]);
    let frame = written(&batches).split_off(before.len());
    // The first sector of the frame was never written, all others were.
    let blank = (512 - before.len() % 512).max(64);
    let torn = [&before, &vec![0; blank][..], &frame[blank..]].concat();
    let opened = open(&on_disk(&torn)).unwrap();
    assert_eq!(opened.torn.unwrap().at, before.len() as u64);
}

#[test]
fn behind_more_zeros_than_one_frame_can_have_something_was_acknowledged() {
    let mut bytes = written(&sample());
    bytes.resize(bytes.len() + (65 << 20) + 1, 0);
    check_reported(&bytes, "zeros");
    bytes.pop();
    let opened = open(&on_disk(&bytes)).unwrap();
    assert_eq!(opened.torn, None);
    assert_eq!(all(&opened.journal.reader()), sample().concat());
}

/// Payloads in which many sectors are blank, and none has a single bit.
fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let zeros = (0..3000_usize).prop_map(|length| vec![0; length]);
    prop_oneof![zeros, vec(1..=255_u8, 0..900)]
}

proptest! {
    #[test]
    fn a_flipped_bit_is_reported_whatever_is_recorded(
        batches in vec(vec(payloads(), 1..5), 1..5),
        format in 0..FORMATS.len(),
        places in vec((any::<prop::sample::Index>(), 0..8_u8), 20),
    ) {
        let mut bytes = FORMATS[format].written(&batches);
        for (place, bit) in places {
            let index = place.index(bytes.len());
            bytes[index] ^= 1 << bit;
            check_reported(&bytes, &format!("byte {index}, bit {bit}"));
            bytes[index] ^= 1 << bit;
        }
    }

    #[test]
    fn no_bytes_whatever_make_it_panic_or_change_what_is_not_torn(
        header in any::<bool>(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        noise in vec(any::<u8>(), 0..2000),
        sample_first in proptest::option::of(0..FORMATS.len()),
    ) {
        let mut bytes = sample_first.map_or_else(Vec::new, |format| FORMATS[format].written(&sample()));
        for (place, byte) in changes {
            if !bytes.is_empty() {
                let index = place.index(bytes.len());
                bytes[index] = byte;
            }
        }
        if header && sample_first.is_none() {
            bytes = written(&[]);
        }
        bytes.extend(noise);
        let disk = on_disk(&bytes);
        match open(&disk) {
            Ok(opened) => {
                let kept = opened.torn.map_or(bytes.len(), |torn| torn.at as usize);
                if kept > 0 {
                    prop_assert_eq!(&disk.contents(FILE).unwrap(), &bytes[..kept]);
                }
                prop_assert!(opened.journal.reader().verify().is_ok());
            }
            Err(_) => prop_assert_eq!(&disk.contents(FILE).unwrap(), &bytes),
        }
        prop_assert!(disk.sync_directory().is_ok());
    }
}
