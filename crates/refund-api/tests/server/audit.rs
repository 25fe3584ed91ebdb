//! Who did what, from where: as programs read it, and as people do.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::browser::Browser;
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server, path};

const PAGE: &str = "/operator/audit";

fn audit(server: &Server, query: &str) -> Vec<Value> {
    let reply = server.get(&format!("/v1/audit?limit=100&{query}"), &server.operator);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body["items"].as_array().unwrap().clone()
}

fn change<'i>(item: &'i Value, field: &str) -> (&'i Value, &'i Value) {
    let changes = item["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["field"] == field).unwrap_or_else(|| panic!("{field}: {item}"));
    (&change["before"], &change["after"])
}

/// A refund on which the operator has ruled.
fn ruled(server: &Server) -> Value {
    let refund = server.open("ruled");
    server.as_seller(&refund, "refuse", &json!({ "reason": "It was whole." }));
    let escalated = server.post(&path(&refund, "escalate"), &server.platform, &[], &json!({ "reason": "It was not." }));
    let version = format!("\"{}\"", escalated.body["version"]);
    let body = json!({ "decision": "REFUND", "amount": { "currency": "CNY", "value": "5.00" }, "reason": "A dent." });
    let ruled = server.post(&path(&refund, "rule"), &server.operator, &[("If-Match", &version)], &body);
    assert_eq!(ruled.status, 200, "{}", ruled.body);
    ruled.body
}

#[test]
fn what_keys_and_people_did_is_told_with_what_was_before_and_from_where() {
    demo(|server, operator, _| {
        server.put("/v1/policy", &server.operator, &json!({ "seller_decide_seconds": 172_800 }));
        let made = server.post("/v1/keys", &server.operator, &[], &json!({ "name": "reports", "role": "operator" }));
        let key = made.body["id"].as_str().unwrap();
        operator.post(&format!("/operator/keys/{key}/revoke"), &[]);
        let hook = json!({ "url": "http://127.0.0.1:9/hook", "types": ["refund.opened"] });
        let hook = server.post("/v1/webhooks", &server.seller, &[], &hook).body;
        let refund = ruled(server);
        let entries = audit(server, "");
        let [ruling, webhook, revoked, issued, policy] = &entries[..5] else { panic!("{entries:?}") };
        for entry in &entries[..5] {
            assert_eq!(entry["address"], "127.0.0.1", "{entry}");
        }
        assert_eq!((&policy["type"], &policy["subject"]), (&json!("policy"), &Value::Null));
        assert_eq!(change(policy, "seller_decide_seconds"), (&json!("129600"), &json!("172800")));
        assert_eq!(policy["changes"].as_array().unwrap().len(), 1, "what is as it was is not told: {policy}");
        assert_eq!((&policy["actor"]["via"], &policy["actor_name"]), (&json!("key"), &json!("demo")));
        assert_eq!((&issued["subject"], change(issued, "name")), (&json!(key), (&Value::Null, &json!("reports"))));
        assert_eq!((&revoked["type"], &revoked["subject_name"]), (&json!("key"), &json!("reports")));
        assert_eq!(change(revoked, "revoked_at").0, &Value::Null);
        assert_eq!((&revoked["actor"]["via"], &revoked["actor_name"]), (&json!("user"), &json!("operator")));
        assert_eq!((&webhook["subject"], &webhook["actor"]["role"]), (&hook["id"], &json!("seller")));
        assert_eq!(change(webhook, "types"), (&Value::Null, &json!("refund.opened")));
        assert_eq!((&ruling["type"], &ruling["subject"]), (&json!("ruling"), &refund["id"]));
        assert_eq!(change(ruling, "amount").1, &json!("5.00 CNY"));
        // Who came in, by what they are called.
        let signed_in = audit(server, "type=sign_in");
        let names: Vec<_> = signed_in.iter().map(|entry| entry["actor_name"].as_str().unwrap()).collect();
        assert_eq!(names, ["homeware-1", "operator"]);
        // What the demo was set up with was asked for from nowhere.
        assert!(audit(server, "type=seller").iter().all(|entry| entry["address"] == Value::Null));
        // And whoever reads of refunds reads of no address.
        for token in [&server.operator, &server.platform, &server.seller] {
            let events = server.get(&path(&refund, "events"), token).body.to_string();
            assert!(events.contains("refund.ruled") && !events.contains("127.0.0.1"), "{events}");
        }
    });
}

#[test]
fn a_seller_reads_what_is_its_own_and_not_from_where_the_operator_works() {
    demo(|server, operator, _| {
        let hook = json!({ "url": "http://127.0.0.1:9/hook" });
        server.put("/v1/policy", &server.operator, &json!({ "seller_decide_seconds": 172_800 }));
        server.post("/v1/webhooks", &server.operator, &[], &hook);
        server.post("/v1/keys", &server.operator, &[], &json!({ "name": "k", "role": "seller", "seller_id": "other" }));
        server.post("/v1/webhooks", &server.seller, &[], &hook);
        ruled(server);
        let key = server.get("/v1/keys?limit=100", &server.operator).body["items"].clone();
        let key = key.as_array().unwrap().iter().find(|key| key["seller_id"] == SELLER).unwrap()["id"].clone();
        operator.post(&format!("/operator/keys/{}/revoke", key.as_str().unwrap()), &[]);
        let another = json!({ "name": "2", "role": "seller", "seller_id": SELLER });
        let another = server.post("/v1/keys", &server.operator, &[], &another).body["secret"].clone();
        let read = |query: &str| server.get(&format!("/v1/audit?limit=100{query}"), another.as_str().unwrap());
        let entries = read("").body["items"].as_array().unwrap().clone();
        let types: Vec<_> = entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        assert_eq!(types[..3], ["key", "key", "webhook"], "{types:?}");
        assert!(
            types[3..].iter().all(|of| ["key", "person", "saved_offer", "seller", "sign_in"].contains(of)),
            "{types:?}"
        );
        assert_eq!((&entries[0]["actor"]["role"], &entries[0]["address"]), (&json!("operator"), &Value::Null));
        assert_eq!(entries[0]["actor_name"], Value::Null);
        assert_eq!((&entries[2]["actor"]["role"], &entries[2]["address"]), (&json!("seller"), &json!("127.0.0.1")));
        let people: Vec<_> = entries.iter().filter(|entry| entry["type"] == "sign_in").collect();
        assert!(people.iter().all(|entry| entry["actor_name"] == "homeware-1") && !people.is_empty(), "{people:?}");
        for none in ["&type=policy", "&type=ruling", "&type=rollout", "&type=restoration", "&type=buyer_link"] {
            assert_eq!(read(none).body["items"], json!([]), "{none}");
        }
    });
}

#[test]
fn what_is_asked_for_is_told_page_by_page_and_to_operators_alone() {
    demo(|server, operator, seller| {
        for seconds in (1..=4).map(|hours| hours * 3_600 + 129_600) {
            server.put("/v1/policy", &server.operator, &json!({ "seller_decide_seconds": seconds }));
            server.advance(3_600);
        }
        let all = audit(server, "");
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = server.get(&format!("/v1/audit?limit=3{cursor}"), &server.operator).body;
            pages.extend(page["items"].as_array().unwrap().clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(pages, all);
        let ids: Vec<_> = all.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
        assert!(ids.is_sorted_by(|one, other| one > other) && ids[0].starts_with("aud_"), "{ids:?}");
        let policies = audit(server, "type=policy,rollout");
        assert_eq!(policies.len(), 4);
        let at = |index: usize| policies[index]["at"].as_str().unwrap();
        assert_eq!(audit(server, &format!("type=policy&since={}&until={}", at(2), at(0))), policies[1..3]);
        let by_key = policies[0]["actor"]["via_id"].as_str().unwrap();
        assert!(audit(server, &format!("actor={by_key}")).len() >= 4);
        assert_eq!(audit(server, "actor=nobody"), Vec::<Value>::new());
        // A cursor goes on in its own list.
        let other = server.get(&format!("/v1/audit?type=policy{cursor}"), &server.operator);
        assert_eq!((other.status, &other.body["code"]), (400, &json!("malformed_query")));
        for wrong in ["type=people", "since=yesterday", "limit=0", "who=ann"] {
            assert_eq!(server.get(&format!("/v1/audit?{wrong}"), &server.operator).status, 400, "{wrong}");
        }
        assert_eq!(server.get("/v1/audit", &server.platform).status, 403);
        assert_eq!((operator.get(PAGE).status, seller.get(PAGE).status), (200, 404));
    });
}

#[test]
fn who_was_not_let_in_is_counted_and_a_name_that_nobody_has_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let own = Browser::new(&server);
    let chosen = own.submit(server.path_of(&server.link("seller")), &[("password", "three lamps and a boat")]);
    assert_eq!(chosen.status, 303);
    let stranger = Browser::new(&server);
    let fail = |name: &str| stranger.submit("/sign-in", &[("name", name), ("password", "a guess at it")]).status;
    // The last of these are not even tried.
    let tries: Vec<_> = (0..12).map(|_| fail("homeware-1")).collect();
    assert_eq!((tries[0], tries[11]), (422, 429));
    assert_eq!(fail("correct horse battery staple"), 422);
    assert_eq!(stranger.submit("/sign-in/no-such-link", &[]).status, 404);
    let failed = audit(&server, "type=sign_in_failed");
    let told = |entry: &Value| (entry["subject_name"].clone(), entry["count"].clone(), entry["address"].clone());
    let (theirs, nobodys) = (json!("homeware-1"), Value::Null);
    let counted = [(theirs, json!(12), json!("127.0.0.1")), (nobodys, json!(2), json!("127.0.0.1"))];
    assert_eq!(failed.iter().map(told).collect::<Vec<_>>(), counted);
    assert!(failed.iter().all(|entry| entry["actor"] == Value::Null && entry["since"].is_string()));
    let theirs = format!("actor={}", failed[0]["subject"].as_str().unwrap());
    let types: Vec<_> = audit(&server, &theirs).iter().map(|entry| entry["type"].clone()).collect();
    assert_eq!(types, ["sign_in_failed", "sign_in", "person"], "and the password that they chose");
    // What was counted since is there after a stop.
    fail("homeware-1");
    assert_eq!(audit(&server, "type=sign_in_failed").len(), 2, "nobody writes by looking");
    server.stop();
    let server = Server::demo(folder.path());
    let failed = audit(&server, "type=sign_in_failed");
    assert_eq!((failed.len(), &failed[0]["count"]), (3, &json!(1)));
    let mut operator = Clerk::operator(&server);
    let shown = operator.get(&format!("{PAGE}?type=sign_in_failed&actor=homeware-1"));
    assert!(shown.text().contains("12 tries") && shown.text().contains("1 try"), "{}", shown.text());
    server.stop();
    let journal = std::fs::read(folder.path().join("journal")).unwrap();
    let is_in = |text: &str| journal.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(is_in("homeware-1") && !is_in("correct horse battery staple"));
}

#[test]
fn no_secret_and_no_hash_of_one_is_told() {
    demo(|server, operator, _| {
        let made = server.post("/v1/keys", &server.operator, &[], &json!({ "name": "k", "role": "platform" }));
        let key = made.body["secret"].as_str().unwrap().to_owned();
        let hook = server.post("/v1/webhooks", &server.seller, &[], &json!({ "url": "http://127.0.0.1:9/hook" }));
        let hook_secret = hook.body["secret"].as_str().unwrap().to_owned();
        let refund = server.open("linked");
        server.post(&path(&refund, "buyer-link"), &server.platform, &[], &json!({}));
        let (colleague, password) = ("colleague", "three boats and a lamp");
        let link = operator.post("/people", &[("name", colleague), ("role", "operator")]);
        let link = link.html.split("/sign-in/").nth(1).unwrap().split(['<', '"']).next().unwrap().to_owned();
        let browser = Browser::new(server);
        assert_eq!(browser.submit(&format!("/sign-in/{link}"), &[("password", password)]).status, 303);
        let session = browser.cookie("__Host-session").unwrap();
        let fields = [("old", password), ("new", "three boats and a llama")];
        let people = browser.open("/people");
        browser.submit_on(&people, "/people/own/password", &fields);
        browser.submit("/sign-in", &[("name", password), ("password", key.as_str())]);
        let told = server.get("/v1/audit?limit=100", &server.operator).body;
        let pages = [told.to_string(), operator.get(PAGE).html];
        let of_person = told["items"].as_array().unwrap().iter().filter(|entry| entry["subject_name"] == colleague);
        let of_password = of_person.filter(|entry| entry["changes"].to_string().contains("\"password\""));
        let of_password: Vec<_> = of_password.map(|entry| (&entry["actor_name"], change(entry, "password"))).collect();
        let (own, set) = (json!(colleague), json!("set"));
        assert_eq!(of_password, [(&own, (&set, &set)), (&own, (&Value::Null, &set))], "another, and the first");
        let secrets = [key.as_str(), &hook_secret, &link, &session, password, "three boats and a llama", "$argon2"];
        for secret in secrets {
            let hash = Sha256::digest(secret);
            let hex = data_encoding::HEXLOWER.encode(&hash);
            let base64 = data_encoding::BASE64.encode(&hash);
            let listed = hash.iter().take(4).map(u8::to_string).collect::<Vec<_>>().join(",");
            for page in &pages {
                for text in [secret, &hex, &base64[..40], &listed] {
                    assert!(!page.contains(text), "{text} of {secret} is told");
                }
            }
        }
    });
}

#[test]
fn people_read_it_in_their_language_and_their_zone_with_links_to_what_it_is_about() {
    demo(|server, operator, _| {
        server.put("/v1/policy", &server.operator, &json!({ "seller_decide_seconds": 172_800 }));
        let refund = ruled(server);
        let shown = operator.get(PAGE);
        let text = shown.text();
        for part in
            ["Ruling", "5.00 CNY", "How long the seller has to decide 36 hours 48 hours", "127.0.0.1", "not recorded"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(shown.says(&format!("href=\"{}\"", server.page(&refund))));
        assert!(shown.says("href=\"/operator/audit\" aria-current"), "it is where the navigation says");
        let one = operator.get(&format!("{PAGE}?type=policy"));
        assert!(one.text().contains("48 hours") && !one.says("5.00 CNY"));
        let named = operator.get(&format!("{PAGE}?actor=operator"));
        assert!(named.text().contains("Signed in") && !named.says("5.00 CNY"), "by what they are called");
        assert!(operator.get(&format!("{PAGE}?actor=nobody")).text().contains("nothing of the kind"));
        for (wrong, field) in [("type=people", "What"), ("since=now", "From"), ("until=2026-02-30T00:00", "Before")] {
            let told = operator.get(&format!("{PAGE}?{wrong}"));
            assert_eq!((told.status, told.notice().starts_with(field)), (422, true), "{wrong}: {}", told.notice());
        }
        let begins = operator.get(&format!("{PAGE}?type=seller&until=2000-01-01T00:00"));
        assert!(begins.text().contains("nothing of the kind"));
    });
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let shown = Clerk::operator(&server).reading("zh-TW").get(PAGE).text();
    assert!(shown.contains("操作記錄") && shown.contains("登入") && !shown.contains("登录"), "{shown}");
    server.stop();
}

#[test]
fn a_long_trail_goes_on_page_by_page() {
    demo(|server, operator, _| {
        for number in 0..60 {
            let seller = json!({ "name": format!("n{number}"), "addresses": [
                { "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true }
            ] });
            assert_eq!(server.put(&format!("/v1/sellers/s-{number}"), &server.operator, &seller).status, 201);
        }
        let first = operator.get(&format!("{PAGE}?type=seller"));
        let next = first.html.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
        let next = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let second = operator.get(&next);
        assert!(first.text().contains("n59") && !first.text().contains("n9 "), "{}", first.text());
        assert!(second.text().contains("n9 ") && !second.text().contains("n59"), "{}", second.text());
        assert!(second.says(SELLER));
    });
}
