//! Many commands in one call: each as if it had come alone.

use crate::support::{Reply, Server, money, path};
use serde_json::{Value, json};

const BULK: &str = "/v1/refunds/bulk";

fn served(test: impl FnOnce(&Server)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    test(&server);
    server.stop();
}

fn send(server: &Server, key: &str, items: &[Value]) -> Reply {
    server.post(BULK, &server.seller, &[("Idempotency-Key", key)], &json!({ "items": items }))
}

/// What each item came to: its status, and its code where it was refused.
fn told(reply: &Reply) -> Vec<(u64, &str)> {
    let items = reply.body["items"].as_array().unwrap_or_else(|| panic!("{:?}", reply.body)).iter();
    items.map(|item| (item["status"].as_u64().unwrap(), item["problem"]["code"].as_str().unwrap_or("-"))).collect()
}

fn agree(refund: &Value) -> Value {
    json!({ "refund_id": refund["id"], "version": 1, "action": "agree" })
}

fn refuse(refund: &Value) -> Value {
    json!({ "refund_id": refund["id"], "version": 1, "action": "refuse", "reason": "It was whole" })
}

fn offer(refund: &Value, value: &str) -> Value {
    json!({ "refund_id": refund["id"], "version": 1, "action": "offer", "type": "REFUND_ONLY", "amount": money(value) })
}

