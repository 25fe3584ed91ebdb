use std::sync::mpsc;

use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{FILE, JournalError, MAX_RECORD, NewRecord, NotAPosition, Position};

use super::{all, append, open, sample};

#[test]
fn records_come_back_in_order_and_by_position() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    let mut positions = Vec::new();
    for batch in sample() {
        positions.extend(append(&mut journal, &batch).unwrap());
    }
    let reader = journal.reader();
    let payloads = sample().concat();
    assert_eq!(all(&reader), payloads);
    assert!(positions.is_sorted());
    for (index, position) in positions.iter().enumerate() {
        assert_eq!(reader.read(*position).unwrap(), payloads[index]);
        let rest: Vec<_> = reader.read_from(*position).map(|r| r.unwrap()).collect();
        let expected = positions.iter().copied().zip(payloads.clone());
        assert_eq!(rest, expected.skip(index).collect::<Vec<_>>());
    }
    assert_eq!(reader.verify().unwrap(), journal.checkpoint());
}

#[test]
fn the_first_record_stands_at_the_first_position_and_the_next_where_foretold() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    assert_eq!(journal.checkpoint().next(), Position::FIRST);
    for batch in sample() {
        let foretold = journal.checkpoint().next();
        assert_eq!(append(&mut journal, &batch).unwrap()[0], foretold);
    }
}

#[test]
fn a_batch_foretells_where_each_of_its_records_will_stand() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    for payloads in sample() {
        let mut batch = journal.batch();
        assert!(batch.is_empty());
        let foretold: Vec<_> = payloads
            .iter()
            .map(|payload| batch.push(NewRecord { epoch: 1, salt: [3; 16], payload }).unwrap())
            .collect();
        let before = disk.contents(FILE).unwrap().len();
        assert!(batch.bytes() > payloads.concat().len());
        batch.commit().unwrap();
        assert!(disk.contents(FILE).unwrap().len() > before);
        let reader = journal.reader();
        for (position, payload) in foretold.into_iter().zip(payloads) {
            assert_eq!(reader.read(position).unwrap(), payload);
        }
    }
    assert_eq!(open(&disk).unwrap().journal.checkpoint(), journal.checkpoint());
}

#[test]
fn a_batch_that_is_dropped_was_never_there() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    let before = disk.contents(FILE);
    let foretold = journal.batch().push(NewRecord { epoch: 1, salt: [3; 16], payload: b"dropped" }).unwrap();
    assert_eq!(disk.contents(FILE), before);
    assert_eq!(append(&mut journal, &sample()[0]).unwrap()[0], foretold);
}

#[test]
fn a_record_that_does_not_fit_leaves_the_batch_as_it_was() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    let large = vec![1; MAX_RECORD as usize];
    let mut batch = journal.batch();
    for _ in 0..3 {
        batch.push(NewRecord { epoch: 1, salt: [1; 16], payload: &large }).unwrap();
    }
    let refused = batch.push(NewRecord { epoch: 1, salt: [1; 16], payload: &large });
    assert!(matches!(refused, Err(JournalError::BatchTooLarge { records: 4, .. })));
    let last = batch.push(NewRecord { epoch: 1, salt: [1; 16], payload: b"small" }).unwrap();
    batch.commit().unwrap();
    assert_eq!(journal.reader().read(last).unwrap(), b"small");
}

#[test]
fn a_batch_without_records_writes_nothing() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    let before = disk.contents(FILE);
    assert_eq!(journal.append(&[]).unwrap(), []);
    assert_eq!(disk.contents(FILE), before);
}

#[test]
fn only_positions_of_records_can_be_read() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    let mut positions = Vec::new();
    for batch in sample() {
        positions.extend(append(&mut journal, &batch).unwrap());
    }
    let reader = journal.reader();
    for number in u64::from(Position::FIRST)..reader.synced() + 100 {
        let position = Position::try_from(number).unwrap();
        let found = reader.read(position);
        assert_eq!(found.is_ok(), positions.contains(&position), "{number}");
        if let Err(error) = found {
            assert!(matches!(error, JournalError::NoRecord { .. }), "{error}");
        }
    }
    let last = Position::try_from(i64::MAX as u64).unwrap();
    assert!(matches!(reader.read(last), Err(JournalError::NoRecord { .. })));
    for number in [0, 79, 1 << 63, u64::MAX] {
        assert_eq!(Position::try_from(number), Err(NotAPosition(number)));
    }
}

