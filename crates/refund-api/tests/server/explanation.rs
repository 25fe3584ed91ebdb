//! Why a refund stands where it stands, told over HTTP: what is foretold happens, and what is said to
//! be impossible is refused in the same words.

use std::fmt::Write;

use crate::support::{Hands, Server, path, small_refund};
use serde_json::{Value, json};

const HOUR: u64 = 3600;

fn explained(server: &Server, refund: &Value, token: &str) -> Value {
    let reply = server.get(&path(refund, "explanation"), token);
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    reply.body
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn all_refunds(server: &Server) -> Vec<Value> {
    list(&server.get("/v1/refunds?limit=100", &server.operator).body["items"]).to_vec()
}

fn texts<'v>(values: &'v Value, field: &str) -> Vec<&'v str> {
    list(values).iter().map(|value| value[field].as_str().unwrap()).collect()
}

/// What an explanation comes to, a line each.
fn transcript(explanation: &Value) -> String {
    let mut text = String::new();
    for part in ["so_far", "if_nobody_acts"] {
        writeln!(text, "{part}").unwrap();
        for event in list(&explanation[part]) {
            let rules = texts(&event["rules"], "id").join(" ");
            let [at, kind, after] = ["at", "type", "status_after"].map(|field| event[field].as_str().unwrap());
            writeln!(text, "  {at} {kind} ({rules}) -> {after}").unwrap();
        }
    }
    writeln!(text, "actions").unwrap();
    for action in list(&explanation["actions"]) {
        let [who, what] = ["who", "action"].map(|field| action[field].as_str().unwrap());
        let against = match action["code"].as_str() {
            None => "possible".to_owned(),
            Some(code) => format!("{code} ({}): {}", action["rule"].as_str().unwrap(), action["detail"]),
        };
        assert_eq!(action["possible"], json!(action.get("code").is_none()));
        writeln!(text, "  {who} {what}: {against}").unwrap();
    }
    text
}

#[test]
fn a_refund_with_an_open_offer_is_explained_to_each_side() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    server.advance(HOUR);
    assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
    let buyer = refund["buyer_link"]["token"].as_str().unwrap();
    let filters = vec![(r"(rfd|neg)_[a-z0-9]+", "$1_…"), (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[instant]")];
    insta::with_settings!({ filters => filters }, {
        for (name, token) in [("buyer", buyer), ("seller", &server.seller), ("platform", &server.platform),
            ("operator", &server.operator)] {
            insta::assert_snapshot!(name, transcript(&explained(&server, &refund, token)));
        }
    });
    server.stop();
}

#[test]
fn what_is_foretold_is_what_happens_when_the_clock_runs_with_nobody_acting() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let before: Vec<_> = all_refunds(&server)
        .into_iter()
        .map(|refund| (explained(&server, &refund, &server.operator), refund))
        .collect();
    assert!(before.len() > 10);
    server.advance(200 * 24 * HOUR);
    let mut happened = 0;
    for (told, refund) in before {
        let events = server.get(&path(&refund, "events?limit=100"), &server.operator).body["items"].clone();
        let since = &list(&events)[list(&told["so_far"]).len()..];
        let said = |events: &[Value]| {
            let said = |event: &Value| ["at", "type", "data"].map(|field| event[field].clone());
            events.iter().map(said).collect::<Vec<_>>()
        };
        assert_eq!(said(since), said(list(&told["if_nobody_acts"])), "{}", told["refund"]);
        let now = explained(&server, &refund, &server.operator);
        assert_eq!(now["if_nobody_acts"], json!([]), "then nothing is due any more");
        assert_eq!(list(&now["so_far"]).last().unwrap()["status_after"], now["refund"]["status"]);
        happened += since.len();
    }
    assert!(happened > 30, "{happened}");
    server.stop();
}

#[test]
fn what_is_said_to_be_impossible_is_refused_in_the_same_words_and_the_rest_is_in_the_refunds_actions() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut refused = 0;
    for refund in all_refunds(&server) {
        let key = json!({ "name": "k", "role": "seller", "seller_id": refund["seller_id"] });
        let seller = server.post("/v1/keys", &server.operator, &[], &key).body["secret"].as_str().unwrap().to_owned();
        let tokens = [
            ("seller", &seller),
            ("buyer", &server.platform),
            ("platform", &server.platform),
            ("operator", &server.operator),
        ];
        let told = explained(&server, &refund, &server.operator);
        for (who, token) in tokens {
            let theirs = explained(&server, &refund, token);
            let of = |told: &Value| {
                list(&told["actions"]).iter().filter(|action| action["who"] == who).cloned().collect::<Vec<_>>()
            };
            let actions = of(&theirs);
            assert_eq!(of(&told), actions, "the operator is told the same as they are");
            for action in actions {
                let name = action["action"].as_str().unwrap();
                let listed = list(&theirs["refund"]["actions"]).contains(&action["action"]);
                // The platform is listed what it can do itself and for the buyer.
                let can =
                    list(&theirs["actions"]).iter().any(|other| other["action"] == name && other["possible"] == true);
                assert_eq!(listed, can, "{who} {name} {}", told["refund"]);
                if action["possible"] == json!(true) {
                    continue;
                }
                let told = ["code", "rule", "detail"].map(|field| action[field].clone());
                let tried: Vec<_> = bodies(&theirs["refund"], name)
                    .iter()
                    .map(|(what, body)| {
                        let version = format!("\"{}\"", refund["version"]);
                        let reply = server.post(&path(&refund, what), token, &[("If-Match", &version)], body);
                        assert!(reply.status >= 400, "{who} could {name}");
                        ["code", "rule", "detail"].map(|field| reply.body[field].clone())
                    })
                    .collect();
                assert!(tried.contains(&told), "{who} {name}: told {told:?}, tried {tried:?}");
                refused += tried.len();
            }
        }
    }
    assert!(refused > 200, "{refused}");
    server.stop();
}

