//! A store as a program of format 1 left it.

use std::collections::BTreeMap;

use refund_store::Record;
use refund_store::files::simulated::SimulatedDisk;
use refund_store::journal::{Checkpoint, FILE, Journal, Position};

use super::v1;

/// The journal as a program of format 1 would have written it, each record with a write of its own.
pub(crate) fn in_format_1(journal: &[u8]) -> Vec<u8> {
    let disk = SimulatedDisk::new();
    disk.put(FILE, journal);
    let reader = Journal::open(&disk, Checkpoint::START).unwrap().journal.reader();
    // Where each record stands there, and where it will stand.
    let (mut places, mut batches, mut next) = (BTreeMap::from([(0, 0)]), Vec::new(), u64::from(Position::FIRST));
    for found in reader.read_from(Position::FIRST) {
        let (position, payload) = found.unwrap();
        places.insert(u64::from(position), next);
        let (record, previous): (Record, Vec<u64>) = rmp_serde::from_slice(&payload[1..]).unwrap();
        let previous: Vec<u64> = previous.iter().map(|place| places[place]).collect();
        let payload = [&[1][..], &rmp_serde::to_vec(&(record, previous)).unwrap()].concat();
        next += 56 + payload.len() as u64 + 12 + 64;
        batches.push(vec![payload]);
    }
    v1::written(&batches)
}
