//! What an operator goes by before a ruling: both sides beside each other, since when and by when, and what was ruled
//! before.

use serde_json::{Value, json};

use crate::support::clerk::demo;
use crate::support::{Server, path};

/// A refund on which the operator has been called in.
pub(crate) fn called_in(server: &Server, order: &str) -> Value {
    let refund = server.open(order);
    call_in(server, &refund);
    refund
}

pub(crate) fn call_in(server: &Server, refund: &Value) {
    let refused = server.as_seller(refund, "refuse", &json!({ "reason": "It is as it was described." }));
    assert_eq!(refused.status, 200, "{}", refused.body);
    let why = json!({ "reason": "We do not come to terms." });
    assert_eq!(server.post(&path(refund, "escalate"), &server.platform, &[], &why).status, 200);
}

fn says(server: &Server, refund: &Value, token: &str, message: &Value) {
    assert_eq!(server.post(&path(refund, "messages"), token, &[], message).status, 201);
}

fn shows(server: &Server, refund: &Value, token: &str, name: &str) {
    let file = format!("%PDF-1.7\n{name}");
    let to = format!("{}?name={name}", path(refund, "files"));
    let added = server.send("POST", &to, token, &[("Content-Type", "application/octet-stream")], file.as_bytes());
    assert_eq!(added.status, 201, "{}", added.body);
}

#[test]
fn both_sides_stand_beside_each_other_with_what_they_say_and_show() {
    demo(|server, operator, _| {
        let refund = called_in(server, "o-1");
        says(server, &refund, &server.platform, &json!({ "text": "The dent is at the bottom." }));
        says(server, &refund, &server.seller, &json!({ "text": "There is none." }));
        says(server, &refund, &server.seller, &json!({ "text": "A regular of ours.", "internal": true }));
        shows(server, &refund, &server.platform, "dent.pdf");
        shows(server, &refund, &server.seller, "invoice.pdf");
        let page = operator.get(&format!("{}/ruling", server.page(&refund)));
        let told = page.text();
        let sides: Vec<_> = page.html.split("<h3 class=\"named\">").skip(1).collect();
        let [buyer, seller] = sides[..] else { panic!("{told}") };
        for own in ["a dent", "We do not come to terms.", "The dent is at the bottom.", "dent.pdf"] {
            assert!(buyer.contains(own) && !seller.contains(own), "{own}: {told}");
        }
        for own in ["It is as it was described.", "There is none.", "invoice.pdf"] {
            assert!(seller.contains(own) && !buyer.contains(own), "{own}: {told}");
        }
        assert!(!told.contains("A regular of ours."), "a note was not said to the other side");
        assert!(told.contains("Waiting since") && told.contains("To be ruled by"), "{told}");
    });
}

#[test]
fn what_was_ruled_on_a_sellers_refunds_before_is_counted() {
    demo(|server, operator, _| {
        let earlier = |page: &str| {
            let rest = page.split_once("ruling").map_or("", |(_, rest)| rest);
            rest.split_once("on this seller").unwrap().1.split('.').next().unwrap().to_owned()
        };
        let refund = called_in(server, "o-1");
        let here = format!("{}/ruling", server.page(&refund));
        assert_eq!(earlier(&operator.get(&here).text()), " before");
        for (order, ruling) in [
            ("o-2", json!({ "decision": "CLOSE", "reason": "no dent" })),
            (
                "o-3",
                json!({ "decision": "REFUND", "amount": { "currency": "CNY", "value": "2.00" }, "reason": "a dent" }),
            ),
            ("o-4", json!({ "decision": "CLOSE", "reason": "no dent" })),
        ] {
            let other = called_in(server, order);
            let version = format!("\"{}\"", server.show(&other)["version"]);
            let ruled = server.post(&path(&other, "rule"), &server.operator, &[("If-Match", &version)], &ruling);
            assert_eq!(ruled.status, 200, "{}", ruled.body);
        }
        assert_eq!(earlier(&operator.get(&here).text()), ": 1 paid the buyer, 2 closed without payment");
    });
}
