//! Files that show something, as far as they are named over HTTP.

use serde_json::{Value, json};

use crate::support::{Server, path};

const FILE: &str = "0707070707070707070707070707070707070707070707070707070707070707";

fn served(test: impl FnOnce(&Server, &Value)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    test(&server, &refund);
    server.stop();
}

/// Some body, and with it files.
fn naming(mut body: Value, files: &Value) -> Value {
    body["files"] = files.clone();
    body
}

#[test]
fn what_was_never_added_can_not_be_named() {
    served(|server, refund| {
        let version = refund["version"].to_string();
        let tag = format!("\"{version}\"");
        let headers = [("If-Match", tag.as_str())];
        let amount = json!({ "currency": "CNY", "value": "2.00" });
        let calls = [
            ("refuse", &server.seller, json!({ "reason": "It was whole." })),
            ("negotiation", &server.seller, json!({ "type": "REFUND_ONLY", "amount": amount })),
            ("modify", &server.platform, json!({ "type": "REFUND_ONLY", "amount": amount, "reason": "Less." })),
            ("messages", &server.seller, json!({ "text": "Look here." })),
        ];
        for (call, token, body) in calls {
            let refused = server.post(&path(refund, call), token, &headers, &naming(body.clone(), &json!([FILE])));
            assert_eq!((refused.status, &refused.body["code"]), (422, &json!("evidence_unknown")), "{call}");
            assert_eq!((&refused.body["sha256"], &refused.body["rule"]), (&json!(FILE), &json!("R43")), "{call}");
            for wrong in [json!([FILE, FILE]), json!(["07"]), json!(vec![FILE; 11]), json!(FILE), json!([7])] {
                let refused = server.post(&path(refund, call), token, &headers, &naming(body.clone(), &wrong));
                assert_eq!((refused.status, &refused.body["code"]), (400, &json!("malformed_body")), "{call} {wrong}");
            }
        }
        let shown = server.show(refund);
        assert_eq!((&shown["version"], shown.get("files")), (&refund["version"], None));
    });
}

#[test]
fn a_note_that_a_party_is_not_shown_names_no_files() {
    served(|server, refund| {
        for (token, kept_from) in [(&server.seller, "internal"), (&server.operator, "for_operators")] {
            let note = json!({ "text": "Between us.", kept_from: true, "files": [FILE] });
            let refused = server.post(&path(refund, "messages"), token, &[], &note);
            assert_eq!((refused.status, &refused.body["code"]), (422, &json!("note_names_files")), "{kept_from}");
        }
    });
}

#[test]
fn a_version_may_be_named_with_what_came_of_its_files_behind_it() {
    served(|server, refund| {
        let tags = [("\"2.1\"", 412), ("\"1.\"", 400), ("\"1.x\"", 400), ("\"1.01\"", 400), ("\"1.2\"", 200)];
        for (tag, status) in tags {
            let reason = json!({ "reason": "It was whole." });
            let answer = server.post(&path(refund, "refuse"), &server.seller, &[("If-Match", tag)], &reason);
            assert_eq!(answer.status, status, "{tag}");
        }
    });
}
