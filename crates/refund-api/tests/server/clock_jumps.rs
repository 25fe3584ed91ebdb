//! A machine's clock that is put forward and back while the server runs.

use crate::support::{Hands, Server, path};
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const OPENED: &str = "2026-03-01T00:00:00.000Z";

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap()
}

#[test]
fn put_forward_by_days_all_that_is_due_happens_at_its_instants_and_put_back_nothing_happens_again() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let refund = server.open("o-1");
    hands.forward(48 * HOUR);
    let settled = server.show(&refund);
    assert_eq!(text(&settled, "status"), "WAIT_BUYER_RETURN_GOODS");
    hands.forward(-47 * HOUR);
    assert_eq!(server.show(&refund), settled, "what has happened stays");
    let reply = server.get("/livez", "");
    assert_eq!(reply.date.unwrap(), "Tue, 03 Mar 2026 00:00:00 GMT", "and so does the time");
    let later = server.open("o-2");
    assert_eq!(text(&later, "opened_at"), "2026-03-03T00:00:00.000Z");
    let feed = server.get("/v1/events?limit=100", &server.operator).body;
    let recorded: Vec<_> = feed["items"].as_array().unwrap().iter().map(|event| text(event, "recorded_at")).collect();
    assert!(recorded.is_sorted(), "{recorded:?}");
    hands.forward(48 * HOUR);
    assert_eq!(
        server.get("/livez", "").date.unwrap(),
        "Tue, 03 Mar 2026 01:00:00 GMT",
        "it goes on once it has caught up"
    );
    server.stop();
}

#[test]
fn put_back_by_an_hour_no_answer_comes_too_late_and_no_deadline_too_early() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    hands.forward(HOUR);
    let refund = server.open("o-1");
    let by = refund["deadlines"][0]["at"].clone();
    hands.forward(-HOUR);
    let agreed = server.as_seller(&refund, "agree", &json!({}));
    assert_eq!((agreed.status, &by), (200, &json!("2026-03-02T13:00:00.000Z")), "{:?}", agreed.body);
    assert_eq!(text(&agreed.body, "updated_at"), text(&refund, "opened_at"), "time stood still (R35)");
    server.stop();
}

#[test]
fn a_server_whose_clock_is_more_than_five_minutes_behind_says_that_it_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    hands.forward(-300);
    assert_eq!(server.get("/readyz", "").status, 204);
    hands.forward(-1);
    let told = server.get("/readyz", "");
    assert_eq!((told.status, &told.body["code"]), (503, &json!("not_ready")));
    assert_eq!(told.body["failing"][0]["check"], "clock");
    assert_eq!((told.media_type.as_str(), told.retry_after.as_deref()), ("application/problem+json", Some("1")));
    let numbers = server.get("/metrics", "").body;
    let well = numbers.as_str().unwrap().lines().filter(|line| line.starts_with("refund_ready{"));
    assert!(well.clone().any(|line| line == "refund_ready{check=\"clock\"} 0") && well.count() == 4, "{numbers}");
    server.stop();
}

#[test]
fn put_to_the_end_of_all_time_the_server_still_answers() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let refund = server.open("o-1");
    hands.set("9999-12-31T23:59:59.999Z");
    for (method, path, body) in [
        ("GET", path(&refund, ""), b"".as_slice()),
        ("GET", path(&refund, "explanation"), b""),
        ("GET", "/v1/refunds".to_owned(), b""),
        ("POST", "/v1/refunds".to_owned(), crate::support::opening("o-2").to_string().as_bytes()),
        ("POST", path(&refund, "cancel"), b"{}"),
        ("GET", "/v1/events".to_owned(), b""),
    ] {
        let reply = server.send(method, &path, &server.platform, &[], body);
        assert!(reply.status < 500, "{method} {path}: {reply:?}");
    }
    server.stop();
}
