//! What `docs/postgresql.md` shows of the tools is what happens.

use refund_store::{EmbeddedStore, PostgresAddress, Store, migrate};
use refund_test_postgres::{Server, Version};

use crate::{shown, story};

const PAGE: &str = include_str!("../../../../docs/postgresql.md");

#[test]
fn every_block_of_the_page_prints_what_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let store = EmbeddedStore::open(&data, story::surroundings()).unwrap().store;
    story::tell(&store);
    store.close().unwrap();
    drop(store);
    std::fs::write(data.join("server.secret"), "a secret\n").unwrap();
    std::fs::write(data.join("operator.key"), "a key\n").unwrap();
    let url = Server::shared(Version::Debian).unwrap().database().unwrap();
    let address = PostgresAddress::parse(&url, None).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(migrate(&address, false)).unwrap();
    assert!(shown::check(PAGE, folder.path(), &[("STORE", &url)]) >= 5);
}
