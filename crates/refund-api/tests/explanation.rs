//! Why a refund stands where it stands, told over HTTP: what is foretold happens, and what is said to
//! be impossible is refused in the same words.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use std::fmt::Write;

use serde_json::{Value, json};
use support::{Server, path, small_refund};

const HOUR: u64 = 3600;

fn explained(server: &Server, refund: &Value, token: &str) -> Value {
    let reply = server.get(&path(refund, "explanation"), token);
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    reply.body
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn texts<'v>(values: &'v Value, field: &str) -> Vec<&'v str> {
    list(values).iter().map(|value| value[field].as_str().unwrap()).collect()
}

/// What an explanation comes to, a line each.
fn transcript(explanation: &Value) -> String {
    let mut text = String::new();
    for part in ["so_far", "if_nobody_acts"] {
        writeln!(text, "{part}").unwrap();
        for event in list(&explanation[part]) {
            let rules = texts(&event["rules"], "id").join(" ");
            let [at, kind, after] = ["at", "type", "status_after"].map(|field| event[field].as_str().unwrap());
            writeln!(text, "  {at} {kind} ({rules}) -> {after}").unwrap();
        }
    }
    writeln!(text, "actions").unwrap();
    for action in list(&explanation["actions"]) {
        let [who, what] = ["who", "action"].map(|field| action[field].as_str().unwrap());
        let against = match action["code"].as_str() {
            None => "possible".to_owned(),
            Some(code) => format!("{code} ({}): {}", action["rule"].as_str().unwrap(), action["detail"]),
        };
        assert_eq!(action["possible"], json!(action.get("code").is_none()));
        writeln!(text, "  {who} {what}: {against}").unwrap();
    }
    text
}

#[test]
fn a_refund_with_an_open_offer_is_explained_to_each_side() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    server.advance(HOUR);
    assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
    let buyer = refund["buyer_link"]["token"].as_str().unwrap();
    let filters = vec![(r"(rfd|neg)_[a-z0-9]+", "$1_…"), (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[instant]")];
    insta::with_settings!({ filters => filters }, {
        for (name, token) in [("buyer", buyer), ("seller", &server.seller), ("platform", &server.platform),
            ("operator", &server.operator)] {
            insta::assert_snapshot!(name, transcript(&explained(&server, &refund, token)));
        }
    });
    server.stop();
}
