//! Whatever a key or a link can do is done once, however often it is sent with one idempotency key.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::files::{kept, photo};
use crate::support::{Hands, Reply, Server, opening, path, small_refund};
use refund_core::Timestamp;
use serde_json::{Value, json};

/// Sends everything twice, and remembers which paths it did so on.
struct Twice<'a> {
    server: &'a Server,
    paths: RefCell<BTreeSet<String>>,
}

/// What an answer says, but for a secret: that is shown once.
fn lasting(reply: &Reply) -> (u16, Value) {
    let mut body = reply.body.clone();
    body.as_object_mut().unwrap().remove("secret");
    (reply.status, body)
}

fn pattern(path: &str) -> String {
    let mut segments: Vec<&str> = path.split('/').collect();
    if let Some(id) = segments.get_mut(3).filter(|id| id.contains('_')) {
        *id = "{id}";
    }
    segments.join("/")
}

impl Twice<'_> {
    /// How much has happened in all.
    fn happened(&self) -> Value {
        let end = self.server.get("/v1/events?after=latest", &self.server.operator).body["after"].clone();
        let keys = self.server.get("/v1/keys?limit=100", &self.server.operator).body["items"].as_array().unwrap().len();
        json!([end, keys, self.server.get("/v1/test-clock", &self.server.operator).body])
    }

    fn send(&self, path: &str, token: &str, version: &Value, body: &Value) -> Value {
        let version = format!("\"{version}\"");
        let key = path.replace("/v1/", "").replace("negotiation", "n");
        let mut headers = vec![("Idempotency-Key", key.as_str())];
        if version != "\"null\"" {
            headers.push(("If-Match", &version));
        }
        let first = self.server.post(path, token, &headers, body);
        assert!(first.status < 300 && !first.replayed, "{path}: {first:?}");
        let happened = self.happened();
        let again = self.server.post(path, token, &headers, body);
        assert!(again.replayed, "{path}: {again:?}");
        assert_eq!(lasting(&again), lasting(&first), "{path}");
        let other = self.server.post(path, token, &headers, &json!({ "another": "body" }));
        assert_eq!((other.status, &other.body["code"]), (422, &json!("idempotency_key_reused")), "{path}");
        assert_eq!(self.happened(), happened, "{path}");
        self.paths.borrow_mut().insert(pattern(path));
        first.body
    }

    /// A command on a refund, by whoever names its version.
    fn on(&self, refund: &Value, what: &str, token: &str, body: &Value) -> Value {
        self.send(&path(refund, what), token, &refund["version"], body)
    }
}

/// Every POST whose answer is remembered, by the contract.
fn remembered(contract: &Value) -> BTreeSet<String> {
    let parameter = json!({ "$ref": "#/components/parameters/IdempotencyKey" });
    let takes_key = |item: &Value| item["post"]["parameters"].as_array().is_some_and(|all| all.contains(&parameter));
    let paths = contract["paths"].as_object().unwrap().iter();
    paths.filter(|(_, item)| takes_key(item)).map(|(path, _)| path.clone()).collect()
}

