//! What is read of the book and written into it.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::{Object, Transaction};
use refund_core::Timestamp;
use tokio_postgres::types::ToSql;

use super::claims::Claims;
use super::rows::{self, Columns, Events, Parameters, place};
use super::sql;
use crate::postgres::head::instant;
use crate::postgres::reading::Reading;
use crate::postgres::rows::{column, number};
use crate::postgres::servers::Servers;
use crate::{
    Again, Backlog, Chosen, Claimed, Delivery, EventPosition, Intake, Noted, Queued, Standing, StoreError, Tried,
};

#[derive(Clone)]
pub(super) struct Book {
    pub(super) reading: Reading,
    pub(super) servers: Arc<Servers>,
    pub(super) claims: Arc<Claims>,
}

impl Book {
    pub(super) async fn client(&self) -> Result<Object, StoreError> {
        self.reading.client().await
    }

    pub(super) async fn read_to(self) -> Result<Option<EventPosition>, StoreError> {
        let client = self.client().await?;
        let row = client.query_opt(&client.prepare_cached(sql::READ_TO).await?, &[]).await?;
        row.map(|row| rows::event(&row, 0)).transpose()
    }

    pub(super) async fn take_in(self, Intake { from, to, deliveries }: Intake) -> Result<bool, StoreError> {
        let mut columns = Columns::default();
        deliveries.iter().try_for_each(|(endpoint_id, delivery)| columns.add(endpoint_id, delivery))?;
        let (to, from) = (place(to), from.map(place));
        let mut parameters = columns.parameters().to_vec();
        parameters.extend(each(&to));
        parameters.extend(from.iter().flat_map(each));
        let client = self.client().await?;
        let take_in = if from.is_some() { sql::TAKE_IN } else { sql::TAKE_IN_FIRST };
        let moved = client.query_opt(&client.prepare_cached(take_in).await?, &parameters).await?;
        Ok(moved.is_some())
    }

    pub(super) async fn claim(self, endpoint_id: String, queued: Queued) -> Result<Option<Claimed>, StoreError> {
        if !self.claims.begin(&endpoint_id, queued.event) {
            return Ok(None);
        }
        match self.find_own(&endpoint_id, queued).await {
            Ok(Some(Found { term, delivery, .. })) => {
                self.claims.is_claimed(&endpoint_id, queued.event, term);
                Ok(Some(Claimed { endpoint_id, delivery }))
            }
            none => {
                self.claims.end(&endpoint_id, queued.event);
                none.map(|_| None)
            }
        }
    }

    /// A delivery that is queued so to an endpoint that is this server's, or that nobody holds and is from now on.
    async fn find_own(&self, endpoint_id: &str, queued: Queued) -> Result<Option<Found>, StoreError> {
        let client = self.client().await?;
        let found = match self.find(&client, endpoint_id, queued).await? {
            Some(Found { is_own: false, .. }) if !self.hold(&client, &[endpoint_id]).await?.is_empty() => {
                self.find(&client, endpoint_id, queued).await?
            }
            found => found,
        };
        Ok(found.filter(|found| found.is_own))
    }

    async fn find(&self, client: &Object, endpoint_id: &str, queued: Queued) -> Result<Option<Found>, StoreError> {
        let (own, [record, epoch, entry], at) = (self.servers.own(), place(queued.event), queued.at.as_millis());
        let find = client.prepare_cached(sql::CLAIM).await?;
        let row = client.query_opt(&find, &[&endpoint_id, &own, &record, &epoch, &entry, &at]).await?;
        let found = row.map(|row| {
            Ok(Found { term: row.try_get(0)?, is_own: row.try_get(1)?, delivery: rows::delivery(&row, 2)? })
        });
        found.transpose()
    }

