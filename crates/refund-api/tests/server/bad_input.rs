//! Every kind of nonsense gets an answer that names what is wrong and where.

use std::fmt::Write;

use crate::support::{Reply, Server, money, opening, path, small_refund};
use serde_json::{Value, json};

/// One line for each: what was sent, and what came back.
#[derive(Default)]
struct Table(String);

impl Table {
    fn row(&mut self, sent: &str, reply: &Reply) {
        let body = &reply.body;
        assert!(reply.status < 400 || reply.media_type == "application/problem+json", "{sent}: {reply:?}");
        let code = body["code"].as_str().unwrap_or("-");
        let at = body["errors"][0]["pointer"].as_str().map(|at| format!(" at {at:?}")).unwrap_or_default();
        let detail = body["errors"][0]["detail"].as_str().or(body["detail"].as_str()).unwrap_or("-");
        writeln!(self.0, "{sent}\n    {} {code}{at}: {detail}", reply.status).unwrap();
    }
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[test]
fn a_body_that_is_not_what_the_call_takes_is_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut table = Table::default();
    let open = |body: &Value| server.post("/v1/refunds", &server.platform, &[], body);
    for value in ["1e3", "-1", "0", "0.001", "99999999999999999999", "NaN", "", " 1", "+1", "1.", "1,00", "١", "0500"]
    {
        table.row(&format!("amount {value:?}"), &open(&with(opening("o"), "/amount/value", json!(value))));
    }
    for (pointer, value) in [
        ("/amount/value", json!(20)),
        ("/amount", json!("20.00 CNY")),
        ("/amount", json!(["CNY", "20.00"])),
        ("/amount/currency", json!("XXX")),
        ("/amount/currency", json!("cny")),
        ("/amount/currency", json!("USD")),
        ("/order_line/paid", money("0")),
        ("/type", json!("REFUND")),
        ("/reason", json!("  ")),
        ("/reason", json!("a\u{0}b")),
        ("/reason", json!("x".repeat(1001))),
        ("/seller_id", json!("nobody")),
        ("/seller_id", json!("a b")),
        ("/seller_id", json!("x".repeat(65))),
        ("/order_line/category", json!("food")),
        ("/order_line/shipped", json!("yes")),
        ("/order_line", json!([])),
        ("/order_line/shipped", json!(false)),
    ] {
        let shown = value.to_string().chars().take(40).collect::<String>();
        table.row(&format!("{pointer} = {shown}"), &open(&with(opening("o"), pointer, value)));
    }
    let mut extra = opening("o");
    extra["colour"] = json!("red");
    table.row("an unknown field", &open(&extra));
    let raw = |body: &[u8]| server.send("POST", "/v1/refunds", &server.platform, &[], body);
    let deep = [b"{\"order_line\":".repeat(100), b"[".repeat(1000)].concat();
    let long = [b"{\"reason\":\"".to_vec(), b"x".repeat(10_000_000), b"\"}".to_vec()].concat();
    let two = format!("{0} {0}", opening("o"));
    let bodies: [(&str, &[u8]); 10] = [
        ("no body", b""),
        ("half a body", b"{\"seller_id\":"),
        ("two bodies", two.as_bytes()),
        ("an array", b"[]"),
        ("null", b"null"),
        ("a field twice", b"{\"reason\":\"a\",\"reason\":\"b\"}"),
        ("invalid UTF-8", b"{\"seller_id\":\"\xff\"}"),
        ("deep nesting", &deep),
        ("nesting beyond any", &b"[".repeat(60_000)),
        ("10 MB", &long),
    ];
    for (sent, body) in bodies {
        table.row(sent, &raw(body));
    }
    let text = server.send("POST", "/v1/refunds", &server.platform, &[("Content-Type", "text/plain")], b"{}");
    table.row("another media type", &text);
    server.stop();
    insta::assert_snapshot!("bodies", table.0);
}

#[test]
fn what_is_put_has_a_body() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.put("/v1/policy", &server.operator, &json!({ "payout": "confirmed" }));
    let before = server.get("/v1/policy", &server.operator).body;
    for path in ["/v1/policy", "/v1/rollout", "/v1/sellers/seller-homeware"] {
        let nothing = server.send("PUT", path, &server.operator, &[], b"");
        assert_eq!((nothing.status, &nothing.body["code"]), (400, &json!("malformed_body")), "{path}");
    }
    assert_eq!(server.get("/v1/policy", &server.operator).body, before);
    server.stop();
}

