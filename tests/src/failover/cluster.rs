//! A primary and the standby that has whatever was acknowledged, and servers that reach the primary by passages of
//! their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use refund_core::Timestamp;
use refund_store::{Clock, PostgresAddress, PostgresStore, Surroundings, migrate};
use refund_test_postgres::{Proxy, Server, Version};

/// A clock that the load moves.
#[derive(Clone)]
pub(super) struct Dial(Arc<AtomicI64>);

impl Dial {
    pub(super) fn new() -> Self {
        // 2026-03-01.
        Self(Arc::new(AtomicI64::new(1_772_323_200_000)))
    }

    pub(super) fn forward(&self, minutes: u64) {
        let millis = i64::try_from(minutes.saturating_mul(60_000)).unwrap_or(0);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::MIN)
    }

    pub(super) fn surroundings(&self) -> Surroundings {
        let dial = self.clone();
        let clock = Clock::Running(Arc::new(move || dial.now()));
        // Salts need not be secret here.
        let entropy = Arc::new(|bytes: &mut [u8]| bytes.fill(7));
        Surroundings { clock, entropy, hold_settling: false }
    }
}

/// In memory: what the system has survives a kill, and how busy a disk is would count as a pause. A standby looks for its
/// primary as often as docs/postgresql.md recommends; by itself it does every five seconds.
const SETTINGS: &[(&str, &str)] =
    &[("fsync", "off"), ("max_connections", "200"), ("wal_retrieve_retry_interval", "500ms")];

pub(super) struct Cluster {
    pub(super) primary: Server,
    pub(super) standby: Server,
    /// The database's URL, of the primary that was first.
    first_url: String,
    first_port: u16,
}

impl Cluster {
    pub(super) fn start() -> Result<Self, String> {
        Self::migrated_by(|url| {
            runtime()?.block_on(migrate(&address(url)?, false)).map(drop).map_err(|error| error.to_string())
        })
    }

    /// With a database that is made a store in that way.
    pub(super) fn migrated_by(migrate: impl FnOnce(&str) -> Result<(), String>) -> Result<Self, String> {
        let primary = Server::start(Version::Debian, SETTINGS)?;
        let url = primary.database()?;
        migrate(&url)?;
        let standby = primary.standby()?;
        let first_port = primary.port();
        let cluster = Self { primary, standby, first_url: url, first_port };
        cluster.wait_for_the_standby()?;
        Ok(cluster)
    }

    /// From now on nothing is acknowledged that the standby does not have.
    fn wait_for_the_standby(&self) -> Result<(), String> {
        self.primary.psql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'")?;
        self.primary.psql("postgres", "SELECT pg_reload_conf()")?;
        let follows = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        while self.primary.psql("postgres", follows)? != "1" {
            std::thread::yield_now();
        }
        Ok(())
    }

    /// The primary dies at once and the standby takes its place; then another standby follows it.
    pub(super) fn fail_over(&mut self, proxies: &[&Proxy]) -> Result<(), String> {
        self.primary.kill()?;
        // What its standby waits for it waits for no more.
        self.standby.psql("postgres", "ALTER SYSTEM SET synchronous_standby_names = ''")?;
        self.standby.psql("postgres", "SELECT pg_reload_conf()")?;
        self.standby.promote()?;
        for proxy in proxies {
            proxy.lead_to(self.standby.port());
            proxy.close(true);
            proxy.close(false);
        }
        let next = self.standby.standby()?;
        self.primary = std::mem::replace(&mut self.standby, next);
        self.wait_for_the_standby()
    }

    /// The primary dies at once and comes back.
    pub(super) fn restart(&mut self) -> Result<(), String> {
        self.primary.kill()?;
        self.primary.restart()?;
        self.wait_for_the_standby()
    }

    /// Every session of the servers ends.
    pub(super) fn end_sessions(&self) -> Result<(), String> {
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'refund-api'";
        self.primary.psql("postgres", end).map(drop)
    }

    /// The only standby stops and comes back: until then nothing is acknowledged.
    pub(super) fn restart_the_standby(&mut self) -> Result<(), String> {
        self.standby.restart()?;
        self.wait_for_the_standby()
    }

    /// A passage to the primary, and the database's URL through it.
    pub(super) fn passage(&self) -> Result<(Proxy, String), String> {
        let proxy = Proxy::before(self.primary.port())?;
        let url = self.url_at(proxy.port());
        Ok((proxy, url))
    }

    /// The database's URL at the present primary.
    pub(super) fn url(&self) -> String {
        self.url_at(self.primary.port())
    }

    fn url_at(&self, port: u16) -> String {
        self.first_url.replace(&format!(":{}/", self.first_port), &format!(":{port}/"))
    }

    /// What statements answer in the store's database.
    pub(super) fn ask(&self, statements: &str) -> Result<String, String> {
        self.primary.psql(&self.url(), statements)
    }
}

pub(super) fn address(url: &str) -> Result<PostgresAddress, String> {
    PostgresAddress::parse(url, None).map_err(|error| error.to_string())
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

pub(super) fn open(address: &PostgresAddress, surroundings: Surroundings) -> Result<PostgresStore, String> {
    PostgresStore::open(address, None, surroundings).map_err(|error| error.to_string())
}
