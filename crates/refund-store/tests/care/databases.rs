//! Databases of a test's own.

use refund_store::{PostgresAddress, PostgresStore, migrate};
use refund_test_postgres::{Server, Version};

use super::story;

/// A database of a PostgreSQL that the tests of this program share.
pub(crate) struct Database {
    url: String,
}

impl Database {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { url: Server::shared(Version::Debian).unwrap().database().unwrap() }
    }

    /// One that can be a store.
    pub(crate) fn migrated() -> Self {
        let database = Self::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(migrate(&database.address(), false)).unwrap();
        database
    }

    pub(crate) fn address(&self) -> PostgresAddress {
        PostgresAddress::parse(&self.url, None).unwrap()
    }

    /// Carries out a statement, behind the store's back.
    pub(crate) fn sql(&self, sql: &str) -> String {
        Server::shared(Version::Debian).unwrap().psql(&self.url, sql).unwrap()
    }

    /// A server on another machine lets itself be seen.
    pub(crate) fn a_server_lives(&self) {
        self.sql("INSERT INTO servers (id, name, version) VALUES ('another', 'elsewhere', '0.1.0')");
    }

    /// Another one that is what this one is at this moment. Nobody may use this one meanwhile.
    pub(crate) fn copied(&self) -> Self {
        let (server, name) = (Server::shared(Version::Debian).unwrap(), self.url.rsplit('/').next().unwrap());
        server.psql("postgres", &format!("CREATE DATABASE {name}_copy OWNER refund TEMPLATE {name}")).unwrap();
        Self { url: format!("{}_copy", self.url) }
    }

    pub(crate) fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.address(), None, story::surroundings()).unwrap()
    }
}