#[test]
fn a_path_or_a_query_that_makes_no_sense_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut table = Table::default();
    let refund = server.open("o-1");
    let seller = server.seller.as_str();
    for (sent, path) in [
        ("an id of another kind", path(&refund, "").replace("rfd_", "neg_")),
        ("an id that is not UTF-8", "/v1/refunds/%ff".to_owned()),
        ("an id with a space", "/v1/refunds/a%20b".to_owned()),
        ("an unknown path", "/v2/refunds".to_owned()),
        ("limit 0", "/v1/refunds?limit=0".to_owned()),
        ("limit 101", "/v1/refunds?limit=101".to_owned()),
        ("no limit", "/v1/refunds?limit=".to_owned()),
        ("limit -1", "/v1/refunds?limit=-1".to_owned()),
        ("limit +5", "/v1/refunds?limit=%2B5".to_owned()),
        ("limit 007", "/v1/refunds?limit=007".to_owned()),
        ("limit 1e1", "/v1/events?limit=1e1".to_owned()),
        ("limit twice", "/v1/refunds?limit=1&limit=2".to_owned()),
        ("an unknown parameter", "/v1/refunds?colour=red".to_owned()),
        ("an unknown status", "/v1/refunds?status=OPEN".to_owned()),
        ("no instant", "/v1/refunds?due_before=tomorrow".to_owned()),
        ("a cursor that is none", "/v1/refunds?cursor=AAAA".to_owned()),
        ("an event that is none", "/v1/events?after=evt_1".to_owned()),
        ("an event of another history", "/v1/events?after=evt_000000000000000100000000000000".to_owned()),
        ("an event of before they were counted", "/v1/events?after=evt_00000000000051000000".to_owned()),
    ] {
        table.row(sent, &server.get(&path, seller));
    }
    for (sent, query) in [
        ("no page to explain", "limit=0"),
        ("a cursor of no explanation", "cursor=AAAA"),
        ("a parameter that an explanation has not", "reminders=false"),
    ] {
        table.row(sent, &server.get(&path(&refund, &format!("explanation?{query}")), seller));
    }
    let behind = |id| server.send("GET", "/v1/events/stream", seller, &[("Last-Event-ID", id)], b"");
    table.row("a last event that is none", &behind("evt_1"));
    table.row("a last event that never was", &behind("evt_00ffffffffffffff00000000000000"));
    table.row("a check that is only read", &server.get("/v1/policy/check", &server.operator));
    table.row("a method that the path has not", &server.send("DELETE", &path(&refund, ""), seller, &[], b""));
    table.row("no key", &server.get(&path(&refund, ""), ""));
    table.row("a key that is none", &server.get(&path(&refund, ""), "rfk_0"));
    let token = refund["buyer_link"]["token"].as_str().unwrap();
    table.row("a link with another signature", &server.get(&path(&refund, ""), &token.replace(".1.", ".1.A")));
    table.row("a link of another generation", &server.get(&path(&refund, ""), &token.replace(".1.", ".2.")));
    // A cursor belongs to the list that gave it, and nobody else can make one.
    let page = server.get("/v1/refunds?limit=2", seller);
    let cursor = page.body["next_cursor"].as_str().unwrap();
    table.row("a cursor of another order", &server.get(&format!("/v1/refunds?sort=opened_at&cursor={cursor}"), seller));
    table.row("a cursor of another's list", &server.get(&format!("/v1/refunds?cursor={cursor}"), &server.operator));
    let other = if cursor.starts_with('A') { "B" } else { "A" };
    let changed = format!("{other}{}", &cursor[1..]);
    table.row("a cursor that was changed", &server.get(&format!("/v1/refunds?limit=2&cursor={changed}"), seller));
    assert_eq!(server.show(&refund)["version"], 1, "nothing of all this changed the refund");
    server.stop();
    insta::with_settings!({ filters => vec![("(rfd|neg|evt)_[a-z0-9]+", "$1_…")] }, {
        insta::assert_snapshot!("paths", table.0);
    });
}