    pub(super) async fn tried(self, claimed: Claimed, tried: Tried) -> Result<Noted, StoreError> {
        let (endpoint_id, event) = (claimed.endpoint_id.clone(), claimed.delivery.event);
        let Some(term) = self.claims.term(&endpoint_id, event) else { return Ok(Noted::Gone) };
        let noted = self.note(claimed, tried, term).await?;
        self.claims.end(&endpoint_id, event);
        Ok(noted)
    }

    async fn note(&self, claimed: Claimed, tried: Tried, term: i64) -> Result<Noted, StoreError> {
        let Claimed { endpoint_id, delivery: before } = claimed;
        let Tried { attempt, next_at, leave_alone_until } = tried;
        let (own, [record, epoch, entry]) = (self.servers.own(), place(before.event));
        let mut client = self.client().await?;
        let change = client.transaction().await?;
        let find = change.prepare_cached(sql::CLAIMED).await?;
        let row = change.query_opt(&find, &[&endpoint_id, &own, &record, &epoch, &entry, &term]).await?;
        let Some(row) = row else { return Ok(Noted::Gone) };
        let known_since = row.try_get::<_, Option<i64>>(0)?.map(instant);
        let failing_since = (!attempt.has_succeeded()).then(|| known_since.unwrap_or(attempt.at));
        if failing_since != known_since || leave_alone_until.is_some() {
            let alone_since = leave_alone_until.map(|_| attempt.at.as_millis());
            let (since, alone_until) = (millis(failing_since), millis(leave_alone_until));
            let fares = change.prepare_cached(sql::FARES).await?;
            change.execute(&fares, &[&endpoint_id, &since, &alone_since, &alone_until]).await?;
        }
        let delivery = rows::delivery(&row, 1)?.after(&before, attempt, next_at);
        put(&change, &endpoint_id, [&delivery]).await?;
        change.commit().await?;
        Ok(Noted::Written { delivery, failing_since })
    }

    pub(super) async fn send_again(
        self,
        endpoint_id: String,
        chosen: Chosen,
        limit: usize,
        now: Timestamp,
    ) -> Result<Again, StoreError> {
        let client = self.client().await?;
        let mut fitting = match &chosen.events {
            Some(events) => of_events(&client, &endpoint_id, events, &chosen).await?,
            None => walk(&client, sql::OLDEST_FIRST, &endpoint_id, [-1; 3], &chosen, limit.saturating_add(1)).await?,
        };
        drop(client);
        let next_from = fitting.get(limit).map(Delivery::recorded_at);
        fitting.truncate(limit);
        let count = fitting.len();
        self.send(endpoint_id, fitting, now).await?;
        Ok(Again { count, next_from })
    }

    pub(super) async fn send(
        self,
        endpoint_id: String,
        deliveries: Vec<Delivery>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if deliveries.is_empty() {
            return Ok(());
        }
        let mut client = self.client().await?;
        let change = client.transaction().await?;
        change.execute(&change.prepare_cached(sql::KNOW_ENDPOINT).await?, &[&endpoint_id]).await?;
        let events = Events::of(deliveries.iter().map(|delivery| delivery.event));
        let [records, epochs, entries] = events.parameters();
        let lock = change.prepare_cached(sql::LOCK).await?;
        let known = rows::deliveries(&change.query(&lock, &[&endpoint_id, records, epochs, entries]).await?)?;
        let all = deliveries.into_iter().chain(known).map(|delivery| (delivery.event, delivery));
        // What is known stands for what is given.
        let all: BTreeMap<_, _> = all.map(|(event, delivery)| (event, delivery.again(now))).collect();
        put(&change, &endpoint_id, all.values()).await?;
        // At the end: whoever asks at the same time waits for this no longer than for the commit.
        change.execute(&change.prepare_cached(sql::ASK_TO_SEND).await?, &[]).await?;
        Ok(change.commit().await?)
    }

