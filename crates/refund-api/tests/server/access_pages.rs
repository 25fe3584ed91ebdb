//! The pages of keys and of webhooks: what is shown once, what opens nothing any more, and what came of each message.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::support::browser::Shown;
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server};

const KEYS: &str = "/operator/keys";
const HOOKS: &str = "/operator/webhooks";

/// How often a page is looked at that is to say something soon.
const LOOKS_MAX: usize = 20_000;

/// What a page shows this once.
fn secret(page: &Shown) -> String {
    let rest = page.html.split_once("<code dir=\"ltr\">").map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap().to_owned()
}

fn keys(server: &Server) -> Vec<Value> {
    server.get("/v1/keys?limit=100", &server.operator).body["items"].as_array().unwrap().clone()
}

#[test]
fn a_seller_beside_another_role_makes_no_key_and_nobody_that_may_do_all() {
    demo(|server, operator, _| {
        let before = keys(server).len();
        for role in ["operator", "platform"] {
            let fields = [("key_name", "theirs"), ("role", role), ("seller_id", SELLER), ("scope", "full")];
            let told = operator.post(KEYS, &fields);
            assert_eq!((told.status, told.notice().contains("Seller id")), (422, true), "{role}: {}", told.notice());
        }
        assert_eq!(keys(server).len(), before);
        let told = operator.post("/people", &[("name", "theirs"), ("role", "operator"), ("seller_id", SELLER)]);
        assert_eq!((told.status, told.notice().contains("Seller id")), (422, true), "{}", told.notice());
        assert!(!operator.get("/people").says("theirs"));
    });
}

#[test]
fn a_form_that_is_sent_again_makes_no_second_key_and_no_second_endpoint() {
    demo(|server, operator, _| {
        let before = keys(server).len();
        let once = operator.get(KEYS).field("once");
        let fields = [("key_name", "one"), ("role", "platform"), ("scope", "full"), ("once", once.as_str())];
        let made = operator.post(KEYS, &fields);
        let opens = secret(&made);
        assert_eq!((made.status, server.get("/v1/refunds", &opens).status), (200, 200));
        for _ in 0..3 {
            let again = operator.post(KEYS, &fields);
            assert!(again.status == 200 && again.notice().contains("was made already"), "{}", again.text());
            assert!(!again.says("rfk_"), "no secret");
        }
        assert_eq!(keys(server).len(), before + 1);
        // Whoever goes back and types another name wants another key.
        let other = [("key_name", "two"), ("role", "platform"), ("scope", "full"), ("once", once.as_str())];
        assert_eq!((operator.post(KEYS, &other).status, keys(server).len()), (200, before + 2));
        let endpoints = || server.get("/v1/webhooks", &server.operator).body["items"].as_array().unwrap().len();
        let before = endpoints();
        let once = operator.get("/operator/webhooks").field("once");
        let fields = [("url", "https://example.com/hook"), ("once", once.as_str())];
        for _ in 0..3 {
            assert_eq!(operator.post("/operator/webhooks", &fields).status, 200);
        }
        assert_eq!(endpoints(), before + 1);
    });
}

#[test]
fn a_key_is_made_shown_once_used_and_revoked() {
    demo(|server, operator, seller| {
        let fields = [
            ("key_name", "<script>alert(1)</script>"),
            ("role", "seller"),
            ("seller_id", SELLER),
            ("scope", "read"),
            ("expires_at", "2030-01-01T00:00"),
        ];
        let made = operator.post(KEYS, &fields);
        let opens = secret(&made);
        assert_eq!((made.status, server.get("/v1/refunds", &opens).status), (200, 200));
        let key = keys(server).into_iter().find(|key| key["scope"] == "read").unwrap();
        assert_eq!((&key["role"], &key["seller_id"]), (&Value::from("seller"), &Value::from(SELLER)));
        assert_eq!(key["expires_at"], "2030-01-01T00:00:00.000Z");
        let page = operator.get(KEYS);
        assert!(!page.says(&opens) && !page.says("<script>alert"), "neither the secret nor what is hostile");
        let id = key["id"].as_str().unwrap();
        let revoke = format!("{KEYS}/{id}/revoke");
        assert_eq!(seller.post(&revoke, &[]).status, 404);
        assert_eq!(server.get("/v1/refunds", &opens).status, 200);
        assert_eq!(operator.post(&revoke, &[]).location(), "/operator/keys");
        assert_eq!(server.get("/v1/refunds", &opens).status, 401);
        assert!(operator.get("/operator/keys").notice().starts_with("The key opens nothing"));
        assert_eq!(operator.post("/operator/keys/key_nobody/revoke", &[]).status, 404);
    });
}

