//! What the store on one machine promises beyond what every store does: it is there again, and
//! says what is wrong when it can't be.
#![cfg(test)]

mod damage;
mod epochs;
mod erasing;
mod failing;
mod killed;
#[path = "../mirror/mod.rs"]
mod mirror;
mod mirrored;
mod older;
mod opening;
mod story;
#[path = "../journal/v1.rs"]
mod v1;

use std::path::Path;

use refund_store::files::simulated::SimulatedDisk;
use refund_store::{EmbeddedStore, OpenError, OpenedStore};
use story::surroundings;

fn open(folder: &Path) -> OpenedStore {
    try_open(folder).unwrap()
}

fn try_open(folder: &Path) -> Result<OpenedStore, OpenError> {
    EmbeddedStore::open(folder, surroundings())
}

fn error_of(opened: Result<OpenedStore, OpenError>) -> OpenError {
    match opened {
        Ok(_) => panic!("it opened"),
        Err(error) => error,
    }
}

fn open_on(disk: &SimulatedDisk, folder: &Path) -> OpenedStore {
    EmbeddedStore::open_on(disk, folder, surroundings()).unwrap()
}
