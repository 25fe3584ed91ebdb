//! What the journal promises, told through its public API.
#![cfg(test)]

mod appending;
mod crashes;
mod damage;
mod golden;
mod opening;

use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{Checkpoint, FILE, Journal, JournalError, Opened, Position};
use refund_store::journal::{Reader, Record};

fn open(disk: &SimulatedDisk) -> Result<Opened, JournalError> {
    Journal::open(disk, Checkpoint::START)
}

/// Appends the payloads as one batch, with a salt that differs from record to record.
fn append(journal: &mut Journal, payloads: &[Vec<u8>]) -> Result<Vec<Position>, JournalError> {
    let next = u64::from(journal.checkpoint().next());
    let records: Vec<_> = payloads
        .iter()
        .zip(next..)
        .map(|(payload, number)| Record { salt: (u128::from(number) << 64 | 0x5A17).to_le_bytes(), payload })
        .collect();
    journal.append(&records)
}

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
