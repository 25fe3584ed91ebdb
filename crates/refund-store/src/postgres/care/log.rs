//! The log of a database, read from its beginning: every record and every batch is held against the chain.

use std::collections::{BTreeMap, VecDeque};

use refund_core::Timestamp;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use super::super::PostgresError;
use super::super::head::instant;
use super::super::rows::{column, number, stamp, strange};
use super::super::writing::chain;
use super::database::Database;
use super::sql;
use crate::StoreError;
use crate::codec::decode;
use crate::journal::{Stamp, digest};
use crate::record::{Entry, Record};

/// How many batches are asked for at once.
const BATCHES_AT_ONCE: i64 = 4096;
/// How many records are read at once, but for those of a larger batch.
const RECORDS_AT_ONCE: u64 = 2048;

/// A record as it stands in the database.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) stamp: Stamp,
    pub(crate) salt: [u8; 16],
    /// Whether it is said to change a setting.
    pub(crate) sets_up: bool,
    pub(crate) body: Vec<u8>,
    /// What its batch says of how everything is behind it, where it is the last of one.
    pub(crate) ends: Option<Ends>,
}

/// How everything is said to be behind a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ends {
    /// How many entries its last record has.
    pub(crate) entries: i32,
    /// The latest instant recorded.
    pub(crate) latest: Timestamp,
    /// The last record that changed a setting.
    pub(crate) settings: u64,
}

/// Why no more is read.
#[derive(Debug)]
pub(crate) enum LogError {
    /// What was recorded from that number on is not what it was.
    Damaged { number: u64, what: &'static str },
    /// The database could not be asked, or what it says can't be read.
    Database(PostgresError),
}

impl<E: Into<PostgresError>> From<E> for LogError {
    fn from(error: E) -> Self {
        Self::Database(error.into())
    }
}

/// A row of `batches`.
struct Batch {
    first: u64,
    records: u64,
    epoch: u32,
    chain: Vec<u8>,
    ends: Ends,
}

/// How far the log was read.
#[derive(Default)]
pub(crate) struct Log {
    /// The number of the last record that was given.
    last: u64,
    /// How many batches were.
    given: u64,
    chain: [u8; 32],
    /// What comes next.
    batches: VecDeque<Batch>,
    damaged: Option<(u64, &'static str)>,
    /// What was erased, by number: the SHA-256 of what stands there, for which a later record vouches.
    unvouched: BTreeMap<u64, [u8; 32]>,
}

impl Log {
    /// Some of the records behind those that were given, whole batches of them; none where there are no more yet. What
    /// stands before something that is damaged is given first.
    pub(crate) fn next(&mut self, database: &Database) -> Result<Vec<Read>, LogError> {
        if let Some((number, what)) = self.damaged {
            return Err(LogError::Damaged { number, what });
        }
        let next = self.last.saturating_add(1);
        if self.batches.is_empty() {
            let rows = database.query(sql::BATCHES, &[&column(next), &BATCHES_AT_ONCE])?;
            self.batches = rows.iter().map(Batch::of).collect::<Result<_, _>>()?;
        }
        let (mut wanted, mut many) = (0_usize, 0_u64);
        for batch in &self.batches {
            if wanted > 0 && many.saturating_add(batch.records) > RECORDS_AT_ONCE {
                break;
            }
            (wanted, many) = (wanted.saturating_add(1), many.saturating_add(batch.records));
        }
        let end = next.saturating_add(many);
        let rows = if many > 0 { database.query(sql::RECORDS, &[&column(next), &column(end)])? } else { Vec::new() };
        let mut rows = rows.iter();
        let mut read = Vec::new();
        for batch in self.batches.drain(..wanted) {
            let records: Vec<_> = rows.by_ref().take(usize::try_from(batch.records).unwrap_or(usize::MAX)).collect();
            match checked(self.last, &self.chain, &batch, &records, &mut self.unvouched) {
                Ok(records) => read.extend(records),
                Err(LogError::Damaged { number, what }) => {
                    self.damaged = Some((number, what));
                    break;
                }
                Err(error) => return Err(error),
            }
            self.last = self.last.saturating_add(batch.records);
            self.given = self.given.saturating_add(1);
            self.chain.iter_mut().zip(batch.chain).for_each(|(hash, byte)| *hash = byte);
        }
        if read.is_empty() {
            self.must_be_over(database)?;
        }
        Ok(read)
    }

