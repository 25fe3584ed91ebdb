//! Records on their way from one store to another.

use refund_core::Timestamp;

use super::super::{CareError, Watcher};
use crate::Record;

/// A record, and what it was recorded with. Its number is its place among all.
#[derive(Debug)]
pub(crate) struct Carried {
    pub(crate) epoch: u32,
    pub(crate) salt: [u8; 16],
    pub(crate) record: Record,
    /// How many bytes it took where it was read.
    pub(crate) bytes: usize,
}

impl Carried {
    /// Whether it is the same record, however it is stored.
    fn is(&self, other: &Self) -> bool {
        self.epoch == other.epoch && self.record == other.record
    }
}

/// What is done with each record.
pub(crate) type Give<'g> = dyn FnMut(Carried) -> Result<(), CareError> + 'g;

/// All records of a store, in order.
pub(crate) trait Source {
    /// Gives each of them, checked against the chain.
    fn each(&mut self, watcher: &Watcher, give: &mut Give<'_>) -> Result<(), CareError>;
}

/// A store that is filled from its beginning.
pub(crate) trait Target {
    /// Which it is, for people.
    fn shown(&self) -> String;

    /// Reads the next of the records that are there; none where it has read all.
    fn next(&mut self) -> Result<Option<Carried>, CareError>;

    /// Writes records behind those that are there, all or none.
    fn append(&mut self, records: &[Carried]) -> Result<(), CareError>;
}

/// What became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopiedStore {
    /// How many records the copy has.
    pub records: u64,
    /// How many of them were there before.
    pub before: u64,
    /// The latest instant in them, if there are any.
    pub latest: Option<Timestamp>,
}

/// How many records are written at once at the most, and after how many bytes no more are.
const RECORDS_AT_ONCE: usize = 2048;
const BYTES_AT_ONCE: usize = 4 << 20;

/// Carries all records over. What is there already is compared, what is not is written, and read back.
pub(crate) fn carry(
    source: &mut dyn Source,
    target: &mut dyn Target,
    watcher: &Watcher,
) -> Result<CopiedStore, CareError> {
    let mut carrying =
        Carrying { target, gathered: Vec::new(), bytes: 0, copied: CopiedStore::default(), is_new: false };
    source.each(watcher, &mut |record| carrying.take(record))?;
    carrying.write()?;
    let Carrying { target, copied, .. } = carrying;
    match target.next()? {
        None => Ok(copied),
        Some(_) => Err(another(target, copied.records)),
    }
}

/// The record behind so many is not the one that would be copied.
fn another(target: &dyn Target, records: u64) -> CareError {
    CareError::AnotherStore { holder: target.shown(), record: records.saturating_add(1) }
}

struct Carrying<'t> {
    target: &'t mut dyn Target,
    /// What is to be written.
    gathered: Vec<Carried>,
    bytes: usize,
    copied: CopiedStore,
    /// Whether all that was there has been compared.
    is_new: bool,
}

impl Carrying<'_> {
    fn take(&mut self, given: Carried) -> Result<(), CareError> {
        if !self.is_new {
            match self.target.next()? {
                Some(there) if there.is(&given) => {
                    self.counts(&given);
                    self.copied.before = self.copied.records;
                    return Ok(());
                }
                Some(_) => return Err(another(self.target, self.copied.records)),
                None => self.is_new = true,
            }
        }
        self.bytes = self.bytes.saturating_add(given.bytes);
        self.gathered.push(given);
        let is_full = self.gathered.len() >= RECORDS_AT_ONCE || self.bytes >= BYTES_AT_ONCE;
        if is_full { self.write() } else { Ok(()) }
    }

    /// Writes what has gathered, and reads it back.
    fn write(&mut self) -> Result<(), CareError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.target.append(&self.gathered)?;
        self.bytes = 0;
        for written in std::mem::take(&mut self.gathered) {
            self.counts(&written);
            if !self.target.next()?.is_some_and(|back| back.is(&written)) {
                return Err(CareError::NotAsWritten { holder: self.target.shown(), record: self.copied.records });
            }
        }
        Ok(())
    }

    fn counts(&mut self, record: &Carried) {
        self.copied.records = self.copied.records.saturating_add(1);
        self.copied.latest = self.copied.latest.max(Some(record.record.at));
    }
}
