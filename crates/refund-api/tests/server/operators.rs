//! What an operator's desk relies on beside the contract's outline.

use crate::support::{Hands, Server, path};
use serde_json::{Value, json};

/// An instant of the API's, as a `Date` has it.
fn as_date(instant: &Value) -> String {
    let at = chrono::DateTime::parse_from_rfc3339(instant.as_str().unwrap()).unwrap();
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn every_answer_is_dated_by_the_engines_own_clock() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.advance(100 * 24 * 3600);
    let clock = server.get("/v1/test-clock", &server.operator);
    let now = Some(as_date(&clock.body["now"]));
    assert_eq!(clock.date, now);
    // Everybody's, also where the call was refused or nobody knows whose it is.
    for (at, token) in [("/v1/refunds", &server.seller), ("/v1/refunds", &String::new()), ("/livez", &String::new())] {
        assert_eq!(server.get(at, token).date, now, "{at}");
    }
    let made = server.post("/v1/test-clock/advance", &server.operator, &[], &json!({ "seconds": 60 }));
    assert_eq!(made.date, Some(as_date(&made.body["now"])), "as it is once the call is done");
    server.stop();
}

#[test]
fn a_clock_that_runs_dates_answers_too() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at("2031-05-04T03:02:01.999Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let date = || server.get("/v1/refunds", &server.operator).date.unwrap();
    assert_eq!(date(), "Sun, 04 May 2031 03:02:01 GMT");
    hands.forward(59);
    assert_eq!(date(), "Sun, 04 May 2031 03:03:00 GMT");
    server.stop();
}

#[test]
fn what_waits_for_the_operator_can_be_listed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let listed = |query: &str, token: &str| {
        let reply = server.get(&format!("/v1/refunds?limit=100{query}"), token);
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        reply.body["items"].as_array().unwrap().clone()
    };
    let escalated = listed("&escalated=true", &server.operator);
    assert!(!escalated.is_empty() && escalated.iter().all(|refund| !refund["escalated"].is_null()));
    let others = listed("&escalated=false", &server.operator);
    assert!(others.iter().all(|refund| refund["escalated"].is_null()));
    assert_eq!(escalated.len() + others.len(), listed("", &server.operator).len());
    // Once it is ruled on, it waits no more.
    let refund = &escalated[0];
    let version = format!("\"{}\"", refund["version"]);
    let close = json!({ "decision": "CLOSE", "reason": "nothing is wrong with it" });
    let ruled = server.post(&path(refund, "rule"), &server.operator, &[("If-Match", &version)], &close);
    assert_eq!(ruled.status, 200, "{:?}", ruled.body);
    assert_eq!(listed("&escalated=true", &server.operator).len(), escalated.len() - 1);
    let own = refund["seller_id"].as_str().unwrap() == crate::support::SELLER;
    assert!(own && listed("&escalated=true", &server.seller).len() < escalated.len(), "a seller sees its own");
    let odd = server.get("/v1/refunds?escalated=maybe", &server.operator);
    assert_eq!((odd.status, &odd.body["code"]), (400, &json!("malformed_query")));
    server.stop();
}

#[test]
fn a_problem_says_what_to_do_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let refused = server.as_seller(&refund, "confirm-receipt", &json!({}));
    assert_eq!(refused.body["code"], "wrong_status");
    assert_eq!(refused.body["remedy"], refund_core::RefusalCode::WrongStatus.remedy());
    let unknown = server.get("/v1/refunds", "rfk_no");
    assert!(unknown.body["remedy"].as_str().unwrap().contains("Authorization"), "{:?}", unknown.body);
    server.stop();
}

#[test]
fn a_demos_keys_were_made_when_its_clock_says() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let now = server.get("/v1/test-clock", &server.operator).body["now"].as_str().unwrap().to_owned();
    let keys = server.get("/v1/keys", &server.operator).body;
    let made: Vec<&str> =
        keys["items"].as_array().unwrap().iter().map(|key| key["created_at"].as_str().unwrap()).collect();
    let day_before = chrono::DateTime::parse_from_rfc3339(&now).unwrap() - chrono::TimeDelta::days(2);
    assert!(made.iter().all(|at| *at <= now.as_str()), "{made:?}");
    assert!(made.iter().all(|at| chrono::DateTime::parse_from_rfc3339(at).unwrap() > day_before), "{made:?}");
    server.stop();
}
