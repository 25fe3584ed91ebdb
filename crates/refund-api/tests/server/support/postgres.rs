//! Databases for servers that share a store.

use std::path::Path;
use std::process::Command;

use refund_api::{Config, Limits, Place, StartError};
use refund_test_postgres::Version;

use super::{Hands, Server, config};

/// What is said of databases by somebody who may all.
pub(crate) fn psql(statements: &str) -> String {
    server().psql("postgres", statements).unwrap()
}

/// What is said within one of them.
pub(crate) fn psql_in(url: &str, statements: &str) -> String {
    server().psql(url, statements).unwrap()
}

fn server() -> &'static refund_test_postgres::Server {
    refund_test_postgres::Server::shared(Version::Debian).unwrap()
}

/// The URL of a new empty database.
pub(crate) fn database() -> String {
    server().database().unwrap()
}

/// The same that was made a store.
pub(crate) fn migrated() -> String {
    let url = database();
    let done = migrate(&["--store", &url]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    url
}

/// What `refund-api migrate` says and how it ends.
pub(crate) fn migrate(arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_refund-api"));
    command.arg("migrate").args(arguments).env_remove("RUST_LOG").output().unwrap()
}

/// What `refund-api settling` says of that database.
pub(crate) fn settling(what: &str, url: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_refund-api"));
    let output = command.args(["settling", what, "--store", url]).env_remove("RUST_LOG").output().unwrap();
    [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat()
}

/// The store in that database, for servers that have the secret of their folder.
pub(crate) fn place(url: &str) -> Place {
    Place { store: Some(url.to_owned()), ..Place::default() }
}

impl Server {
    /// A server on that database, by the machine's clock and the database's.
    pub(crate) fn beside(folder: &Path, url: &str) -> Result<Self, StartError> {
        Self::start(folder, Config { place: place(url), ..config(folder) })
    }

    /// The same with limits.
    pub(crate) fn beside_within(folder: &Path, url: &str, limits: Limits) -> Self {
        Self::start(folder, Config { place: place(url), limits, ..config(folder) }).unwrap()
    }

    /// The same by a clock that a test moves by hand.
    pub(crate) fn beside_by(folder: &Path, url: &str, hands: &Hands) -> Self {
        Self::start(folder, Config { place: place(url), clock: hands.clock(), ..config(folder) }).unwrap()
    }
}
