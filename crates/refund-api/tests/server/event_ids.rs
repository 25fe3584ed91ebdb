//! What events are called, for whom, and what becomes of that when a store is restored.

use std::io::BufRead;
use std::path::Path;

use crate::support::browser::Browser;
use crate::support::{Hands, Server, path, small_refund};
use refund_store::care::{self, Watcher};
use serde_json::{Value, json};

fn link(refund: &Value) -> &str {
    refund["buyer_link"]["token"].as_str().unwrap()
}

pub(crate) fn feed(server: &Server, token: &str, query: &str) -> Value {
    let page = server.get(&format!("/v1/events{query}"), token);
    assert_eq!(page.status, 200, "{:?}", page.body);
    page.body
}

pub(crate) fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// What a call about a place is refused with.
pub(crate) fn refused(server: &Server, token: &str, after: &str) -> (u16, String) {
    let page = server.get(&format!("/v1/events?after={after}"), token);
    let stream = server.get(&format!("/v1/events/stream?after={after}"), token);
    assert_eq!((page.status, &page.body["code"]), (stream.status, &stream.body["code"]));
    (page.status, page.body["code"].as_str().unwrap_or_default().to_owned())
}

fn never_was() -> (u16, String) {
    (400, "malformed_query".to_owned())
}

pub(crate) fn of_another_history() -> (u16, String) {
    (410, "other_history".to_owned())
}

#[test]
fn a_buyer_learns_nothing_from_ids_and_places_of_how_much_others_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let buyer = link(&refund);
    let before = (feed(&server, buyer, ""), feed(&server, buyer, "?after=latest"));
    assert_eq!((ids(&before.0).len(), &before.0["after"]), (1, &before.1["after"]));
    for number in 0..5 {
        server.open(&format!("of-others-{number}"));
        server.as_seller(&refund, "messages", &json!({ "text": "between us", "internal": true }));
    }
    assert_eq!((feed(&server, buyer, ""), feed(&server, buyer, "?after=latest")), before);
    let last = ids(&before.0)[0].clone();
    assert_eq!(feed(&server, buyer, &format!("?after={last}"))["after"], last.as_str());
    server.as_seller(&refund, "negotiation", &small_refund("2.00"));
    // Of two ids only the number within the refund is to be read, and what is random.
    let all = feed(&server, buyer, "");
    let known = ids(&all);
    assert_eq!((known.len(), &known[0][..18], &known[1][..18]), (2, "evt_r0000000000001", "evt_r0000000000007"));
    assert!(known.is_sorted() && known.iter().all(|id| id.len() == 34), "{known:?}");
    let told =
        [path(&refund, "events"), path(&refund, "explanation")].map(|path| server.get(&path, buyer).body.to_string());
    assert!(told.iter().all(|told| known.iter().all(|id| told.contains(id))));
    // No answer to a buyer holds an id of the other kind.
    let others = ids(&server.get(&path(&refund, "events"), &server.operator).body);
    assert!(told.iter().all(|told| others.iter().all(|id| !told.contains(id))));
    server.stop();
}

#[test]
fn a_buyer_reads_their_refund_on_page_by_page_and_as_it_happens() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let buyer = link(&refund);
    for number in 0..3 {
        server.open(&format!("of-others-{number}"));
        server.post(&path(&refund, "messages"), buyer, &[], &json!({ "text": "hello" }));
        server.as_seller(&refund, "messages", &json!({ "text": "between us", "internal": true }));
    }
    let all = ids(&server.get(&path(&refund, "events"), buyer).body);
    assert_eq!((all.len(), ids(&feed(&server, buyer, "?limit=100"))), (4, all.clone()));
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = feed(&server, buyer, &format!("?limit=1{after}"));
        found.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        assert_eq!(page["after"], next);
        after = format!("&after={next}");
    }
    assert_eq!(found, all);
    let lines = server.stream("/v1/events/stream", buyer, &all[1]).lines().map(Result::unwrap);
    let told: Vec<_> = lines.filter_map(|line| Some(line.strip_prefix("id: ")?.to_owned())).take(2).collect();
    assert_eq!(told, all[2..]);
    server.stop();
}

