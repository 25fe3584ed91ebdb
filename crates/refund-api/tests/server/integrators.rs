//! What clients, proxies and tools send that is not quite what the contract shows.

use std::io::BufRead;

use crate::support::{Server, opening, path, small_refund};
use serde_json::{Value, json};

const MARK: &[u8] = b"\xef\xbb\xbf";

fn call(line: &str, token: &str, headers: &str) -> Vec<u8> {
    let head =
        format!("{line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{headers}\r\n");
    head.into_bytes()
}

#[test]
fn an_instant_may_be_finer_than_a_millisecond() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for to in ["2030-01-01T00:00:00.1234567Z", "2030-01-01T08:00:00.123999999999+08:00"] {
        let moved = server.post("/v1/test-clock/advance", &server.operator, &[], &json!({ "to": to }));
        assert_eq!((moved.status, &moved.body["now"]), (200, &json!("2030-01-01T00:00:00.123Z")), "{to}");
    }
    let listed = server.get("/v1/refunds?due_before=2030-01-01T00:00:00.123456Z", &server.operator);
    assert_eq!(listed.status, 200, "{:?}", listed.body);
    server.stop();
}

#[test]
fn a_body_that_is_compressed_is_refused_with_what_to_do_and_a_mark_before_it_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let body = opening("o-1").to_string();
    let send =
        |headers: &[(&str, &str)], body: &[u8]| server.send("POST", "/v1/refunds", &server.platform, headers, body);
    for encoding in ["gzip", "br", "identity, gzip", "GZIP", "rot13", "\u{e9}"] {
        let refused = send(&[("Content-Encoding", encoding)], body.as_bytes());
        let code = refused.body["code"].as_str();
        assert_eq!((refused.status, code), (415, Some("unsupported_content_encoding")), "{encoding}");
    }
    let twice = send(&[("Content-Encoding", "identity"), ("Content-Encoding", "gzip")], body.as_bytes());
    assert_eq!(twice.status, 415);
    let refused = server.raw(
        &[
            call("POST /v1/refunds", &server.platform, "Content-Encoding: gzip\r\nContent-Length: 2\r\n"),
            b"\x1f\x8b".to_vec(),
        ]
        .concat(),
    );
    assert!(refused.contains("accept-encoding: identity\r\n"), "{refused}");
    for (number, encoding) in ["identity", "Identity", "", "identity, identity"].into_iter().enumerate() {
        let body = opening(&format!("i-{number}")).to_string();
        assert_eq!(send(&[("Content-Encoding", encoding)], body.as_bytes()).status, 201, "{encoding:?}");
    }
    // Nobody decodes what is not there.
    let header = [("Content-Encoding", "gzip")];
    assert_eq!(server.send("GET", "/v1/refunds", &server.platform, &header, b"").status, 200);
    assert_eq!(send(&[], &[MARK, opening("o-2").to_string().as_bytes()].concat()).status, 201);
    let refused = send(&[], &[MARK, MARK, b"{}"].concat());
    assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_body")));
    server.stop();
}

#[test]
fn an_id_that_can_not_be_in_a_path_is_refused_like_one_in_a_body() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let long = "x".repeat(65);
    let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
    let seller = json!({ "name": "n", "addresses": [address] });
    for id in ["%2E", "%2e%2E", "a%2Fb", "%2F", "..%2fkeys", "a%20b", "%00", "%E4%BD%A0", "%ff", &long] {
        for what in ["refunds", "sellers", "keys", "webhooks", "events"] {
            let reply = server.get(&format!("/v1/{what}/{id}"), &server.operator);
            assert_eq!((reply.status, reply.body["code"].as_str()), (400, Some("malformed_path")), "{what} {id}");
        }
        let put = server.put(&format!("/v1/sellers/{id}"), &server.platform, &seller);
        assert_eq!(put.status, 400, "{id}");
        let refused = server.post(&format!("/v1/refunds/{id}/cancel"), &server.platform, &[], &json!({}));
        assert_eq!(refused.status, 400, "{id}");
    }
    for id in [".", ".."] {
        // No client that follows the rules of addresses sends these as they are.
        let answer = server.raw(&call(&format!("GET /v1/sellers/{id}"), &server.operator, ""));
        assert!(answer.contains("\"code\":\"malformed_path\""), "{answer}");
        for pointer in ["/buyer_id", "/seller_id", "/order_line/order_id", "/order_line/line_id"] {
            let mut body = opening("o-1");
            *body.pointer_mut(pointer).unwrap() = json!(id);
            let refused = server.post("/v1/refunds", &server.platform, &[], &body);
            assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{id}");
        }
    }
    for (id, status) in [("...", 201), (".a", 201), ("a..", 201), ("%25", 201), ("a%3Fb", 201)] {
        assert_eq!(server.put(&format!("/v1/sellers/{id}"), &server.platform, &seller).status, status, "{id}");
        assert_eq!(server.get(&format!("/v1/sellers/{id}"), &server.platform).status, 200, "{id}");
    }
    server.stop();
}