#[test]
fn a_header_that_makes_no_sense_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut table = Table::default();
    let refund = server.open("o-1");
    let offer = path(&refund, "negotiation");
    let seller = server.seller.as_str();
    let body = small_refund("2.00");
    table.row("no version", &server.post(&offer, seller, &[], &body));
    for tag in [
        "W/\"2\"",
        "W/1",
        "\"1-rot13\"",
        "\"1-gzip\", \"1\"",
        "\"1\",\"2\"",
        "\"1\", \"1\"",
        "*",
        "1",
        "",
        "\"\"",
        "\"01\"",
        "\"+1\"",
        "\"1 \"",
        "\"99999999999999999999\"",
        "\"0\"",
        "\"7\"",
    ] {
        table.row(&format!("If-Match: {tag}"), &server.post(&offer, seller, &[("If-Match", tag)], &body));
    }
    let two = [("If-Match", "\"1\""), ("If-Match", "\"1\"")];
    table.row("If-Match twice", &server.post(&offer, seller, &two, &body));
    for key in ["", " ", "a b", "a\tb", "clé", "١", &"x".repeat(65)] {
        let headers = [("If-Match", "\"1\""), ("Idempotency-Key", key)];
        table.row(&format!("Idempotency-Key: {key:?}"), &server.post(&offer, seller, &headers, &body));
    }
    let two = [("If-Match", "\"1\""), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")];
    table.row("Idempotency-Key twice", &server.post(&offer, seller, &two, &body));
    assert_eq!(server.show(&refund)["version"], 1, "nothing of all this changed the refund");
    server.stop();
    insta::assert_snapshot!("headers", table.0);
}

#[test]
fn an_idempotency_key_makes_sense_where_nothing_is_remembered_too() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let made = server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": "http://127.0.0.1:1/" }));
    let webhook = |what: &str| format!("/v1/webhooks/{}/{what}", made.body["id"].as_str().unwrap());
    let nothing = json!({});
    for (path, body) in [
        (webhook("redeliver"), &json!({ "state": "failed" })),
        (webhook("ping"), &nothing),
        ("/v1/policy/check".to_owned(), &nothing),
        ("/v1/rollout/check".to_owned(), &json!({ "seller_id": crate::support::SELLER })),
    ] {
        let send = |keys: &[&str]| {
            let headers: Vec<_> = keys.iter().map(|key| ("Idempotency-Key", *key)).collect();
            server.post(&path, &server.operator, &headers, body)
        };
        for keys in [&["x".repeat(65).as_str()][..], &[""], &["a b"], &["a", "a"]] {
            let reply = send(keys);
            assert_eq!((reply.status, &reply.body["code"]), (400, &json!("malformed_header")), "{path} {keys:?}");
        }
        assert_eq!(send(&[&"x".repeat(64)]).status, 200, "{path}");
    }
    server.stop();
}

#[test]
fn a_version_counts_wherever_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut table = Table::default();
    let refund = server.open("o-1");
    let made = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": "http://127.0.0.1:1/" }));
    let webhook = |what: &str| format!("/v1/webhooks/{}/{what}", made.body["id"].as_str().unwrap());
    let (message, nothing) = (json!({ "text": "Here is the dent" }), json!({}));
    let others = "\"00000000000000000000000000000000\"";
    for (sent, path, token, body, moved) in [
        ("a seller's message", path(&refund, "messages"), &server.seller, &message, "\"99\""),
        ("the platform's message", path(&refund, "messages"), &server.platform, &message, "\"99\""),
        ("a buyer's link", path(&refund, "buyer-link"), &server.platform, &nothing, "\"99\""),
        ("another secret", webhook("rotate"), &server.seller, &nothing, others),
        ("switching off", webhook("disable"), &server.seller, &nothing, others),
        ("switching on", webhook("enable"), &server.seller, &nothing, others),
    ] {
        let send = |tag: &str| server.post(&path, token, &[("If-Match", tag)], body);
        for tag in [
            moved,
            &format!("W/{moved}"),
            &format!("{}-gzip\"", moved.trim_end_matches('"')),
            &format!("{moved}, {moved}"),
            "*",
        ] {
            table.row(&format!("{sent}, If-Match: {tag}"), &send(tag));
        }
        // What was refused left the tag as it was.
        let read = path.rsplit_once('/').unwrap().0;
        let tag = server.get(read, token).etag.unwrap();
        assert!(send(&tag).status < 300, "{sent}");
        let tag = server.get(read, token).etag.unwrap();
        assert!(send(&format!("W/{tag}")).status < 300, "{sent} with a tag that a proxy made weak");
        assert!(server.post(&path, token, &[], body).status < 300, "{sent} without a version");
    }
    let messages = server.get(&path(&refund, "messages"), &server.seller).body;
    assert_eq!(messages["items"].as_array().unwrap().len(), 6, "what was refused was not posted");
    // What is due by then happens before the versions are compared.
    server.advance(48 * 3600);
    for (what, body) in [("messages", &message), ("buyer-link", &nothing)] {
        let late = server.post(&path(&refund, what), &server.platform, &[("If-Match", "\"1\"")], body);
        assert_eq!((late.status, &late.body["refund"]), (412, &server.get(&path(&refund, ""), &server.platform).body));
    }
    server.stop();
    insta::assert_snapshot!("versions", table.0);
}

