//! R46: what is known of people on a refund is erased, over HTTP and in every file.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use refund_store::care::{Watcher, back_up};
use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::{Reply, Server, opening, path};

/// What is nowhere any more; none of it is in what stays, such as an id.
const CANARIES: [&str; 7] = [
    "canary@example.com",
    "+49 555 0100",
    "canary-reason",
    "canary-message",
    "canary-attachment",
    "canary-refusal",
    "canary-file",
];

fn served(test: impl FnOnce(&Server, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    test(&server, folder.path());
    server.stop();
}

fn erase(server: &Server, body: &Value) -> Reply {
    server.post("/v1/erasures", &server.operator, &[], body)
}

fn because(refund: &Value, because: &str) -> Value {
    json!({ "refund_id": refund["id"], "because": because, "reason": "Letter 17" })
}

/// An opening with much that is known of its buyer.
fn known_buyer(order: &str) -> Value {
    let mut body = opening(order);
    body["reason"] = json!("canary-reason");
    body["buyer_contact"] = json!({ "email": "canary@example.com", "phone": "+49 555 0100" });
    body
}

#[test]
fn r46_a_refund_that_is_over_says_what_was_erased_and_nothing_of_it() {
    served(|server, _| {
        let refund = server.post("/v1/refunds", &server.platform, &[], &known_buyer("o-1")).body;
        let early = erase(server, &because(&refund, "final"));
        assert_eq!((early.status, &early.body["code"]), (409, &json!("refund_not_final")));
        assert_eq!((&early.body["rule"], &early.body["refund_status"]), (&json!("R46"), &json!("WAIT_SELLER_AGREE")));
        let cancelled =
            server.post(&path(&refund, "cancel"), &server.platform, &[], &json!({ "reason": "canary-refusal" })).body;
        let erased = erase(server, &because(&refund, "final"));
        assert_eq!(erased.status, 200, "{}", erased.body);
        let body = &erased.body;
        assert_eq!((&body["requested"]["reason"], body.get("buyer_contact")), (&json!("[erased]"), None));
        assert_eq!(
            (&body["requested"]["amount"], &body["version"]),
            (&cancelled["requested"]["amount"], &cancelled["version"])
        );
        let what: Vec<_> = body["erased"].as_array().unwrap().iter().map(|erased| erased["what"].clone()).collect();
        assert_eq!(what, ["contact", "text", "files", "address", "person"]);
        assert_eq!(body["erased"][0]["by"], "operator");
        let events = server.get(&path(&refund, "events"), &server.operator).body["items"].clone();
        assert!(!events.to_string().contains("canary"), "{events}");
        let last = events.as_array().unwrap().last().unwrap();
        assert_eq!((&last["type"], &last["data"]["because"]), (&json!("refund.erased"), &json!("final")));
        assert_eq!(server.show(&refund)["erased"], body["erased"]);
        let again = erase(server, &because(&refund, "final"));
        assert_eq!((again.status, &again.body["erased"]), (200, &body["erased"]), "nothing new");
        let audit = server.get("/v1/audit?type=erasure", &server.operator).body["items"].clone();
        assert_eq!(audit.as_array().unwrap().len(), 1, "{audit}");
    });
}

#[test]
fn r46_only_the_operator_erases_and_says_why() {
    served(|server, _| {
        let refund = server.open("o-1");
        for token in [&server.platform, &server.seller] {
            let refused = server.post("/v1/erasures", token, &[], &because(&refund, "law"));
            assert_eq!((refused.status, &refused.body["code"]), (403, &json!("not_your_role")));
        }
        assert_eq!(erase(server, &because(&json!({ "id": "rfd_none" }), "law")).status, 404);
        let with = |field: &str, value: Value| {
            let mut body = because(&refund, "law");
            body[field] = value;
            erase(server, &body)
        };
        for (field, value) in [
            ("what", json!([])),
            ("what", json!(["name"])),
            ("because", json!("asked")),
            ("reason", json!(" ")),
            ("refund_id", json!("a b")),
            ("force", json!(true)),
        ] {
            assert_eq!(with(field, value.clone()).status, 400, "{field} {value}");
        }
        let words = with("what", json!(["text"]));
        assert_eq!((words.status, &words.body["requested"]["reason"]), (200, &json!("[erased]")));
    });
}

#[test]
fn r46_where_nothing_is_named_a_refund_that_goes_on_loses_all_but_its_address() {
    served(|server, _| {
        let refund = server.post("/v1/refunds", &server.platform, &[], &known_buyer("o-1")).body;
        let agreed = server.as_seller(&refund, "agree", &json!({})).body;
        let address = &agreed["effective"]["return_address"];
        let kinds = |erased: &Reply| {
            assert_eq!(erased.status, 200, "{}", erased.body);
            erased.body["erased"].as_array().unwrap().iter().map(|one| one["what"].clone()).collect::<Vec<_>>()
        };
        let erased = erase(server, &because(&refund, "law"));
        assert_eq!(kinds(&erased), ["contact", "text", "files", "person"]);
        assert_eq!(
            (&erased.body["requested"]["reason"], &erased.body["effective"]["return_address"]),
            (&json!("[erased]"), address)
        );
        assert_eq!(server.post(&path(&refund, "cancel"), &server.platform, &[], &json!({})).status, 200);
        let erased = erase(server, &because(&refund, "final"));
        assert!(kinds(&erased).contains(&json!("address")), "once it is over");
    });
}

#[test]
fn r46_which_of_the_sellers_people_acted_is_told_to_nobody_any_more() {
    served(|server, _| {
        let refund = server.open("o-1");
        let (page, seller) = (server.page(&refund), Browser::signed_in(server, &server.link("seller")));
        let shown = seller.open(&page);
        let said = [("text", "Sent today."), ("readers", "all"), ("once", "a")];
        assert_eq!(seller.submit_on(&shown, &format!("{page}/message"), &said).status, 303);
        let operator = Browser::signed_in(server, &server.link("operator"));
        let name = "Seller · homeware-1";
        assert!(operator.open(&page).text().contains(name) && seller.open(&page).text().contains(name));
        let person = json!({ "refund_id": refund["id"], "what": ["person"], "because": "law", "reason": "Letter 17" });
        assert_eq!(erase(server, &person).status, 200);
        for told in [operator.open(&page).text(), seller.open(&page).text()] {
            assert!(!told.contains(name) && told.contains("Sent today. Seller · (erased)"), "{told}");
        }
        let events = server.get(&path(&refund, "events"), &server.operator).body["items"].clone();
        let posted = events.as_array().unwrap().iter().find(|event| event["type"] == "message.posted").unwrap();
        assert_eq!(posted["actor"]["role"], "seller");
        assert_eq!((&posted["actor"]["via"], &posted["actor"]["via_id"]), (&json!("user"), &json!("[erased]")));
    });
}

#[test]
fn r46_an_operator_looks_at_what_goes_and_what_stays_before_it_goes() {
    served(|server, _| {
        let refund = server.post("/v1/refunds", &server.platform, &[], &known_buyer("o-1")).body;
        let operator = Browser::signed_in(server, &server.link("operator"));
        let here = format!("{}/erasure", server.page(&refund));
        assert!(operator.open(&server.page(&refund)).html.contains(&here));
        let page = operator.open(&here);
        let erasure = |step: &str, what: &str, because: &str, reason: &str| {
            let fields = [("step", step), ("what", what), ("because", because), ("reason", reason)];
            operator.submit_on(&page, &here, &fields)
        };
        for (what, because, reason, told) in [
            ("", "law", "Letter 17", "What: choose one."),
            ("text", "", "Letter 17", "Why it may be: choose one."),
            ("text", "law", " ", "Reason: this is needed."),
        ] {
            for step in ["review", "erase"] {
                let no = erasure(step, what, because, reason);
                assert!(no.status == 422 && no.text().contains(told), "{step}: {}", no.text());
            }
        }
        let look = erasure("review", "text", "law", "Letter 17");
        assert!(look.text().contains("What goes what was written What stays"), "{}", look.text());
        assert_eq!(server.show(&refund)["requested"]["reason"], "canary-reason", "nothing is done yet");
        let early = erasure("erase", "text", "final", "Letter 17");
        assert!(early.status == 409 && early.text().contains("The refund isn't over"), "{}", early.text());
        let done = erasure("erase", "text", "law", "Letter 17");
        assert_eq!(done.location(), server.page(&refund));
        let told = operator.open(&server.page(&refund)).text();
        assert!(told.contains("(erased)") && told.contains("what was written: erased on"), "{told}");
        let buyers = Browser::new(server).open(&server.buyer_page(&refund)).text();
        assert!(buyers.contains("(erased)") && !told.contains("canary-reason"), "{buyers}");
        let seller = Browser::signed_in(server, &server.link("seller"));
        assert_eq!(seller.open(&here).status, 404);
    });
}

/// A demo of its own, so that what it logs can be read; it ends with the test.
struct Demo(Child);

impl Demo {
    fn start(folder: &Path, log: &Path) -> (Self, Value) {
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut demo = Command::new(env!("CARGO_BIN_EXE_refund-api"));
        demo.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(folder);
        let mut demo = demo.env("RUST_LOG", "debug").stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with("The demo listens on ")));
        let said = fs::read_to_string(folder.join("demo.json")).unwrap();
        (Self(demo), serde_json::from_str(&said).unwrap())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn call(demo: &Value, role: &str, method: &str, path: &str, body: &[u8]) -> Value {
    let url = format!("{}{path}", demo["base_url"].as_str().unwrap());
    let key = demo["keys"][role].as_str().unwrap();
    let request =
        ureq::http::Request::builder().method(method).uri(url).header("Authorization", format!("Bearer {key}"));
    let request = request.header("Content-Type", "application/json").header("If-Match", "\"1\"");
    let mut answer = ureq::run(request.body(body).unwrap()).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn post(demo: &Value, role: &str, path: &str, body: &Value) -> Value {
    call(demo, role, "POST", path, body.to_string().as_bytes())
}

/// Which canaries stand in the files below a folder, or in their names.
fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(self::found(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let has = |canary: &&&str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
        found.extend(CANARIES.iter().filter(has).map(|canary| format!("{canary} in {}", path.display())));
    }
    found
}

#[test]
fn r46_no_file_and_no_backup_has_what_was_erased_nor_do_logs_and_metrics_ever() {
    let place = tempfile::tempdir().unwrap();
    let (data, backup, log) = (place.path().join("data"), place.path().join("backup"), place.path().join("log"));
    let copy = || back_up(&data, &backup, &[], "2026-12-01T00:00:00Z".parse().unwrap(), &Watcher::nobody()).unwrap();
    let (running, demo) = Demo::start(&data, &log);
    let refund = post(&demo, "platform", "/v1/refunds", &known_buyer("o-canary"));
    let attachment = json!({
        "url": "https://files.example/canary-attachment", "sha256": "0a".repeat(32), "media_type": "image/jpeg", "size": 1,
    });
    let said = json!({ "text": "canary-message", "attachments": [attachment] });
    post(&demo, "platform", &path(&refund, "messages"), &said);
    call(&demo, "platform", "POST", &path(&refund, "files?name=canary-file.pdf"), b"%PDF-1.7\ncanary-file");
    post(&demo, "seller", &path(&refund, "refuse"), &json!({ "reason": "canary-refusal" }));
    copy();
    for canary in CANARIES {
        let is_there = |place: &Path| found(place).iter().any(|found| found.starts_with(canary));
        assert!(is_there(&data) && is_there(&backup), "{canary}: {:?} {:?}", found(&data), found(&backup));
    }
    let words = json!({ "refund_id": refund["id"], "what": ["contact", "text", "files"], "because": "law", "reason": "Letter 17" });
    let erased = post(&demo, "operator", "/v1/erasures", &words);
    assert_eq!(erased["requested"]["reason"], "[erased]", "{erased}");
    copy();
    assert_eq!(found(&backup), Vec::<String>::new());
    let metrics = call(&demo, "operator", "GET", "/metrics", b"").to_string();
    // As whoever pulls the plug leaves it; the next start makes the view anew.
    drop(running);
    let (running, demo) = Demo::start(&data, &log);
    assert_eq!(call(&demo, "operator", "GET", &path(&refund, ""), b"")["erased"], erased["erased"]);
    drop(running);
    assert_eq!(found(&data), Vec::<String>::new());
    let logged = fs::read_to_string(&log).unwrap();
    assert!(metrics.contains("refund_commands_total") && logged.contains("/v1/erasures"), "{logged}");
    for canary in CANARIES {
        assert!(!metrics.contains(canary) && !logged.contains(canary), "{canary}");
    }
}
