//! The contract's conventions, one by one, against a real server.

use crate::support::{SELLER, Server, opening, path, small_refund};
use serde_json::{Value, json};

const HOUR: u64 = 3600;

#[test]
fn the_same_key_and_body_get_the_same_answer_again_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let once = [("Idempotency-Key", "open-1")];
    let first = server.post("/v1/refunds", &server.platform, &once, &opening("o-1"));
    let refund = first.body.clone();
    let offer = server.as_seller(&refund, "negotiation", &small_refund("2.00"));
    assert_eq!((first.status, offer.status), (201, 201));
    let again = server.post("/v1/refunds", &server.platform, &once, &opening("o-1"));
    assert!(again.replayed && !first.replayed);
    assert_eq!((again.status, &again.body, &again.etag), (201, &refund, &first.etag));
    let other = server.post("/v1/refunds", &server.platform, &once, &opening("o-2"));
    assert_eq!((other.status, other.body["code"].as_str()), (422, Some("idempotency_key_reused")));
    // A key of another caller is another key.
    let version = format!("\"{}\"", offer.body["version"]);
    let headers = [("Idempotency-Key", "open-1"), ("If-Match", &version)];
    let agreed = server.post(&path(&refund, "agree"), &server.seller, &headers, &json!({}));
    assert_eq!((agreed.status, agreed.replayed), (200, false));
    // The replay comes before the version is looked at.
    let again = server.post(&path(&refund, "agree"), &server.seller, &headers, &json!({}));
    assert_eq!((again.status, again.replayed, again.body), (200, true, agreed.body));
    server.stop();
}

#[test]
fn what_was_refused_may_be_tried_again_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let headers = [("Idempotency-Key", "k"), ("If-Match", "\"1\"")];
    let refused = server.post(&path(&refund, "negotiation"), &server.seller, &headers, &small_refund("21.00"));
    assert_eq!(refused.body["code"], "amount_over_refundable");
    let body = small_refund("2.00");
    let made = server.post(&path(&refund, "negotiation"), &server.seller, &headers, &body);
    assert_eq!((made.status, made.replayed), (201, false));
    server.stop();
}

#[test]
fn checks_come_in_the_order_of_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let other = server.open("o-2");
    let offer = path(&refund, "negotiation");
    let strangers_link = other["buyer_link"]["token"].as_str().unwrap();
    let own_link = refund["buyer_link"]["token"].as_str().unwrap();
    let nonsense = json!({ "nonsense": true });
    let send = |token: &str, headers: &[(&str, &str)], body: &Value| server.post(&offer, token, headers, body).status;
    assert_eq!(send("", &[], &nonsense), 401, "who are you comes before all else");
    assert_eq!(send(strangers_link, &[], &nonsense), 404, "whose it is comes before whose to do");
    assert_eq!(send(own_link, &[], &nonsense), 403, "whose to do comes before the body");
    assert_eq!(send(&server.seller, &[], &nonsense), 400, "the body comes before the version");
    assert_eq!(send(&server.seller, &[], &small_refund("2.00")), 428);
    server.advance(36 * HOUR);
    let late = [("If-Match", "\"1\"")];
    let moved = server.post(&offer, &server.seller, &late, &small_refund("2.00"));
    assert_eq!((moved.status, &moved.body["refund"]["status"]), (412, &json!("WAIT_BUYER_RETURN_GOODS")));
    let version = format!("\"{}\"", moved.body["refund"]["version"]);
    let refused = server.post(&offer, &server.seller, &[("If-Match", &version)], &small_refund("2.00"));
    assert_eq!((refused.status, &refused.body["code"]), (409, &json!("wrong_status")));
    assert_eq!(refused.body["refund"]["id"], refund["id"], "a 409 about a refund shows it");
    server.stop();
}

#[test]
fn not_yours_and_not_there_look_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let body = json!({ "name": "another", "role": "seller", "seller_id": "seller-lights" });
    let other = server.post("/v1/keys", &server.operator, &[], &body).body["secret"].as_str().unwrap().to_owned();
    let refund = server.open("o-1");
    let there = server.get(&path(&refund, ""), &other);
    let nowhere = server.get("/v1/refunds/rfd_nowhere", &other);
    let strip = |mut body: Value| {
        body.as_object_mut().unwrap().remove("request_id").unwrap();
        body
    };
    assert_eq!((there.status, strip(there.body)), (nowhere.status, strip(nowhere.body)));
    let listed = server.get(&format!("/v1/refunds?seller_id={SELLER}"), &other);
    assert_eq!(listed.body["items"], json!([]));
    let feed = server.get("/v1/events?limit=100", &other);
    let own =
        |event: &Value| server.get(&format!("/v1/refunds/{}", event["refund_id"].as_str().unwrap()), &other).status;
    assert!(feed.body["items"].as_array().unwrap().iter().all(|event| own(event) == 200));
    server.stop();
}

