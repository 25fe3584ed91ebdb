//! What the people around a refund write to each other, over HTTP.

use std::io::BufRead;

use crate::support::{Reply, Server, path, small_refund};
use serde_json::{Value, json};

const HOUR: u64 = 3600;

fn served(test: impl FnOnce(&Server, &Value)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    test(&server, &refund);
    server.stop();
}

fn link(refund: &Value) -> &str {
    refund["buyer_link"]["token"].as_str().unwrap()
}

fn write(server: &Server, refund: &Value, token: &str, body: &Value) -> Reply {
    server.post(&path(refund, "messages"), token, &[], body)
}

fn attachment() -> Value {
    let (url, sha256) = ("https://files.example/dent.jpg", "0a".repeat(32));
    json!({ "url": url, "sha256": sha256, "media_type": "image/jpeg", "size": 81_920 })
}

/// The texts of all messages, in pages of `limit`.
fn texts(server: &Server, refund: &Value, token: &str, limit: usize) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&path(refund, &format!("messages?limit={limit}{cursor}")), token).body;
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["text"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return found };
        assert_eq!(items.len(), limit, "a page with more behind it is full");
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn both_parties_write_and_everybody_reads_it_in_order() {
    served(|server, refund| {
        let body = json!({ "text": "Here is the dent", "attachments": [attachment()] });
        let first = write(server, refund, link(refund), &body);
        assert_eq!((first.status, &first.body["sequence"], &first.body["internal"]), (201, &json!(2), &json!(false)));
        assert_eq!(first.body["attachments"], json!([attachment()]));
        assert_eq!(first.body["actor"], json!({ "role": "buyer", "id": "buyer-1", "via": "link" }));
        for (token, text) in [(&server.seller, "Would 2.00 do?"), (&server.platform, "Yes"), (&server.operator, "Fine")]
        {
            assert_eq!(write(server, refund, token, &json!({ "text": text })).status, 201);
        }
        let said = ["Here is the dent", "Would 2.00 do?", "Yes", "Fine"];
        for token in [link(refund), &server.seller, &server.platform, &server.operator] {
            assert_eq!(texts(server, refund, token, 100), said);
            assert_eq!(texts(server, refund, token, 1), said);
        }
        let spoke_for = server.get(&path(refund, "messages"), &server.seller).body["items"][2]["actor"].clone();
        assert_eq!((&spoke_for["role"], &spoke_for["via"]), (&json!("buyer"), &json!("key")));
        let event = server.get(&path(refund, "events"), link(refund)).body["items"][1].clone();
        assert_eq!((&event["type"], &event["data"]["text"]), (&json!("message.posted"), &json!("Here is the dent")));
        let latest = server.get("/v1/events?limit=100", link(refund)).body["items"].as_array().unwrap().len();
        assert_eq!(latest, 5);
    });
}

#[test]
fn a_message_changes_nothing_about_the_refund_in_any_status() {
    served(|server, refund| {
        let strip = |refund: &Value| server.get(&path(refund, ""), &server.seller);
        let offered = server.as_seller(refund, "negotiation", &small_refund("2.00")).body;
        let before = strip(refund);
        assert_eq!(write(server, refund, &server.seller, &json!({ "text": "hello" })).status, 201, "without If-Match");
        let after = strip(refund);
        assert_eq!((after.body, after.etag), (before.body, before.etag));
        let answer = json!({ "negotiation_id": offered["negotiation"]["id"] });
        let paid = server.post(&path(refund, "negotiation/accept"), link(refund), &[], &answer).body;
        assert_eq!(paid["status"], "SUCCESS");
        for token in [link(refund), &server.seller, &server.operator] {
            assert_eq!(write(server, refund, token, &json!({ "text": "thanks" })).status, 201);
        }
        assert_eq!(strip(refund).body["version"], paid["version"]);
        let explained = server.get(&path(refund, "explanation"), &server.operator).body["so_far"].to_string();
        assert!(!explained.contains("message.posted"), "what was said explains nothing");
    });
}

