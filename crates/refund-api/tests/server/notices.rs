//! Who was told of what, over all refunds.

use serde_json::{Value, json};

use crate::support::clerk::Clerk;
use crate::support::{Server, opening, path, small_refund};

/// All that a list has, page by page.
fn all(server: &Server, path: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{path}{cursor}"), &server.platform).body;
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return found };
        cursor = format!("&cursor={next}");
    }
}

#[test]
fn notices_of_all_refunds_are_listed_in_order_with_what_became_of_each() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.put("/v1/policy", &server.operator, &json!({ "notices": true }));
    let refunds = ["told-1", "told-2"].map(|order| server.open(order));
    for refund in &refunds {
        assert_eq!(server.as_seller(refund, "negotiation", &small_refund("2.00")).status, 201);
    }
    let of_each = refunds.each_ref().map(|refund| {
        let id = refund["id"].as_str().unwrap();
        all(&server, &format!("/v1/notices?refund_id={id}"))
    });
    let last = of_each[1].last().unwrap()["id"].as_str().unwrap();
    let report =
        server.post(&format!("/v1/notices/{last}/report"), &server.platform, &[], &json!({ "result": "accepted" }));
    assert_eq!(report.status, 200, "{}", report.body);
    for limit in [1, 2, 100] {
        let listed = all(&server, &format!("/v1/notices?limit={limit}"));
        let mut ids: Vec<_> = listed.iter().map(|notice| notice["id"].as_str().unwrap()).collect();
        let mut meant: Vec<_> = of_each.iter().flatten().map(|notice| notice["id"].as_str().unwrap()).collect();
        let in_order: Vec<_> = listed.iter().map(|notice| notice["requested_at"].as_str().unwrap()).collect();
        assert!(in_order.is_sorted(), "{in_order:?}");
        ids.sort_unstable();
        meant.sort_unstable();
        assert_eq!(ids, meant);
        assert_eq!(listed.last().unwrap(), &report.body);
    }
    let cursor = server.get("/v1/notices?limit=1", &server.platform).body["next_cursor"].as_str().unwrap().to_owned();
    let id = refunds[0]["id"].as_str().unwrap();
    let of_another = server.get(&format!("/v1/notices?refund_id={id}&cursor={cursor}"), &server.platform);
    assert_eq!(of_another.status, 400, "a cursor is of its own list");
    assert_eq!(server.get("/v1/notices", &server.seller).status, 403);
    server.stop();
}

#[test]
fn what_became_of_a_notice_is_told_however_much_comes_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.put("/v1/policy", &server.operator, &json!({ "notices": true }));
    let refund = server.open("told-long-ago");
    let first = all(&server, "/v1/notices")[0]["id"].as_str().unwrap().to_owned();
    let report = || {
        let path = format!("/v1/notices/{first}/report");
        server.post(&path, &server.platform, &[], &json!({ "result": "accepted" })).body["status"].clone()
    };
    assert_eq!(report(), "ACCEPTED");
    let link = server.get(&path(&refund, "buyer-link"), &server.platform).body;
    let buyer = link["token"].as_str().unwrap();
    // More than are listed of one refund.
    for (token, many) in [(server.seller.as_str(), 495), (buyer, 495), (server.operator.as_str(), 20)] {
        for number in 0..many {
            let said = server.post(&path(&refund, "messages"), token, &[], &json!({ "text": format!("{number}") }));
            assert_eq!(said.status, 201, "{}", said.body);
        }
    }
    assert_eq!(report(), "ACCEPTED");
    assert_eq!(server.get("/v1/notices?limit=1", &server.platform).body["items"][0]["status"], "ACCEPTED");
    server.stop();
}

#[test]
fn the_mailbox_shows_a_mail_however_much_its_refunds_seller_was_told_since() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.put("/v1/policy", &server.operator, &json!({ "notices": true }));
    let refund = server.open("mailed");
    assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
    let mailed = all(&server, "/v1/notices")[1]["id"].as_str().unwrap().to_owned();
    let report = format!("/v1/notices/{mailed}/report");
    let told = server.post(&report, &server.platform, &[], &json!({ "result": "accepted" })).body;
    assert_eq!((&told["status"], &told["to"]), (&json!("ACCEPTED"), &json!("buyer")));
    let link = server.get(&path(&refund, "buyer-link"), &server.platform).body;
    for (token, many) in [(link["token"].as_str().unwrap(), 495), (server.operator.as_str(), 10)] {
        for number in 0..many {
            let text = json!({ "text": format!("{number}") });
            assert_eq!(server.post(&path(&refund, "messages"), token, &[], &text).status, 201);
        }
    }
    let mailbox = Clerk::operator(&server).get("/operator/mailbox").text();
    assert!(mailbox.contains("2.00"), "{mailbox}");
    server.stop();
}

#[test]
fn a_contact_has_a_time_zone_that_there_is_or_none() {
    const SELLER: &str = "/v1/sellers/seller-9";
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let contact = |zone: &str| json!({ "email": "desk@shop.example", "time_zone": zone });
    let seller = |contact: Value, policy: Value| {
        json!({
            "name": "Tea House", "contacts": [contact], "policy": policy,
            "addresses": [{ "id": "main", "recipient": "Desk", "phone": "1", "address": "9 Leaf Lane" }],
        })
    };
    let policy = |zone: &str| json!({ "operator_contacts": [contact(zone)] });
    let opened_in = |zone: &str| {
        let mut opening = opening("zoned");
        opening["buyer_contact"] = json!({ "phone": "+1 555 0100", "time_zone": zone });
        opening
    };
    let tries = |zone: &str, other: &str| {
        [
            ("/buyer_contact/time_zone", server.post("/v1/refunds", &server.platform, &[], &opened_in(zone))),
            ("/contacts/0/time_zone", server.put(SELLER, &server.operator, &seller(contact(zone), json!({})))),
            (
                "/policy/operator_contacts/0/time_zone",
                server.put(SELLER, &server.operator, &seller(contact(other), policy(zone))),
            ),
            ("/operator_contacts/0/time_zone", server.put("/v1/policy", &server.operator, &policy(zone))),
        ]
    };
    for (place, answer) in tries("Mars/Olympus", "UTC") {
        assert_eq!((answer.status, &answer.body["code"]), (400, &json!("malformed_body")), "{}", answer.body);
        let said = answer.body.to_string();
        assert!(said.contains(place) && said.contains("such as Asia/Shanghai"), "{place}: {said}");
    }
    for (place, answer) in tries("Asia/Taipei", "Asia/Taipei") {
        assert!(matches!(answer.status, 200 | 201), "{place}: {}", answer.body);
        let said = answer.body.to_string();
        assert!(said.contains(r#""time_zone":"Asia/Taipei""#), "{place}: {said}");
    }
    server.stop();
}
