//! A journal of format 1 goes on in format 2, and an older program leaves it alone from then on.

use refund_store::files::disk::Disk;
use refund_store::files::simulated::{Crash, SimulatedDisk};
use refund_store::journal::{Checkpoint, FILE, Journal, JournalError, NewRecord, Position, Stamp, Torn};

use super::{EPOCH, Format, all, append, continued, on_disk, open, sample, v1};

/// What a program of format 1 found of a file's header: its version, if it said that this is a journal.
fn older_program(file: &[u8]) -> Option<u32> {
    let (header, sum) = (&file[..12], u32::from_le_bytes(file[12..16].try_into().unwrap()));
    let is_journal = header.starts_with(b"\xFEjournal") && crc32fast::hash(header) == sum;
    is_journal.then(|| u32::from_le_bytes(header[8..].try_into().unwrap()))
}

fn stamps(disk: &SimulatedDisk) -> Vec<Option<Stamp>> {
    let mut records = open(disk).unwrap().journal.reader().read_from(Position::FIRST);
    std::iter::from_fn(|| Some(records.read_next().unwrap()?.stamp)).collect()
}

#[test]
fn a_journal_that_is_only_looked_at_stays_what_it_is() {
    let older = v1::written(&sample());
    let disk = on_disk(&older);
    let mut journal = open(&disk).unwrap().journal;
    journal.reader().verify().unwrap();
    assert_eq!(journal.append(&[]).unwrap(), []);
    assert_eq!((disk.contents(FILE).unwrap(), older_program(&older)), (older.clone(), Some(1)));
    assert_eq!((all(&journal.reader()), journal.checkpoint().records()), (sample().concat(), 8));
}

#[test]
fn its_records_are_counted_and_those_behind_them_go_on_from_there() {
    let disk = on_disk(&v1::written(&sample()));
    let mut journal = open(&disk).unwrap().journal;
    append(&mut journal, &sample()[0]).unwrap();
    let mut expected = vec![None; 8];
    expected.extend((9..=11).map(|number| Some(Stamp { number, epoch: EPOCH })));
    assert_eq!(stamps(&disk), expected);
    let reader = open(&disk).unwrap().journal.reader();
    assert_eq!(reader.verify().unwrap(), journal.checkpoint());
    assert_eq!(all(&reader), [sample().concat(), sample()[0].clone()].concat());
}

#[test]
fn an_older_program_refuses_it_by_its_version_before_the_first_new_frame_is_there() {
    let whole = continued(&sample());
    assert_eq!(older_program(&whole), Some(2));
    // All that it had is untouched but for the version in its header.
    let older = v1::written(&sample()[..2]);
    assert_eq!(whole[16..older.len()], older[16..]);
}

#[test]
fn at_each_moment_of_the_first_append_a_crash_leaves_the_older_journal_or_the_newer_and_either_opens() {
    let older = v1::written(&sample()[..2]);
    // Of the header: written over, synced. Of the frame: appended, synced.
    for changes in 0..4 {
        for keep in [0, 1, 300, u64::MAX] {
            let disk = on_disk(&older);
            let mut journal = open(&disk).unwrap().journal;
            disk.cut_power_after(changes);
            assert!(append(&mut journal, &sample()[2]).is_err());
            disk.crash(&Crash { keep, lost_sectors: vec![] });
            let left = disk.contents(FILE).unwrap();
            let version = older_program(&left).unwrap();
            assert_eq!(version, if changes >= 2 || changes == 1 && keep > 0 { 2 } else { 1 }, "{changes} {keep}");
            assert!(version == 2 || left.len() == older.len(), "a frame came before its version");
            let mut journal = open(&disk).unwrap().journal;
            let found = all(&journal.reader());
            assert!(found == sample()[..2].concat() || found == sample().concat() && keep == u64::MAX);
            append(&mut journal, &sample()[0]).unwrap();
            assert_eq!(all(&open(&disk).unwrap().journal.reader()), [found, sample()[0].clone()].concat());
        }
    }
}

