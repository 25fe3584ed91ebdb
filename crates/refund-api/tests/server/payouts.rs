//! R38 and R39 over HTTP: reports that can't be, what each role is told, and what is overdue.

use serde_json::{Value, json};

use crate::support::{Server, opening, path};

/// A server on which payouts are reported, and a refund of which the first attempt failed and the second is out.
fn tried_again(server: &Server) -> Value {
    assert_eq!(server.put("/v1/policy", &server.operator, &json!({ "payout": "confirmed" })).status, 200);
    let mut wanted = opening("o-1");
    wanted["type"] = json!("REFUND_ONLY");
    let refund = server.post("/v1/refunds", &server.platform, &[], &wanted).body;
    server.as_seller(&refund, "agree", &json!({}));
    let failed = json!({ "result": "failed", "reason": "No answer", "provider_reference": "pay_1" });
    assert_eq!(report(server, &refund, &failed).0, 200);
    let retry = server.post(&path(&refund, "payout/retry"), &server.platform, &[], &json!({}));
    assert_eq!(retry.body["payout"]["attempt_key"], json!(format!("{}-2", refund["id"].as_str().unwrap())));
    refund
}

fn report(server: &Server, refund: &Value, body: &Value) -> (u16, Value) {
    let reply = server.post(&path(refund, "payout"), &server.platform, &[], body);
    (reply.status, reply.body)
}

#[test]
fn a_report_that_can_not_be_changes_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = tried_again(&server);
    let before = server.get(&path(&refund, ""), &server.operator).body;
    let of = |attempt: Value| json!({ "result": "succeeded", "attempt": attempt });
    let named = |reference: String| json!({ "result": "succeeded", "provider_reference": reference });
    for (body, status, code) in [
        (of(json!(7)), 422, "payout_attempt_unknown"),
        (of(json!(0)), 422, "payout_attempt_unknown"),
        (of(json!(-1)), 400, "malformed_body"),
        (of(json!(4_294_967_296_u64)), 400, "malformed_body"),
        (of(json!("1")), 400, "malformed_body"),
        (named("x".repeat(10_000)), 400, "malformed_body"),
        (named("\u{202e}".to_owned()), 400, "malformed_body"),
        (json!({ "result": "lost" }), 400, "malformed_body"),
        (json!({ "result": "reversed" }), 409, "payout_not_reversible"),
        (json!({ "result": "reversed", "attempt": 1 }), 409, "payout_not_reversible"),
    ] {
        let (got, said) = report(&server, &refund, &body);
        assert_eq!((got, &said["code"]), (status, &json!(code)), "{body}");
    }
    assert_eq!(server.get(&path(&refund, ""), &server.operator).body, before);
    server.stop();
}

#[test]
fn the_same_success_told_again_is_done_already_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = tried_again(&server);
    let paid = json!({ "result": "succeeded", "attempt": 2, "provider_reference": "pay_2" });
    let told = report(&server, &refund, &paid);
    assert_eq!((told.0, &told.1["status"]), (200, &json!("SUCCESS")));
    let events = || server.get(&path(&refund, "events?limit=100"), &server.operator).body;
    let before = events();
    for again in [paid, json!({ "result": "succeeded", "provider_reference": "pay_2 again" })] {
        assert_eq!(report(&server, &refund, &again), told, "{again}");
    }
    assert_eq!(events(), before);
    server.stop();
}

#[test]
fn what_the_provider_said_is_told_to_all_but_the_buyer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = tried_again(&server);
    for attempt in [1, 2] {
        let paid = json!({ "result": "succeeded", "attempt": attempt, "provider_reference": format!("pay_{attempt}") });
        assert_eq!(report(&server, &refund, &paid).0, 200);
    }
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    for what in ["", "events", "explanation"] {
        for token in [&server.operator, &server.platform, &server.seller] {
            let told = server.get(&path(&refund, what), token).body.to_string();
            assert!(told.contains("pay_2"), "{what}: {told}");
        }
        let told = server.get(&path(&refund, what), link).body.to_string();
        assert!(!told.contains("pay_") && !told.contains("No answer"), "{what}: {told}");
        let names_attempt = ["attempt\":1", "attempt\":2", "attempt_key\":\""].iter().any(|name| told.contains(name));
        assert!(!names_attempt, "{what}: {told}");
    }
    let shown = server.get(&path(&refund, ""), &server.seller).body;
    assert_eq!((&shown["status"], &shown["payout"]["paid_twice"]), (&json!("SUCCESS"), &json!(true)));
    server.stop();
}

#[test]
fn what_is_overdue_is_told_once_listed_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = tried_again(&server);
    server.advance(25 * 3600);
    let shown = server.get(&path(&refund, ""), &server.operator).body;
    assert_eq!((&shown["status"], &shown["deadlines"][0]["on_silence"]), (&json!("REFUNDING"), &json!("overdue")));
    let history = server.get(&path(&refund, "events"), &server.operator).body;
    let kinds: Vec<_> = history["items"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == json!("deadline.overdue")).count(), 1, "{kinds:?}");
    let now = server.get("/v1/test-clock", &server.operator).body["now"].as_str().unwrap().to_owned();
    let listed = server.get(&format!("/v1/refunds?due_before={now}"), &server.operator).body;
    let waits = |found: &&Value| found["deadlines"][0]["kind"] == json!("payout_report");
    let waiting: Vec<_> = listed["items"].as_array().unwrap().iter().filter(waits).collect();
    assert!(waiting.iter().any(|found| found["id"] == refund["id"]), "{listed}");
    let metrics = server.get("/metrics", "").body;
    let series = "refund_deadlines_overdue{kind=\"payout_report\"} ";
    let counted = metrics.as_str().unwrap().lines().find_map(|line| line.strip_prefix(series)).unwrap();
    assert_eq!(counted, waiting.len().to_string());
    server.stop();
}
