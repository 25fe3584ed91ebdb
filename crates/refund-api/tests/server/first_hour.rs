//! The first hour of a server: an operator is led through it, by a list that ticks itself off.

use serde_json::json;

use crate::support::browser::{Browser, Shown};
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server};

const PAGE: &str = "/operator/first-hour";

/// The steps that are ticked off.
fn done(page: &Shown) -> Vec<String> {
    let steps = page.html.split("<li class=\"card\">").skip(1).filter(|step| step.contains("pill good"));
    steps.map(|step| step.split("<h2>").nth(1).unwrap().split('<').next().unwrap().replace("&#39;", "'")).collect()
}

#[test]
fn the_list_ticks_itself_off_and_is_where_an_operator_begins_until_it_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::empty(folder.path());
    let mut operator = Clerk::by_link(&server, server.printed_link().unwrap());
    assert_eq!(operator.get("/").location(), PAGE);
    let begun = operator.get(PAGE);
    assert_eq!((begun.status, done(&begun)), (200, vec![]), "{}", begun.text());
    assert!(begun.says("href=\"/docs\"") && begun.says("refund-api store backup --data"), "{}", begun.html);
    let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a" });
    let seller = json!({ "name": "n", "addresses": [address] });
    server.put(&format!("/v1/sellers/{SELLER}"), &server.operator, &seller);
    let added =
        operator.post("/people", &[("name", "ann"), ("role", "seller"), ("seller_id", SELLER), ("team_role", "owner")]);
    assert_eq!(done(&operator.get(PAGE)), ["A seller"], "nobody has come in by the link yet");
    let link = added.html.split_once("<code dir=\"ltr\">").unwrap().1.split('<').next().unwrap();
    Browser::signed_in(&server, link);
    let key = server.post("/v1/keys", &server.operator, &[], &json!({ "name": "p", "role": "platform" }));
    let secret = key.body["secret"].as_str().unwrap().to_owned();
    let before = ["A seller", "Its person, and their link"];
    assert_eq!(done(&operator.get(PAGE)), before, "nobody has used the key yet");
    assert_eq!(server.get("/v1/refunds?limit=1", &secret).status, 200);
    drop(operator);
    server.platform = secret;
    let mut operator = Clerk::by_link(&server, &server.sign_in_link("second", refund_store::KeyRole::Operator));
    server.open("o-0");
    server.post("/v1/webhooks", &server.operator, &[], &json!({ "url": "http://127.0.0.1:9/hook" }));
    let all = [&before[..], &["The platform's key", "A test refund", "Webhooks"]].concat();
    assert_eq!(done(&operator.get(PAGE)), all, "no mail server, and of the backup nobody knows");
    assert_eq!(operator.get("/").location(), PAGE);
    (1..10).for_each(|number| drop(server.open(&format!("o-{number}"))));
    assert_eq!(operator.get("/").location(), "/refunds");
    assert!(operator.get("/operator/health").says(PAGE), "it is found again");
    drop(operator);
    server.stop();
}

#[test]
fn the_command_for_a_test_refund_names_a_seller_and_a_reason_that_there_are() {
    demo(|server, operator, _| {
        assert_eq!(operator.get("/").location(), "/refunds", "a demo has its refunds");
        let reasons = json!({ "reasons": [
            { "code": "dented", "for": "request", "fault": "seller", "evidence": true },
            { "code": "regretted", "for": "request", "fault": "buyer" },
        ] });
        server.put("/v1/policy", &server.operator, &reasons);
        let page = operator.get(PAGE).text();
        assert!(page.contains(&format!("{}/v1/refunds", server.base_url)), "{page}");
        let body = page.split_once("--data '").unwrap().1.split('\'').next().unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["reason_code"], "regretted");
        let opened = server.post("/v1/refunds", &server.platform, &[], &body);
        assert_eq!(opened.status, 201, "{}", opened.body);
        assert_eq!(server.post("/v1/refunds", &server.platform, &[], &body).body["id"], opened.body["id"]);
    });
}

#[test]
fn a_key_is_shown_with_what_tries_it() {
    demo(|server, operator, _| {
        let made = operator.post("/operator/keys", &[("key_name", "one"), ("role", "platform"), ("scope", "full")]);
        let told = made.text();
        let ask = format!(
            "curl --fail-with-body --header \"Authorization: Bearer $REFUND_KEY\" \\ '{}/v1/refunds",
            server.base_url
        );
        assert!(told.contains("read -rs REFUND_KEY") && told.contains(&ask), "{told}");
        assert!(made.says("href=\"/docs\""));
    });
}

#[test]
fn an_operator_makes_the_buyer_a_new_link_and_the_audit_says_so() {
    demo(|server, operator, seller| {
        let refund = server.open("o-1");
        let (page, before) = (server.page(&refund), server.buyer_page(&refund));
        assert!(!seller.get(&page).says("/buyer-link"), "it is nothing of a seller's");
        let once = operator.get(&page).html.split_once("/buyer-link").unwrap().1.to_owned();
        let once = once.split_once("name=\"once\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let shown = operator.post(&format!("{page}/buyer-link"), &[("once", &once)]);
        let link = shown.html.split_once("<code dir=\"ltr\">").unwrap().1.split('<').next().unwrap().to_owned();
        let buyer = Browser::new(server);
        assert_eq!(buyer.open(server.path_of(&link)).status, 200, "{link}");
        assert!(buyer.open(&before).status != 200, "the one before opens nothing any more");
        assert!(!operator.get(&page).says(&link), "it is shown once");
        assert!(operator.get("/operator/audit").text().contains("Buyer's link"));
    });
}
