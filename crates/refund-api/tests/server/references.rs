//! What the platform calls a refund and keeps with it: given, found again, and refused.

use crate::support::{Server, opening};
use serde_json::{Value, json};

/// Which orders a list has.
fn orders(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["order_line"]["order_id"].as_str().unwrap()).collect()
}

fn open(server: &Server, order: &str, reference: Option<&str>, metadata: &Value) -> Value {
    let mut body = opening(order);
    body["external_reference"] = json!(reference);
    body["metadata"] = metadata.clone();
    let opened = server.post("/v1/refunds", &server.platform, &[], &body);
    assert_eq!(opened.status, 201, "{}", opened.body);
    opened.body
}

#[test]
fn a_refund_is_found_again_by_what_the_platform_calls_it_and_keeps_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let tagged = open(&server, "o-1", Some("case/1"), &json!({ "ticket": "A:1 &+", "channel": "app" }));
    open(&server, "o-2", Some("case/2"), &json!({ "channel": "app" }));
    let bare = open(&server, "o-3", None, &json!({}));
    assert_eq!((&tagged["external_reference"], &tagged["metadata"]["ticket"]), (&json!("case/1"), &json!("A:1 &+")));
    let members = bare.as_object().unwrap();
    assert!(!members.contains_key("external_reference") && !members.contains_key("metadata"));
    for (asked, found) in [
        ("external_reference=case/1", vec!["o-1"]),
        ("external_reference=case", vec![]),
        ("metadata=ticket:A:1%20%26%2B", vec!["o-1"]),
        ("metadata=channel:app", vec!["o-2", "o-1"]),
        ("metadata=channel:app&external_reference=case/2", vec!["o-2"]),
        ("metadata=channel:ap", vec![]),
        ("metadata=ticket:app", vec![]),
    ] {
        for token in [&server.platform, &server.operator] {
            let list = server.get(&format!("/v1/refunds?sort=opened_at&{asked}"), token);
            assert_eq!((list.status, orders(&list.body)), (200, found.clone()), "{asked}");
        }
        let refused = server.get(&format!("/v1/refunds?{asked}"), &server.seller);
        assert_eq!(refused.status, 403, "a seller can't find out by asking");
        let link = tagged["buyer_link"]["token"].as_str().unwrap();
        assert_eq!(server.get(&format!("/v1/refunds?{asked}"), link).status, 403, "nor can a buyer");
    }
    let first = server.get("/v1/refunds?metadata=channel:app&limit=1", &server.platform).body;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = server.get(&format!("/v1/refunds?metadata=channel:app&limit=1&cursor={cursor}"), &server.platform);
    assert_eq!((orders(&first), orders(&second.body)), (vec!["o-2"], vec!["o-1"]));
    let elsewhere = server.get(&format!("/v1/refunds?metadata=channel:web&limit=1&cursor={cursor}"), &server.platform);
    assert_eq!(elsewhere.status, 400, "a cursor is of its list");
    server.stop();
}

#[test]
fn what_can_not_be_kept_is_refused_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let many: serde_json::Map<_, _> = (0..21).map(|number| (format!("n{number}"), json!("t"))).collect();
    let long = "t".repeat(201);
    for (member, value, pointer) in [
        ("external_reference", json!(""), "/external_reference"),
        ("external_reference", json!("a b"), "/external_reference"),
        ("external_reference", json!(7), "/external_reference"),
        ("metadata", json!([]), "/metadata"),
        ("metadata", Value::Object(many), "/metadata"),
        ("metadata", json!({ "a b": "t" }), "/metadata/a b"),
        ("metadata", json!({ "a": 1 }), "/metadata/a"),
        ("metadata", json!({ "a": "" }), "/metadata/a"),
        ("metadata", json!({ "a": long }), "/metadata/a"),
        ("metadata", json!({ "a": { "b": "t" } }), "/metadata/a"),
    ] {
        let mut body = opening("o-1");
        body[member] = value.clone();
        let refused = server.post("/v1/refunds", &server.platform, &[], &body);
        let at = &refused.body["errors"][0]["pointer"];
        assert_eq!((refused.status, at.as_str()), (400, Some(pointer)), "{value}: {}", refused.body);
    }
    for asked in
        ["external_reference=", "external_reference=a%20b", "metadata=", "metadata=a", "metadata=:t", "metadata=a:"]
    {
        let refused = server.get(&format!("/v1/refunds?{asked}"), &server.platform);
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_query")), "{asked}");
    }
    let twice = opening("o-1").to_string().replacen('{', r#"{"metadata":{"a":"1","a":"2"},"#, 1);
    let refused = server.send("POST", "/v1/refunds", &server.platform, &[], twice.as_bytes());
    assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!("/metadata")), "a is there twice");
    server.stop();
}

#[test]
fn the_same_request_again_keeps_what_was_said_first() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    open(&server, "o-1", Some("case/1"), &json!({}));
    let mut body = opening("o-1");
    body["external_reference"] = json!("case/2");
    let again = server.post("/v1/refunds", &server.platform, &[], &body);
    assert_eq!((again.status, &again.body["external_reference"]), (200, &json!("case/1")), "R27");
    server.stop();
}
