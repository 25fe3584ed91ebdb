//! Every reason for no that is not a rule's and that a healthy server can give.

use refund_core::{MESSAGES_MAX, PAYOUT_ATTEMPTS_MAX, SAVED_OFFERS_MAX};
use serde_json::{Value, json};

use super::tour::{By, SELLER, Tour, offer, on, opening};

/// The opening with something else at one place.
fn opening_with(pointer: &str, value: Value) -> String {
    let mut body = opening("order-10");
    body.pointer_mut(pointer).into_iter().for_each(|place| *place = value.clone());
    body.to_string()
}

/// Meets each once.
pub(super) fn meet(tour: &mut Tour<'_>) -> Result<(), String> {
    of_http(tour)?;
    of_versions(tour)?;
    of_payouts(tour)?;
    of_messages(tour)?;
    of_files(tour)?;
    let open = |tour: &mut Tour<'_>, body: String| tour.send("POST", "/v1/refunds", &By::Platform, &[], &body);
    open(tour, opening_with("/reason", json!(7)))?;
    open(tour, opening_with("/amount/value", json!("19.999")))?;
    open(tour, opening_with("/amount/value", json!("99999999999999")))?;
    open(tour, opening_with("/amount/currency", json!("cny")))?;
    let late = json!({ "name": "k", "role": "platform", "expires_at": "2026-01-01T00:00:00Z" });
    tour.send("POST", "/v1/keys", &By::Operator, &[], &late.to_string())?;
    for _ in 0..=20 {
        let endpoint = json!({ "url": "https://example.com/hook" });
        tour.send("POST", "/v1/webhooks", &By::Platform, &[], &endpoint.to_string())?;
    }
    let gift =
        json!({ "name": "A gift", "type": "REFUND_ONLY", "share": { "of": "paid", "percent": "1" } }).to_string();
    for number in 0..=SAVED_OFFERS_MAX {
        let path = format!("/v1/sellers/{SELLER}/saved-offers/gift-{number}");
        tour.send("PUT", &path, &By::Platform, &[], &gift)?;
    }
    let check = on(&tour.open("order-24")?, "/negotiation/check");
    tour.send("POST", &check, &By::Seller, &[], r#"{"saved_offer_id":"none"}"#)?;
    let user = json!({ "url": "https://user@example.com/hook" });
    tour.send("POST", "/v1/webhooks", &By::Seller, &[], &user.to_string())?;
    let back = json!({ "to": "2026-01-01T00:00:00Z" });
    tour.send("POST", "/v1/test-clock/advance", &By::Operator, &[], &back.to_string()).map(drop)
}

fn of_http(tour: &mut Tour<'_>) -> Result<(), String> {
    tour.send("GET", "/v1/refunds?limit=0", &By::Platform, &[], "")?;
    tour.send("GET", "/v1/refunds", &By::Nobody, &[], "")?;
    tour.send("POST", "/v1/refunds", &By::Reader, &[], "{}")?;
    tour.send("GET", "/v1/refunds/rfd_nowhere", &By::Platform, &[], "")?;
    tour.send("GET", "/v1/refunds/a%20b", &By::Platform, &[], "")?;
    tour.send("GET", "/v1/events?after=evt_0000000000000001ffffffff000000", &By::Platform, &[], "")?;
    tour.send("DELETE", "/v1/refunds", &By::Platform, &[], "")?;
    tour.send("POST", "/v1/refunds", &By::Platform, &[], &"x".repeat(70_000))?;
    tour.send("POST", "/v1/refunds", &By::Platform, &[("Content-Type", "text/plain")], "{}")?;
    tour.send("POST", "/v1/refunds", &By::Platform, &[("Content-Encoding", "gzip")], "{}").map(drop)
}

/// One more than a side may post.
fn of_messages(tour: &mut Tour<'_>) -> Result<(), String> {
    let messages = on(&tour.open("order-23")?, "/messages");
    for _ in 0..=MESSAGES_MAX {
        tour.send("POST", &messages, &By::Seller, &[], r#"{"text":"Hello?"}"#)?;
    }
    Ok(())
}

/// Files that nobody has added, in a note that a party is not shown, and not named where they have to show a reason.
fn of_files(tour: &mut Tour<'_>) -> Result<(), String> {
    let messages = on(&tour.open("order-32")?, "/messages");
    let file = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    for internal in [false, true] {
        let body = json!({ "text": "See the picture.", "internal": internal, "files": [file] });
        tour.send("POST", &messages, &By::Seller, &[], &body.to_string())?;
    }
    let refund = tour.open("order-33")?;
    let policy = tour.get("/v1/policy", &By::Operator)?;
    let mut asking = policy.clone();
    let used = json!({ "code": "used", "for": "refuse", "fault": "buyer", "evidence": true });
    asking.as_object_mut().into_iter().for_each(|all| drop(all.insert("reasons".to_owned(), json!([used.clone()]))));
    tour.send("PUT", "/v1/policy", &By::Operator, &[], &asking.to_string())?;
    let version = [("If-Match", "\"1\"")];
    let refused = json!({ "reason": "It was worn.", "reason_code": "used" });
    tour.send("POST", &on(&refund, "/refuse"), &By::Seller, &version, &refused.to_string())?;
    tour.send("PUT", "/v1/policy", &By::Operator, &[], &policy.to_string()).map(drop)
}

/// One more attempt than a payout may have.
fn of_payouts(tour: &mut Tour<'_>) -> Result<(), String> {
    let refund = tour.open("order-31")?;
    let agreed = tour.command(&refund, "/agree", &By::Seller, &json!({}))?;
    tour.command(&agreed, "/waive-return", &By::Seller, &json!({}))?;
    let (payout, retry) = (on(&refund, "/payout"), on(&refund, "/payout/retry"));
    for _ in 0..PAYOUT_ATTEMPTS_MAX {
        tour.send("POST", &payout, &By::Platform, &[], r#"{"result":"failed"}"#)?;
        tour.send("POST", &retry, &By::Platform, &[], "{}")?;
    }
    Ok(())
}

fn of_versions(tour: &mut Tour<'_>) -> Result<(), String> {
    let refund = tour.open("order-9")?;
    let negotiation = on(&refund, "/negotiation");
    let body = offer("2.00").to_string();
    let mut offer_with = |headers: &[(&str, &str)]| tour.send("POST", &negotiation, &By::Seller, headers, &body);
    offer_with(&[("If-Match", "*")])?;
    offer_with(&[("If-Match", "\"7\"")])?;
    offer_with(&[])?;
    let key = [("Idempotency-Key", "order-11")];
    tour.send("POST", "/v1/refunds", &By::Platform, &key, &opening("order-11").to_string())?;
    tour.send("POST", "/v1/refunds", &By::Platform, &key, &opening("order-12").to_string())?;
    let seller = format!("/v1/sellers/{SELLER}");
    let known = tour.get(&seller, &By::Operator)?.to_string();
    let other_tag = format!("\"{}\"", "0".repeat(32));
    tour.send("PUT", &seller, &By::Operator, &[("If-Match", &other_tag)], &known).map(drop)
}