#[test]
fn a_revoked_key_opens_nothing_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let made = server.post("/v1/keys", &server.operator, &[], &json!({ "name": "k", "role": "platform" }));
    let (id, secret) = (made.body["id"].as_str().unwrap(), made.body["secret"].as_str().unwrap());
    assert_eq!(server.get("/v1/refunds", secret).status, 200);
    let revoked = server.post(&format!("/v1/keys/{id}/revoke"), &server.operator, &[], &json!({}));
    assert_eq!((revoked.status, revoked.body.get("secret")), (200, None));
    assert_eq!(server.get("/v1/refunds", secret).status, 401);
    let listed = server.get("/v1/keys", &server.operator).body.to_string();
    assert!(!listed.contains(secret), "a secret is shown once");
    server.stop();
}

#[test]
fn pages_of_a_list_are_the_whole_list() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for sort in ["deadline", "opened_at"] {
        let whole = server.get(&format!("/v1/refunds?limit=100&sort={sort}"), &server.operator).body["items"].clone();
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = server.get(&format!("/v1/refunds?limit=3&sort={sort}{cursor}"), &server.operator).body;
            pages.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(pages.len() > 10);
        assert_eq!(Value::Array(pages), whole, "{sort}");
    }
    server.stop();
}

#[test]
fn pages_of_the_feed_are_every_event_once_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.advance(40 * HOUR);
    let mut whole = Vec::new();
    for token in [&server.operator, &server.seller] {
        let mut events = Vec::new();
        let mut after = String::new();
        loop {
            let page = server.get(&format!("/v1/events?limit=7{after}"), token).body;
            events.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            after = format!("&after={next}");
        }
        let ids: Vec<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
        if *token == server.operator {
            assert!(ids.is_sorted_by(|a, b| a < b));
        }
        // In the order in which whoever sees all of them is given them.
        let numbered = |event: &Value| (event["refund_id"].clone(), event["sequence"].clone());
        whole.extend(events.iter().filter(|_| *token == server.operator).map(numbered));
        let own: Vec<_> = events.iter().map(numbered).collect();
        assert!(whole.iter().filter(|event| own.contains(event)).eq(own.iter()));
        let refunds = server.get("/v1/refunds?limit=100", token).body["items"].clone();
        let histories =
            refunds.as_array().unwrap().iter().map(|refund| server.get(&path(refund, "events"), token).body);
        let all: usize = histories.map(|history| history["items"].as_array().unwrap().len()).sum();
        assert_eq!(events.len(), all);
    }
    server.stop();
}

#[test]
fn a_restart_in_the_middle_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    server.advance(HOUR);
    let offered = server.as_seller(&refund, "negotiation", &small_refund("2.00")).body;
    let before = server.show(&refund);
    let link = refund["buyer_link"]["token"].as_str().unwrap().to_owned();
    let old_key = server.seller.clone();
    server.stop();
    let server = Server::demo(folder.path());
    assert_eq!(server.show(&refund), before);
    assert_eq!(server.get(&path(&refund, ""), &old_key).status, 200, "keys that were given out go on working");
    server.advance(9 * HOUR);
    let answer = json!({ "negotiation_id": offered["negotiation"]["id"] });
    let accepted = server.post(&path(&refund, "negotiation/accept"), &link, &[], &answer);
    assert_eq!((accepted.status, &accepted.body["status"]), (200, &json!("SUCCESS")));
    assert_eq!(accepted.body["effective"]["amount"]["value"], "2.00");
    server.stop();
}

#[test]
fn every_problem_names_a_page_that_the_server_serves() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for code in refund_api::Code::all() {
        let page = server.get(&format!("/problems/{}", code.as_str()), "");
        assert_eq!((page.status, page.media_type.as_str()), (200, "text/html; charset=utf-8"), "{}", code.as_str());
        assert!(page.body.as_str().unwrap().contains(code.meaning()));
    }
    let problem = server.get("/v1/refunds", "").body;
    let page = problem["type"].as_str().unwrap().strip_prefix(&server.base_url).unwrap();
    assert_eq!(server.get(page, "").status, 200);
    server.stop();
}

#[test]
fn a_get_on_a_buyers_link_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    for _ in 0..3 {
        assert_eq!(crate::support::browser::Browser::new(&server).open(&server.buyer_page(&refund)).status, 200);
    }
    assert_eq!(server.get(&path(&refund, "events"), &server.operator).body["items"].as_array().unwrap().len(), 1);
    server.stop();
}

#[test]
fn the_demo_has_a_refund_in_every_status_and_an_offer_in_every_state() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let shown = |filter: &str| server.get(&format!("/v1/refunds?{filter}"), &server.operator).body["items"].clone();
    for status in refund_core::StatusKind::ALL {
        assert_ne!(shown(&format!("status={status}")), json!([]), "{status}");
    }
    for negotiation in ["PENDING", "ACCEPTED", "REJECTED", "EXPIRED", "WITHDRAWN"] {
        assert_ne!(shown(&format!("negotiation={negotiation}")), json!([]), "{negotiation}");
    }
    server.stop();
}

