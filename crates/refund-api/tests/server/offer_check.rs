//! What is said of an offer before it is made.

use crate::support::{Server, money, path, small_refund};
use serde_json::{Value, json};

fn codes(checked: &Value) -> Vec<&str> {
    checked["objections"].as_array().unwrap().iter().map(|objection| objection["code"].as_str().unwrap()).collect()
}

#[test]
fn a_check_says_what_an_offer_would_come_to_and_leaves_its_one_chance() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let before = (server.show(&refund), server.get(&path(&refund, "events"), &server.operator).body);
    let check = |token: &str, terms: &Value| server.post(&path(&refund, "negotiation/check"), token, &[], terms);
    let terms = json!({
        "type": "RETURN_AND_REFUND", "amount": money("12.00"), "return_address_id": "south", "message": "As new, please."
    });
    let checked = check(&server.seller, &terms);
    assert_eq!((checked.status, &checked.body["possible"], codes(&checked.body).len()), (200, &json!(true), 0));
    let nothing = json!({ "type": "RETURN_AND_REFUND", "amount": money("20.00") });
    assert_eq!(codes(&check(&server.seller, &nothing).body), ["return_address_required", "offer_changes_nothing"]);
    for token in [&server.operator, &server.platform, refund["buyer_link"]["token"].as_str().unwrap()] {
        assert_eq!(check(token, &terms).status, 403);
    }
    let with =
        |tag: &str| server.post(&path(&refund, "negotiation/check"), &server.seller, &[("If-Match", tag)], &terms);
    assert_eq!([with("\"1\"").status, with("\"2\"").status, with("x").status], [200, 412, 400]);
    let malformed = json!({ "type": "REFUND_ONLY", "amount": money("2.005") });
    assert_eq!(check(&server.seller, &malformed).status, server.as_seller(&refund, "negotiation", &malformed).status);
    let after = (server.show(&refund), server.get(&path(&refund, "events"), &server.operator).body);
    assert_eq!(before, after, "nothing was done");
    let offered = server.as_seller(&refund, "negotiation", &terms);
    assert_eq!(offered.status, 201, "{}", offered.body);
    let negotiation = &offered.body["negotiation"];
    assert_eq!(negotiation["offer"], checked.body["offer"], "what the buyer is shown is what was said");
    assert_eq!(negotiation["expires_at"], checked.body["expires_at"]);
    let again = check(&server.seller, &small_refund("2.00")).body;
    assert_eq!((codes(&again), &again["offer"]), (vec!["negotiation_already_used"], &Value::Null));
    server.stop();
}
