//! Endpoints of webhooks over HTTP: whose they are, where they may be, what was sent and is sent again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use crate::support::clerk::Clerk;
use crate::support::{Reply, SELLER, Server};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

/// A message as it arrived.
pub(crate) struct Message {
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

/// A receiver that answers with these statuses, one after the other, and then with the last for ever.
pub(crate) fn receiver(statuses: &[u16]) -> (String, Receiver<Message>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = channel();
    let mut statuses = statuses.to_vec();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut headers = axum::http::HeaderMap::new();
            let mut length = 0;
            for line in reader.by_ref().lines().skip(1).map(Result::unwrap).take_while(|line| !line.is_empty()) {
                let (name, value) = line.split_once(": ").unwrap();
                let name: axum::http::HeaderName = name.parse().unwrap();
                if name == "content-length" {
                    length = value.parse().unwrap();
                }
                headers.insert(name, value.parse().unwrap());
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let status = if statuses.len() > 1 { statuses.remove(0) } else { statuses[0] };
            let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            if sender.send(Message { headers, body }).is_err() {
                return;
            }
        }
    });
    (url, received)
}

impl Message {
    fn id(&self) -> &str {
        self.headers["webhook-id"].to_str().unwrap()
    }

    /// What it says, if it was signed with that secret.
    fn signed(&self, secret: &Value) -> Value {
        Webhook::new(secret.as_str().unwrap()).unwrap().verify(&self.body, &self.headers).unwrap();
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn demo() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    (folder, server)
}

fn of(webhook: &Reply, what: &str) -> String {
    format!("/v1/webhooks/{}{what}", webhook.body["id"].as_str().unwrap())
}

/// The deliveries to an endpoint.
fn deliveries(server: &Server, webhook: &Reply, query: &str) -> Vec<Value> {
    let page = server.get(&of(webhook, &format!("/deliveries{query}")), &server.operator);
    assert_eq!(page.status, 200, "{:?}", page.body);
    page.body["items"].as_array().unwrap().clone()
}

#[test]
fn what_happens_arrives_signed_and_can_be_sent_again() {
    let (_folder, server) = demo();
    let (url, received) = receiver(&[200]);
    let body = json!({ "url": url, "types": ["refund.opened"] });
    let made = server.post("/v1/webhooks", &server.seller, &[("Idempotency-Key", "hook")], &body);
    assert_eq!((made.status, &made.body["seller_id"]), (201, &json!(SELLER)));
    let replayed = server.post("/v1/webhooks", &server.seller, &[("Idempotency-Key", "hook")], &body);
    assert_eq!((replayed.replayed, &replayed.body), (true, &made.body), "with its secret, which is made anew");
    let refund = server.open("o-1");
    let first = received.recv().unwrap();
    let said = first.signed(&made.body["secret"]);
    assert_eq!((&said["type"], &said["data"]["refund_id"]), (&json!("refund.opened"), &refund["id"]));
    let event = said["data"]["id"].clone();
    for which in [json!({ "events": [event] }), json!({ "from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00Z" })]
    {
        let again = server.post(&of(&made, "/redeliver"), &server.seller, &[], &which);
        assert_eq!((again.status, &again.body), (200, &json!({ "count": 1, "next_from": null })));
        assert_eq!(received.recv().unwrap().id(), first.id());
    }
    let none = server.post(&of(&made, "/redeliver"), &server.seller, &[], &json!({ "state": "failed" }));
    assert_eq!(none.body, json!({ "count": 0, "next_from": null }));
    for wrong in [json!({}), json!({ "events": vec!["evt_1"; 101] }), json!({ "state": "lost" })] {
        assert_eq!(server.post(&of(&made, "/redeliver"), &server.seller, &[], &wrong).status, 400, "{wrong}");
    }
    let listed = deliveries(&server, &made, "?limit=1");
    assert_eq!((listed.len(), &listed[0]["event_id"]), (1, &event));
    assert_eq!(server.get(&of(&made, "/deliveries?cursor=x"), &server.seller).status, 400);
    server.stop();
}

#[test]
fn a_time_is_when_events_happened_and_can_be_sent_again_as_often_as_wanted() {
    let (_folder, server) = demo();
    let (url, received) = receiver(&[200]);
    let made = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": url, "types": ["refund.opened"] }));
    server.open("o-1");
    let first = received.recv().unwrap();
    let from = first.signed(&made.body["secret"])["data"]["recorded_at"].clone();
    server.advance(60);
    let to = server.get("/v1/test-clock", &server.operator).body["now"].clone();
    server.open("o-2");
    received.recv().unwrap();
    for _ in 1..=2 {
        server.advance(60);
        let again = server.post(&of(&made, "/redeliver"), &server.seller, &[], &json!({ "from": from, "to": to }));
        assert_eq!((again.status, &again.body["count"]), (200, &json!(1)));
        assert_eq!(received.recv().unwrap().id(), first.id());
    }
    server.stop();
}

#[test]
fn what_failed_is_sent_again() {
    let (folder, server) = demo();
    let (url, received) = receiver(&[410, 200]);
    let made = server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": url, "types": ["refund.opened"] }));
    server.open("o-1");
    let first = received.recv().unwrap();
    // It stops once it has written down what came of what was under way.
    server.stop();
    let server = Server::demo(folder.path());
    assert_eq!(deliveries(&server, &made, "?state=failed").len(), 1);
    assert_eq!(server.post(&of(&made, "/enable"), &server.operator, &[], &json!({})).status, 200);
    let again = server.post(&of(&made, "/redeliver"), &server.operator, &[], &json!({ "state": "failed" }));
    assert_eq!((again.status, &again.body["count"]), (200, &json!(1)));
    assert_eq!(received.recv().unwrap().id(), first.id());
    server.stop();
}

#[test]
fn what_an_endpoint_was_not_sent_is_sent_when_it_is_asked_for_by_its_id() {
    let (_folder, server) = demo();
    let (url, received) = receiver(&[200]);
    let before = server.open("o-1");
    server.advance(60);
    let made = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": url, "types": ["refund.opened"] }));
    assert_eq!(server.post(&of(&made, "/disable"), &server.seller, &[], &json!({})).status, 200);
    server.advance(60);
    let while_off = server.open("o-2");
    let events = [before, while_off].map(|refund| {
        let history = server.get(&format!("/v1/refunds/{}/events", refund["id"].as_str().unwrap()), &server.seller);
        history.body["items"][0]["id"].clone()
    });
    let again = |which: Value| server.post(&of(&made, "/redeliver"), &server.seller, &[], &which);
    let asked = again(json!({ "events": [events[1], events[1]], "from": "2020-01-01T00:00:00Z" }));
    assert_eq!((asked.status, &asked.body["count"]), (200, &json!(1)));
    assert_eq!(deliveries(&server, &made, "?state=pending")[0]["event_id"], events[1], "it waits for the endpoint");
    server.post(&of(&made, "/enable"), &server.seller, &[], &json!({}));
    assert_eq!(received.recv().unwrap().signed(&made.body["secret"])["data"]["id"], events[1]);
    let earlier = again(json!({ "events": [events[0]], "to": "2020-01-01T00:00:00Z" }));
    assert_eq!(earlier.body["count"], 0, "it is not of that time");
    assert_eq!(again(json!({ "events": [events[0]] })).body["count"], 1);
    assert_eq!(received.recv().unwrap().signed(&made.body["secret"])["data"]["id"], events[0]);
    server.stop();
}

#[test]
fn an_event_that_is_none_of_an_endpoints_owner_is_no_event_to_it() {
    let (_folder, server) = demo();
    let made = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": "http://127.0.0.1:1/" }));
    let feed = server.get("/v1/events?limit=100", &server.operator).body["items"].as_array().unwrap().clone();
    let theirs = feed.iter().find(|event| event["seller_id"] != SELLER).unwrap();
    let refused = [&theirs["id"], &json!("evt_0")].map(|id| {
        let refused = server.post(&of(&made, "/redeliver"), &server.seller, &[], &json!({ "events": [id] }));
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!("/events/0")));
        refused.body["code"].clone()
    });
    assert_eq!(refused[0], refused[1]);
    let by_operator =
        server.post(&of(&made, "/redeliver"), &server.operator, &[], &json!({ "events": [theirs["id"]] }));
    assert_eq!(by_operator.status, 400, "the endpoint is the seller's, whoever asks");
    assert_eq!(deliveries(&server, &made, ""), [Value::Null; 0]);
    server.stop();
}