#[test]
fn a_place_that_never_was_and_a_place_that_is_not_the_callers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (refund, other) = (server.open("o-1"), server.open("o-2"));
    let [own, others] = [&refund, &other].map(|refund| ids(&feed(&server, link(refund), ""))[0].clone());
    let place = feed(&server, &server.operator, "?after=latest")["after"].as_str().unwrap().to_owned();
    let changed = |from: usize, to: usize, digits: &str| format!("{}{digits}{}", &place[..from], &place[to..]);
    for (after, expected) in [
        (changed(4, 20, "0000000000000000"), never_was()),
        (changed(4, 20, "0000000000ffffff"), never_was()),
        (changed(4, 20, "ffffffffffffffff"), never_was()),
        (changed(28, 34, "ffffff"), never_was()),
        (changed(20, 28, "00000000"), of_another_history()),
        (changed(4, 28, "00000000000000010000ffff"), of_another_history()),
        // As ids were before records were counted: none of this store's was.
        ("evt_00000000000050000000".to_owned(), of_another_history()),
        ("evt_00000000ffffff000000".to_owned(), of_another_history()),
        (place.to_uppercase(), never_was()),
        (own.clone(), never_was()),
    ] {
        for token in [&server.operator, &server.platform] {
            assert_eq!(refused(&server, token, &after), expected, "{after}");
        }
        let no_id = after == own || after != after.to_lowercase();
        let of_seller = if no_id { never_was() } else { of_another_history() };
        assert_eq!(refused(&server, &server.seller, &after), of_seller, "{after}");
    }
    let buyer = link(&refund);
    assert_eq!(feed(&server, buyer, &format!("?after={own}"))["items"], json!([]));
    for (after, expected) in [
        (place, never_was()),
        ("evt_00000000000050000000".to_owned(), of_another_history()),
        (others, of_another_history()),
        (own.replace("0001", "0002"), of_another_history()),
        (format!("{}ffff", &own[..30]), of_another_history()),
        (own.replace("0001", "0000"), never_was()),
        (own.to_uppercase(), never_was()),
    ] {
        assert_eq!(refused(&server, buyer, &after), expected, "{after}");
    }
    server.stop();
}

#[test]
fn a_page_that_knows_a_history_that_is_gone_looks_again_and_any_other_waits() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let browser = Browser::signed_in(&server, &server.link("seller"));
    server.open("o-1");
    let place = feed(&server, &server.operator, "?after=latest")["after"].as_str().unwrap().to_owned();
    let of_another_epoch = format!("{}{}{}", &place[..20], "00000000", &place[28..]);
    let beyond = format!("{}{}{}", &place[..4], "00ffffffffffffff", &place[20..]);
    for lost in [of_another_epoch.as_str(), beyond.as_str(), "evt_00000000000050000000", "none"] {
        let mut stream = browser.listen(&format!("/refunds/live?after={lost}"));
        assert!(stream.next_line().starts_with("event: changed"), "{lost}");
    }
    let mut stream = browser.listen(&format!("/refunds/live?after={place}"));
    server.open("o-2");
    assert!(stream.next_line().starts_with("event: changed"));
    let queue = browser.open("/refunds");
    assert_eq!(browser.submit_on(&queue, "/sign-out", &[]).status, 303);
    assert_eq!(stream.rest().matches("event: changed").count(), 1, "that something happened, and the sign-out");
    server.stop();
}

/// A backup of a folder, restored.
pub(crate) fn restored(folder: &Path, place: &Path) {
    let (backup, secrets) = (place.join("backup"), ["server.secret", "operator.key"]);
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    care::back_up(folder, &backup, &secrets, now, &Watcher::nobody()).unwrap();
    let entropy = std::sync::Arc::new(|bytes: &mut [u8]| bytes.fill(9));
    care::restore(&backup, &place.join("restored"), &secrets, now, entropy, &Watcher::nobody()).unwrap();
}

#[test]
fn after_a_restore_no_event_is_taken_for_one_that_was_lost() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hands = Hands::at("2026-03-01T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let refund = server.open("o-1");
    let buyer = link(&refund).to_owned();
    let kept = [&server.operator, &buyer].map(|token| ids(&feed(&server, token, ""))[0].clone());
    restored(folder.path(), place.path());
    let version = [("If-Match", "\"1\"")];
    let agree = |server: &Server| server.post(&path(&refund, "agree"), &server.seller, &version, &json!({})).status;
    assert_eq!(agree(&server), 200);
    let lost = [&server.operator, &buyer].map(|token| ids(&feed(&server, token, "")).pop().unwrap());
    let operator = server.operator.clone();
    server.stop();

    let server = Server::serve(&place.path().join("restored"), &hands, false).unwrap();
    for agreed in [false, true] {
        for ((token, kept), lost) in [&operator, &buyer].into_iter().zip(&kept).zip(&lost) {
            assert_eq!(refused(&server, token, lost), of_another_history());
            assert_eq!(ids(&feed(&server, token, ""))[0], *kept);
            let behind = ids(&feed(&server, token, &format!("?after={kept}")));
            assert_eq!((behind.is_empty(), behind.contains(lost)), (!agreed, false));
        }
        if !agreed {
            let key = json!({ "name": "s", "role": "seller", "seller_id": crate::support::SELLER });
            let seller = server.post("/v1/keys", &operator, &[], &key).body["secret"].as_str().unwrap().to_owned();
            assert_eq!(server.post(&path(&refund, "agree"), &seller, &version, &json!({})).status, 200);
        }
    }
    server.stop();
}