/// Where an action is taken, and bodies of which one is taken wherever any is.
fn bodies(refund: &Value, action: &str) -> Vec<(&'static str, Value)> {
    let negotiation_id = refund["negotiation"]["id"].as_str().unwrap_or("neg_none");
    let reason = json!({ "reason": "because" });
    let money = |value: &str| json!({ "currency": refund["order_line"]["paid"]["currency"], "value": value });
    match action {
        "make_offer" => ["REFUND_ONLY", "RETURN_AND_REFUND"]
            .iter()
            .map(|kind| ("negotiation", json!({ "type": kind, "amount": money("1"), "return_address_id": "main" })))
            .collect(),
        "accept_offer" => vec![("negotiation/accept", json!({ "negotiation_id": negotiation_id }))],
        "reject_offer" => vec![("negotiation/reject", json!({ "negotiation_id": negotiation_id }))],
        "withdraw_offer" => vec![("negotiation/withdraw", json!({}))],
        "agree" => vec![("agree", json!({}))],
        "refuse" => vec![("refuse", reason)],
        "modify" => vec![("modify", json!({ "type": "REFUND_ONLY", "amount": money("1"), "reason": "because" }))],
        "cancel" => vec![("cancel", json!({}))],
        "escalate" => vec![("escalate", reason)],
        "ship" => vec![("ship", json!({ "carrier": "Post", "tracking_number": "other" }))],
        "confirm_receipt" => vec![("confirm-receipt", json!({}))],
        "refuse_receipt" => vec![("refuse-receipt", reason)],
        "waive_return" => vec![("waive-return", json!({}))],
        "rule" => vec![("rule", json!({ "decision": "CLOSE", "reason": "because" }))],
        "extend" => refund_core::DeadlineKind::ALL
            .iter()
            .map(|kind| ("extend", json!({ "kind": kind, "to": "2100-01-01T00:00:00Z" })))
            .collect(),
        "report_payout" => {
            ["failed", "reversed"].iter().map(|result| ("payout", json!({ "result": result }))).collect()
        }
        "retry_payout" => vec![("payout/retry", json!({}))],
        "mark_shipped" => vec![("shipped", json!({}))],
        other => panic!("{other}"),
    }
}

#[test]
fn a_strangers_refund_is_not_explained_and_a_buyer_is_not_told_an_address_before_it_is_agreed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (refund, other) = (server.open("o-1"), server.open("o-2"));
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    assert_eq!(server.get(&path(&other, "explanation"), link).status, 404);
    assert_eq!(server.get("/v1/refunds/rfd_nowhere/explanation", &server.operator).status, 404);
    let foretold = |token: &str| {
        let told = explained(&server, &refund, token);
        let agreed = list(&told["if_nobody_acts"]).iter().find(|event| event["type"] == "refund.agreed").unwrap();
        agreed["data"]["effective"]["return_address"].clone()
    };
    assert_eq!(foretold(&server.seller)["id"], "main");
    assert_eq!(foretold(link), Value::Null);
    server.advance(36 * HOUR);
    let agreed = explained(&server, &refund, link);
    assert_eq!(agreed["refund"]["effective"]["return_address"]["id"], "main", "from then on the buyer sends it there");
    server.stop();
}

#[test]
fn a_long_history_is_explained_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    assert_eq!(server.as_seller(&refund, "agree", &json!({})).status, 200);
    for number in 0..9 {
        let shipment = json!({ "carrier": "SF Express", "tracking_number": format!("SF-{number}") });
        assert_eq!(server.post(&path(&refund, "ship"), &server.platform, &[], &shipment).status, 200);
    }
    let whole = explained(&server, &refund, &server.seller);
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&path(&refund, &format!("explanation?limit=4{cursor}")), &server.seller).body;
        pages.extend_from_slice(list(&page["so_far"]));
        assert_eq!(page["actions"], whole["actions"]);
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((pages.len(), json!(pages)), (11, whole["so_far"].clone()));
    server.stop();
}

#[test]
fn while_settling_is_held_only_an_operator_can_extend_and_the_rest_is_said_to_wait_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at("2026-03-01T00:00:00.000Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let refund = server.open("o-1");
    server.stop();
    hands.forward(48 * 3600);
    let server = Server::serve(folder.path(), &hands, true).unwrap();
    let told = explained(&server, &refund, &server.operator);
    for action in list(&told["actions"]) {
        let extends = action["who"] == "operator" && action["action"] == "extend";
        assert_eq!(action["possible"], json!(extends), "{action}");
        let against = (action["code"].as_str(), action["rule"].as_str());
        assert_eq!(against, if extends { (None, None) } else { (Some("settling_held"), Some("R36")) });
    }
    let agreed = list(&told["if_nobody_acts"]).iter().find(|event| event["type"] == "refund.agreed").unwrap();
    assert_eq!(agreed["at"], "2026-03-02T12:00:00.000Z", "what is overdue is told for the instant that it was due");
    assert_eq!(agreed["data"]["buyer_ships_by"], "2026-03-10T00:00:00.000Z", "and its clock for now (R36)");
    let tried = server.post(&path(&refund, "cancel"), refund["buyer_link"]["token"].as_str().unwrap(), &[], &json!({}));
    let told = list(&told["actions"]).iter().find(|action| action["action"] == "cancel").unwrap();
    for field in ["code", "rule", "detail"] {
        assert_eq!(told[field], tried.body[field]);
    }
    server.stop();
}
