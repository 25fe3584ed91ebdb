//! What a buyer may not know, asked for in every way that a buyer has.

use std::io::BufRead;

use crate::support::browser::Browser;
use crate::support::{SELLER, Server, money, opening, path};
use serde_json::{Value, json};

/// Everything that a buyer is answered who asks for all there is, and tries what is not theirs.
fn everything(server: &Server, refund: &Value) -> Vec<(String, String)> {
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let mut said = Vec::new();
    let paths = ["", "events", "explanation", "messages", "negotiation/options", "buyer-link"];
    let paths = paths.map(|what| path(refund, what).trim_end_matches('/').to_owned());
    let all =
        ["/v1/refunds", "/v1/refunds?sort=deadline", "/v1/events", &format!("/v1/sellers/{SELLER}"), "/v1/policy"];
    for path in paths.iter().map(String::as_str).chain(all) {
        said.push((format!("GET {path}"), server.get(path, link).body.to_string()));
    }
    let id = json!({ "negotiation_id": "neg_none" });
    for (what, body) in
        [("negotiation/accept", &id), ("agree", &json!({})), ("ship", &json!({})), ("messages", &json!({}))]
    {
        said.push((format!("POST {what}"), server.post(&path(refund, what), link, &[], body).body.to_string()));
    }
    let count = server.get("/v1/events?limit=100", link).body["items"].as_array().unwrap().len();
    let stream = server.stream("/v1/events/stream", link, "").lines().map(Result::unwrap);
    let events: Vec<String> = stream.filter(|line| line.starts_with("data:")).take(count).collect();
    said.push(("the stream".to_owned(), events.concat()));
    let page = server.buyer_page(refund);
    for page in [page.clone(), format!("{page}?until=1")] {
        said.push((format!("the page {page}"), Browser::new(server).open(&page).html));
    }
    said
}

/// Where one of these stands in it.
fn told<'s>(said: &'s [(String, String)], secrets: &[String]) -> Vec<&'s str> {
    let tells = |text: &str| secrets.iter().any(|secret| text.contains(secret));
    said.iter().filter(|(_, text)| tells(text)).map(|(way, _)| way.as_str()).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_return_address_is_nowhere_before_it_is_given_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let seller = server.get(&format!("/v1/sellers/{SELLER}"), &server.operator).body;
    let addresses = seller["addresses"].as_array().unwrap().iter();
    let secrets: Vec<_> =
        addresses.flat_map(|known| ["recipient", "phone", "address"].map(|part| text(&known[part]))).collect();
    assert!(secrets.len() >= 3);
    let refund = server.open("o-1");
    assert_eq!(told(&everything(&server, &refund), &secrets), [""; 0], "when it is opened");
    let kept = json!({ "type": "REFUND_ONLY", "amount": money("2.00") });
    let offered = server.as_seller(&refund, "negotiation", &kept);
    assert_eq!(offered.status, 201);
    assert_eq!(told(&everything(&server, &refund), &secrets), [""; 0], "with an offer that pays at once");
    assert_eq!(server.as_seller(&offered.body, "agree", &json!({})).status, 200);
    let agreed = everything(&server, &refund);
    let known = told(&agreed, &secrets);
    for way in ["/explanation", "/events", "the stream", "the page", "/v1/refunds?"] {
        assert!(known.iter().any(|known| known.contains(way)), "agreed, {way} says where the goods go: {known:?}");
    }
    server.stop();
}

#[test]
fn why_a_payout_failed_is_told_to_all_but_the_buyer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    assert_eq!(server.put("/v1/policy", &server.operator, &json!({ "payout": "confirmed" })).status, 200);
    let refund = server.open("o-1");
    assert_eq!(
        server.as_seller(&refund, "negotiation", &json!({ "type": "REFUND_ONLY", "amount": money("2.00") })).status,
        201
    );
    let negotiation_id = server.show(&refund)["negotiation"]["id"].clone();
    let accept = json!({ "negotiation_id": negotiation_id });
    assert_eq!(server.post(&path(&refund, "negotiation/accept"), &server.platform, &[], &accept).status, 200);
    let failed = json!({ "result": "failed", "reason": "ACCOUNT_CLOSED 4711" });
    assert_eq!(server.post(&path(&refund, "payout"), &server.platform, &[], &failed).status, 200);
    let secrets = ["ACCOUNT_CLOSED 4711".to_owned()];
    assert_eq!(told(&everything(&server, &refund), &secrets), [""; 0]);
    let events = server.get(&path(&refund, "events"), &server.seller).body.to_string();
    assert!(events.contains(&secrets[0]), "{events}");
    assert!(Browser::signed_in(&server, &server.link("seller")).open(&server.page(&refund)).html.contains(&secrets[0]));
    server.stop();
}

