//! Any requests, to the memory model and to servers on PostgreSQL side by side.

use proptest::prelude::*;
use refund_store::{PostgresAddress, Store};

use super::mirror::{Twin, nobody_can_tell, steps};
use super::story::surroundings;
use super::{database, in_turn, open};

/// So many servers on one database.
struct Servers {
    address: PostgresAddress,
    many: usize,
    open: Option<Box<dyn Store>>,
}

impl Servers {
    fn new(many: usize) -> Self {
        let address = database();
        let open = Some(opened(&address, many));
        Self { address, many, open }
    }
}

/// What is handed in to one server together is decided in that order; of several nobody knows whose turn comes first.
fn opened(address: &PostgresAddress, many: usize) -> Box<dyn Store> {
    if many == 1 { Box::new(open(address, surroundings())) } else { Box::new(in_turn(address, &surroundings(), many)) }
}

impl Twin for Servers {
    fn store(&self) -> &dyn Store {
        &**self.open.as_ref().unwrap()
    }

    fn reopen(&mut self, _rebuilt: bool, _older: bool) {
        self.open = None;
        self.open = Some(opened(&self.address, self.many));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]
    #[test]
    fn nobody_can_tell_a_server_on_postgres_from_the_model(steps in steps()) {
        nobody_can_tell(Servers::new(1), &steps);
    }

    #[test]
    fn nobody_can_tell_two_servers_on_postgres_from_the_model(steps in steps()) {
        nobody_can_tell(Servers::new(2), &steps);
    }
}
