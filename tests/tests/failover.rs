//! Servers on PostgreSQL keep what they answered, whatever fails. `cargo xtask failover` goes on for longer.

use refund_tests::failover::{Plan, over_http, run};

#[test]
fn stores_keep_what_they_answered_while_their_database_fails() {
    let report = run(Plan { times: 8, callers: 8, seed: 1 }, |_, _| ()).unwrap();
    println!("{report}");
    assert!(report.violations.is_empty());
}

#[test]
fn servers_that_are_killed_and_whose_database_fails_keep_what_they_answered_over_http() {
    let plan = over_http::Plan { what: over_http::What::Anything(4), callers: 6, seed: 1 };
    let report = over_http::run(plan, |_, _| ()).unwrap();
    println!("{report}");
    assert!(report.violations.is_empty());
}
