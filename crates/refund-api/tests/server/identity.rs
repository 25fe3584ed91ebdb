//! Keys, buyers' links, and settings that two people change at once.

use std::io::{BufRead, Read};

use serde_json::{Value, json};

use crate::support::{Hands, Server, opening, path};

const START: &str = "2026-03-01T08:20:00.000Z";
const HOUR: i64 = 3600;

fn served(test: impl FnOnce(&Server, &Hands)) {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(START);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    test(&server, &hands);
    server.stop();
}

/// A new key: its id and its secret.
fn make(server: &Server, body: &Value) -> (String, String) {
    let made = server.post("/v1/keys", &server.operator, &[], body);
    assert_eq!(made.status, 201, "{:?}", made.body);
    let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Every page of a list, of two items each.
fn whole(server: &Server, list: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("{list}?limit=2{cursor}"), &server.operator).body;
        found.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn what_is_no_key_or_nearly_one_is_nobodys_and_does_nothing() {
    served(|server, _| {
        let key = server.platform.clone();
        let refund = server.open("o-1");
        let link = refund["buyer_link"]["token"].as_str().unwrap();
        for value in [
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            key.clone(),
            format!("Basic {key}"),
            format!("Bearer{key}"),
            format!("Bearer {key}x"),
            format!("Bearer {}", &key[..key.len() - 1]),
            format!("Bearer {}", key.to_uppercase()),
            format!("Bearer {key} {key}"),
            format!("Bearer {key}, Bearer {key}"),
            format!("Bearer \"{key}\""),
            "Bearer rfk_".to_owned(),
            format!("Bearer {}", &link[..link.len() - 1]),
            format!("Bearer {link}x"),
        ] {
            let headers = [("Authorization", value.as_str())];
            let body = opening("o-2").to_string();
            for (method, path, body) in [("GET", "/v1/refunds", ""), ("POST", "/v1/refunds", body.as_str())] {
                let reply = server.send(method, path, "", &headers, body.as_bytes());
                assert_eq!((reply.status, &reply.body["code"]), (401, &json!("unauthenticated")), "{method} {value:?}");
            }
        }
        let listed = server.get("/v1/refunds", &server.operator).body;
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_key_expires_at_its_instant_and_says_so() {
    served(|server, hands| {
        let expires = "2026-03-01T09:20:00.000Z";
        let (id, secret) = make(server, &json!({ "name": "k", "role": "platform", "expires_at": expires }));
        hands.forward(HOUR - 1);
        assert_eq!(server.get("/v1/refunds", &secret).status, 200);
        hands.forward(1);
        let refused = server.get("/v1/refunds", &secret);
        assert_eq!((refused.status, &refused.body["code"]), (401, &json!("unauthenticated")));
        assert_eq!(refused.body["detail"], format!("the key expired at {expires}"));
        assert_eq!(server.get(&format!("/v1/keys/{id}"), &server.operator).body["expires_at"], expires);
        let late = json!({ "name": "k", "role": "platform", "expires_at": expires });
        let refused = server.post("/v1/keys", &server.operator, &[], &late);
        assert_eq!((refused.status, &refused.body["code"]), (422, &json!("expiry_passed")));
        assert_eq!(refused.body["errors"][0]["pointer"], "/expires_at");
    });
}

#[test]
fn a_key_for_reading_reads_and_does_nothing_else() {
    served(|server, _| {
        let refund = server.open("o-1");
        for role in ["platform", "operator"] {
            let (_, secret) = make(server, &json!({ "name": "k", "role": role, "scope": "read" }));
            assert_eq!(server.get(&path(&refund, ""), &secret).status, 200);
            for (method, target) in [("POST", "/v1/refunds"), ("PUT", "/v1/policy"), ("POST", "/v1/keys")] {
                let refused = server.send(method, target, &secret, &[], b"{}");
                assert_eq!((refused.status, &refused.body["code"]), (403, &json!("key_reads_only")), "{target}");
            }
        }
        // What changes nothing is reading, though it is sent by POST.
        let seller = json!({ "name": "k", "role": "seller", "seller_id": crate::support::SELLER, "scope": "read" });
        let (_, seller) = make(server, &seller);
        let offer = crate::support::small_refund("2.00");
        let checked = server.post(&path(&refund, "negotiation/check"), &seller, &[], &offer);
        assert_eq!((checked.status, &checked.body["possible"]), (200, &json!(true)), "{}", checked.body);
        let refused = server.post(&path(&refund, "negotiation"), &seller, &[("If-Match", "\"1\"")], &offer);
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("key_reads_only")));
        let (_, operator) = make(server, &json!({ "name": "k", "role": "operator", "scope": "read" }));
        assert_eq!(server.post("/v1/policy/check", &operator, &[], &json!({})).status, 200);
        let whether = json!({ "seller_id": "seller-lights" });
        assert_eq!(server.post("/v1/rollout/check", &operator, &[], &whether).status, 200);
        let (_, secret) = make(server, &json!({ "name": "k", "role": "platform", "scope": "read" }));
        let link = server.get(&path(&refund, "buyer-link"), &secret);
        assert_eq!((link.status, &link.body["code"]), (403, &json!("key_reads_only")), "it could act as the buyer");
    });
}

#[test]
fn a_key_says_in_which_hour_it_was_last_used_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(START);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let (id, secret) = make(&server, &json!({ "name": "k", "role": "platform" }));
    let used = |server: &Server| server.get(&format!("/v1/keys/{id}"), &server.operator).body["last_used_at"].clone();
    assert_eq!(used(&server), Value::Null);
    server.get("/v1/refunds", &secret);
    assert_eq!(used(&server), "2026-03-01T08:00:00.000Z");
    hands.forward(2 * HOUR);
    server.get("/v1/refunds", &secret);
    server.stop();
    let server = Server::serve(folder.path(), &hands, true).unwrap();
    assert_eq!(used(&server), "2026-03-01T10:00:00.000Z");
    server.stop();
}

#[test]
fn a_sellers_key_may_be_made_before_the_seller_is_set_up() {
    served(|server, _| {
        let body = json!({ "name": "k", "role": "seller", "seller_id": "soon" });
        let key = server.post("/v1/keys", &server.operator, &[], &body);
        assert_eq!(key.status, 201);
        let secret = key.body["secret"].as_str().unwrap();
        assert_eq!(server.get("/v1/sellers/soon", secret).status, 404);
        let seller = json!({ "name": "Soon", "addresses": [
            { "id": "a", "recipient": "R", "phone": "1", "address": "A 1", "default": true },
        ] });
        assert_eq!(server.put("/v1/sellers/soon", &server.platform, &seller).status, 201);
        assert_eq!(server.get("/v1/sellers/soon", secret).status, 200);
    });
}

#[test]
fn keys_and_sellers_are_listed_in_pages_in_a_lasting_order() {
    served(|server, hands| {
        let mut made = ids(&server.get("/v1/keys", &server.operator).body);
        for _ in 0..5 {
            hands.forward(1);
            made.push(make(server, &json!({ "name": "k", "role": "platform" })).0);
        }
        assert_eq!(whole(server, "/v1/keys"), made);
        let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
        for id in ["b", "a", "c"] {
            let body = json!({ "name": "n", "addresses": [address] });
            assert_eq!(server.put(&format!("/v1/sellers/{id}"), &server.operator, &body).status, 201);
        }
        assert_eq!(whole(server, "/v1/sellers"), ["a", "b", "c", crate::support::SELLER]);
        let cursor = server.get("/v1/sellers?limit=2", &server.operator).body["next_cursor"].clone();
        let elsewhere = format!("/v1/keys?cursor={}", cursor.as_str().unwrap());
        assert_eq!(server.get(&elsewhere, &server.operator).body["code"], "malformed_query");
        assert_eq!(server.get("/v1/sellers", &server.seller).status, 403);
        assert_eq!(server.get("/v1/sellers", &server.platform).status, 200);
    });
}

#[test]
fn a_link_that_was_replaced_opens_nothing_and_the_new_one_does() {
    served(|server, _| {
        let refund = server.open("o-1");
        let target = path(&refund, "buyer-link");
        let first = refund["buyer_link"].clone();
        assert_eq!(server.get(&target, &server.platform).body, first);
        let mut stream = server.stream("/v1/events/stream", first["token"].as_str().unwrap(), "");
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let key = [("Idempotency-Key", "once")];
        let second = server.post(&target, &server.platform, &key, &json!({}));
        assert_eq!(second.status, 200);
        assert_ne!(second.body, first);
        let old = server.get(&path(&refund, ""), first["token"].as_str().unwrap());
        assert_eq!((old.status, old.body["detail"].as_str().unwrap()), (401, "the link was replaced by another"));
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert_eq!(server.get(&path(&refund, ""), second.body["token"].as_str().unwrap()).status, 200);
        let again = server.post(&target, &server.platform, &key, &json!({}));
        assert_eq!((again.status, again.replayed, &again.body), (200, true, &second.body));
        let opened_again = server.post("/v1/refunds", &server.platform, &[], &opening("o-1")).body;
        assert_eq!(opened_again["buyer_link"], second.body, "whoever opens it again is told the present one");
        for (token, status) in [(&server.operator, 403), (&server.seller, 403)] {
            assert_eq!(server.get(&target, token).status, status);
            assert_eq!(server.post(&target, token, &[], &json!({})).status, status);
        }
        assert_eq!(server.get(&target, second.body["token"].as_str().unwrap()).status, 403);
    });
}

#[test]
fn settings_that_somebody_else_changed_meanwhile_are_not_overwritten() {
    served(|server, _| {
        let seller = format!("/v1/sellers/{}", crate::support::SELLER);
        for (target, change) in [
            ("/v1/policy", json!({ "allow_withdraw": true })),
            ("/v1/rollout", json!({ "batches": [], "percentage": 7, "allow": [], "deny": [] })),
            (&seller, {
                let mut body = server.get(&seller, &server.operator).body;
                body["name"] = json!("another name");
                body
            }),
        ] {
            let operator = &server.operator;
            let put =
                |tag: &str| server.send("PUT", target, operator, &[("If-Match", tag)], change.to_string().as_bytes());
            let read = server.get(target, operator).etag.unwrap();
            let done = put(&read);
            assert_eq!(done.status, 200, "{:?}", done.body);
            let now = server.get(target, operator).etag.unwrap();
            assert_eq!(done.etag, Some(now.clone()));
            assert_ne!(now, read);
            for moved in [&read, &format!("W/{read}")] {
                let refused = put(moved);
                assert_eq!((refused.status, &refused.body["code"]), (412, &json!("settings_moved")), "{target}");
            }
            for same in [&now, &format!("W/{now}")] {
                assert_eq!(put(same).status, 200, "the same again changes nothing");
            }
            assert_eq!(server.get(target, operator).etag, Some(now));
            for tag in ["*", &format!("{read}, {read}"), "\"1\"", "1", ""] {
                let refused = put(tag);
                assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_header")), "{tag:?}");
            }
        }
        let body = json!({ "name": "n", "addresses": [] }).to_string();
        let tag = format!("\"{}\"", "0".repeat(32));
        let refused = server.send("PUT", "/v1/sellers/new", &server.operator, &[("If-Match", &tag)], body.as_bytes());
        assert_eq!(refused.status, 422, "what is no seller is said first: {:?}", refused.body);
    });
}
