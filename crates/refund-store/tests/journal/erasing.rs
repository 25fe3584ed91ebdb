//! A record is erased for good, and what stands in its place is read; whatever the power does meanwhile.

use refund_store::files::simulated::{Crash, SimulatedDisk};
use refund_store::journal::{Checkpoint, FILE, Journal, JournalError, NewRecord, NewStandIn, Position, Reader, Stamp};

use super::{EPOCH, Format, all, append, on_disk, open, sample};

const SECRET: &[u8] = b"the buyer lives at 12 Canary Lane";
const LEFT: &[u8] = b"somebody lives somewhere";

/// A journal in which the second record, long or short, is to be erased, and where that stands.
fn with_secret(format: Format, before: usize, length: usize) -> (SimulatedDisk, Position) {
    let secret = SECRET.iter().copied().cycle().take(length.max(SECRET.len())).collect();
    let batches = [vec![vec![9; before], secret, b"third".to_vec()], sample()[1].clone()];
    let disk = on_disk(&format.written(&batches));
    let position = open(&disk).unwrap().journal.reader().read_from(Position::FIRST).nth(1).unwrap().unwrap().0;
    (disk, position)
}

fn erase(journal: &mut Journal, of: Position, number: u64, left: &[u8]) -> Result<(), JournalError> {
    let mut batch = journal.batch();
    let record = NewRecord { epoch: EPOCH, salt: [3; 16], payload: b"erased, and why" };
    let stamp = Stamp { number, epoch: EPOCH };
    batch.push_erasing(record, &[NewStandIn { of, stamp, salt: [4; 16], payload: left }])?;
    batch.commit()
}

fn holds(disk: &SimulatedDisk, what: &[u8]) -> bool {
    disk.contents(FILE).unwrap().windows(what.len()).any(|window| window == what)
}

fn read(reader: &Reader, at: Position) -> Vec<u8> {
    reader.read(at).unwrap()
}

#[test]
fn what_was_erased_is_nowhere_and_all_else_is_as_it_was() {
    for (format, length) in [(Format::New, 0), (Format::New, 3000), (Format::Old, 0), (Format::Continued, 700)] {
        let (disk, at) = with_secret(format, 40, length);
        let mut journal = open(&disk).unwrap().journal;
        let (before, expected) = (journal.checkpoint(), all(&journal.reader()));
        assert!(holds(&disk, SECRET));
        erase(&mut journal, at, 2, LEFT).unwrap();
        assert!(!holds(&disk, SECRET), "{format:?}");
        let mut expected = expected;
        expected[1] = LEFT.to_vec();
        expected.push(b"erased, and why".to_vec());
        let reader = journal.reader();
        assert_eq!((all(&reader), read(&reader, at)), (expected.clone(), LEFT.to_vec()), "{format:?}");
        assert_eq!(reader.verify().unwrap(), journal.checkpoint(), "the chain is whole");
        let more = append(&mut journal, &[b"more".to_vec()]).unwrap();
        expected.push(b"more".to_vec());
        assert_eq!(journal.checkpoint().records(), expected.len() as u64, "a stand-in does not count");
        let last = journal.checkpoint();
        drop(journal);
        for trusted in [Checkpoint::START, before, last] {
            let opened = Journal::open(&disk, trusted).unwrap();
            let reader = opened.journal.reader();
            assert_eq!((opened.torn, all(&reader), read(&reader, at)), (None, expected.clone(), LEFT.to_vec()));
            assert_eq!(read(&reader, more[0]), b"more");
        }
    }
}