#[test]
fn one_event_is_shown_to_whoever_may_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (refund, other) = (server.open("o-1"), server.open("o-2"));
    assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
    let note = json!({ "text": "between us", "internal": true });
    assert_eq!(server.post(&path(&refund, "messages"), &server.seller, &[], &note).status, 201);
    let link = |refund: &Value| refund["buyer_link"]["token"].as_str().unwrap().to_owned();
    let (buyer, others) = (link(&refund), link(&other));
    let history = |token: &str| server.get(&path(&refund, "events"), token).body["items"].as_array().unwrap().clone();
    let one = |token: &str, id: &Value| server.get(&format!("/v1/events/{}", id.as_str().unwrap()), token);
    for (token, count) in [(&server.operator, 3), (&server.platform, 3), (&server.seller, 3), (&buyer, 2)] {
        let events = history(token);
        assert_eq!(events.len(), count);
        for event in &events {
            let shown = one(token, &event["id"]);
            assert_eq!((shown.status, &shown.body), (200, event), "as it is in the history");
        }
    }
    let stranger = json!({ "name": "k", "role": "seller", "seller_id": "seller-of-others" });
    let stranger =
        server.post("/v1/keys", &server.operator, &[], &stranger).body["secret"].as_str().unwrap().to_owned();
    let own = history(&buyer);
    for event in history(&server.operator) {
        for token in [&stranger, &buyer, &others] {
            assert_eq!(one(token, &event["id"]).status, 404, "another's, or an id that this caller was not given");
        }
    }
    for event in &own {
        assert_eq!(one(&others, &event["id"]).status, 404, "of the other refund's history there is no such event");
        assert_eq!(one(&server.operator, &event["id"]).status, 404, "a buyer's ids are a buyer's");
    }
    let id = history(&server.operator)[0]["id"].as_str().unwrap().to_owned();
    for (changed, status) in [
        ("evt_1".to_owned(), 404),
        ("latest".to_owned(), 404),
        (format!("evt_00000000ffffffff{}", &id[20..]), 404),
        (format!("{}ffffff", &id[..28]), 404),
        (format!("{}00000000{}", &id[..20], &id[28..]), 410),
        ("evt_00000000000050000000".to_owned(), 410),
    ] {
        assert_eq!(server.get(&format!("/v1/events/{changed}"), &server.operator).status, status, "{changed}");
    }
    // What was recorded last is no event but that key.
    let no_event = server.get("/v1/events?after=latest", &server.operator).body["after"].clone();
    assert_eq!(one(&server.operator, &no_event).status, 404);
    server.stop();
}

#[test]
fn a_call_has_the_id_that_its_caller_gave_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let long = "x".repeat(64);
    let answer = |id: &str| server.raw(&call("GET /v1/refunds/none", &server.platform, id));
    for id in ["7f3c-12", "{a\"b}", &long] {
        let answer = answer(&format!("X-Request-Id: {id}\r\n"));
        assert!(answer.contains(&format!("x-request-id: {id}\r\n")), "{answer}");
        assert!(answer.contains(&format!("\"request_id\":{}", json!(id))), "{answer}");
    }
    for sent in [
        "",
        "X-Request-Id: \r\n",
        "X-Request-Id: a b\r\n",
        &format!("X-Request-Id: {long}x\r\n"),
        "X-Request-Id: \u{e9}\r\n",
        "X-Request-Id: a\r\nX-Request-Id: b\r\n",
    ] {
        let answer = answer(sent);
        assert!(answer.contains("x-request-id: req_") && answer.contains("\"request_id\":\"req_"), "{sent}: {answer}");
    }
    server.stop();
}

#[test]
fn no_proxy_on_the_way_gathers_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let made = server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": "http://127.0.0.1:1/" }));
    let deliveries = format!("/v1/webhooks/{}/deliveries/stream", made.body["id"].as_str().unwrap());
    let head = |path: &str, token: &str| {
        let mut connection = server.connect();
        std::io::Write::write_all(&mut connection, &call(&format!("GET {path}"), token, "")).unwrap();
        let lines = std::io::BufReader::new(connection).lines().map(Result::unwrap);
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    };
    for (path, token) in [("/v1/events/stream?after=latest", &server.seller), (&deliveries, &server.operator)] {
        let head = head(path, token);
        assert!(head.contains("text/event-stream") && head.contains("x-accel-buffering: no"), "{path}: {head}");
    }
    let refund = server.open("o-1");
    let page = format!("{}/live", server.buyer_page(&refund));
    let head = head(&page, "");
    assert!(head.contains("text/event-stream") && head.contains("x-accel-buffering: no"), "{page}: {head}");
    assert!(!server.raw(&call("GET /v1/refunds", &server.seller, "")).contains("x-accel-buffering"));
    server.stop();
}
