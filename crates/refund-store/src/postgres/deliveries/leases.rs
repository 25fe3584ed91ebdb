//! Which server sends to which endpoint: one at a time, until it is silent for too long or hands it over.
//!
//! A server takes what nobody holds and keeps it by saying so again. Whoever is meant to have an endpoint that another
//! holds asks for it, and is given it once nothing is on its way. Only who sends asks, so that nothing is ever kept for
//! a server that is there and sends nothing.

use std::collections::BTreeMap;

use deadpool_postgres::Object;
use refund_core::Timestamp;
use tokio_postgres::Row;

use super::book::Book;
use super::{rows, sql};
use crate::postgres::head::instant;
use crate::postgres::rows::column;
use crate::{Due, LeftAlone, Queued, StoreError};

struct Lease {
    /// Which server sends, if one does.
    holder: Option<String>,
    /// Whether that ends soon unless it is said again.
    ends_soon: bool,
    /// Which is to have it next.
    wanted_by: Option<String>,
    failing_since: Option<Timestamp>,
    left_alone: Option<LeftAlone>,
}

impl Lease {
    fn of(row: &Row) -> Result<(String, Self), StoreError> {
        let at = |column: usize| Ok::<_, StoreError>(row.try_get::<_, Option<i64>>(column)?.map(instant));
        let left_alone = at(5)?.zip(at(6)?).map(|(since, until)| LeftAlone { since, until });
        let (holder, ends_soon, wanted_by) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
        Ok((row.try_get(0)?, Self { holder, ends_soon, wanted_by, failing_since: at(4)?, left_alone }))
    }
}

impl Book {
    /// What is due where this server sends; elsewhere only how the endpoint fares. Whoever asks for nothing takes none.
    pub(super) async fn due(self, endpoint_ids: Vec<String>, limit: usize) -> Result<Vec<Due>, StoreError> {
        let client = self.client().await?;
        let leases = client.prepare_cached(sql::LEASES).await?;
        let leases = client.query(&leases, &[&endpoint_ids]).await?;
        let leases: BTreeMap<_, _> = leases.iter().map(Lease::of).collect::<Result<_, _>>()?;
        let own = if limit == 0 { Vec::new() } else { self.own(&client, &leases).await? };
        let mut queues = queues(&client, &own, limit).await?;
        let due = endpoint_ids.iter().map(|id| {
            let Some(lease) = leases.get(id) else { return Due::default() };
            let queue = queues.remove(id.as_str()).unwrap_or_default();
            Due { queue, failing_since: lease.failing_since, left_alone: lease.left_alone }
        });
        Ok(due.collect())
    }

    /// Which of these endpoints are this server's to send to, now that it has taken, asked for and handed over what it
    /// should.
    async fn own(&self, client: &Object, leases: &BTreeMap<String, Lease>) -> Result<Vec<String>, StoreError> {
        let (mut own, mut held, mut wanted, mut given) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, lease) in leases {
            let id = id.as_str();
            match (&lease.holder, &lease.wanted_by) {
                (None, _) => held.push(id),
                (Some(holder), Some(_)) if holder == self.servers.own() => given.push(id),
                (Some(holder), None) if holder == self.servers.own() && lease.ends_soon => held.push(id),
                (Some(holder), None) if holder == self.servers.own() => own.push(id.to_owned()),
                (Some(holder), wanted_by) => {
                    self.claims.end_all(id);
                    if wanted_by.as_deref() != Some(self.servers.own()) && self.servers.should_take(id, holder) {
                        wanted.push(id);
                    }
                }
            }
        }
        own.extend(self.hold(client, &held).await?);
        self.tell(client, sql::WANT, &wanted).await?;
        given.retain(|id| self.claims.give(id));
        let told = self.tell(client, sql::HAND_OVER, &given).await;
        self.claims.all_given();
        told.map(|()| own)
    }

    async fn tell(&self, client: &Object, statement: &str, endpoint_ids: &[&str]) -> Result<(), StoreError> {
        if !endpoint_ids.is_empty() {
            let statement = client.prepare_cached(statement).await?;
            client.execute(&statement, &[&endpoint_ids, &self.servers.own()]).await?;
        }
        Ok(())
    }

    /// Takes or keeps those of these endpoints that no other server holds.
    pub(super) async fn hold(&self, client: &Object, endpoint_ids: &[&str]) -> Result<Vec<String>, StoreError> {
        if endpoint_ids.is_empty() {
            return Ok(Vec::new());
        }
        let hold = client.prepare_cached(sql::HOLD).await?;
        let held = client.query(&hold, &[&endpoint_ids, &self.servers.own()]).await?;
        Ok(held.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }

    /// Leaves all that it holds to the others.
    pub(super) async fn close(self) -> Result<(), StoreError> {
        let client = self.client().await?;
        client.execute(&client.prepare_cached(sql::LET_GO).await?, &[&self.servers.own()]).await?;
        Ok(())
    }
}

async fn queues(
    client: &Object,
    endpoint_ids: &[String],
    limit: usize,
) -> Result<BTreeMap<String, Vec<Queued>>, StoreError> {
    let mut queues = BTreeMap::<_, Vec<_>>::new();
    if endpoint_ids.is_empty() {
        return Ok(queues);
    }
    let find = client.prepare_cached(sql::QUEUES).await?;
    for row in client.query(&find, &[&endpoint_ids, &column(limit as u64)]).await? {
        let queued = Queued { at: instant(row.try_get(1)?), event: rows::event(&row, 2)? };
        queues.entry(row.try_get(0)?).or_default().push(queued);
    }
    queues.values_mut().for_each(|queue| queue.sort());
    Ok(queues)
}