#[test]
fn a_long_history_comes_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let agreed = server.as_seller(&refund, "agree", &json!({}));
    assert_eq!(agreed.status, 200);
    for number in 0..9 {
        let shipment = json!({ "carrier": "SF Express", "tracking_number": format!("SF-{number}") });
        assert_eq!(server.post(&path(&refund, "ship"), &server.platform, &[], &shipment).status, 200);
    }
    let mut sequences = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&path(&refund, &format!("events?limit=4{cursor}")), &server.seller).body;
        sequences.extend(page["items"].as_array().unwrap().iter().map(|event| event["sequence"].as_u64().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(sequences, (1..=11).collect::<Vec<_>>());
    server.stop();
}

#[test]
fn a_seller_reads_itself_edits_and_sends_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let own = format!("/v1/sellers/{SELLER}");
    let mut seller = server.get(&own, &server.seller).body;
    seller["name"] = json!("Evergreen Home");
    let edited = server.put(&own, &server.seller, &seller);
    assert_eq!((edited.status, &edited.body["name"]), (200, &seller["name"]));
    seller["policy"]["allow_withdraw"] = json!(true);
    assert_eq!(server.put(&own, &server.seller, &seller).status, 403, "the policy is the platform's");
    let address = json!({ "id": "a", "recipient": "r", "phone": "1", "address": "a" });
    let one = server.put("/v1/sellers/s-9", &server.platform, &json!({ "name": "n", "addresses": [address] }));
    assert_eq!(
        (one.status, &one.body["addresses"][0]["default"]),
        (201, &json!(true)),
        "one address is enough to start"
    );
    server.stop();
}

#[test]
fn a_replay_is_found_before_the_body_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let headers = [("Idempotency-Key", "k"), ("If-Match", "\"1\"")];
    assert_eq!(server.post(&path(&refund, "agree"), &server.seller, &headers, &json!({})).status, 200);
    let foreign = server.post(&path(&refund, "refuse"), &server.seller, &headers, &json!({ "colour": "red" }));
    assert_eq!((foreign.status, &foreign.body["code"]), (422, &json!("idempotency_key_reused")));
    server.stop();
}

#[test]
fn a_buyers_list_has_the_one_refund_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let count = |query: &str| server.get(&format!("/v1/refunds{query}"), link).body["items"].as_array().unwrap().len();
    assert_eq!((count(""), count("?status=WAIT_SELLER_AGREE"), count("?status=CLOSED")), (1, 1, 0));
    server.stop();
}

#[test]
fn a_seller_who_may_extend_only_one_deadline_is_told_so_before_the_version_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let body = json!({ "kind": "seller_decide", "to": "2100-01-01T00:00:00Z" });
    assert_eq!(server.post(&path(&refund, "extend"), &server.seller, &[], &body).status, 403);
    server.stop();
}

#[test]
fn what_is_kept_is_for_its_owners_eyes_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::demo(&data);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in ["journal", "operator.key", "server.secret", "demo.json"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
    server.stop();
}

#[test]
fn who_revokes_the_last_operators_key_gets_a_new_one_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let keys = server.get("/v1/keys", &server.operator).body["items"].clone();
    let operators = keys.as_array().unwrap().iter().filter(|key| key["role"] == "operator");
    let own = operators.map(|key| key["id"].as_str().unwrap()).collect::<Vec<_>>();
    for id in &own {
        server.post(&format!("/v1/keys/{id}/revoke"), &server.operator, &[], &json!({}));
    }
    assert_eq!(server.get("/v1/policy", &server.operator).status, 401);
    let lost = std::fs::read_to_string(folder.path().join("operator.key")).unwrap();
    server.stop();
    let server = Server::demo(folder.path());
    let made = std::fs::read_to_string(folder.path().join("operator.key")).unwrap();
    assert_ne!(made, lost);
    assert_eq!(server.get("/v1/policy", made.trim()).status, 200);
    server.stop();
}

#[test]
fn the_stream_has_what_was_and_then_what_happens_and_ends_with_the_server() {
    use std::io::BufRead;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let opened = server.get(&path(&refund, "events"), &server.seller).body["items"][0].clone();
    let after = opened["id"].as_str().unwrap();
    let mut lines = server.stream("/v1/events/stream", &server.seller, after).lines().map(Result::unwrap);
    // It is open; what happens from now on is told.
    let offered = server.as_seller(&refund, "negotiation", &small_refund("2.00"));
    assert_eq!(offered.status, 201);
    let told: Vec<String> = lines.by_ref().filter(|line| !line.starts_with(':')).take(3).collect();
    let field = |name: &str| told.iter().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
    assert_eq!(field("event"), "negotiation.offered");
    let data: Value = serde_json::from_str(field("data")).unwrap();
    assert_eq!((field("id"), &data["refund_id"]), (data["id"].as_str().unwrap(), &refund["id"]));
    server.stop();
    assert_eq!(lines.filter(|line| !line.is_empty() && !line.starts_with(':')).count(), 0, "it ended");
}