#[test]
fn the_owner_of_an_endpoint_that_was_given_up_is_told_on_its_pages() {
    let (folder, server) = demo();
    let (url, received) = receiver(&[410]);
    let made = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": url, "types": ["refund.opened"] }));
    let page = format!("/operator{}", of(&made, "").trim_start_matches("/v1"));
    assert!(!Clerk::seller(&server).get("/operator/webhooks").says("was switched off"));
    server.open("o-1");
    received.recv().unwrap();
    // It stops once it has written down what came of what was under way.
    server.stop();
    let server = Server::demo(folder.path());
    let (mut seller, mut operator) = (Clerk::seller(&server), Clerk::operator(&server));
    for clerk in [&mut seller, &mut operator] {
        assert!(clerk.get("/operator/webhooks").says("One endpoint was switched off because nothing got through"));
        assert!(clerk.get(&page).says("Once it is mended, switch it on"));
    }
    server.post(&of(&made, "/enable"), &server.seller, &[], &json!({}));
    server.post(&of(&made, "/disable"), &server.seller, &[], &json!({}));
    assert!(!seller.get("/operator/webhooks").says("switched off because") && !seller.get(&page).says("mended"));
    server.stop();
}

#[test]
fn an_idempotency_key_that_is_none_is_refused_also_where_none_is_needed() {
    let (_folder, server) = demo();
    let (url, _received) = receiver(&[200]);
    let made = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": url }));
    for (what, body) in [("/redeliver", json!({ "state": "failed" })), ("/ping", json!({}))] {
        let refused = server.post(&of(&made, what), &server.seller, &[("Idempotency-Key", "a key")], &body);
        assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_header")), "{what}");
    }
    server.stop();
}

