//! Both stores keep every promise.
#![cfg(test)]

use refund_store::conformance::{Make, check_all};
use refund_store::{EmbeddedStore, MemoryStore};

#[test]
fn the_memory_model_keeps_every_promise() {
    let mut make: Box<Make> = Box::new(|surroundings| Box::new(MemoryStore::new(surroundings)));
    check_all(&mut *make).unwrap();
}

#[test]
fn the_embedded_store_keeps_every_promise() {
    let root = tempfile::tempdir().unwrap();
    let mut count = 0;
    let mut make: Box<Make> = Box::new(|surroundings| {
        count += 1;
        let folder = root.path().join(count.to_string());
        Box::new(EmbeddedStore::open(&folder, surroundings).unwrap().store)
    });
    check_all(&mut *make).unwrap();
}
