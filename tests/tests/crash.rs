//! The server is killed under load, and starts again with all that it answered.

use refund_tests::crash::{Plan, run, run_hooks};

#[test]
fn a_server_that_is_killed_under_load_keeps_what_it_answered() {
    let report = run(Plan { times: 6, callers: 16, seed: 1 }, |_| ()).unwrap();
    println!("{report}");
    assert!(report.violations.is_empty());
}

#[test]
fn a_server_that_is_killed_at_any_point_of_a_webhooks_life_loses_none_and_duplicates_can_be_told() {
    let report = run_hooks(6, 1).unwrap();
    println!("{report}");
    assert!(report.violations.is_empty());
    assert!(report.again >= 3, "a message whose answer was awaited has to come again");
}