#[test]
fn a_test_message_says_what_came_of_it() {
    let (_folder, server) = demo();
    let (url, received) = receiver(&[204, 500]);
    let made = server.post("/v1/webhooks", &server.platform, &[], &json!({ "url": url, "description": "orders" }));
    let rotated = server.post(&of(&made, "/rotate"), &server.platform, &[], &json!({}));
    assert_ne!(rotated.body["secret"], made.body["secret"]);
    for status in [204, 500] {
        let attempt = server.post(&of(&made, "/ping"), &server.platform, &[], &json!({}));
        assert_eq!((attempt.status, &attempt.body["status"]), (200, &json!(status)));
        let message = received.recv().unwrap();
        for secret in [&made.body["secret"], &rotated.body["secret"]] {
            assert_eq!(message.signed(secret)["type"], "webhook.ping");
        }
    }
    let nobody = json!({ "url": "http://127.0.0.1:1/" });
    let moved = server.put(&of(&made, ""), &server.platform, &nobody);
    assert_eq!((moved.status, &moved.body["url"], &moved.body["description"]), (200, &nobody["url"], &Value::Null));
    let attempt = server.post(&of(&made, "/ping"), &server.platform, &[], &json!({}));
    assert!(attempt.body["status"].is_null() && attempt.body["error"].is_string(), "{:?}", attempt.body);
    server.stop();
}

#[test]
fn endpoints_are_their_owners_and_the_operators() {
    let (_folder, server) = demo();
    let url = json!({ "url": "http://127.0.0.1:1/" });
    let [platforms, sellers] =
        [&server.platform, &server.seller].map(|token| server.post("/v1/webhooks", token, &[], &url));
    let ids = |token: &str| -> Vec<Value> {
        let items = server.get("/v1/webhooks", token).body["items"].as_array().unwrap().clone();
        // Those that were made at one instant come in any order.
        let mut ids: Vec<_> = items.into_iter().map(|item| item["id"].clone()).collect();
        ids.sort_by_key(|id| *id != platforms.body["id"]);
        ids
    };
    assert_eq!(ids(&server.operator), [platforms.body["id"].clone(), sellers.body["id"].clone()]);
    assert_eq!(ids(&server.seller), [sellers.body["id"].clone()]);
    for what in ["", "/deliveries"] {
        assert_eq!(server.get(&of(&platforms, what), &server.seller).status, 404);
    }
    for what in ["/rotate", "/enable", "/disable", "/ping"] {
        assert_eq!(server.post(&of(&platforms, what), &server.seller, &[], &json!({})).status, 404);
    }
    let off = server.post(&of(&sellers, "/disable"), &server.operator, &[], &json!({}));
    assert_eq!(off.body["disabled"]["because"], "asked");
    let on = server.post(&of(&sellers, "/enable"), &server.seller, &[], &json!({}));
    assert_eq!(on.body["disabled"], Value::Null);
    let shown = server.get(&of(&sellers, ""), &server.seller);
    assert_eq!((&shown.body["waiting"]["count"], &shown.body["secret"]), (&json!(0), &Value::Null));
    let tag = shown.etag.unwrap();
    let changed =
        server.send("PUT", &of(&sellers, ""), &server.seller, &[("If-Match", &tag)], url.to_string().as_bytes());
    assert_eq!(changed.status, 200);
    let other = json!({ "url": "http://127.0.0.1:2/" });
    server.put(&of(&sellers, ""), &server.operator, &other);
    let late = server.send("PUT", &of(&sellers, ""), &server.seller, &[("If-Match", &tag)], url.to_string().as_bytes());
    assert_eq!((late.status, &late.body["code"]), (412, &json!("settings_moved")));
    assert_eq!(server.send("DELETE", &of(&sellers, ""), &server.seller, &[("If-Match", &tag)], b"").status, 412);
    assert_eq!(server.send("DELETE", &of(&sellers, ""), &server.seller, &[], b"").status, 200);
    assert_eq!(server.send("DELETE", &of(&sellers, ""), &server.seller, &[], b"").status, 404);
    for _ in 1..20 {
        assert_eq!(server.post("/v1/webhooks", &server.platform, &[], &url).status, 201);
    }
    let one_more = server.post("/v1/webhooks", &server.platform, &[], &url);
    assert_eq!((one_more.status, &one_more.body["code"]), (409, &json!("too_many_webhooks")));
    server.stop();
}

