//! What one caller can take of the server, and what becomes of whoever wants more.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::support::browser::Browser;
use crate::support::{Reply, SELLER, Server, money, path};
use refund_api::Limits;
use serde_json::{Value, json};
use tokio::net::TcpSocket;

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
    let answer = server.raw(b"GET /v1/refunds HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    for part in ["retry-after: 1\r\n", "connection: close\r\n", "\"code\":\"busy\"", "x-request-id: "] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    drop(guests);
    // The server notices soon, and not in the same instant.
    let served = (0..1000).any(|_| server.raw(b"GET /v1/refunds HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 401 "));
    assert!(served, "there is room again");
    server.stop();
}

/// A connection from another address of this machine, such as 127.0.0.2.
fn connect_from(address: [u8; 4], server: &Server) -> TcpStream {
    let to = server.connect().peer_addr().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let connecting = async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((address, 0).into()).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    };
    let stream = runtime.block_on(connecting);
    stream.set_nonblocking(false).unwrap();
    stream
}

#[test]
fn half_said_calls_take_the_places_of_their_address_alone_and_probes_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { connections: 40, connections_per_address: 20, ..Limits::without_rates() };
    let server = Server::limited(folder.path(), limits);
    let half_said: Vec<_> = (0..300)
        .map(|_| {
            let mut stream = server.connect();
            // It may be gone already: there are others.
            let _ = stream.write_all(b"GET /v1/refunds HT");
            stream
        })
        .collect();
    for path in ["/livez", "/readyz", "/metrics"] {
        let answer = server.raw(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 20") && answer.contains("connection: close"), "{answer}");
    }
    let call = format!("GET /v1/refunds HTTP/1.0\r\nAuthorization: Bearer {}\r\n\r\n", server.seller);
    assert!(server.raw(call.as_bytes()).starts_with("HTTP/1.0 503 "), "this address has had its places");
    let (mut another, mut answer) = (connect_from([127, 0, 0, 2], &server), String::new());
    another.write_all(call.as_bytes()).unwrap();
    another.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    drop(half_said);
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
    let limits = Limits { streams: 100, streams_per_key: 1000, streams_per_seller: 1000, ..Limits::without_rates() };
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
fn all_keys_of_one_seller_leave_streams_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { streams: 5, streams_per_key: 2, streams_per_seller: 3, ..Limits::without_rates() };
    let server = Server::limited(folder.path(), limits);
    let another = json!({ "name": "another", "role": "seller", "seller_id": SELLER });
    let another = server.post("/v1/keys", &server.operator, &[], &another).body["secret"].as_str().unwrap().to_owned();
    let mut open: Vec<_> = [&server.seller, &server.seller, &another].map(|key| server.stream(STREAM, key, "")).into();
    assert_eq!(ask_for_a_stream(&server, &another).0, "429");
    let refused = server.get(STREAM, &another);
    assert_eq!((refused.status, refused.retry_after.as_deref()), (429, Some("16")), "{:?}", refused.body);
    assert!(refused.body["detail"].as_str().unwrap().contains("this seller"), "{:?}", refused.body);
    let _others = [&server.platform, &server.operator].map(|key| server.stream(STREAM, key, ""));
    drop(open.pop());
    assert!(gets_a_stream(&server, &another));
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
    assert_eq!(lines.next().unwrap(), format!("id: {after}"), "a break before the first event loses nothing");
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
    let said: Vec<_> = ended.lines().map(Result::unwrap).collect();
    assert!(said[0].starts_with("id: ") && said[1..] == [""], "where it began, and nothing else: {said:?}");
    drop(kept);
    server.stop();
}

#[test]
fn bodies_that_never_end_take_the_room_of_their_caller_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits::without_rates());
    let half = vec![b' '; 512 * 1024];
    let hold_one_more = || {
        let mut stream = server.connect();
        let head = "POST /v1/refunds/bulk HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n";
        write!(stream, "{head}Authorization: Bearer {}\r\n\r\n", server.seller).unwrap();
        stream.write_all(&half).unwrap();
        stream
    };
    let long = vec![b' '; 900 * 1024];
    let send = |key: &str| server.send("POST", "/v1/refunds/bulk", key, &[], &long);
    let mut held = Vec::new();
    let fill = || {
        held.push(hold_one_more());
        send(&server.seller)
    };
    let told = std::iter::repeat_with(fill).take(200).find(|reply| reply.status != 400).unwrap();
    assert_eq!((told.status, told.retry_after.as_deref()), (429, Some("2")), "{:?}", told.body);
    let another =
        server.post("/v1/keys", &server.operator, &[], &json!({ "name": "2", "role": "seller", "seller_id": SELLER }));
    assert_eq!(send(another.body["secret"].as_str().unwrap()).status, 429, "whichever of its keys it is");
    assert_eq!(send(&server.platform).body["code"], "not_your_role", "others are heard");
    assert_eq!(server.send("POST", "/v1/refunds/bulk", &server.seller, &[], b"{}").status, 400, "what is short");
    drop(held);
    server.stop();
}