#[test]
fn a_buyer_is_told_which_side_did_something_and_not_by_which_key_or_person() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    for (token, internal) in [(&server.seller, false), (&server.operator, false), (&server.operator, true)] {
        let body = json!({ "text": "hello", "internal": internal });
        assert_eq!(server.post(&path(&refund, "messages"), token, &[], &body).status, 201);
    }
    let because = json!({ "reason": "It was whole." });
    assert_eq!(server.as_seller(&refund, "refuse", &because).status, 200);
    assert_eq!(server.post(&path(&refund, "escalate"), &server.platform, &[], &because).status, 200);
    let keys = server.get("/v1/keys?limit=100", &server.operator).body["items"].clone();
    let mut secrets: Vec<_> = keys.as_array().unwrap().iter().map(|key| format!("{:?}", text(&key["id"]))).collect();
    secrets.push("via_id".to_owned());
    assert_eq!(told(&everything(&server, &refund), &secrets), [""; 0]);
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let actors = |token: &str| -> Vec<Value> {
        let events = server.get(&path(&refund, "events"), token).body["items"].clone();
        events.as_array().unwrap().iter().map(|event| event["actor"].clone()).collect()
    };
    assert!(actors(link).contains(&json!({ "role": "operator", "id": "operator", "via": "key" })));
    assert!(actors(&server.seller).iter().all(|actor| actor["via_id"].is_string()), "others are told as before");
    server.stop();
}

#[test]
fn internal_notes_show_by_no_link_on_the_buyers_page_and_push_nothing_out_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let browser = Browser::reading(&server, "en");
    let events = server.get(&path(&refund, "events"), refund["buyer_link"]["token"].as_str().unwrap()).body;
    let last = events["items"].as_array().unwrap().last().unwrap()["sequence"].clone();
    let page = |what: &str| browser.open(&format!("{}{what}", server.buyer_page(&refund))).html;
    let note = |text: &str, internal: bool| {
        let body = json!({ "text": text, "internal": internal });
        assert_eq!(server.post(&path(&refund, "messages"), &server.seller, &[], &body).status, 201);
    };
    // More than a page has.
    (0..201).for_each(|_| note("between us", true));
    assert!(page("").contains("<b>Refund asked for</b>"));
    let up_to_last = format!("?until={last}");
    assert!(!page(&up_to_last).contains("To the latest"), "nothing that is theirs came since");
    note("for you", false);
    assert!(page(&up_to_last).contains("To the latest"));
    assert!(page("").contains("for you") && !page("").contains("between us"));
    server.stop();
}

#[test]
fn what_the_platform_calls_a_refund_and_keeps_with_it_is_its_own_and_the_operators() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut body = opening("o-1");
    body["external_reference"] = json!("after-sale/4711");
    body["metadata"] = json!({ "ticket": "A:17", "channel": "app" });
    let refund = server.post("/v1/refunds", &server.platform, &[], &body).body;
    let secrets = ["after-sale/4711", "A:17"].map(str::to_owned);
    assert_eq!(told(&everything(&server, &refund), &secrets), [""; 0]);
    let (id, events) = (path(&refund, ""), path(&refund, "events"));
    let id = id.trim_end_matches('/');
    let explanation = path(&refund, "explanation");
    let all = [id, &events, &explanation, "/v1/refunds?limit=100", "/v1/events?limit=100"];
    for way in all {
        let said = |token: &str| server.get(way, token).body.to_string();
        assert!(!secrets.iter().any(|secret| said(&server.seller).contains(secret)), "{way}");
        for token in [&server.platform, &server.operator] {
            assert!(secrets.iter().all(|secret| said(token).contains(secret)), "{way}");
        }
    }
    let agreed = server.as_seller(&refund, "agree", &json!({}));
    let again = server.as_seller(&refund, "agree", &json!({}));
    assert_eq!((agreed.status, again.status), (200, 412));
    let pages = Browser::signed_in(&server, &server.link("seller"));
    let said = [agreed.body.to_string(), again.body.to_string(), pages.open(&server.page(&refund)).html];
    assert!(!said.iter().any(|said| secrets.iter().any(|secret| said.contains(secret))));
    server.stop();
}
