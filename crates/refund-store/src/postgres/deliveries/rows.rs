//! Deliveries as rows. What no statement asks for is in one column, as in every other book.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::postgres::rows::{column, number};
use crate::{Delivery, EventPosition, StoreError};

/// What a statement is given.
pub(super) type Parameters<'p, const N: usize> = [&'p (dyn ToSql + Sync); N];

/// Where an event stands, as it is put into columns.
pub(super) fn place(event: EventPosition) -> [i64; 3] {
    [column(event.record), event.epoch.into(), event.entry.into()]
}

/// Where an event stands, from the columns from that one on.
pub(super) fn event(row: &Row, first: usize) -> Result<EventPosition, StoreError> {
    let column = |behind: usize| number(row.try_get(first.saturating_add(behind))?);
    let small = |behind| u32::try_from(column(behind)?).map_err(unreadable);
    Ok(EventPosition { record: column(0)?, epoch: small(1)?, entry: small(2)? })
}

/// The deliveries of rows that have nothing else.
pub(super) fn deliveries(rows: &[Row]) -> Result<Vec<Delivery>, StoreError> {
    rows.iter().map(|row| delivery(row, 0)).collect()
}

pub(super) fn delivery(row: &Row, column: usize) -> Result<Delivery, StoreError> {
    serde_json::from_slice(row.try_get(column)?).map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(format!("the delivery book: {error}"))
}

/// The columns of deliveries to be written.
#[derive(Default)]
pub(super) struct Columns {
    endpoints: Vec<String>,
    events: Events,
    recorded_at: Vec<i64>,
    asked_at: Vec<i64>,
    states: Vec<&'static str>,
    due: Vec<Option<i64>>,
    bodies: Vec<Vec<u8>>,
}

impl Columns {
    pub(super) fn add(&mut self, endpoint_id: &str, delivery: &Delivery) -> Result<(), StoreError> {
        self.endpoints.push(endpoint_id.to_owned());
        self.events.add(delivery.event);
        self.recorded_at.push(delivery.recorded_at().as_millis());
        self.asked_at.push(delivery.asked_at.as_millis());
        self.states.push(delivery.state.name());
        self.due.push(delivery.next_at.map(refund_core::Timestamp::as_millis));
        self.bodies.push(serde_json::to_vec(delivery).map_err(unreadable)?);
        Ok(())
    }

    pub(super) fn parameters(&self) -> Parameters<'_, 9> {
        let [records, epochs, entries] = self.events.parameters();
        let (recorded_at, asked_at) = (&self.recorded_at, &self.asked_at);
        [&self.endpoints, records, epochs, entries, recorded_at, asked_at, &self.states, &self.due, &self.bodies]
    }
}

/// The columns of events that are asked for.
#[derive(Default)]
pub(super) struct Events {
    records: Vec<i64>,
    epochs: Vec<i64>,
    entries: Vec<i64>,
}

impl Events {
    pub(super) fn of(events: impl IntoIterator<Item = EventPosition>) -> Self {
        let mut columns = Self::default();
        events.into_iter().for_each(|event| columns.add(event));
        columns
    }

    fn add(&mut self, event: EventPosition) {
        let [record, epoch, entry] = place(event);
        self.records.push(record);
        self.epochs.push(epoch);
        self.entries.push(entry);
    }

    pub(super) fn parameters(&self) -> Parameters<'_, 3> {
        [&self.records, &self.epochs, &self.entries]
    }
}