#[test]
fn a_message_that_is_sent_again_is_posted_once() {
    served(|server, refund| {
        let once = [("Idempotency-Key", "m-1")];
        let send = |text: &str| server.post(&path(refund, "messages"), &server.seller, &once, &json!({ "text": text }));
        let first = send("hello");
        server.advance(40 * HOUR);
        let again = send("hello");
        assert_eq!((again.status, again.replayed, again.body), (201, true, first.body));
        assert_eq!((first.replayed, send("goodbye").status), (false, 422));
        assert_eq!(texts(server, refund, &server.seller, 9), ["hello"]);
    });
}

#[test]
fn a_buyer_never_sees_an_internal_note() {
    served(|server, refund| {
        let stream = server.stream("/v1/events/stream", link(refund), "").lines().map(Result::unwrap);
        let secret = "the-buyer-sees-none-of-this";
        let note = json!({ "text": secret, "internal": true });
        for token in [link(refund), &server.platform] {
            let refused = write(server, refund, token, &note);
            assert_eq!((refused.status, &refused.body["code"]), (403, &json!("not_your_role")));
            assert_eq!(refused.body["allowed"], json!(["seller", "operator"]));
        }
        for token in [&server.seller, &server.operator] {
            assert_eq!(write(server, refund, token, &note).body["internal"], true);
        }
        assert_eq!(write(server, refund, link(refund), &json!({ "text": "the-end" })).status, 201);
        is_nowhere(server, refund, link(refund), secret);
        assert_eq!(texts(server, refund, link(refund), 1), ["the-end"]);
        let told: Vec<_> = stream.take_while(|line| !line.contains("the-end")).collect();
        assert!(told.iter().any(|line| line.contains("refund.opened")));
        assert!(!told.concat().contains(secret), "the stream");
        // Who may see it finds it everywhere, under the numbers that the buyer's list leaves out.
        for token in [&server.seller, &server.operator, &server.platform] {
            assert_eq!(texts(server, refund, token, 2), [secret, secret, "the-end"]);
            assert!(server.get(&path(refund, "events"), token).body.to_string().contains(secret));
        }
        let numbers = server.get(&path(refund, "events"), link(refund)).body["items"].clone();
        let numbers: Vec<_> = numbers.as_array().unwrap().iter().map(|event| event["sequence"].clone()).collect();
        assert_eq!(numbers, [1, 4]);
    });
}

/// Every path that answers somebody at all, at every page.
fn is_nowhere(server: &Server, refund: &Value, token: &str, secret: &str) {
    let contract = refund_api::openapi(&server.base_url);
    let mut read = 0;
    for (pattern, item) in contract["paths"].as_object().unwrap() {
        if item.get("get").is_none() || pattern.ends_with("/stream") {
            continue;
        }
        let target = pattern.replace("{id}", refund["id"].as_str().unwrap()).replace("{token}", link(refund));
        let pages = ["", "?limit=1", "?limit=2", "?limit=3"];
        for answer in pages.map(|query| server.get(&format!("{target}{query}"), token)) {
            read += usize::from(answer.status == 200);
            assert!(!answer.body.to_string().contains(secret), "{pattern}");
        }
    }
    assert!(read > 15, "{read} answers were read");
}

#[test]
fn neither_buyer_nor_seller_sees_a_note_for_operators() {
    served(|server, refund| {
        let streams = [link(refund), &server.seller].map(|token| server.stream("/v1/events/stream", token, "").lines());
        let secret = "the-parties-see-none-of-this";
        let note = json!({ "text": secret, "for_operators": true });
        for token in [link(refund), &server.platform, &server.seller] {
            let refused = write(server, refund, token, &note);
            assert_eq!((refused.status, &refused.body["allowed"]), (403, &json!(["operator"])));
        }
        let written = write(server, refund, &server.operator, &note).body;
        assert_eq!((&written["internal"], &written["for_operators"]), (&json!(true), &json!(true)));
        assert_eq!(write(server, refund, &server.operator, &json!({ "text": "the-end" })).status, 201);
        for token in [link(refund), &server.seller] {
            is_nowhere(server, refund, token, secret);
            assert_eq!(texts(server, refund, token, 1), ["the-end"]);
        }
        for stream in streams {
            let told: Vec<_> = stream.map(Result::unwrap).take_while(|line| !line.contains("the-end")).collect();
            assert!(!told.concat().contains(secret), "the stream");
        }
        for token in [&server.operator, &server.platform] {
            assert_eq!(texts(server, refund, token, 1), [secret, "the-end"]);
            assert!(server.get(&path(refund, "events"), token).body.to_string().contains(secret));
        }
    });
}

