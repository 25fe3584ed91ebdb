//! The store on PostgreSQL: alone, as several servers that share it, and with whatever can go wrong between them.
#![cfg(test)]

mod deliveries;
mod failing;
mod keeping;
#[path = "../mirror/mod.rs"]
mod mirror;
mod mirrored;
mod opening;
mod scarcity;
#[path = "../embedded/story.rs"]
#[allow(dead_code, reason = "others need the rest")]
mod story;

use refund_store::conformance::InTurn;
use refund_store::{PostgresAddress, PostgresStore, Store, Surroundings, migrate};
use refund_test_postgres::{Server, Version};

/// The URL of a new, empty database.
fn database_of(server: &Server) -> String {
    server.database().unwrap()
}

/// That database, which is a store from now on.
fn migrated(url: &str) -> PostgresAddress {
    let address = PostgresAddress::parse(url, None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(migrate(&address, false)).unwrap();
    address
}

/// A new, empty store.
fn database() -> PostgresAddress {
    migrated(&database_of(Server::shared(Version::Debian).unwrap()))
}

fn open(address: &PostgresAddress, surroundings: Surroundings) -> PostgresStore {
    PostgresStore::open(address, None, surroundings).unwrap()
}

/// So many servers on one database.
fn in_turn(address: &PostgresAddress, surroundings: &Surroundings, many: usize) -> InTurn {
    let store = || -> Box<dyn Store> { Box::new(open(address, surroundings.clone())) };
    InTurn::new(store(), (1..many).map(|_| store()).collect())
}
