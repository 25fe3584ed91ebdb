//! Whatever silence decides is told beforehand and afterwards: nobody loses money without a word.

use crate::support::{Server, money, opening, path, small_refund};
use refund_core::{Span, Timestamp};
use serde_json::{Value, json};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn served(test: impl FnOnce(&Server, &Value)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    test(&server, &refund);
    server.stop();
}

/// What the feed tells of the refund, each with who did it, and with which clock it is about.
///
/// It is the same for all whom it concerns, and the same as the refund's history.
fn told(server: &Server, refund: &Value) -> Vec<String> {
    let buyer = refund["buyer_link"]["token"].as_str().unwrap();
    let mut each: Vec<Vec<Value>> = [&server.seller, &server.platform, &server.operator, buyer]
        .into_iter()
        .map(|token| {
            let (mut events, mut after) = (Vec::new(), String::new());
            loop {
                let page = server.get(&format!("/v1/events?limit=100{after}"), token).body;
                events.extend(
                    page["items"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .filter(|event| event["refund_id"] == refund["id"])
                        .cloned(),
                );
                let Some(next) = page["next_cursor"].as_str() else { return events };
                after = format!("&after={next}");
            }
        })
        .collect();
    each.push(server.get(&path(refund, "events"), &server.seller).body["items"].as_array().unwrap().clone());
    // Only the buyer's ids are others: they must not count what else the store has, nor name others' keys. Nor is it
    // told which attempt at a payout it is.
    for event in each.iter_mut().flatten() {
        event.as_object_mut().unwrap().remove("id");
        event["actor"].as_object_mut().unwrap().retain(|name, _| name != "id" && name != "via_id");
        event["data"].as_object_mut().unwrap().retain(|name, _| !name.starts_with("attempt"));
    }
    assert!(each.windows(2).all(|pair| pair[0] == pair[1]), "all are told the same");
    let line = |event: &Value| {
        let by = if event["actor"]["via"] == "clock" { "silence" } else { event["actor"]["role"].as_str().unwrap() };
        assert_eq!(event["actor"]["role"] == "system", by == "silence");
        let clock = event["data"]["kind"].as_str().map(|kind| format!(" {kind}")).unwrap_or_default();
        let why = event["data"]["closed_reason"].as_str().map(|why| format!(" {why}")).unwrap_or_default();
        format!("{} by {by}{clock}{why}", event["type"].as_str().unwrap())
    };
    each[0].iter().map(line).collect()
}

fn reminders(kind: &str) -> [String; 2] {
    [(); 2].map(|()| format!("deadline.reminder by silence {kind}"))
}

/// What was told behind so many events, after that time.
fn after(server: &Server, refund: &Value, seconds: u64) -> Vec<String> {
    let before = told(server, refund).len();
    server.advance(seconds);
    told(server, refund).split_off(before)
}

fn does(server: &Server, refund: &Value, who: &str, what: &str, body: &Value) -> Value {
    let version = format!("\"{}\"", server.show(refund)["version"]);
    let reply = server.post(&path(refund, what), who, &[("If-Match", &version)], body);
    assert!(reply.status < 300, "{what}: {:?}", reply.body);
    reply.body
}

#[test]
fn the_seller_s_silence_agrees_and_the_buyer_s_closes() {
    served(|server, refund| {
        let [six, one] = reminders("seller_decide");
        assert_eq!(after(server, refund, 36 * HOUR), [six, one, "refund.agreed by silence".to_owned()]);
        let [six, one] = reminders("buyer_ship");
        let closed = "refund.closed by silence buyer_did_not_ship".to_owned();
        assert_eq!(after(server, refund, 7 * DAY), [six, one, closed]);
    });
}

#[test]
fn what_is_agreed_by_silence_without_a_return_is_paid_by_silence() {
    served(|server, _| {
        let mut body = opening("o-2");
        body["type"] = json!("REFUND_ONLY");
        let refund = server.post("/v1/refunds", &server.platform, &[], &body).body;
        let paid = after(server, &refund, 36 * HOUR).split_off(2);
        assert_eq!(paid, ["refund.agreed by silence", "refund.succeeded by silence"]);
    });
}

#[test]
fn an_offer_s_end_is_told_by_itself_or_with_the_seller_s_deadline() {
    served(|server, refund| {
        does(server, refund, &server.seller, "negotiation", &small_refund("2.00"));
        let told = after(server, refund, 36 * HOUR);
        let reminded = |kind: &str| told.iter().filter(|line| **line == reminders(kind)[0]).count();
        assert_eq!((reminded("seller_decide"), reminded("buyer_answer")), (2, 2));
        assert_eq!(told[4..], ["negotiation.expired by silence", "refund.agreed by silence"]);
        assert_eq!(
            server.put("/v1/policy", &server.operator, &json!({ "buyer_answer_seconds": 8 * HOUR })).status,
            200
        );
        let earlier = server.open("o-2");
        does(server, &earlier, &server.seller, "negotiation", &small_refund("2.00"));
        let [six, one] = reminders("buyer_answer");
        assert_eq!(after(server, &earlier, 8 * HOUR), [six, one, "negotiation.expired by silence".to_owned()]);
    });
}

#[test]
fn after_a_refusal_the_buyer_s_silence_closes() {
    served(|server, refund| {
        does(server, refund, &server.seller, "refuse", &json!({ "reason": "It was whole" }));
        let [six, one] = reminders("buyer_respond");
        let closed = "refund.closed by silence buyer_did_not_respond".to_owned();
        assert_eq!(after(server, refund, 5 * DAY), [six, one, closed]);
    });
}

#[test]
fn a_parcel_that_nobody_confirms_is_paid_and_one_that_was_refused_calls_the_operator_in() {
    served(|server, refund| {
        let other = server.open("o-2");
        for refund in [refund, &other] {
            does(server, refund, &server.seller, "agree", &json!({}));
            does(server, refund, &server.platform, "ship", &json!({ "carrier": "SF", "tracking_number": "1" }));
        }
        does(server, &other, &server.seller, "refuse-receipt", &json!({ "reason": "An empty box" }));
        let [six, one] = reminders("buyer_respond");
        assert_eq!(after(server, &other, 5 * DAY), [six, one, "refund.escalated by silence".to_owned()]);
        let [six, one] = reminders("seller_confirm");
        let paid = ["refund.receipt_confirmed by silence", "refund.succeeded by silence"].map(str::to_owned);
        assert_eq!(after(server, refund, 5 * DAY), [[six, one], paid].concat());
        assert_eq!(server.show(refund)["payout"]["amount"], money("20.00"));
    });
}

#[test]
fn an_extension_is_told_and_its_reminders_come_anew() {
    served(|server, refund| {
        server.advance(35 * HOUR);
        let end: Timestamp = server.show(refund)["deadlines"][0]["at"].as_str().unwrap().parse().unwrap();
        let to = end.plus(Span::hours(24)).to_string();
        does(server, refund, &server.operator, "extend", &json!({ "kind": "seller_decide", "to": to }));
        let events = server.get(&path(refund, "events"), &server.seller).body["items"].clone();
        let changed = events.as_array().unwrap().last().unwrap().clone();
        assert_eq!(changed["type"], "deadline.changed");
        assert_eq!(changed["data"], json!({ "kind": "seller_decide", "to": to }));
        assert_eq!(after(server, refund, 24 * HOUR), reminders("seller_decide"));
        let agreed = after(server, refund, HOUR);
        assert_eq!(agreed, ["refund.agreed by silence"]);
        let last = server.get(&path(refund, "events"), &server.seller).body["items"].clone();
        let last = last.as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["at"], &last["actor"]["via"]), (&json!(to), &json!("clock")));
    });
}
