//! The contract as the server gives it out, and whether the server keeps what it says of callers.

use crate::support::{Hands, Reply, SELLER, Server, path};
use serde_json::Value;

const CONTRACT: &str = "/openapi.json";

#[test]
fn the_server_gives_its_contract_out_and_spares_sending_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let first = server.get(CONTRACT, "");
    assert_eq!((first.status, first.media_type.as_str()), (200, "application/json"));
    assert_eq!(first.body, refund_api::openapi(&server.base_url));
    let tag = first.etag.unwrap();
    let ask = |known: &str| server.send("GET", CONTRACT, "", &[("If-None-Match", known)], b"").status;
    assert_eq!((ask(&tag), ask(&format!("\"another\", W/{tag}")), ask("\"another\"")), (304, 304, 200));
    server.stop();
}

#[test]
fn what_has_a_tag_is_not_sent_to_whoever_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let (link, refund) = (refund["buyer_link"]["token"].as_str().unwrap(), path(&refund, ""));
    let refund = refund.trim_end_matches('/');
    let seller = format!("/v1/sellers/{SELLER}");
    let reads = [
        (refund, server.seller.as_str()),
        (refund, link),
        (&seller, &server.platform),
        ("/v1/policy", &server.operator),
        ("/v1/rollout", &server.operator),
    ];
    for (path, token) in reads {
        let tag = server.get(path, token).etag.unwrap();
        let ask = |known: &str| server.send("GET", path, token, &[("If-None-Match", known)], b"");
        for known in [&tag, &format!("W/{tag}"), &format!("\"another\", {tag}"), "*"] {
            let spared = ask(known);
            assert_eq!(
                (spared.status, &spared.body, spared.etag.as_ref()),
                (304, &Value::from(""), Some(&tag)),
                "{path}"
            );
        }
        assert_eq!(ask("\"another\"").status, 200, "{path}");
        assert_eq!(server.send("GET", path, "nobody", &[("If-None-Match", &tag)], b"").status, 401, "{path}");
    }
    assert_eq!(server.get("/v1/policy", &server.operator).status, 200);
    server.stop();
}

#[test]
fn a_server_without_a_test_clock_has_none_in_its_contract() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::serve(folder.path(), &Hands::at("2026-03-01T00:00:00Z"), false).unwrap();
    let mut whole = refund_api::openapi(&server.base_url);
    let paths = whole["paths"].as_object_mut().unwrap();
    let all = paths.len();
    paths.retain(|path, _| !path.contains("test-clock"));
    assert_eq!(all - paths.len(), 2);
    assert_eq!(server.get(CONTRACT, "").body["paths"], whole["paths"]);
    server.stop();
}

#[test]
fn the_page_shows_all_of_the_contract_and_loads_nothing_from_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let page = server.get("/docs", "");
    let html = page.body.as_str().unwrap();
    let contract = refund_api::openapi(&server.base_url);
    let ids = contract["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    let ids = ids.map(|operation| operation["operationId"].as_str().unwrap());
    let types = contract["components"]["schemas"].as_object().unwrap().keys().map(String::as_str);
    let anchors: Vec<_> = ids.chain(types).filter(|name| !html.contains(&format!("<article id=\"{name}\">"))).collect();
    assert_eq!(anchors, [""; 0], "not on the page");
    let codes = contract["x-codes"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap());
    let codes: Vec<_> = codes.filter(|code| !html.contains(&format!("href=\"/problems/{code}\""))).collect();
    assert_eq!(codes, [""; 0], "codes that lead to no page");
    // An example may name an address. Nothing is loaded for it.
    let outside = html.split("<pre>").map(|part| part.rsplit("</pre>").next().unwrap()).collect::<String>();
    let loads = ["<script", "<img", "<link", "<iframe", "@import", "url(", "src=", "://", " style=\"", " onclick="];
    let loads: Vec<_> = loads.into_iter().filter(|what| outside.contains(what)).collect();
    assert_eq!(loads, [""; 0]);
    let targets = html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    let lost: Vec<_> = targets.filter(|to| !html.contains(&format!("id=\"{to}\""))).collect();
    assert_eq!(lost, [""; 0], "links that lead nowhere");
    server.stop();
}

/// Every operation that is not for anybody: method, path, and its security.
fn for_somebody(contract: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"] != serde_json::json!([{}]) {
                found.push((method.to_uppercase(), path.clone(), operation["security"].clone()));
            }
        }
    }
    found
}

fn may(security: &Value, who: &str) -> bool {
    let mut ways = security.as_array().unwrap().iter();
    ways.any(|way| match way["key"].as_array() {
        Some(roles) => roles.iter().any(|role| role == who),
        None => who == "link" && way["link"].is_array(),
    })
}

#[test]
fn the_contract_says_who_may_call_what_and_the_server_does_so() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let link_of = |refund: &Value| server.get(&path(refund, "buyer-link"), &server.platform).body;
    let id = |path: &str| match path.split('/').nth(2) {
        Some("sellers") => SELLER.to_owned(),
        _ => refund["id"].as_str().unwrap().to_owned(),
    };
    let callers = [("operator", &*server.operator), ("platform", &server.platform), ("seller", &server.seller)];
    let operations = for_somebody(&refund_api::openapi(&server.base_url));
    assert!(operations.len() > 30);
    for (method, pattern, security) in operations {
        let target = pattern.replace("{id}", &id(&pattern));
        let call = |token: &str| -> Reply { server.send(&method, &target, token, &[], b"") };
        assert_eq!(call("").status, 401, "{method} {pattern} by nobody");
        if pattern == "/v1/events/stream" {
            // It is for everybody, and does not end.
            assert!(callers.into_iter().all(|(role, _)| may(&security, role)) && may(&security, "link"));
            continue;
        }
        // One of the calls replaces it.
        let link = link_of(&refund);
        for (who, token) in [("link", link["token"].as_str().unwrap())].into_iter().chain(callers) {
            let is_refused = call(token).status == 403;
            assert_eq!(is_refused, !may(&security, who), "{method} {pattern} by {who}, who may: {security}");
        }
    }
    server.stop();
}