#[test]
fn a_key_that_can_not_be_is_told() {
    demo(|server, operator, seller| {
        let before = keys(server).len();
        let good = [("key_name", "n"), ("role", "platform"), ("scope", "full"), ("expires_at", "")];
        for (field, value, told) in [
            ("key_name", " ", "Name: this is needed."),
            ("role", "buyer", "Works for: choose one."),
            ("role", "seller", "Seller: there is no such seller."),
            ("scope", "", "Good for: choose one."),
            ("expires_at", "2020-01-01T00:00", "Valid until: that is past already."),
            ("expires_at", "soon", "Valid until: this is no time that there is."),
        ] {
            let fields = good.map(|(known, own)| if known == field { (known, value) } else { (known, own) });
            let page = operator.post(KEYS, &fields);
            assert!(page.status == 422 && page.notice() == told, "{field}={value}: {}", page.notice());
        }
        assert_eq!(seller.post(KEYS, &good).status, 404);
        assert_eq!(keys(server).len(), before);
    });
}

/// A receiver that answers one call after the other as it is told.
fn receiver(answers: &'static [&'static str]) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let serve = move || {
        let mut got = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut read = [0; 16 * 1024];
            let mut text = String::new();
            // The head, and a body of the length that it says.
            loop {
                let count = stream.read(&mut read).unwrap();
                text.push_str(&String::from_utf8_lossy(&read[..count]));
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .lines()
                    .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                if body.len() >= length.unwrap().parse::<usize>().unwrap() {
                    break;
                }
            }
            got.push(text);
            let reply =
                format!("HTTP/1.1 {answer}\r\nContent-Length: 24\r\nConnection: close\r\n\r\n<script>alert(1)</script");
            stream.write_all(reply.as_bytes()).unwrap();
        }
        got
    };
    (url, std::thread::spawn(serve))
}

