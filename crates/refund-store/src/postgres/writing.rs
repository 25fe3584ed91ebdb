//! What a turn writes: its records, and the rows that follow from them.

use deadpool_postgres::ClientWrapper;
use sha2::{Digest, Sha256};
use tokio_postgres::types::ToSql;

use super::derived::Derived;
use super::head::Last;
use super::loading::Places;
use super::puts::{Put, columns, send};
use super::rows::column;
use super::sql;
use crate::codec::encode;
use crate::door::{Case, Changed};
use crate::journal::{Stamp, digest};
use crate::record::Record;
use crate::{EventPosition, Settings, StoreError};

/// A record of this turn, as it is stored.
struct NewRecord {
    epoch: u32,
    salt: [u8; 16],
    digest: [u8; 32],
    sets_up: bool,
    body: Vec<u8>,
}

pub(super) struct Written {
    first: u64,
    chain: Sha256,
    settings: u64,
    records: Vec<NewRecord>,
    /// Of the last record.
    entries: usize,
    derived: Derived,
    /// What earlier records say from now on, as it is stored.
    redacted: Vec<(u64, Vec<u8>)>,
}

/// What was written, once it is durable.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) first: u64,
    pub(super) last: Last,
}

impl Written {
    /// Nothing yet, behind what was recorded last.
    pub(super) fn behind(last: Option<&Last>) -> Self {
        let (number, chain) = last.map_or((0, [0; 32]), |last| (last.end.record, last.chain));
        Self {
            first: number.saturating_add(1),
            chain: Sha256::new().chain_update(chain),
            settings: last.map_or(0, |last| last.settings),
            records: Vec::new(),
            entries: 0,
            derived: Derived::default(),
            redacted: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether something is taken out of earlier records: then nothing more is decided in this turn.
    pub(super) fn erases(&self) -> bool {
        !self.redacted.is_empty()
    }

    /// How many bytes the records have.
    pub(super) fn bytes(&self) -> usize {
        self.records.iter().map(|record| record.body.len()).sum()
    }

    /// The number of the next record.
    fn next(&self) -> u64 {
        self.first.saturating_add(self.records.len() as u64)
    }

    /// Adds a record, with its epoch and salt, and what it changed; `before` are the settings before it.
    pub(super) fn add(
        &mut self,
        record: &Record,
        (epoch, salt): (u32, [u8; 16]),
        changed: &Changed,
        before: &Settings,
        places: &mut Places,
    ) -> Result<(), StoreError> {
        // Whatever can go wrong goes wrong before the record is one of the batch.
        let body = encode(record)?;
        let redacted = changed.redacted.iter().map(|(number, record)| Ok((*number, encode(record)?)));
        self.redacted.extend(redacted.collect::<Result<Vec<_>, StoreError>>()?);
        let number = self.next();
        let sets_up = self.derived.add(number, record, changed, before, places)?;
        if sets_up {
            self.settings = number;
        }
        let digest = digest(&salt, &body);
        chain(&mut self.chain, Stamp { number, epoch }, &digest);
        self.entries = record.entries.len();
        self.records.push(NewRecord { epoch, salt, digest, sets_up, body });
        Ok(())
    }

    /// What is recorded last, when all of it is.
    pub(super) fn batch(&self, case: &Case) -> Batch {
        let epoch = self.records.last().map_or(0, |record| record.epoch);
        let end = EventPosition::last_of(Stamp { number: self.next().saturating_sub(1), epoch }, self.entries);
        let chain = self.chain.clone().finalize().into();
        Batch { first: self.first, last: Last { end, latest: case.latest, settings: self.settings, chain } }
    }

    /// Sends all of it in one go, with the end of the transaction. Where any of it fails, so does all.
    pub(super) async fn send(
        &self,
        client: &ClientWrapper,
        case: &Case,
        places: &Places,
        batch: &Batch,
    ) -> Result<(), SendError> {
        let mut puts = vec![self.put_records()];
        puts.extend(self.derived.puts(case, places)?);
        if self.erases() {
            let columns = columns!(&self.redacted, r: column(r.0), r: r.1.clone());
            puts.push(Put { sql: sql::REDACT_RECORDS, columns });
        }
        puts.push(self.put_batch(batch));
        Ok(send(client, &puts, Some("COMMIT")).await?)
    }

    fn put_batch(&self, batch: &Batch) -> Put {
        let Last { end, latest, settings, chain } = &batch.last;
        let records = i32::try_from(self.records.len()).unwrap_or(i32::MAX);
        let entries = i32::try_from(self.entries).unwrap_or(i32::MAX);
        let columns: Vec<Box<dyn ToSql + Sync + Send>> = vec![
            Box::new(column(self.first)),
            Box::new(records),
            Box::new(entries),
            Box::new(i64::from(end.epoch)),
            Box::new(latest.as_millis()),
            Box::new(column(*settings)),
            Box::new(chain.to_vec()),
        ];
        Put { sql: sql::PUT_BATCH, columns }
    }

    fn put_records(&self) -> Put {
        let numbered: Vec<_> = (self.first..).zip(&self.records).collect();
        let columns = columns!(
            &numbered,
            r: column(r.0), r: i64::from(r.1.epoch), r: r.1.salt.to_vec(), r: r.1.digest.to_vec(), r: r.1.sets_up,
            r: r.1.body.clone(),
        );
        Put { sql: sql::PUT_RECORDS, columns }
    }
}

/// What the chain holds of a record.
pub(super) fn chain(chain: &mut Sha256, stamp: Stamp, digest: &[u8; 32]) {
    chain.update(stamp.number.to_le_bytes());
    chain.update(stamp.epoch.to_le_bytes());
    chain.update(digest);
}

/// Why a turn's writes came to nothing, or may have.
pub(super) enum SendError {
    /// They could not be put into rows.
    Made(StoreError),
    /// The database refused them, or was not heard of again.
    Sent(tokio_postgres::Error),
}

impl From<StoreError> for SendError {
    fn from(error: StoreError) -> Self {
        Self::Made(error)
    }
}

impl From<tokio_postgres::Error> for SendError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Sent(error)
    }
}