/// How many of a hundred changes were made, by turns the one and the other, until it was too often.
fn made_of_a_hundred(change: impl Fn(bool) -> Reply) -> usize {
    let replies: Vec<_> = (0..100).map(|number| change(number % 2 == 0)).collect();
    let (made, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    for reply in refused {
        let wait: u64 = reply.retry_after.as_deref().unwrap().parse().unwrap();
        assert!(reply.status == 429 && (1..=61).contains(&wait), "{wait} {:?}", reply.body);
    }
    made.len()
}

#[test]
fn nobody_changes_a_thing_to_and_fro_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { changes_per_hour: 60, ..Limits::without_rates() });
    let (refund, other) = (server.open("o-1"), server.open("o-2"));
    let modify = |refund: &Value, dearer: bool| {
        let link = refund["buyer_link"]["token"].as_str().unwrap();
        let version = format!("\"{}\"", server.show(refund)["version"]);
        let request =
            json!({ "type": "REFUND_ONLY", "amount": money(if dearer { "3.00" } else { "2.00" }), "reason": "r" });
        server.post(&path(refund, "modify"), link, &[("If-Match", &version)], &request)
    };
    let made = made_of_a_hundred(|dearer| modify(&refund, dearer));
    assert!((60..65).contains(&made), "{made}");
    let no = modify(&refund, true).body;
    assert_eq!(no["code"], "too_much_written");
    assert!(no["possible_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{no}");
    assert_eq!(modify(&other, true).status, 200, "another refund has its own");
    let extend = |refund: &Value| {
        server.as_seller(refund, "extend", &json!({ "kind": "buyer_ship", "to": "2099-03-09T00:00:00Z" })).status
    };
    assert!((0..100).all(|_| extend(&other) != 429), "what is refused is not counted");
    assert_eq!(modify(&other, false).status, 200, "and uses up nothing of the other side's");
    let version = format!("\"{}\"", server.show(&refund)["version"]);
    let agreed = server.post(&path(&refund, "agree"), &server.seller, &[("If-Match", &version)], &json!({}));
    assert_eq!(agreed.status, 200, "and what ends it is always possible");
    let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
    let put = |name: bool, key: &str| {
        let seller = json!({ "name": if name { "one" } else { "two" }, "addresses": [address] });
        server.put(&format!("/v1/sellers/{SELLER}"), key, &seller)
    };
    let made = made_of_a_hundred(|name| put(name, &server.seller));
    assert!((60..65).contains(&made), "{made}");
    assert_eq!(put(true, &server.operator).status, 200);
    let another = json!({ "name": "2", "role": "seller", "seller_id": SELLER });
    let another = server.post("/v1/keys", &server.operator, &[], &another).body["secret"].as_str().unwrap().to_owned();
    assert_eq!(put(false, &another).status, 200, "another key of the seller's has its own");
    server.stop();
}

#[test]
fn a_buyer_who_changed_something_too_often_is_told_when_it_is_possible_and_loses_nothing_that_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { changes_per_hour: 1, ..Limits::without_rates() });
    let refund = server.open("o-1");
    let (buyer, path) = (Browser::new(&server), server.buyer_page(&refund));
    let ask = |amount: &str, reason: &str| {
        let version = server.show(&refund)["version"].to_string();
        let fields = [("type", "REFUND_ONLY"), ("amount", amount), ("reason", reason), ("version", version.as_str())];
        buyer.submit(&format!("{path}/act/modify"), &fields)
    };
    assert_eq!(ask("3.00", "a dent").status, 303);
    let refused = ask("4.00", "two dents, here and there");
    assert_eq!(refused.status, 429);
    assert!(refused.text().contains("It is possible again from"), "{}", refused.text());
    assert!(refused.html.contains("two dents, here and there") && refused.html.contains(r#"value="4.00""#));
    assert_eq!(server.show(&refund)["requested"]["amount"], money("3.00"));
    server.stop();
}