#[test]
fn a_reader_at_the_end_goes_on_when_more_is_appended() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    let mut records = journal.reader().read_from(Position::FIRST);
    for batch in sample() {
        assert!(records.next().is_none());
        append(&mut journal, &batch).unwrap();
        for payload in batch {
            assert_eq!(records.next().unwrap().unwrap().1, payload);
        }
    }
    assert!(records.next().is_none());
}

#[test]
fn a_reader_on_another_thread_sees_whole_batches_while_they_are_appended() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    let reader = journal.reader();
    let (done, is_done) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut seen = 0;
        while is_done.try_recv() == Err(mpsc::TryRecvError::Empty) {
            let now = all(&reader);
            assert!(now.len() >= seen && now.len().is_multiple_of(2));
            seen = now.len();
        }
        all(&reader).len()
    });
    for number in 0..100_u8 {
        append(&mut journal, &[vec![number; 300], vec![number]]).unwrap();
    }
    done.send(()).unwrap();
    assert_eq!(reading.join().unwrap(), 200);
}

#[test]
fn replay_gives_every_record_and_stops_at_the_first_error() {
    let mut journal = open(&SimulatedDisk::new()).unwrap().journal;
    append(&mut journal, &sample()[0]).unwrap();
    let from = journal.checkpoint().next();
    append(&mut journal, &sample()[1]).unwrap();
    let mut lengths = Vec::new();
    let replayed = journal.reader().replay(from, |_, payload| {
        lengths.push(payload.len());
        if payload.len() > 1000 {
            return Err(JournalError::Stopped);
        }
        Ok(())
    });
    assert!(matches!(replayed, Err(JournalError::Stopped)));
    assert_eq!(lengths, [6, 1300]);
}

#[test]
fn what_is_too_large_is_refused_and_the_journal_goes_on() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    let large = vec![1; MAX_RECORD as usize + 1];
    let record = |payload| NewRecord { epoch: 1, salt: [1; 16], payload };
    let refused = journal.append(&[record(b"small"), record(&large)]);
    assert!(matches!(refused, Err(JournalError::RecordTooLarge { index: 1, .. })));
    let most = record(&large[1..]);
    let refused = journal.append(&[most; 4]);
    assert!(matches!(refused, Err(JournalError::BatchTooLarge { records: 4, .. })));
    let refused = journal.append(&vec![record(b""); (1 << 16) + 1]);
    assert!(matches!(refused, Err(JournalError::BatchTooLarge { .. })));
    let positions = journal.append(&[most, record(b"small")]).unwrap();
    let reader = open(&disk).unwrap().journal.reader();
    assert_eq!(reader.read(positions[0]).unwrap(), most.payload);
    assert_eq!(reader.read(positions[1]).unwrap(), b"small");
}

#[test]
fn on_a_full_disk_nothing_is_recorded_until_there_is_room() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    append(&mut journal, &sample()[0]).unwrap();
    let before = disk.contents(FILE).unwrap();
    disk.set_capacity(Some(before.len() as u64 + 100));
    let refused = append(&mut journal, &sample()[1]);
    assert!(matches!(refused, Err(JournalError::NotRecorded { .. })));
    assert_eq!(disk.contents(FILE).unwrap(), before);
    disk.set_capacity(None);
    append(&mut journal, &sample()[2]).unwrap();
    let expected = [sample().remove(0), sample().remove(2)].concat();
    assert_eq!(all(&open(&disk).unwrap().journal.reader()), expected);
}

#[test]
fn a_write_that_fails_half_way_is_taken_back() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    for written in [0, 1, 63, 64, 500, 10_000] {
        disk.fail_write(1, written);
        let refused = append(&mut journal, &sample()[1]);
        assert!(matches!(refused, Err(JournalError::NotRecorded { .. })));
        append(&mut journal, &sample()[0]).unwrap();
    }
    let opened = open(&disk).unwrap();
    assert_eq!(opened.torn, None);
    assert_eq!(all(&opened.journal.reader()).len(), 6 * 3);
}

#[test]
fn a_journal_that_cannot_take_back_a_write_accepts_nothing_more() {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    disk.fail_write(1, 100);
    disk.fail_sync(1);
    let refused = append(&mut journal, &sample()[1]);
    assert!(matches!(refused, Err(JournalError::Unsure { .. })));
    let refused = append(&mut journal, &sample()[0]);
    assert!(matches!(refused, Err(JournalError::Stopped)));
    assert_eq!(all(&journal.reader()), Vec::<Vec<u8>>::new());
}