    /// Refuses batches and records that stand anywhere else, and what nobody vouches for, and says what was found damaged.
    fn must_be_over(&mut self, database: &Database) -> Result<(), LogError> {
        if let Some(number) = self.unvouched.keys().next() {
            self.damaged.get_or_insert((*number, "its digest"));
        }
        if self.damaged.is_none() {
            let row = database.query_one(sql::ARE_ALL, &[&column(self.given), &column(self.last)])?;
            let (batches, records): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
            let behind = self.last.saturating_add(1);
            if !batches || !records {
                self.damaged = Some((behind, if records { "the number of batches" } else { "the number of records" }));
            }
        }
        self.damaged.map_or(Ok(()), |(number, what)| Err(LogError::Damaged { number, what }))
    }
}

impl Batch {
    fn of(row: &Row) -> Result<Self, LogError> {
        let records: i32 = row.try_get(1)?;
        Ok(Self {
            first: number(row.try_get(0)?)?,
            records: u64::try_from(records).map_err(|_| strange("a batch of fewer than no records"))?,
            epoch: epoch(row.try_get(3)?)?,
            chain: row.try_get(6)?,
            ends: Ends {
                entries: row.try_get(2)?,
                latest: instant(row.try_get(4)?),
                settings: number(row.try_get(5)?)?,
            },
        })
    }
}

fn epoch(column: i64) -> Result<u32, StoreError> {
    Ok(stamp(0, column)?.epoch)
}

/// The records of a batch, where they fit behind the last one before it and the chain up to there.
fn checked(
    last: u64,
    before: &[u8; 32],
    batch: &Batch,
    rows: &[&Row],
    unvouched: &mut BTreeMap<u64, [u8; 32]>,
) -> Result<Vec<Read>, LogError> {
    let damaged = |number, what| LogError::Damaged { number, what };
    let mut expected = last.saturating_add(1);
    if batch.first != expected {
        return Err(damaged(expected, "the number of its batch"));
    }
    let mut hash = Sha256::new().chain_update(before);
    let mut read = Vec::new();
    for row in rows {
        let stamp = stamp(row.try_get(0)?, row.try_get(1)?)?;
        if stamp.number != expected {
            return Err(damaged(expected, "its number"));
        }
        let (salt, body): (&[u8], Vec<u8>) = (row.try_get(2)?, row.try_get(5)?);
        let said = row.try_get::<_, &[u8]>(3)?.try_into().map_err(|_| damaged(expected, "its digest"))?;
        let salt = if salt.is_empty() {
            unvouched.insert(expected, Sha256::digest(&body).into());
            [0; 16]
        } else {
            salt.try_into().map_err(|_| damaged(expected, "its salt"))?
        };
        let digest = if unvouched.contains_key(&expected) { said } else { digest(&salt, &body) };
        if digest != said {
            return Err(damaged(expected, "its digest"));
        }
        vouch(&body, unvouched);
        chain(&mut hash, stamp, &digest);
        read.push(Read { stamp, salt, sets_up: row.try_get(4)?, body, ends: None });
        expected = expected.saturating_add(1);
    }
    if (read.len() as u64) < batch.records {
        return Err(damaged(expected, "its number"));
    }
    let last = read.last_mut().filter(|last| last.stamp.epoch == batch.epoch);
    let last = last.ok_or_else(|| damaged(batch.first, "the epoch of its batch"))?;
    if hash.finalize()[..] != batch.chain {
        return Err(damaged(batch.first, "the chain of its batch"));
    }
    last.ends = Some(batch.ends);
    Ok(read)
}

/// Takes off what a record vouches for. One that can't be read is found by whoever is given it.
fn vouch(body: &[u8], unvouched: &mut BTreeMap<u64, [u8; 32]>) {
    if unvouched.is_empty() {
        return;
    }
    for entry in decode::<Record>(body).map(|record| record.entries).unwrap_or_default() {
        if let Entry::Redacted { record, sha256 } = entry
            && unvouched.get(&record) == Some(&sha256)
        {
            unvouched.remove(&record);
        }
    }
}