    pub(super) async fn list(
        self,
        endpoint_id: String,
        chosen: Chosen,
        before: Option<EventPosition>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let client = self.client().await?;
        let Some(events) = &chosen.events else {
            let from = before.map_or([i64::MAX; 3], place);
            return walk(&client, sql::LATEST_FIRST, &endpoint_id, from, &chosen, limit).await;
        };
        let fitting = of_events(&client, &endpoint_id, events, &chosen).await?.into_iter().rev();
        Ok(fitting.filter(|found| before.is_none_or(|before| found.event < before)).take(limit).collect())
    }

    pub(super) async fn standing(
        self,
        endpoint_id: String,
        since: Timestamp,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let client = self.client().await?;
        let (limit, since) = (column(limit as u64), since.as_millis());
        let rows = client.query(&client.prepare_cached(sql::STANDING).await?, &[&endpoint_id, &limit, &since]).await?;
        let standing = rows.iter().map(|row| {
            let next_at = row.try_get::<_, Option<i64>>(3)?.map(instant);
            Ok(Standing { event: rows::event(row, 0)?, next_at, asked_at: instant(row.try_get(4)?) })
        });
        standing.collect()
    }

    pub(super) async fn backlog(self, endpoint_ids: Vec<String>) -> Result<Backlog, StoreError> {
        let client = self.client().await?;
        let row = client.query_one(&client.prepare_cached(sql::BACKLOG).await?, &[&endpoint_ids]).await?;
        let count = number(row.try_get(0)?)?;
        Ok(Backlog { count, oldest: row.try_get::<_, Option<i64>>(1)?.map(instant) })
    }

    pub(super) async fn waiting(self, beginning: String) -> Result<Vec<String>, StoreError> {
        let client = self.client().await?;
        let rows = client.query(&client.prepare_cached(sql::WAITING).await?, &[&beginning]).await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }
}

/// A delivery that is queued so, and whether its endpoint is this server's.
struct Found {
    term: i64,
    is_own: bool,
    delivery: Delivery,
}

fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

fn each(place: &[i64; 3]) -> Parameters<'_, 3> {
    place.each_ref().map(|column| column as &(dyn ToSql + Sync))
}

async fn put<'d>(
    change: &Transaction<'_>,
    endpoint_id: &str,
    deliveries: impl IntoIterator<Item = &'d Delivery>,
) -> Result<(), StoreError> {
    let mut columns = Columns::default();
    deliveries.into_iter().try_for_each(|delivery| columns.add(endpoint_id, delivery))?;
    change.execute(&change.prepare_cached(sql::PUT).await?, &columns.parameters()).await?;
    Ok(())
}

/// Deliveries to an endpoint of these events, those that are chosen, in the order of the events.
async fn of_events(
    client: &Object,
    endpoint_id: &str,
    events: &[EventPosition],
    chosen: &Chosen,
) -> Result<Vec<Delivery>, StoreError> {
    let columns = Events::of(events.iter().copied());
    let [records, epochs, entries] = columns.parameters();
    let find = client.prepare_cached(sql::OF_EVENTS).await?;
    let found = rows::deliveries(&client.query(&find, &[&endpoint_id, records, epochs, entries]).await?)?;
    let found = found.into_iter().filter(|delivery| chosen.has(delivery)).map(|delivery| (delivery.event, delivery));
    Ok(found.collect::<BTreeMap<_, _>>().into_values().collect())
}

/// Deliveries to an endpoint, those that are chosen, from a place on.
async fn walk(
    client: &Object,
    statement: &str,
    endpoint_id: &str,
    from: [i64; 3],
    chosen: &Chosen,
    limit: usize,
) -> Result<Vec<Delivery>, StoreError> {
    let ([record, epoch, entry], state) = (from, chosen.state.map(crate::DeliveryState::name));
    let (since, until) = (millis(chosen.from).unwrap_or(i64::MIN), millis(chosen.to).unwrap_or(i64::MAX));
    let walk = client.prepare_cached(statement).await?;
    let limit = column(limit as u64);
    let found = client.query(&walk, &[&endpoint_id, &record, &epoch, &entry, &state, &since, &until, &limit]).await?;
    rows::deliveries(&found)
}