fn ask_for(server: &Server, refund: &Value, value: &str) -> u64 {
    let body = json!({ "type": "REFUND_ONLY", "amount": crate::support::money(value), "reason": "less" });
    let modified = server.post(&path(refund, "modify"), link(refund), &[], &body);
    assert_eq!(modified.status, 200, "{:?}", modified.body);
    modified.body["version"].as_u64().unwrap()
}

fn write(server: &Server, refund: &Value, texts: &[&str]) {
    for text in texts {
        assert_eq!(server.post(&path(refund, "messages"), link(refund), &[], &json!({ "text": text })).status, 201);
    }
}

#[test]
fn after_a_restore_nobody_agrees_to_what_they_have_not_seen() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hands = Hands::at("2026-03-01T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let (refund, seller) = (server.open("o-1"), server.seller.clone());
    restored(folder.path(), place.path());
    let lost = ask_for(&server, &refund, "1.00");
    server.stop();
    let server = Server::serve(&place.path().join("restored"), &hands, false).unwrap();
    let now = ask_for(&server, &refund, "20.00");
    let agree = |version: u64| {
        let of = [("If-Match", format!("\"{version}\""))].map(|(name, value)| (name, value.leak() as &str));
        server.post(&path(&refund, "agree"), &seller, &of, &json!({}))
    };
    let refused = agree(lost);
    assert_eq!((refused.status, &refused.body["code"]), (412, &json!("version_moved")), "asked for 1.00, now 20.00");
    let item = json!({ "refund_id": refund["id"], "version": lost, "action": "agree" });
    let bulk = server.post("/v1/refunds/bulk", &seller, &[], &json!({ "items": [item] })).body;
    assert_eq!(bulk["items"][0]["status"], 412, "{bulk}");
    assert_eq!(agree(now).status, 200);
    server.stop();
}

#[test]
fn after_a_restore_no_list_goes_on_behind_what_was_lost() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hands = Hands::at("2026-03-01T00:00:00Z");
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let (refund, seller) = (server.open("o-1"), server.seller.clone());
    let hook = json!({ "url": "http://127.0.0.1:9/hook" });
    let webhook = server.post("/v1/webhooks", &server.operator, &[], &hook).body["id"].as_str().unwrap().to_owned();
    restored(folder.path(), place.path());
    ask_for(&server, &refund, "1.00");
    write(&server, &refund, &["lost", "lost too"]);
    ask_for(&server, &refund, "2.00");
    let mut cursors = Vec::new();
    for token in [seller.as_str(), link(&refund)] {
        for (what, limit) in [("events", 2), ("messages", 1), ("explanation", 2)] {
            let path = path(&refund, what);
            let first = server.get(&format!("{path}?limit={limit}"), token).body;
            let cursor = first["next_cursor"].as_str().unwrap_or_else(|| panic!("{what} goes on: {first}"));
            cursors.push((token.to_owned(), format!("{path}?cursor={cursor}")));
        }
    }
    let events = ids(&feed(&server, &server.operator, ""));
    let buyers = feed(&server, link(&refund), "?after=latest")["after"].as_str().unwrap().to_owned();
    let page = format!("/b/{}/live?after={buyers}", link(&refund));
    server.stop();

    let server = Server::serve(&place.path().join("restored"), &hands, false).unwrap();
    ask_for(&server, &refund, "20.00");
    write(&server, &refund, &["new", "new too"]);
    ask_for(&server, &refund, "19.00");
    for (token, path) in &cursors {
        let gone = server.get(path, token);
        assert_eq!((gone.status, &gone.body["code"]), (410, &json!("other_history")), "{path}");
    }
    // As many events as before, and others: a page that was open looks again.
    let mut stream = Browser::new(&server).listen(&page);
    assert!(stream.next_line().starts_with("event: changed"));
    let again = |events: &[&str]| {
        let path = format!("/v1/webhooks/{webhook}/redeliver");
        let reply = server.post(&path, &server.operator, &[], &json!({ "events": events }));
        (reply.status, reply.body["code"].clone(), reply.body["errors"][0]["pointer"].clone())
    };
    assert_eq!(again(&[&events[0]]), (200, Value::Null, Value::Null));
    assert_eq!(again(&[&events[0], &events[1]]).0, 410);
    let beyond = format!("evt_00ffffffffffffff{}", &events[0][20..]);
    for wrong in ["garbage", "", buyers.as_str()] {
        let expected = (400, json!("malformed_body"), json!("/events/1"));
        assert_eq!(again(&[&events[0], wrong]), expected, "{wrong}");
    }
    assert_eq!(again(&[&beyond]).0, 410);
    server.stop();
}
