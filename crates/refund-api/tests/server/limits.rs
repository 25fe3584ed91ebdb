//! What one caller can take of the server, and what becomes of whoever wants more.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::support::{Reply, Server};
use refund_api::Limits;
use serde_json::json;

#[test]
fn who_is_one_connection_too_many_is_told_so_and_served_once_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { connections: 3, ..Limits::without_rates() });
    let live = b"GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
    // The client with which the server was set up still has one.
    let mut guests: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for guest in &mut guests {
        guest.write_all(live).unwrap();
        let mut status = [0; 12];
        guest.read_exact(&mut status).unwrap();
        assert_eq!(&status, b"HTTP/1.1 204");
    }
    let answer = server.raw(live);
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    for part in ["retry-after: 1\r\n", "connection: close\r\n", "\"code\":\"busy\"", "x-request-id: "] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    drop(guests);
    // The server notices soon, and not in the same instant.
    let served = (0..1000).any(|_| server.raw(b"GET /livez HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 204 "));
    assert!(served, "there is room again");
    server.stop();
}

/// How many were answered so, of a hundred calls.
fn of_a_hundred(status: u16, call: impl Fn() -> Reply) -> usize {
    let replies: Vec<_> = (0..100).map(|_| call()).collect();
    for reply in replies.iter().filter(|reply| reply.status == 429) {
        assert_eq!((&reply.body["code"], reply.retry_after.as_deref()), (&json!("too_many_requests"), Some("1")));
    }
    assert!(replies.iter().all(|reply| [status, 429].contains(&reply.status)), "{:?}", replies[0]);
    replies.iter().filter(|reply| reply.status == status).count()
}

#[test]
fn a_key_that_calls_too_often_is_told_when_to_call_again_and_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { rate_per_key: 5, ..Limits::without_rates() });
    let refund = server.open("o-1");
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let list = |token: &str| server.get("/v1/refunds", token);
    assert!((1..50).contains(&of_a_hundred(200, || list(&server.platform))));
    assert!((1..50).contains(&of_a_hundred(200, || list(link))), "so is a buyer's link");
    assert_eq!(list(&server.seller).status, 200);
    assert_eq!(of_a_hundred(401, || list("rfk_guessed")), 100, "who is nobody has no key to be counted");
    server.stop();
}

#[test]
fn an_address_that_calls_too_often_is_told_before_anybody_asks_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let limits = Limits { rate_per_address: 10, trusted_proxies, ..Limits::without_rates() };
    let server = Server::limited(folder.path(), limits);
    let list = |token: &str, from: &str| server.send("GET", "/v1/refunds", token, &[("X-Forwarded-For", from)], b"");
    assert!((1..50).contains(&of_a_hundred(401, || list("rfk_guessed", "198.51.100.7"))));
    assert_eq!(list(&server.seller, "203.0.113.9").status, 200, "another behind the same proxy");
    assert_eq!(of_a_hundred(204, || server.get("/livez", "")), 100);
    server.stop();
}

const STREAM: &str = "/v1/events/stream?after=latest";

/// Asks for a stream, and says with which status it was answered.
fn ask_for_a_stream(server: &Server, key: &str) -> (String, TcpStream) {
    let mut stream = server.connect();
    write!(stream, "GET {STREAM} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\n\r\n").unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    (String::from_utf8_lossy(&status[9..]).into_owned(), stream)
}

/// Whether there is a stream for that key in the end: that one has ended is noticed soon, and not in the same instant.
fn gets_a_stream(server: &Server, key: &str) -> bool {
    (0..1000).any(|_| ask_for_a_stream(server, key).0 == "200")
}

#[test]
fn of_three_hundred_streams_a_hundred_are_open_and_have_what_happens_and_nobody_else_waits() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { streams: 100, streams_per_key: 1000, ..Limits::without_rates() };
    let server = Server::limited(folder.path(), limits);
    let mut asked: Vec<_> = (0..300).map(|_| ask_for_a_stream(&server, &server.seller)).collect();
    assert!(asked.iter().all(|(status, _)| status == "200" || status == "429"));
    asked.retain(|(status, _)| status == "200");
    assert_eq!(asked.len(), 100);
    let refund = server.open("o-1");
    for (_, stream) in asked {
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.starts_with("data: ") && line.contains(refund["id"].as_str().unwrap())));
    }
    server.stop();
}

#[test]
fn a_stream_too_many_is_refused_until_another_ends() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { streams: 3, streams_per_key: 2, ..Limits::without_rates() };
    let server = Server::limited(folder.path(), limits);
    let refused = |key: &str| {
        let reply = server.get(STREAM, key);
        assert_eq!((reply.status, reply.retry_after.as_deref()), (429, Some("16")), "{:?}", reply.body);
        reply.body["detail"].as_str().unwrap().to_owned()
    };
    let mut open: Vec<_> = (0..2).map(|_| server.stream(STREAM, &server.seller, "")).collect();
    assert!(refused(&server.seller).contains("this key or link"));
    let _third = server.stream(STREAM, &server.platform, "");
    assert!(refused(&server.operator).contains("the server"));
    drop(open.pop());
    assert!(gets_a_stream(&server, &server.seller));
    server.stop();
}

#[test]
fn a_stream_begins_at_the_present_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits::without_rates());
    server.open("o-1");
    let latest = server.get("/v1/events?after=latest", &server.seller);
    assert_eq!((latest.status, &latest.body["items"]), (200, &json!([])), "{:?}", latest.body);
    let mut lines = server.stream(STREAM, &server.seller, "").lines().map(Result::unwrap);
    let after = latest.body["after"].as_str().unwrap();
    let mut resumed = server.stream("/v1/events/stream", &server.seller, after).lines().map(Result::unwrap);
    let refund = server.open("o-2");
    for lines in [&mut lines, &mut resumed] {
        let data = lines.find(|line| line.starts_with("data:")).unwrap();
        assert!(data.contains(refund["id"].as_str().unwrap()), "{data}");
    }
    server.stop();
}

#[test]
fn a_stream_ends_once_its_key_is_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits::without_rates());
    let keys = server.get("/v1/keys", &server.operator).body;
    let key = keys["items"].as_array().unwrap().iter().find(|key| key["role"] == "platform").unwrap();
    let (kept, ended) = [&server.seller, &server.platform].map(|key| server.stream(STREAM, key, "")).into();
    let revoke = format!("/v1/keys/{}/revoke", key["id"].as_str().unwrap());
    assert_eq!(server.post(&revoke, &server.operator, &[], &json!({})).status, 200);
    assert_eq!(ended.lines().count(), 0);
    drop(kept);
    server.stop();
}
