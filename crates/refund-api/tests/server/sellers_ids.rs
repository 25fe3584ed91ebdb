//! What a seller is told of places says nothing of how much others do, and moves with nothing that they do.

use std::io::BufRead;

use crate::event_ids::{feed, ids, of_another_history, refused};
use crate::support::browser::Browser;
use crate::support::{Hands, Server, opening, path};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use refund_store::KeyRole;
use serde_json::json;

/// What lies within a text that was made of bytes, of digits or of base64, read as numbers of eight bytes.
fn numbers_in(text: &str) -> Vec<u64> {
    let digits = text.rsplit('_').next().unwrap_or(text);
    let bytes = HEXLOWER.decode(digits.as_bytes()).or_else(|_| BASE64URL_NOPAD.decode(text.as_bytes()));
    let bytes = bytes.unwrap_or_else(|_| panic!("{text} is neither"));
    let plain = String::from_utf8_lossy(&bytes).into_owned();
    let inner = plain.split("evt_").nth(1).map_or_else(Vec::new, numbers_in_digits);
    bytes.windows(8).map(|eight| u64::from_be_bytes(eight.try_into().unwrap())).chain(inner).collect()
}

fn numbers_in_digits(digits: &str) -> Vec<u64> {
    (0..digits.len().saturating_sub(15))
        .filter_map(|at| u64::from_str_radix(digits.get(at..at + 16)?, 16).ok())
        .collect()
}

#[test]
fn a_seller_learns_nothing_from_ids_places_and_cursors_of_how_much_others_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let hook = json!({ "url": "http://127.0.0.1:9/hook" });
    let webhook = server.post("/v1/webhooks", &server.seller, &[], &hook).body["id"].as_str().unwrap().to_owned();
    let refund = server.open("o-1");
    server.as_seller(&refund, "messages", &json!({ "text": "one" }));
    server.as_seller(&refund, "messages", &json!({ "text": "two" }));
    server.open("o-2");
    let seller = server.seller.as_str();
    let mut told: Vec<String> = Vec::new();
    for path in [
        "/v1/events?limit=2".to_owned(),
        "/v1/events?after=latest".to_owned(),
        path(&refund, "events?limit=2"),
        "/v1/refunds?limit=1".to_owned(),
        "/v1/refunds?limit=1&sort=deadline".to_owned(),
        path(&refund, "messages?limit=1"),
        path(&refund, "explanation?limit=1"),
        "/v1/audit?limit=1".to_owned(),
    ] {
        let page = server.get(&path, seller).body;
        told.extend(["next_cursor", "after"].iter().filter_map(|name| page[name].as_str()).map(str::to_owned));
        told.extend(
            page["items"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|item| item["id"].as_str())
                .filter(|id| id.starts_with("evt_") || id.starts_with("aud_"))
                .map(str::to_owned),
        );
    }
    let deliveries = loop {
        let page = server.get(&format!("/v1/webhooks/{webhook}/deliveries?limit=1"), seller).body;
        if page["next_cursor"].is_string() {
            break page;
        }
    };
    told.push(deliveries["items"][0]["event_id"].as_str().unwrap().to_owned());
    told.push(deliveries["next_cursor"].as_str().unwrap().to_owned());
    let mut stream = server.stream("/v1/events/stream?after=latest", seller, "").lines().map(Result::unwrap);
    told.push(stream.next().unwrap().strip_prefix("id: ").unwrap().to_owned());
    let page = Browser::signed_in(&server, &server.link("seller")).open("/refunds").html;
    told.push(page.split("/live?after=").nth(1).unwrap().split('"').next().unwrap().to_owned());
    assert!(told.len() >= 16, "{told:?}");
    let most = 10_000;
    for text in &told {
        let said: Vec<_> = numbers_in(text).into_iter().filter(|number| (1..most).contains(number)).collect();
        assert_eq!(said, [0; 0], "{text} says a number of all");
    }
    server.stop();
}