#[test]
fn a_tag_that_a_compressing_proxy_marked_is_the_same_version() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let body = small_refund("2.00");
    for (number, tag) in
        ["W/\"1\"", "\"1-gzip\"", "\"1--gzip\"", "\"1;gzip\"", "\"1-br\"", "W/\"1-zstd\""].into_iter().enumerate()
    {
        let refund = server.open(&format!("o-{number}"));
        let offer = |tag: &str| server.post(&path(&refund, "negotiation"), &server.seller, &[("If-Match", tag)], &body);
        assert_eq!(offer(&tag.replace('1', "2")).status, 412, "{tag}");
        assert_eq!(offer(tag).status, 201, "{tag}");
    }
    let contract = server.get("/openapi.json", "").etag.unwrap();
    for tag in
        [format!("W/{contract}"), format!("{}-gzip\"", contract.trim_end_matches('"')), format!("\"a\", W/{contract}")]
    {
        assert_eq!(server.send("GET", "/openapi.json", "", &[("If-None-Match", &tag)], b"").status, 304, "{tag}");
    }
    server.stop();
}

#[test]
fn settings_that_can_not_be_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut table = Table::default();
    let operator = server.operator.as_str();
    let address = |id: &str, default: bool| json!({ "id": id, "recipient": "r", "phone": "1", "address": "a", "default": default });
    for (sent, path, body) in [
        ("a seller without an address", "/v1/sellers/s-9", json!({ "name": "n", "addresses": [] })),
        ("no default", "/v1/sellers/s-9", json!({ "name": "n", "addresses": [address("a", false)] })),
        (
            "two defaults",
            "/v1/sellers/s-9",
            json!({ "name": "n", "addresses": [address("a", true), address("b", true)] }),
        ),
        (
            "an address twice",
            "/v1/sellers/s-9",
            json!({ "name": "n", "addresses": [address("a", true), address("a", false)] }),
        ),
        (
            "an address that is none",
            "/v1/sellers/s-9",
            json!({ "name": "n", "addresses": [["a", "r", "1", "a", true]] }),
        ),
        (
            "a policy field that is none",
            "/v1/sellers/s-9",
            json!({ "name": "n", "addresses": [address("a", true)], "policy": { "x": 1 } }),
        ),
        ("59 seconds", "/v1/policy", json!({ "seller_decide_seconds": 59 })),
        ("91 days", "/v1/policy", json!({ "buyer_ship_seconds": 7_862_400 })),
        ("half a second", "/v1/policy", json!({ "buyer_ship_seconds": 60.5 })),
        ("a payout mode that is none", "/v1/policy", json!({ "payout": "later" })),
        ("no refunds on a line", "/v1/policy", json!({ "refunds_per_line_max": 0 })),
        ("two reminders alike", "/v1/policy", json!({ "reminders_seconds": [3600, 3600] })),
        ("a check of a field that is none", "/v1/policy/check", json!({ "policy": {} })),
        ("a check of a length that can not be", "/v1/policy/check", json!({ "buyer_answer_seconds": 59 })),
        ("101 %", "/v1/rollout", json!({ "percentage": 101 })),
        ("no percentage", "/v1/rollout", json!({ "deny": ["s-1"] })),
    ] {
        let method = if path.ends_with("/check") { "POST" } else { "PUT" };
        table.row(sent, &server.send(method, path, operator, &[], body.to_string().as_bytes()));
    }
    for (sent, body) in [
        ("a step back", json!({ "to": "2020-01-01T00:00:00Z" })),
        ("less than nothing", json!({ "seconds": -1 })),
        ("both", json!({ "seconds": 1, "to": "2030-01-01T00:00:00Z" })),
        ("neither", json!({})),
        ("the year 10000", json!({ "to": "10000-01-01T00:00:00Z" })),
    ] {
        table.row(sent, &server.post("/v1/test-clock/advance", operator, &[], &body));
    }
    for (sent, body) in [
        ("a seller's key without a seller", json!({ "name": "k", "role": "seller" })),
        ("an operator's key with a seller", json!({ "name": "k", "role": "operator", "seller_id": "s" })),
        ("a role that is none", json!({ "name": "k", "role": "admin" })),
    ] {
        table.row(sent, &server.post("/v1/keys", operator, &[], &body));
    }
    server.stop();
    insta::with_settings!({ filters => vec![(r"\d{4}-\d\d-\d\dT[0-9:.]+Z and only", "[now] and only")] }, {
        insta::assert_snapshot!("settings", table.0);
    });
}