#[test]
fn every_post_is_done_once_for_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (operator, platform, seller) = (&*server.operator, &*server.platform, &*server.seller);
    let policy = json!({ "allow_withdraw": true, "payout": "confirmed" });
    assert_eq!(server.put("/v1/policy", operator, &policy).status, 200);
    let twice = Twice { server: &server, paths: RefCell::default() };
    twice.send("/v1/refunds", platform, &Value::Null, &opening("o-1"));
    let offered = |order: &str| twice.on(&server.open(order), "negotiation", seller, &small_refund("2.00"));
    let answer = |offered: &Value| json!({ "negotiation_id": offered["negotiation"]["id"] });
    let accepted = offered("o-2");
    let accepted = twice.on(&accepted, "negotiation/accept", platform, &answer(&accepted));
    let failed = twice.on(&accepted, "payout", platform, &json!({ "result": "failed", "reason": "no account" }));
    twice.on(&failed, "payout/retry", operator, &json!({}));
    let mut unshipped = opening("o-13");
    unshipped["order_line"]["shipped"] = json!(false);
    unshipped["type"] = json!("REFUND_ONLY");
    let unshipped = server.post("/v1/refunds", platform, &[], &unshipped).body;
    twice.on(&unshipped, "shipped", platform, &json!({}));
    let rejected = offered("o-3");
    twice.on(&rejected, "negotiation/reject", platform, &answer(&rejected));
    twice.on(&offered("o-4"), "negotiation/withdraw", seller, &json!({}));
    let agreed = |order: &str| twice.on(&server.open(order), "agree", seller, &json!({}));
    let parcel = json!({ "carrier": "SF Express", "tracking_number": "SF-1" });
    let shipped = |order: &str| twice.on(&agreed(order), "ship", platform, &parcel);
    twice.on(&shipped("o-5"), "confirm-receipt", seller, &json!({}));
    twice.on(&shipped("o-6"), "refuse-receipt", seller, &json!({ "reason": "an empty box" }));
    twice.on(&agreed("o-7"), "waive-return", seller, &json!({}));
    let refused = |order: &str| twice.on(&server.open(order), "refuse", seller, &json!({ "reason": "no dent" }));
    let less = json!({ "type": "REFUND_ONLY", "amount": crate::support::money("5.00"), "reason": "less will do" });
    twice.on(&refused("o-8"), "modify", platform, &less);
    let escalated = twice.on(&refused("o-9"), "escalate", platform, &json!({ "reason": "there is" }));
    twice.on(&escalated, "rule", operator, &json!({ "decision": "CLOSE", "reason": "no picture" }));
    let cancelled = twice.on(&server.open("o-10"), "cancel", platform, &json!({}));
    let erasure = json!({ "refund_id": cancelled["id"], "because": "final", "reason": "Letter 17" });
    twice.send("/v1/erasures", operator, &Value::Null, &erasure);
    let open = server.open("o-11");
    let due: Timestamp = open["deadlines"][0]["at"].as_str().unwrap().parse().unwrap();
    let later = Timestamp::from_millis(due.as_millis() + 3_600_000).unwrap();
    let extended = twice.on(&open, "extend", operator, &json!({ "kind": "seller_decide", "to": later.to_string() }));
    twice.on(&extended, "messages", platform, &json!({ "text": "Here is the dent" }));
    let item = json!({ "refund_id": server.open("o-12")["id"], "version": 1, "action": "agree" });
    twice.send("/v1/refunds/bulk", seller, &Value::Null, &json!({ "items": [item] }));
    twice.on(&extended, "buyer-link", platform, &json!({}));
    let key = twice.send("/v1/keys", operator, &Value::Null, &json!({ "name": "k", "role": "platform" }));
    let revoke = format!("/v1/keys/{}/revoke", key["id"].as_str().unwrap());
    twice.send(&revoke, operator, &Value::Null, &json!({}));
    let webhook = twice.send("/v1/webhooks", seller, &Value::Null, &json!({ "url": "http://127.0.0.1:1/" }));
    for what in ["rotate", "disable", "enable"] {
        let path = format!("/v1/webhooks/{}/{what}", webhook["id"].as_str().unwrap());
        twice.send(&path, seller, &Value::Null, &json!({}));
    }
    let address = json!({ "id": "a", "recipient": "Lin", "phone": "1", "address": "1 Road", "default": true });
    let tells = json!({ "name": "Lamps", "addresses": [address], "policy": { "notices": true } });
    assert_eq!(server.put("/v1/sellers/lamps", operator, &tells).status, 201);
    let mut told = opening("o-14");
    told["seller_id"] = json!("lamps");
    let told = server.post("/v1/refunds", platform, &[], &told).body;
    let report = format!("/v1/notices/ntc_{}-2/report", told["id"].as_str().unwrap());
    twice.send(&report, platform, &Value::Null, &json!({ "result": "accepted" }));
    twice.send("/v1/test-clock/advance", operator, &Value::Null, &json!({ "seconds": 60 }));
    assert_eq!(*twice.paths.borrow(), remembered(&refund_api::openapi(&server.base_url)), "each POST has to be here");
    server.stop();
}

#[test]
fn a_key_is_one_to_64_visible_characters_and_each_counts() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let visible: String = ('!'..='~').collect();
    let keys = ["k", "K", "!", "~", &visible[..64], &visible[visible.len() - 64..]];
    let open = |key: &str, order: usize| {
        server.post("/v1/refunds", &server.platform, &[("Idempotency-Key", key)], &opening(&format!("o-{order}")))
    };
    for (order, key) in keys.into_iter().enumerate() {
        let first = open(key, order);
        assert_eq!((first.status, first.replayed), (201, false), "{key}");
        assert!(open(key, order).replayed, "{key}");
    }
    server.stop();
}

