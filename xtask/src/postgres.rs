//! `cargo xtask postgres`: the PostgreSQLs that the tests start, Debian's and the newest.

use std::path::Path;

use refund_test_postgres::{Server, Version};

use crate::stopwatch::Stopwatch;
use crate::{debian, python};

/// Where Debian's package reads what it is to set up.
const SET_UP: &str = "/etc/postgresql-common/createcluster.d";

/// Installs what is missing, and starts each once.
pub(crate) fn install() -> Result<String, String> {
    python::programs("postgres", "postgres/requirements.txt")?;
    if Version::Debian.programs().is_err() {
        without_a_server(|| debian::install(&["postgresql"], "the store is tested on Debian's PostgreSQL"))?;
    }
    let tried: Result<Vec<_>, _> = Version::ALL.map(tried).into_iter().collect();
    Ok(tried?.join("; "))
}

/// Debian's package makes a server of the machine's own and starts it, unless it is told not to before it comes.
fn without_a_server(install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let told = Path::new(SET_UP).join("refund-tests.conf");
    let written = std::fs::create_dir_all(SET_UP).and_then(|()| std::fs::write(&told, "create_main_cluster = false\n"));
    // Who may not write there may not install either, and is told so.
    let installed = install();
    if written.is_ok() {
        std::fs::remove_file(&told).map_err(|error| format!("{}: {error}", told.display()))?;
    }
    installed
}

fn tried(version: Version) -> Result<String, String> {
    let starting = Stopwatch::start();
    let server = Server::start(version, &[("fsync", "off")])?;
    let started = starting.elapsed();
    let making = Stopwatch::start();
    let database = server.database()?;
    let made = making.elapsed();
    let number = server.psql(&database, "SHOW server_version")?;
    Ok(format!("{number} started in {started:.0?} and made a database in {made:.0?}"))
}
