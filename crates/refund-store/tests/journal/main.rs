//! What the journal promises, told through its public API.
#![cfg(test)]

mod appending;
mod crashes;
mod damage;
mod erasing;
mod golden;
#[path = "../golden/file.rs"]
mod golden_file;
mod mixed;
mod opening;
mod v1;

use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{Checkpoint, FILE, Journal, JournalError, OpenedJournal, Position};
use refund_store::journal::{NewRecord, Reader};

fn open(disk: &SimulatedDisk) -> Result<OpenedJournal, JournalError> {
    Journal::open(disk, Checkpoint::START)
}

/// Appends the payloads as one batch, with a salt that differs from record to record.
fn append(journal: &mut Journal, payloads: &[Vec<u8>]) -> Result<Vec<Position>, JournalError> {
    let next = u64::from(journal.checkpoint().next());
    let records: Vec<_> = payloads
        .iter()
        .zip(next..)
        .map(|(payload, number)| NewRecord { epoch: EPOCH, salt: v1::salt(number), payload })
        .collect();
    journal.append(&records)
}

/// In which all is written here.
const EPOCH: u32 = 0x00C0_FFEE;

fn all(reader: &Reader) -> Vec<Vec<u8>> {
    let records = reader.read_from(Position::FIRST);
    records.map(|record| record.unwrap().1).collect()
}

/// The bytes of a journal with these batches.
fn written(batches: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let disk = SimulatedDisk::new();
    let mut journal = open(&disk).unwrap().journal;
    for batch in batches {
        append(&mut journal, batch).unwrap();
    }
    disk.contents(FILE).unwrap()
}

/// The same in format 1 up to the last batch, and that one in format 2.
fn continued(batches: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let (last, before) = batches.split_last().unwrap();
    let disk = on_disk(&v1::written(before));
    append(&mut open(&disk).unwrap().journal, last).unwrap();
    disk.contents(FILE).unwrap()
}

/// How a journal can look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Of format 2.
    New,
    /// Of format 1.
    Old,
    /// Begun in that, and its last batch written in this.
    Continued,
}

const FORMATS: [Format; 3] = [Format::New, Format::Old, Format::Continued];

impl Format {
    /// The bytes of a journal with these batches.
    fn written(self, batches: &[Vec<Vec<u8>>]) -> Vec<u8> {
        match self {
            Self::New => written(batches),
            Self::Old => v1::written(batches),
            Self::Continued => continued(batches),
        }
    }

    /// The bytes of all but the last batch.
    fn before_the_last(self, before: &[Vec<Vec<u8>>]) -> Vec<u8> {
        if self == Self::New { written(before) } else { v1::written(before) }
    }
}

fn on_disk(bytes: &[u8]) -> SimulatedDisk {
    let disk = SimulatedDisk::new();
    disk.put(FILE, bytes);
    disk
}

/// Three frames: short records, a page of zeros between others, and a long one at the end.
fn sample() -> Vec<Vec<Vec<u8>>> {
    vec![
        vec![b"one".to_vec(), Vec::new(), b"three".to_vec()],
        vec![b"before".to_vec(), vec![0; 1300], b"after".to_vec()],
        vec![vec![0; 700], vec![0xA5; 700]],
    ]
}