#[test]
fn erased_again_what_stood_there_before_is_gone_too() {
    let (disk, at) = with_secret(Format::New, 40, 0);
    let mut journal = open(&disk).unwrap().journal;
    erase(&mut journal, at, 2, b"somebody in Canary Lane").unwrap();
    assert!(holds(&disk, b"in Canary Lane"));
    erase(&mut journal, at, 2, LEFT).unwrap();
    assert!(!holds(&disk, b"Canary"));
    assert_eq!(read(&journal.reader(), at), LEFT);
    drop(journal);
    let reader = open(&disk).unwrap().journal.reader();
    assert_eq!((read(&reader, at), reader.verify().is_ok()), (LEFT.to_vec(), true));
}

#[test]
fn after_a_crash_at_any_moment_it_was_erased_whole_or_not_at_all() {
    // Where the record lies in its sectors, and over how many.
    for (before, length) in [(0, 0), (300, 0), (390, 0), (395, 0), (400, 0), (410, 0), (420, 1500)] {
        for again in [false, true] {
            for changes in 0..9 {
                for lost in 0..32_u64 {
                    check_crash(before, length, again, changes, lost);
                }
            }
        }
    }
}

fn check_crash(before: usize, length: usize, again: bool, changes: u64, lost: u64) {
    let (disk, at) = with_secret(Format::New, before, length);
    let mut journal = open(&disk).unwrap().journal;
    let said = if again {
        erase(&mut journal, at, 2, b"somebody in Canary Lane").unwrap();
        b"somebody in Canary Lane".to_vec()
    } else {
        read(&journal.reader(), at)
    };
    let records = journal.checkpoint().records();
    disk.cut_power_after(changes);
    let done = erase(&mut journal, at, 2, LEFT);
    let lost_sectors = (0..5).filter(|sector| lost >> sector & 1 == 1).collect();
    disk.crash(&Crash { keep: if lost == 31 { 0 } else { u64::MAX >> 1 }, lost_sectors });
    let what = format!("{before} {length} {again} {changes} {lost:b} {done:?}");
    let opened = open(&disk).unwrap_or_else(|error| panic!("{what}: {error}")).journal;
    let (reader, now) = (opened.reader(), opened.checkpoint().records());
    if now == records {
        assert!(done.is_err(), "{what}");
        assert_eq!(read(&reader, at), said, "{what}");
    } else {
        assert_eq!((now, read(&reader, at)), (records + 1, LEFT.to_vec()), "{what}");
        assert!(!holds(&disk, b"Canary"), "{what}");
    }
    assert_eq!(reader.verify().unwrap(), opened.checkpoint(), "{what}");
}

#[test]
fn a_record_that_is_not_what_it_was_and_has_no_stand_in_is_damaged() {
    let (disk, at) = with_secret(Format::New, 40, 0);
    let mut journal = open(&disk).unwrap().journal;
    erase(&mut journal, at, 2, LEFT).unwrap();
    drop(journal);
    let whole = disk.contents(FILE).unwrap();
    let stand_in = whole.windows(LEFT.len()).position(|window| window == LEFT).unwrap();
    for flipped in [stand_in, usize::try_from(u64::from(at)).unwrap() - 1 - 40] {
        let mut bytes = whole.clone();
        bytes[flipped] ^= 1;
        assert!(matches!(open(&on_disk(&bytes)), Err(JournalError::Damaged { .. })), "{flipped}");
    }
    // What is said of itself by a record that was never erased is believed by nobody.
    let (disk, at) = with_secret(Format::New, 40, 0);
    let mut bytes = disk.contents(FILE).unwrap();
    bytes[usize::try_from(u64::from(at)).unwrap() + 1] = b'r';
    assert!(matches!(open(&on_disk(&bytes)), Err(JournalError::Damaged { .. })));
}

#[test]
fn a_program_of_before_is_told_by_the_version() {
    let (disk, at) = with_secret(Format::New, 40, 0);
    let version = |disk: &SimulatedDisk| disk.contents(FILE).unwrap()[8];
    assert!(version(&disk) < 4, "as long as nothing is erased");
    erase(&mut open(&disk).unwrap().journal, at, 2, LEFT).unwrap();
    assert_eq!(version(&disk), 4);
}