#[test]
fn a_key_is_its_callers_own() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at("2026-03-01T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let made = server.post("/v1/keys", &server.operator, &[], &json!({ "name": "k", "role": "platform" })).body;
    let other = made["secret"].as_str().unwrap();
    let key = [("Idempotency-Key", "one")];
    let first = server.post("/v1/refunds", &server.platform, &key, &opening("o-1"));
    let second = server.post("/v1/refunds", other, &key, &opening("o-2"));
    assert_eq!((first.status, second.status, second.replayed), (201, 201, false));
    let link = first.body["buyer_link"]["token"].as_str().unwrap();
    let cancelled = server.post(&path(&first.body, "cancel"), link, &key, &json!({}));
    assert_eq!((cancelled.status, cancelled.replayed), (200, false));
    let again = server.post(&path(&first.body, "cancel"), link, &key, &json!({}));
    assert_eq!((again.status, again.replayed, again.body), (200, true, cancelled.body));
    server.stop();
}

#[test]
fn a_key_is_shown_again_as_it_was_made() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let send = || {
        let body = json!({ "name": "k", "role": "platform" });
        server.post("/v1/keys", &server.operator, &[("Idempotency-Key", "one")], &body)
    };
    let first = send();
    assert_eq!(server.get("/v1/refunds", first.body["secret"].as_str().unwrap()).status, 200);
    let revoke = format!("/v1/keys/{}/revoke", first.body["id"].as_str().unwrap());
    let revoked = server.post(&revoke, &server.operator, &[], &json!({})).body;
    assert!(revoked["last_used_at"].is_string() && revoked["revoked_at"].is_string(), "{revoked:?}");
    let again = send();
    assert!(again.replayed && again.body.get("secret").is_none_or(Value::is_null), "{again:?}");
    assert_eq!(lasting(&again), lasting(&first));
    server.stop();
}

#[test]
fn an_answer_is_remembered_for_31_days() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at("2026-03-01T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let open = || server.post("/v1/refunds", &server.platform, &[("Idempotency-Key", "one")], &opening("o-1"));
    let first = open();
    hands.forward(31 * 24 * 3600);
    let last = open();
    assert_eq!((last.status, last.replayed, &last.body["status"]), (201, true, &first.body["status"]));
    hands.forward(1);
    let later = open();
    assert!(!later.replayed, "{later:?}");
    server.stop();
}

#[test]
fn a_file_is_told_by_what_it_is_called_and_by_what_was_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let add = |name: &str, file: &[u8]| {
        let path = path(&refund, &format!("files?name={name}"));
        let headers = [("Content-Type", "application/octet-stream"), ("Idempotency-Key", "dent-1")];
        server.send("POST", &path, &server.seller, &headers, file)
    };
    let first = add("dent.jpg", &photo(1));
    assert_eq!((first.status, first.replayed), (201, false), "{}", first.body);
    for (name, file) in [("dent.jpg", photo(2)), ("bin.jpg", photo(1))] {
        let other = add(name, &file);
        assert_eq!((other.status, &other.body["code"]), (422, &json!("idempotency_key_reused")), "{}", other.body);
    }
    let again = add("dent.jpg", &photo(1));
    assert_eq!((again.status, again.replayed, &again.body), (201, true, &first.body));
    let holds_something = |path: &std::path::PathBuf| path.is_file() && path.metadata().unwrap().len() > 0;
    let left = || kept(folder.path()).iter().filter(|path| holds_something(path)).count();
    assert_eq!((server.show(&refund)["files"].as_array().unwrap().len(), left()), (1, 2));
    let place = path(&refund, &format!("files/{}", first.body["sha256"].as_str().unwrap()));
    assert_eq!(server.send("DELETE", &place, &server.operator, &[], b"").status, 200);
    let late = add("dent.jpg", &photo(1));
    assert_eq!((late.status, late.replayed, &late.body), (201, true, &first.body), "as it was");
    assert_eq!(left(), 0, "what was erased is not kept again");
    server.stop();
}
