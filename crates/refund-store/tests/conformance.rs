//! Both stores keep every promise, and so do both delivery books.
#![cfg(test)]

use refund_store::conformance::{Make, check_all, deliveries};
use refund_store::{Deliveries, EmbeddedDeliveries, EmbeddedStore, MemoryDeliveries, MemoryStore};

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

#[tokio::test]
async fn the_book_in_memory_keeps_every_promise() {
    deliveries::check_all(&mut || Box::new(MemoryDeliveries::default())).await.unwrap();
}

#[tokio::test]
async fn the_embedded_book_keeps_every_promise() {
    let root = tempfile::tempdir().unwrap();
    let mut count = 0;
    let mut make = || -> Box<dyn Deliveries> {
        count += 1;
        let folder = root.path().join(count.to_string());
        std::fs::create_dir(&folder).unwrap();
        Box::new(EmbeddedDeliveries::open(&folder).unwrap())
    };
    deliveries::check_all(&mut make).await.unwrap();
}
