//! Who may call what: every path of the contract and everybody who could call it, in one table. A path that
//! is not in it yet changes the table, and the test fails until somebody has looked at what it says.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};

use crate::support::{SELLER, Server, path};
use serde_json::{Value, json};

/// Everybody who could call, in the order of the table's columns.
const CALLERS: [&str; 9] =
    ["nobody", "buyer of it", "of another", "its seller", "another", "platform", "operator", "revoked", "reads only"];

/// What stands on the other side: a refund with its buyer's link, a key, an endpoint, all of one seller.
struct World {
    server: Server,
    tokens: [String; 9],
    others_link: String,
}

impl World {
    fn new(server: Server) -> Self {
        let other = server.open("another-order");
        let others_link = other["buyer_link"]["token"].as_str().unwrap().to_owned();
        let key = |body: Value| server.post("/v1/keys", &server.operator, &[], &body).body;
        let secret = |key: &Value| key["secret"].as_str().unwrap().to_owned();
        let another = secret(&key(json!({ "name": "a", "role": "seller", "seller_id": "seller-lights" })));
        let reads = secret(&key(json!({ "name": "r", "role": "operator", "scope": "read" })));
        let revoked = key(json!({ "name": "x", "role": "operator" }));
        let revoke = format!("/v1/keys/{}/revoke", revoked["id"].as_str().unwrap());
        assert_eq!(server.post(&revoke, &server.operator, &[], &json!({})).status, 200);
        let tokens = [
            String::new(),
            String::new(),
            others_link.clone(),
            server.seller.clone(),
            another,
            server.platform.clone(),
            server.operator.clone(),
            secret(&revoked),
            reads,
        ];
        Self { server, tokens, others_link }
    }

    /// What each caller is answered who sends nothing more than who they are. Each calls something fresh.
    fn row(&self, method: &str, pattern: &str, number: usize) -> Vec<u16> {
        let server = &self.server;
        (0..CALLERS.len())
            .map(|caller| {
                let refund = server.open(&format!("order-{number}-{caller}"));
                let link = refund["buyer_link"]["token"].as_str().unwrap();
                let token = if caller == 1 { link } else { &self.tokens[caller] };
                let target = pattern.replace("{id}", &self.id(pattern, &refund, token)).replace("{code}", "busy");
                let target = if target.contains("{sha256}") {
                    let file = server.send("POST", &path(&refund, "files"), &server.seller, &[], b"%PDF-1.7").body;
                    target.replace("{sha256}", file["sha256"].as_str().unwrap())
                } else {
                    target
                };
                if pattern.ends_with("/stream") {
                    return begun(server, &target, token);
                }
                server.send(method, &target, token, &[], b"").status
            })
            .collect()
    }

    fn id(&self, pattern: &str, refund: &Value, token: &str) -> String {
        let server = &self.server;
        let made = |path: &str, token: &str, body: &Value| {
            let made = server.post(path, token, &[], body);
            assert_eq!(made.status, 201, "{:?}", made.body);
            made.body["id"].as_str().unwrap().to_owned()
        };
        match pattern.split('/').nth(2) {
            Some("events") => {
                // As the caller knows it, if they do.
                let history = |token: &str| server.get(&path(refund, "events"), token).body;
                let first = |token: &str| history(token)["items"][0]["id"].as_str().map(str::to_owned);
                first(token).or_else(|| first(&server.operator)).unwrap()
            }
            Some("sellers") => SELLER.to_owned(),
            Some("keys") => made("/v1/keys", &server.operator, &json!({ "name": "k", "role": "platform" })),
            Some("webhooks") if pattern.contains("{id}") => {
                // The one before has served, and an owner has only so many.
                for old in server.get("/v1/webhooks", &server.seller).body["items"].as_array().unwrap() {
                    let old = format!("/v1/webhooks/{}", old["id"].as_str().unwrap());
                    assert_eq!(server.send("DELETE", &old, &server.seller, &[], b"").status, 200);
                }
                made("/v1/webhooks", &server.seller, &json!({ "url": "http://127.0.0.1:9/hook" }))
            }
            _ => refund["id"].as_str().unwrap().to_owned(),
        }
    }
}

/// The status that a stream begins with, which does not end by itself.
fn begun(server: &Server, target: &str, token: &str) -> u16 {
    let mut connection = server.connect();
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    write!(connection, "GET {target} HTTP/1.1\r\nHost: h\r\n{authorization}\r\n").unwrap();
    let mut line = String::new();
    BufReader::new(connection).read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn who_may_call_what() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(Server::demo(folder.path()));
    assert_eq!(world.server.get(&path(&json!({ "id": "rfd_none" }), ""), &world.others_link).status, 404);
    let contract = refund_api::openapi(&world.server.base_url);
    let mut table = format!("{:66}{}\n", "", CALLERS.map(|who| format!("{who:12}")).concat().trim_end());
    let mut number = 0;
    for (pattern, item) in contract["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let row = world.row(&method.to_uppercase(), pattern, number);
            let row: String = row.iter().map(|status| format!("{status:<12}")).collect();
            writeln!(table, "{:66}{}", format!("{} {pattern}", method.to_uppercase()), row.trim_end()).unwrap();
            number += 1;
        }
    }
    insta::assert_snapshot!(table);
    world.server.stop();
}