#[test]
fn whatever_somebody_writes_comes_back_as_it_was_written_or_is_refused_with_the_place() {
    served(|server, refund| {
        let long = "長".repeat(4000);
        for text in ["<script>alert(1)</script>", "\u{202e}drawkcab", "🙏🏽👩‍👩‍👧", "a\r\n\tb", &long] {
            assert_eq!(write(server, refund, link(refund), &json!({ "text": text })).body["text"], text);
        }
        let with = |pointer: &str, value: Value| {
            let mut body = json!({ "text": "x", "attachments": [attachment()] });
            *body.pointer_mut(pointer).unwrap() = value;
            (pointer.to_owned(), body)
        };
        let mut wrong = vec![
            with("/text", json!("x".repeat(10_000))),
            with("/text", json!(" ")),
            with("/text", json!("\u{1b}[31m")),
            with("/text", json!(7)),
            with("/attachments", json!(vec![attachment(); 11])),
            with("/attachments/0", json!(["https://a.example/", "0a", "image/png", 1])),
            with("/attachments/0/sha256", json!("0A".repeat(32))),
            with("/attachments/0/sha256", json!("")),
            with("/attachments/0/media_type", json!("picture")),
            with("/attachments/0/size", json!(-1)),
            with("/attachments/0/size", json!(1.5)),
            with("/attachments/0/size", json!(4_294_967_296_u64)),
        ];
        for url in ["data:image/png;base64,AAAA", "http://a.example/", "javascript:alert(1)", "https://u:p@a.example/"]
        {
            wrong.push(with("/attachments/0/url", json!(url)));
        }
        for (pointer, body) in wrong {
            let refused = write(server, refund, link(refund), &body);
            let shown = body.to_string().chars().take(200).collect::<String>();
            assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_body")), "{shown}");
            assert_eq!(refused.body["errors"][0]["pointer"], pointer, "{shown}");
        }
        let strange = json!({ "text": "x", "to": "seller" });
        assert_eq!(write(server, refund, link(refund), &strange).status, 400);
        assert_eq!(texts(server, refund, link(refund), 100).len(), 5, "what was refused is not there");
    });
}

#[test]
fn nobody_writes_on_another_s_refund_and_a_side_stops_at_five_hundred() {
    served(|server, refund| {
        let other = server.open("o-2");
        let (there, nowhere) = (json!({ "id": refund["id"] }), json!({ "id": "rfd_nowhere" }));
        for refund in [&there, &nowhere] {
            assert_eq!(write(server, refund, link(&other), &json!({ "text": "x" })).status, 404);
            assert_eq!(server.get(&path(refund, "messages"), link(&other)).status, 404);
        }
        let posted = (1..=500)
            .filter(|n| write(server, refund, &server.seller, &json!({ "text": n.to_string() })).status == 201);
        assert_eq!(posted.count(), 500);
        let refused = write(server, refund, &server.seller, &json!({ "text": "one more" }));
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("too_many_messages")));
        assert_eq!((&refused.body["max"], &refused.body["refund"]["id"]), (&json!(500), &refund["id"]));
        assert_eq!(write(server, refund, link(refund), &json!({ "text": "I can still write" })).status, 201);
        let all = texts(server, refund, link(refund), 100);
        assert_eq!((all.len(), all[0].as_str(), all[499].as_str()), (501, "1", "500"));
    });
}