#[test]
fn where_the_version_can_not_be_raised_nothing_is_recorded_and_nothing_more_is_taken() {
    let older = v1::written(&sample()[..2]);
    let disk = on_disk(&older);
    let mut journal = open(&disk).unwrap().journal;
    disk.fail_sync(1);
    assert!(matches!(append(&mut journal, &sample()[2]), Err(JournalError::Unsure { .. })));
    assert!(matches!(append(&mut journal, &sample()[2]), Err(JournalError::Stopped)));
    disk.crash(&Crash::default());
    assert_eq!(disk.contents(FILE).unwrap(), older);
    append(&mut open(&disk).unwrap().journal, &sample()[2]).unwrap();
    assert_eq!(disk.contents(FILE).unwrap(), continued(&sample()));
}

#[test]
fn a_torn_end_is_cut_off_before_the_journal_goes_on() {
    let whole = v1::written(&sample());
    let kept = v1::written(&sample()[..2]).len();
    for end in kept + 1..whole.len() {
        let disk = on_disk(&whole[..end]);
        let mut opened = open(&disk).unwrap();
        let Torn { at, bytes } = opened.torn.unwrap();
        // Zeros at its end are not counted, but for those in the sector that it ends in.
        assert!(at == kept as u64 && (end - kept).abs_diff(usize::try_from(bytes).unwrap()) < 700);
        assert_eq!((disk.contents(FILE).unwrap().len(), opened.journal.checkpoint().records()), (kept, 6));
        append(&mut opened.journal, &sample()[2]).unwrap();
        assert_eq!(disk.contents(FILE).unwrap(), continued(&sample()));
    }
}

#[test]
fn on_the_real_disk_the_version_is_raised_in_its_place_and_zeros_stand_ahead() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    for older in [v1::written(&sample()[..2]), continued(&sample()[..2])] {
        std::fs::write(&path, &older).unwrap();
        let disk = Disk::open(folder.path()).unwrap();
        let mut journal = Journal::open(&disk, Checkpoint::START).unwrap().journal;
        append(&mut journal, &sample()[2]).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        append(&mut journal, &sample()[0]).unwrap();
        let written = std::fs::read(&path).unwrap();
        assert_eq!((older_program(&written), written.len() as u64), (Some(3), length));
        let end = usize::try_from(journal.checkpoint().length()).unwrap();
        assert!(end < written.len() && written[end..].iter().all(|byte| *byte == 0));
        assert_eq!(written[16..older.len()], older[16..]);
        assert_eq!(all(&journal.reader()), [sample().concat(), sample()[0].clone()].concat());
    }
}

#[test]
fn records_that_are_copied_keep_their_epochs() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    let record = |epoch| NewRecord { epoch, salt: [1; 16], payload: b"copied" };
    journal.append(&[record(0), record(7), record(7)]).unwrap();
    journal.append(&[record(9)]).unwrap();
    let stamp = |(number, epoch)| Some(Stamp { number, epoch });
    assert_eq!(stamps(&disk), [(1, 0), (2, 7), (3, 7), (4, 9)].map(stamp));
}

/// Gives a frame's records other numbers or epochs, and mends each checksum but the chain.
fn renumbered(whole: &[u8], frame: usize, number: u64, epoch: u32) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let record = frame + 64;
    bytes[record + 8..record + 16].copy_from_slice(&number.to_le_bytes());
    bytes[record + 16..record + 20].copy_from_slice(&epoch.to_le_bytes());
    let links = [&bytes[record..record + 20], &bytes[record + 36..record + 68]].concat();
    bytes[frame + 56..frame + 60].copy_from_slice(&crc32fast::hash(&links).to_le_bytes());
    let sum = crc32fast::hash(&bytes[frame..frame + 60]);
    bytes[frame + 60..frame + 64].copy_from_slice(&sum.to_le_bytes());
    bytes
}

#[test]
fn nobody_renumbers_a_record_unnoticed() {
    let batches = [vec![b"first".to_vec()], vec![b"second".to_vec()]];
    for format in [Format::New, Format::Continued] {
        let whole = format.written(&batches);
        let frame = format.before_the_last(&batches[..1]).len();
        assert!(open(&on_disk(&renumbered(&whole, frame, 2, EPOCH))).is_ok());
        let cases =
            [(1, EPOCH, "the number of the record"), (3, EPOCH, "the number of the record"), (2, 1, "the chain hash")];
        for (number, epoch, expected) in cases {
            let disk = on_disk(&renumbered(&whole, frame, number, epoch));
            match open(&disk) {
                Err(JournalError::Damaged { what, .. }) => assert_eq!(what, expected),
                Err(error) => panic!("{error}"),
                Ok(_) => panic!("opened"),
            }
        }
    }
}
