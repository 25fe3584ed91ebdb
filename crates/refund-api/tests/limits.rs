//! What one caller can take of the server, and what becomes of whoever wants more.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use std::io::{Read, Write};

use refund_api::Limits;
use serde_json::json;
use support::{Reply, Server};

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
    assert!((1..50).contains(&of_a_hundred(200, || server.get(&format!("/b/{link}"), ""))), "so is a buyer's link");
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
