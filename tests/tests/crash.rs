//! The server is killed under load, and starts again with all that it answered.

use refund_tests::crash::{Plan, run};

#[test]
fn a_server_that_is_killed_under_load_keeps_what_it_answered() {
    let report = run(Plan { times: 10, callers: 16, seed: 1 }).unwrap();
    println!("{report}");
    assert!(report.violations.is_empty());
}