/// The id of the only endpoint that a page lists.
fn endpoint(page: &Shown) -> String {
    let rest = page.html.split_once("href=\"/operator/webhooks/").unwrap().1;
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn an_endpoint_is_made_tried_changed_rotated_and_removed() {
    demo(|server, operator, _| {
        let (url, received) = receiver(&["200 OK", "500 No"]);
        let made = operator.post(HOOKS, &[("url", &url), ("description", "<b>ours</b>"), ("type", "refund.opened")]);
        let first = secret(&made);
        assert!(made.status == 200 && first.starts_with("whsec_"), "{}", made.notice());
        let id = endpoint(&operator.get(HOOKS));
        let place = format!("{HOOKS}/{id}");
        let page = operator.get(&place);
        assert!(!page.says(&first) && !page.says("<b>ours"));
        let good = operator.post(&format!("{place}/ping"), &[]);
        assert!(good.notice().starts_with("Answered with 200"), "{}", good.notice());
        assert!(operator.post(&format!("{place}/ping"), &[]).notice().starts_with("Answered with 500"));
        assert!(received.join().unwrap()[0].contains("webhook.ping"));
        let second = secret(&operator.post(&format!("{place}/rotate"), &[]));
        assert!(second.starts_with("whsec_") && second != first);
        assert!(operator.get(&place).says("The secret before is valid until"));
        let tag = operator.get(&place).hidden("tag");
        let change = format!("{place}/change");
        let fields = [("tag", tag.as_str()), ("url", "http://127.0.0.1:9/other"), ("type", "refund.closed")];
        assert_eq!(operator.post(&change, &fields).location(), place);
        let now = server.get(&format!("/v1/webhooks/{id}"), &server.operator).body;
        assert_eq!(
            (&now["url"], &now["types"][0]),
            (&Value::from("http://127.0.0.1:9/other"), &Value::from("refund.closed"))
        );
        assert_eq!(operator.post(&change, &fields).status, 412, "the page was made of what it was before");
        operator.post(&format!("{place}/disable"), &[]);
        assert!(operator.get(&place).says("somebody switched it off"));
        operator.post(&format!("{place}/enable"), &[]);
        assert!(!operator.get(&place).says("somebody switched it off"));
        assert_eq!(operator.post(&format!("{place}/fly"), &[]).status, 404);
        assert_eq!(operator.post(&format!("{place}/remove"), &[]).location(), "/operator/webhooks");
        assert_eq!(operator.get(&place).status, 404);
    });
}

#[test]
fn what_was_sent_is_listed_with_each_attempt_and_sent_again() {
    demo(|server, operator, seller| {
        let (url, received) = receiver(&["410 Gone", "200 OK"]);
        operator.post(HOOKS, &[("url", &url), ("type", "refund.opened")]);
        let place = format!("{HOOKS}/{}", endpoint(&operator.get(HOOKS)));
        server.open("o-hook");
        // Whoever says that they are gone is sent nothing more, and the delivery stands as it came out.
        let settled = |operator: &mut Clerk, text: &str| {
            let mut looks = (0..LOOKS_MAX).map(|_| operator.get(&place));
            looks.find(|page| page.says(text)).unwrap_or_else(|| panic!("it never says {text}"))
        };
        let page = settled(operator, "it answered that it is gone for ever");
        assert!(page.says("Answered with 410") && !page.says("<script>alert"), "{}", page.html);
        assert!(page.says("<span class=\"pill dispute\">failed</span>"), "{}", page.html);
        assert!(operator.get(&format!("{place}?state=succeeded")).says("Nothing was sent."));
        let audit = server.get("/v1/audit?type=webhook&limit=1", &server.operator).body;
        assert_eq!(audit["items"][0]["actor"]["role"], "system", "{audit}");
        let is_told = |clerk: &mut Clerk| clerk.get("/refunds").says("switched off because nothing got through");
        assert!(is_told(operator) && !is_told(seller), "its owner is told where they begin, and nobody else");
        operator.post(&format!("{place}/enable"), &[]);
        assert!(!is_told(operator), "until it is mended");
        assert_eq!(operator.post(&format!("{place}/again"), &[]).location(), place);
        let page = settled(operator, "<span class=\"pill good\">delivered</span>");
        assert!(page.says("Answered with 200"), "{}", page.html);
        let got = received.join().unwrap();
        let id = |call: &String| call.lines().find(|line| line.starts_with("webhook-id")).unwrap().to_owned();
        assert_eq!(id(&got[0]), id(&got[1]), "the same message");
    });
}

#[test]
fn a_sellers_people_have_their_own_endpoints_and_touch_no_others() {
    demo(|_, operator, seller| {
        operator.post(HOOKS, &[("url", "http://127.0.0.1:9/ours")]);
        let ours = endpoint(&operator.get(HOOKS));
        assert!(!seller.get(HOOKS).says("/ours"));
        assert_eq!(seller.get(&format!("{HOOKS}/{ours}")).status, 404);
        for what in ["change", "rotate", "enable", "disable", "remove", "ping", "again"] {
            assert_eq!(seller.post(&format!("{HOOKS}/{ours}/{what}"), &[]).status, 404, "{what}");
        }
        assert_eq!(seller.post(HOOKS, &[("url", "http://127.0.0.1:9/theirs")]).status, 200);
        let page = operator.get(HOOKS);
        assert!(page.says("/theirs") && page.says(&format!("<bdi class=\"dim\">{SELLER}</bdi>")));
        for number in 1..20 {
            assert_eq!(seller.post(HOOKS, &[("url", &format!("http://127.0.0.1:9/{number}"))]).status, 200);
        }
        let one_more = seller.post(HOOKS, &[("url", "http://127.0.0.1:9/more")]);
        assert!(one_more.status == 409 && one_more.notice().starts_with("There are as many endpoints"));
    });
}

#[test]
fn an_endpoint_that_can_not_be_is_told() {
    demo(|_, operator, _| {
        let long = format!("https://a.example/{}", "x".repeat(10_000));
        for (fields, told) in [
            (vec![("url", "")], "Address: nothing is sent there"),
            (vec![("url", "javascript:alert(1)")], "Address: nothing is sent there"),
            (vec![("url", long.as_str())], "Address: nothing is sent there"),
            (vec![("url", "https://a.example/"), ("type", "refund.flown")], "Type: choose one."),
            (vec![("url", "https://a.example/"), ("description", &long)], "Description: at most 200"),
        ] {
            let page = operator.post(HOOKS, &fields);
            assert!(page.status == 422 && page.notice().starts_with(told), "{fields:?}: {}", page.notice());
        }
        assert!(operator.get(HOOKS).says("No endpoints yet."));
    });
}