#[test]
fn each_is_done_or_says_why_not_and_holds_nothing_else_up() {
    served(|server| {
        let [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(|order| server.open(order));
        let nowhere = json!({ "id": "rfd_nowhere" });
        let late = json!({ "refund_id": d["id"], "version": 9, "action": "agree" });
        let items = [
            agree(&a),
            refuse(&b),
            offer(&c, "2.00"),
            agree(&a),
            offer(&d, "2000.00"),
            offer(&d, "2.001"),
            agree(&nowhere),
            late,
            offer(&e, "2.00"),
        ];
        let reply = send(server, "k", &items);
        assert_eq!((reply.status, reply.replayed), (200, false));
        let expected = [
            (200, "-"),
            (200, "-"),
            (201, "-"),
            (412, "version_moved"),
            (422, "amount_over_refundable"),
            (422, "amount_too_precise"),
            (404, "not_found"),
            (412, "version_moved"),
            (201, "-"),
        ];
        assert_eq!(told(&reply), expected);
        let asked: Vec<_> = items.iter().map(|item| &item["refund_id"]).collect();
        let answered: Vec<_> = reply.body["items"].as_array().unwrap().iter().map(|item| &item["refund_id"]).collect();
        assert_eq!(answered, asked, "in the order given");
        for (number, refund) in [(0, &a), (1, &b), (2, &c), (8, &e)] {
            assert_eq!(reply.body["items"][number]["refund"], server.get(&path(refund, ""), &server.seller).body);
        }
        assert_eq!(server.show(&d)["version"], 1, "what was refused changed nothing");
    });
}

#[test]
fn an_item_is_refused_in_the_words_of_the_call_for_one() {
    served(|server| {
        let refund = server.open("a");
        let strip = |mut problem: Value| {
            problem.as_object_mut().unwrap().remove("request_id").unwrap();
            problem
        };
        let bodies = [
            ("negotiation", "offer", json!({ "type": "REFUND_ONLY", "amount": money("21.00") })),
            ("negotiation", "offer", json!({ "type": "REFUND_ONLY", "amount": money("0.001") })),
            ("negotiation", "offer", json!({ "type": "RETURN_AND_REFUND", "amount": money("1.00") })),
            ("agree", "agree", json!({ "return_address_id": "nowhere" })),
        ];
        for (what, action, body) in bodies {
            let alone = server.as_seller(&refund, what, &body);
            let mut item = body.clone();
            item["refund_id"] = refund["id"].clone();
            item["version"] = json!(1);
            item["action"] = json!(action);
            let bulk = send(server, "k", &[item]).body["items"][0].clone();
            assert_eq!(bulk["status"], alone.status, "{body}");
            assert_eq!(strip(bulk["problem"].clone()), strip(alone.body), "{body}");
        }
    });
}

#[test]
fn sent_again_what_was_done_is_answered_as_it_was_and_the_rest_is_tried() {
    served(|server| {
        let [a, b] = ["a", "b"].map(|order| server.open(order));
        let items = [agree(&a), refuse(&b)];
        let first = send(server, "k", &items);
        let again = send(server, "k", &items);
        assert_eq!((first.replayed, again.replayed), (false, true));
        assert_eq!(again.body, first.body);
        assert_eq!(told(&send(server, "other", &items)), [(412, "version_moved"), (412, "version_moved")]);
        let other_body = send(server, "k", &[refuse(&b)]);
        assert_eq!((other_body.status, &other_body.body["code"]), (422, &json!("idempotency_key_reused")));
        // A part that could not be done is tried again with the same key.
        let c = server.open("c");
        let ahead = json!({ "refund_id": c["id"], "version": 2, "action": "agree" });
        let d = server.open("d");
        let partly = [agree(&d), ahead];
        assert_eq!(told(&send(server, "p", &partly)), [(200, "-"), (412, "version_moved")]);
        let buyer = c["buyer_link"]["token"].as_str().unwrap();
        let body = json!({ "type": "REFUND_ONLY", "amount": money("10.00"), "reason": "less" });
        assert_eq!(server.post(&path(&c, "modify"), buyer, &[], &body).status, 200);
        let rest = send(server, "p", &partly);
        assert_eq!((told(&rest), rest.replayed), (vec![(200, "-"), (200, "-")], false));
    });
}

#[test]
fn one_refund_twice_is_two_commands_in_order() {
    served(|server| {
        let refund = server.open("a");
        let then = json!({ "refund_id": refund["id"], "version": 2, "action": "agree" });
        let reply = send(server, "k", &[offer(&refund, "2.00"), then]);
        assert_eq!(told(&reply), [(201, "-"), (200, "-")]);
        assert_eq!(reply.body["items"][0]["refund"]["negotiation"]["status"], "PENDING");
        assert_eq!(reply.body["items"][1]["refund"]["negotiation"]["status"], "WITHDRAWN");
    });
}

#[test]
fn a_call_that_is_none_does_nothing() {
    served(|server| {
        let refund = server.open("a");
        let item = |action: &str, body: &Value| {
            let mut item = json!({ "refund_id": refund["id"], "version": 1, "action": action });
            item.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            item
        };
        let body = |items: Value| server.post(BULK, &server.seller, &[], &json!({ "items": items }));
        for (items, pointer) in [
            (json!([]), "/items"),
            (json!(vec![agree(&refund); 101]), "/items"),
            (
                json!([agree(&refund), { "refund_id": refund["id"], "version": 1, "action": "cancel" }]),
                "/items/1/action",
            ),
            (
                json!([agree(&refund), { "refund_id": refund["id"], "version": "1", "action": "agree" }]),
                "/items/1/version",
            ),
            (json!([agree(&refund), []]), "/items/1"),
            (
                json!([agree(&refund), item("offer", &json!({ "type": "REFUND_ONLY", "amount": "2.00" }))]),
                "/items/1/amount",
            ),
            (json!([agree(&refund), item("refuse", &json!({ "reason": " " }))]), "/items/1/reason"),
            (json!([agree(&refund), item("refuse", &json!({}))]), "/items/1"),
            (json!([agree(&refund), item("agree", &json!({ "reason": "x" }))]), "/items/1/reason"),
        ] {
            let refused = body(items);
            assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_body")));
            assert_eq!(refused.body["errors"][0]["pointer"].as_str(), Some(pointer));
        }
        assert_eq!(server.show(&refund)["version"], 1);
        let hundred: Vec<_> = (0..100).map(|number| agree(&server.open(&format!("h-{number}")))).collect();
        assert!(told(&body(json!(hundred))).iter().all(|(status, _)| *status == 200));
        for token in [&server.operator, &server.platform] {
            let items = json!({ "items": [agree(&refund)] });
            assert_eq!(server.post(BULK, token, &[], &items).body["code"], "not_your_role");
        }
    });
}

#[test]
fn another_s_refund_is_not_there() {
    served(|server| {
        let refund = server.open("a");
        let key = json!({ "name": "another", "role": "seller", "seller_id": "seller-lights" });
        let other = server.post("/v1/keys", &server.operator, &[], &key).body["secret"].as_str().unwrap().to_owned();
        let reply = server.post(BULK, &other, &[], &json!({ "items": [agree(&refund)] }));
        assert_eq!(told(&reply), [(404, "not_found")]);
    });
}

#[test]
fn of_two_members_with_one_name_neither_is_taken() {
    served(|server| {
        let refund = server.open("a");
        let id = refund["id"].as_str().unwrap();
        let offer = |key: &str, members: &str| {
            let item = format!(r#"{{"refund_id":"{id}","version":1,"action":"offer",{members}}}"#);
            let sent = format!(r#"{{"items":[{item}]}}"#);
            server.send("POST", BULK, &server.seller, &[("Idempotency-Key", key)], sent.as_bytes())
        };
        let amount = r#""amount":{"currency":"CNY","value":"2.00"}"#;
        for members in [
            format!(r#""type":"REFUND_ONLY",{amount},"amount":{{"currency":"CNY","value":"9.00"}}"#),
            r#""type":"REFUND_ONLY","amount":{"currency":"CNY","value":"2.00","value":"9.00"}"#.to_owned(),
            r#""type":"REFUND_ONLY","amount":{"currency":"CNY","currency":"USD","value":"2.00"}"#.to_owned(),
            format!(r#""type":"REFUND_ONLY","type":"RETURN_AND_REFUND",{amount}"#),
            format!(r#""type":"REFUND_ONLY",{amount},"message":"a","message":"b""#),
        ] {
            let reply = offer("twice", &members);
            assert_eq!((reply.status, &reply.body["code"]), (400, &json!("malformed_body")), "{members}");
            assert!(reply.body["errors"].to_string().contains("duplicate field"), "{:?}", reply.body);
        }
        assert_eq!(server.show(&refund)["version"], 1);
        assert_eq!(told(&offer("once", &format!(r#""type":"REFUND_ONLY",{amount}"#))), [(201, "-")]);
    });
}

#[test]
fn the_key_of_a_bulk_call_is_no_other_call_s() {
    served(|server| {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|order| server.open(order));
        let late = json!({ "refund_id": a["id"], "version": 9, "action": "agree" });
        let items = [late, agree(&b)];
        let first = send(server, "k", &items);
        assert_eq!(told(&first), [(412, "version_moved"), (200, "-")]);
        let alone = |refund: &Value, key: &str| {
            let headers = [("If-Match", "\"1\""), ("Idempotency-Key", key)];
            server.post(&path(refund, "agree"), &server.seller, &headers, &json!({}))
        };
        let reused = alone(&c, "k");
        assert_eq!((reused.status, &reused.body["code"]), (422, &json!("idempotency_key_reused")));
        assert_eq!(server.show(&c)["version"], 1);
        let again = send(server, "k", &items);
        assert_eq!((again.status, told(&again)), (200, vec![(412, "version_moved"), (200, "-")]));
        assert_eq!(again.body["items"][1], first.body["items"][1]);
        assert_eq!(alone(&c, "own").status, 200);
        let reused = send(server, "own", &[agree(&d)]);
        assert_eq!((reused.status, &reused.body["code"]), (422, &json!("idempotency_key_reused")));
        // Nothing was done, so nobody has the key.
        assert_eq!(told(&send(server, "free", &[agree(&b)])), [(412, "version_moved")]);
        assert_eq!(alone(&d, "free").status, 200);
    });
}
