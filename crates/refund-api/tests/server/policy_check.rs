//! What a change of the policy would mean, told before it is made.

use crate::support::{Server, path};
use serde_json::{Value, json};

const CHECK: &str = "/v1/policy/check";

fn check(server: &Server, body: &Value) -> Value {
    let reply = server.post(CHECK, &server.operator, &[], body);
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    reply.body
}

#[test]
fn a_change_is_told_field_by_field_and_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let before = server.get("/v1/policy", &server.operator).body;
    let body = json!({
        "seller_decide_seconds": 86400, "allow_withdraw": true, "payout": "confirmed", "reminders_seconds": [3600],
        "fresh_goods": "deny"
    });
    let told = check(&server, &body);
    insta::with_settings!({ sort_maps => true }, {
        insta::assert_snapshot!("policy_check", serde_json::to_string_pretty(&told).unwrap());
    });
    assert_eq!(server.get("/v1/policy", &server.operator).body, before);
    server.stop();
}

#[test]
fn what_is_said_to_change_is_what_changes_and_what_is_said_to_be_kept_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let before = server.get("/v1/policy", &server.operator).body;
    let body = json!({ "seller_decide_seconds": 90_000, "refunds_per_line_max": 2 });
    let told = check(&server, &body);
    let after = server.put("/v1/policy", &server.operator, &body).body;
    let changes = told["changes"].as_array().unwrap();
    for (field, value) in after.as_object().unwrap() {
        let change = changes.iter().find(|change| change["field"] == field.as_str());
        assert_eq!(change.is_some(), before[field] != *value, "{field}");
        if let Some(change) = change {
            assert_eq!((&change["from"], &change["to"]), (&before[field], value));
        }
    }
    assert_eq!(server.get(&path(&refund, ""), &server.operator).body["deadlines"], refund["deadlines"], "R34");
    let again = check(&server, &body);
    assert_eq!(
        again,
        json!({
            "changes": [], "keeps": [], "overridden_by": [], "sellers_looked_at": 0, "is_cut": false,
            "idle_reminders": [],
        })
    );
    // What is left out is the default again, as with PUT.
    let fields: Vec<_> =
        check(&server, &json!({}))["changes"].as_array().unwrap().iter().map(|c| c["to"].clone()).collect();
    assert_eq!(fields, [json!(129_600), json!(5)]);
    server.stop();
}

#[test]
fn reminders_that_would_never_fire_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let told = check(&server, &json!({ "buyer_answer_seconds": 7200 }));
    assert_eq!(told["idle_reminders"], json!([{ "field": "buyer_answer_seconds", "reminder_seconds": 21_600 }]));
    server.stop();
}

#[test]
fn it_is_refused_like_the_change_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for body in [json!({ "seller_decide_seconds": 59 }), json!({ "colour": "red" }), json!({ "payout": "later" })] {
        let (checked, put) =
            (server.post(CHECK, &server.operator, &[], &body), server.put("/v1/policy", &server.operator, &body));
        assert_eq!((checked.status, &checked.body["errors"]), (400, &put.body["errors"]));
    }
    for token in [&server.seller, &server.platform] {
        let body = json!({});
        let (checked, put) = (server.post(CHECK, token, &[], &body), server.put("/v1/policy", token, &body));
        assert_eq!((checked.status, &checked.body["detail"]), (403, &put.body["detail"]));
    }
    assert_eq!(server.post(CHECK, "", &[], &json!({})).status, 401);
    server.stop();
}

#[test]
fn a_list_of_sellers_with_their_own_values_ends_somewhere_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let address = json!({ "id": "a", "recipient": "r", "phone": "1", "address": "a" });
    let body = json!({ "name": "n", "addresses": [address], "policy": { "allow_withdraw": false } });
    for number in 0..100 {
        assert_eq!(server.put(&format!("/v1/sellers/a-{number:03}"), &server.operator, &body).status, 201);
    }
    let told = check(&server, &json!({ "allow_withdraw": true, "cap_at_requested": true }));
    let listed = told["overridden_by"].as_array().unwrap();
    assert_eq!((listed.len(), &told["is_cut"], &told["sellers_looked_at"]), (100, &json!(true), &json!(100)));
    assert_eq!(listed[0], json!({ "seller_id": "a-000", "fields": ["allow_withdraw"] }));
    let told = check(&server, &json!({ "cap_at_requested": true }));
    assert_eq!((&told["overridden_by"], &told["is_cut"]), (&json!([]), &json!(false)));
    assert_eq!(told["sellers_looked_at"], 103);
    server.stop();
}
