//! Which servers share the store and are alive: each lets itself be seen, and who was not seen for 10 seconds is dead. It
//! is the database's clock that says so, so that nobody's own matters.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Pool};

use super::error::PostgresError;
use super::{hashes, sql};
use crate::StoreError;

/// How often a server lets itself be seen.
const SEEN_EVERY: Duration = Duration::from_secs(2);

/// The servers, as this one knows them.
pub(super) struct Servers {
    own: String,
    name: String,
    live: RwLock<Arc<[String]>>,
}

impl Servers {
    /// Comes to the others, who know of it from now on.
    pub(super) async fn join(client: &ClientWrapper) -> Result<Self, PostgresError> {
        // It waits for no standby: a server that starts while none answers reads at least.
        client.batch_execute("BEGIN; SET LOCAL synchronous_commit = off").await?;
        client.execute(sql::FORGET_SERVERS, &[]).await?;
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let own = client.query_one(sql::JOIN_SERVERS, &[&name, &env!("CARGO_PKG_VERSION")]).await?.try_get(0)?;
        client.batch_execute("COMMIT").await?;
        let servers = Self { own, name, live: RwLock::default() };
        servers.look(client).await?;
        Ok(servers)
    }

    /// This server's id, which no other has or will have.
    pub(super) fn own(&self) -> &str {
        &self.own
    }

    /// The ids of those that are alive, as of a moment ago.
    pub(super) fn live(&self) -> Arc<[String]> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this server should do what that other one does. All who know the same servers agree on which does what,
    /// and where one comes or goes little else changes hands. Who has not heard of the other yet knows too little.
    pub(super) fn should_take(&self, what: &str, from: &str) -> bool {
        let (live, own) = (self.live(), hashes::of_share(&self.own, what));
        let is_known = live.iter().any(|other| other == from);
        is_known && live.iter().all(|other| *other == self.own || hashes::of_share(other, what) < own)
    }

    /// Lets itself be seen, as long as it lives.
    pub(super) async fn stay(self: Arc<Self>, pool: Pool) {
        loop {
            tokio::time::sleep(SEEN_EVERY).await;
            if let Err(error) = self.be_seen(&pool).await {
                tracing::warn!(%error, "the other servers could not be told that this one is alive");
            }
        }
    }

    async fn be_seen(&self, pool: &Pool) -> Result<(), StoreError> {
        let client = pool.get().await?;
        let seen = client.prepare_cached(sql::BE_SEEN).await?;
        client.execute(&seen, &[&self.own, &self.name, &env!("CARGO_PKG_VERSION")]).await?;
        Ok(self.look(&client).await?)
    }

    async fn look(&self, client: &ClientWrapper) -> Result<(), tokio_postgres::Error> {
        let rows = client.query(&client.prepare_cached(sql::LIVE_SERVERS).await?, &[]).await?;
        let live = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        Ok(())
    }

    /// Goes, so that the others need not find out.
    pub(super) async fn leave(&self, pool: &Pool) -> Result<(), StoreError> {
        let client = pool.get().await?;
        client.execute(&client.prepare_cached(sql::LEAVE_SERVERS).await?, &[&self.own]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use refund_test_postgres::{Server, Version};

    use super::super::connection::{Connector, Purpose};
    use super::super::{PostgresAddress, migrate};
    use super::*;

    /// The one server that should take something from each of the others.
    fn whose<'s>(thing: usize, live: &[&'s str]) -> &'s str {
        let takers: Vec<_> = live
            .iter()
            .filter(|own| {
                let live_ids = live.iter().map(|id| (*id).to_owned()).collect();
                let servers = Servers { own: (**own).to_owned(), name: String::new(), live: RwLock::new(live_ids) };
                assert!(!servers.should_take(&thing.to_string(), "not heard of"));
                live.iter().all(|other| other == *own || servers.should_take(&thing.to_string(), other))
            })
            .collect();
        assert_eq!(takers.len(), 1, "{thing}: {takers:?}");
        takers[0]
    }

    #[test]
    fn each_has_its_share_and_who_comes_takes_no_more_than_its_own() {
        let among = |live: &[&'static str]| (0..1000).map(|thing| whose(thing, live)).collect::<Vec<_>>();
        let (before, after) = (among(&["a", "b"]), among(&["a", "b", "c"]));
        let shares = ["a", "b", "c"].map(|id| after.iter().filter(|own| **own == id).count());
        assert!(shares.iter().all(|share| (270..400).contains(share)), "{shares:?}");
        assert!(before.iter().zip(after).all(|(before, after)| after == *before || after == "c"));
    }

    #[tokio::test]
    async fn who_was_not_seen_for_long_is_dead_until_it_is_seen_again() {
        let server = Server::shared(Version::Debian).unwrap();
        let url = server.database().unwrap();
        let address = PostgresAddress::parse(&url, None).unwrap();
        migrate(&address, false).await.unwrap();
        let connector = Connector::new(address).unwrap();
        let (client, pool) = (connector.connect(Purpose::Read).await.unwrap(), connector.readers().unwrap());
        let (one, other) = (Servers::join(&client).await.unwrap(), Servers::join(&client).await.unwrap());
        let lives = async |id: &str| {
            one.look(&client).await.unwrap();
            one.live().iter().any(|live| live == id)
        };
        assert_eq!((lives(one.own()).await, lives(other.own()).await, one.live().len()), (true, true, 2));
        let silent = |since: &str| {
            let silent =
                format!("UPDATE servers SET seen_at = now() - interval '{since}' WHERE id = '{}'", other.own());
            server.psql(&url, &silent).unwrap();
        };
        silent("5 seconds");
        assert!(lives(other.own()).await);
        silent("11 seconds");
        assert!(!lives(other.own()).await);
        silent("-11 seconds");
        assert!(!lives(other.own()).await, "it was seen before the clock went back");
        other.be_seen(&pool).await.unwrap();
        assert!(lives(other.own()).await);
        other.leave(&pool).await.unwrap();
        assert!(!lives(other.own()).await);
        other.be_seen(&pool).await.unwrap();
        assert!(lives(other.own()).await, "it comes back, whoever forgot it");
        silent("2 days");
        Servers::join(&client).await.unwrap();
        assert_eq!(server.psql(&url, "SELECT count(*) FROM servers").unwrap(), "2", "who is long gone is forgotten");
    }
}
