//! Every promise is kept, by one server and by three that are asked in turn.

use refund_store::conformance::{Make, check_all};

use super::{database, in_turn, open};

#[test]
fn the_postgres_store_keeps_every_promise() {
    let mut make: Box<Make> = Box::new(|surroundings| Box::new(open(&database(), surroundings)));
    check_all(&mut *make).unwrap();
}

#[test]
fn three_servers_asked_in_turn_keep_every_promise() {
    let mut make: Box<Make> = Box::new(|surroundings| Box::new(in_turn(&database(), &surroundings, 3).together()));
    check_all(&mut *make).unwrap();
}