#[test]
fn what_others_do_moves_nothing_that_a_seller_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at("2026-03-01T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let stall = |id: &str| {
        let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
        let made =
            server.put(&format!("/v1/sellers/{id}"), &server.operator, &json!({ "name": id, "addresses": [address] }));
        assert_eq!(made.status, 201, "{}", made.body);
        let key = json!({ "name": "k", "role": "seller", "seller_id": id });
        server.post("/v1/keys", &server.operator, &[], &key).body["secret"].as_str().unwrap().to_owned()
    };
    let (key, newcomer) = (stall("stall"), stall("newcomer"));
    let mut body = opening("of-the-stall");
    body["seller_id"] = json!("stall");
    assert_eq!(server.post("/v1/refunds", &server.platform, &[], &body).status, 201);
    let browser = Browser::signed_in(&server, &server.sign_in_link("sam", KeyRole::Seller("stall".parse().unwrap())));
    let places = |key: &str| {
        let [all, latest, one] = ["", "?after=latest", "?limit=1"].map(|query| feed(&server, key, query));
        let mut stream = server.stream("/v1/events/stream?after=latest", key, "").lines().map(Result::unwrap);
        (ids(&all), [all["after"].clone(), latest["after"].clone(), one["after"].clone()], stream.next())
    };
    let page =
        || browser.open("/refunds").html.split("/live?after=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let before = (places(&key), places(&newcomer), page());
    assert_eq!((before.0.0.len(), before.1.0.len(), &before.0.1[0]), (1, 0, &json!(before.0.0[0])));
    for number in 0..4 {
        let refund = server.open(&format!("of-others-{number}"));
        server.post(
            &path(&refund, "messages"),
            &server.operator,
            &[],
            &json!({ "text": "hush", "for_operators": true }),
        );
    }
    assert_eq!((places(&key), places(&newcomer), page()), before);
    // From a place at which nothing was the seller's yet, what comes is told.
    let mut body = opening("of-the-newcomer");
    body["seller_id"] = json!("newcomer");
    assert_eq!(server.post("/v1/refunds", &server.platform, &[], &body).status, 201);
    let after = before.1.1[1].as_str().unwrap();
    assert_eq!(ids(&feed(&server, &newcomer, &format!("?after={after}"))).len(), 1);
    let mut lines = server.stream("/v1/events/stream", &newcomer, after).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.starts_with("data: ")));
    server.stop();
}

#[test]
fn a_sellers_places_go_on_and_one_of_before_is_taken_where_it_is_the_sellers_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (refund, seller, operator) = (server.open("o-1"), server.seller.as_str(), server.operator.as_str());
    server.as_seller(&refund, "messages", &json!({ "text": "one" }));
    let hook = server.post("/v1/webhooks", seller, &[], &json!({ "url": "http://127.0.0.1:9/hook" })).body;
    let webhook = hook["id"].as_str().unwrap();
    server.post(&path(&refund, "messages"), operator, &[], &json!({ "text": "hush", "for_operators": true }));
    let (own, clear) = (ids(&feed(&server, seller, "?limit=100")), ids(&feed(&server, operator, "?limit=100")));
    assert!(own.iter().all(|id| !clear.contains(id)) && own.len() > 1, "{own:?}");
    // By its own ids, and by those of before that name the same.
    let found = server.get(&format!("/v1/events/{}", own[0]), seller);
    assert_eq!((found.status, &found.body["id"]), (200, &json!(own[0])));
    let behind = feed(&server, seller, &format!("?after={}&limit=100", own[0]));
    assert_eq!(ids(&behind), own[1..]);
    let same = clear
        .iter()
        .find(|id| {
            server.get(&format!("/v1/events/{id}"), operator).body["sequence"] == json!(1)
                && server.get(&format!("/v1/events/{id}"), seller).body["id"] == json!(own[0])
        })
        .unwrap();
    assert_eq!(feed(&server, seller, &format!("?after={same}&limit=100")), behind);
    let lines = server.stream("/v1/events/stream", seller, &own[0]).lines().map(Result::unwrap);
    assert_eq!(
        lines.filter_map(|line| Some(line.strip_prefix("id: ")?.to_owned())).take(1).collect::<Vec<_>>(),
        own[1..2]
    );
    // What is not the seller's own, and what never was, is all one: another seller's too.
    let address = json!({ "id": "m", "recipient": "Desk", "phone": "1", "address": "1 Lane", "default": true });
    let other = json!({ "name": "Other", "addresses": [address] });
    assert_eq!(server.put("/v1/sellers/other", operator, &other).status, 201);
    let mut theirs = crate::support::opening("o-of-another");
    theirs["seller_id"] = json!("other");
    assert_eq!(server.post("/v1/refunds", &server.platform, &[], &theirs).status, 201);
    let key = json!({ "name": "other", "role": "seller", "seller_id": "other" });
    let key = server.post("/v1/keys", operator, &[], &key).body["secret"].as_str().unwrap().to_owned();
    let of_another = ids(&feed(&server, &key, "?limit=1")).remove(0);
    let hidden = clear.last().unwrap();
    let numbered = |number: u64| format!("evt_{number:016x}{}", &hidden[20..]);
    for place in [
        hidden.clone(),
        numbered(1),
        numbered(2),
        numbered(0),
        numbered(1 << 40),
        "evt_00000000000050000000".to_owned(),
        format!("evt_{}", "0123456789abcdef".repeat(2)),
        of_another,
    ] {
        assert_eq!(refused(&server, seller, &place), of_another_history(), "{place}");
        let again = json!({ "events": [place] });
        let again = server.post(&format!("/v1/webhooks/{webhook}/redeliver"), seller, &[], &again);
        let shown = server.get(&format!("/v1/events/{place}"), seller);
        let expected = if place.len() == 36 { (410, 410) } else { (404, 400) };
        assert_eq!((shown.status, again.status), expected, "{place}");
    }
    // An operator helps with what a seller names.
    assert_eq!(server.get(&format!("/v1/events/{}", own[0]), operator).body["id"], json!(same));
    server.stop();
}