#[test]
fn a_server_that_is_not_for_trying_out_sends_to_public_addresses_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::public(folder.path());
    for url in [
        "http://example.com/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/",
        "https://user:pass@example.com/",
        "ftp://example.com/",
        "example.com",
        "",
    ] {
        let refused = server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": url }));
        assert_eq!((refused.status, &refused.body["code"]), (422, &json!("url_not_allowed")), "{url}");
        assert_eq!(refused.body["errors"][0]["pointer"], "/url");
    }
    let long = format!("https://example.com/{}", "a".repeat(2048));
    assert_eq!(server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": long })).status, 422);
    let fine = server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": "https://example.com/hook" }));
    assert_eq!(fine.status, 201);
    let unknown = json!({ "url": "https://example.com/", "types": ["refund.lost"] });
    assert_eq!(server.post("/v1/webhooks", &server.operator, &[], &unknown).status, 400);
    server.stop();
}

#[test]
fn an_endpoints_address_is_shown_as_it_is_connected_to() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::public(folder.path());
    for (typed, kept) in [
        ("https://example.com/hook?a=b", "https://example.com/hook?a=b"),
        ("https://exam\tple.com\n.evil.example/", "https://example.com.evil.example/"),
        ("https://evil.example/\u{1b}]0;title\u{7}", "https://evil.example/%1B]0;title"),
        ("https://evil.example/\u{202e}moc.elpmaxe", "https://evil.example/%E2%80%AEmoc.elpmaxe"),
        ("https://ex\u{430}mple.com/\0a", "https://xn--exmple-4nf.com/%00a"),
        ("  HTTPS://0x01010101  ", "https://1.1.1.1/"),
    ] {
        let made = server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": typed }));
        assert_eq!((made.status, &made.body["url"]), (201, &json!(kept)), "{typed:?}");
    }
    server.stop();
}

/// The next delivery that a stream tells of.
fn told(lines: &mut impl Iterator<Item = String>) -> Value {
    let data = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
    serde_json::from_str(&data).unwrap()
}

#[test]
fn each_attempt_is_told_to_whoever_listens_for_that_endpoint() {
    let (_folder, server) = demo();
    let (url, _received) = receiver(&[500, 204]);
    let (other_url, _other) = receiver(&[200]);
    let [made, other] = [url, other_url].map(|url| {
        let body = json!({ "url": url, "types": ["refund.opened"] });
        server.post("/v1/webhooks", &server.seller, &[], &body)
    });
    let mut lines = server
        .stream(&of(&made, "/deliveries/stream"), &server.seller, "")
        .lines()
        .map(|line| line.unwrap_or_default());
    let refund = server.open("o-1");
    let failed = told(&mut lines);
    assert_eq!((&failed["refund_id"], &failed["state"]), (&refund["id"], &json!("pending")));
    assert_eq!((failed["attempts"].as_array().unwrap().len(), &failed["attempts"][0]["status"]), (1, &json!(500)));
    assert_eq!(deliveries(&server, &made, "")[0], failed, "as the list has it");
    server.post(&of(&made, "/redeliver"), &server.seller, &[], &json!({ "events": [failed["event_id"]] }));
    let taken = told(&mut lines);
    assert_eq!((&taken["event_id"], &taken["state"]), (&failed["event_id"], &json!("succeeded")));
    assert_eq!(taken["attempts"][1]["status"], 204);
    // The other endpoint was sent it too, and is not told of here.
    assert_eq!(server.send("DELETE", &of(&made, ""), &server.seller, &[], b"").status, 200);
    server.post(&of(&other, "/redeliver"), &server.seller, &[], &json!({ "events": [failed["event_id"]] }));
    assert!(lines.all(|line| !line.starts_with("data")), "it ends with its endpoint");
    for (who, status) in [(&server.platform, 404), (&server.seller, 404)] {
        assert_eq!(server.get(&of(&made, "/deliveries/stream"), who).status, status);
    }
    assert_eq!(server.get(&of(&other, "/deliveries/stream"), &server.platform).status, 404);
    server.stop();
}
