//! The pages, without a browser's engine: who sees what, in every state and language.

use crate::support::browser::Browser;
use crate::support::{Server, opening, path};
use serde_json::json;

/// Every path of the pages, with a method, and what those get who are nobody, a person of the seller whose
/// refund it is, of another seller, and of the operator. A form is sent empty, by a browser that says where
/// it comes from.
const TABLE: &[(&str, &str, [u16; 4])] = &[
    ("GET", "/", [303, 303, 303, 303]),
    ("GET", "/sign-in", [200, 303, 303, 303]),
    ("POST", "/sign-in", [422, 422, 422, 422]),
    ("GET", "/sign-in/{token}", [404, 404, 404, 404]),
    ("POST", "/sign-in/{token}", [404, 404, 404, 404]),
    ("POST", "/preferences", [303, 303, 303, 303]),
    ("POST", "/clock", [303, 404, 404, 404]),
    ("GET", "/refunds", [303, 200, 200, 200]),
    ("POST", "/refunds/bulk", [303, 200, 200, 200]),
    ("GET", "/refunds/{id}", [303, 200, 404, 200]),
    ("GET", "/refunds/{id}/offer", [303, 200, 404, 403]),
    ("POST", "/refunds/{id}/offer", [303, 422, 404, 403]),
    ("GET", "/refunds/{id}/ruling", [303, 403, 404, 409]),
    ("POST", "/refunds/{id}/ruling", [303, 403, 404, 422]),
    ("GET", "/refunds/{id}/erasure", [303, 404, 404, 200]),
    ("POST", "/refunds/{id}/erasure", [303, 404, 404, 422]),
    ("POST", "/refunds/{id}/message", [303, 422, 404, 422]),
    ("POST", "/refunds/{id}/act/{action}", [303, 422, 404, 403]),
    // What is no form with files is none here, and `{sha256}` no file.
    ("GET", "/refunds/{id}/goods", [303, 404, 404, 404]),
    ("POST", "/refunds/{id}/files", [303, 400, 400, 400]),
    ("GET", "/refunds/{id}/files/{sha256}", [303, 404, 404, 404]),
    ("POST", "/refunds/{id}/files/{sha256}/erase", [303, 404, 404, 404]),
    ("GET", "/b/{token}/goods", [404, 404, 404, 404]),
    ("POST", "/b/{token}/files", [400, 400, 400, 400]),
    ("GET", "/b/{token}/files/{sha256}", [404, 404, 404, 404]),
    ("GET", "/b/{token}", [200, 200, 200, 200]),
    ("POST", "/b/{token}/message", [422, 422, 422, 422]),
    ("POST", "/b/{token}/act/{action}", [422, 422, 422, 422]),
    ("GET", "/assets/{name}", [200, 200, 200, 200]),
    // Streams, which don't end by themselves for those who may have them.
    ("GET", "/refunds/live", [303, 0, 0, 0]),
    ("GET", "/refunds/{id}/live", [303, 0, 404, 0]),
    ("GET", "/b/{token}/live", [0, 0, 0, 0]),
    // Afterwards the token opens nothing any more.
    ("POST", "/refunds/{id}/buyer-link", [303, 404, 404, 200]),
    // Afterwards nobody is anybody any more.
    ("POST", "/sign-out", [303, 303, 303, 303]),
];

#[test]
fn who_may_see_and_do_what() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let other = server.others_sign_in_link();
    let callers = [
        Browser::new(&server),
        Browser::signed_in(&server, &server.link("seller")),
        Browser::signed_in(&server, &other),
        Browser::signed_in(&server, &server.link("operator")),
    ];
    let token = refund["buyer_link"]["token"].as_str().unwrap();
    let filled = |path: &str| {
        let token = if path.starts_with("/b/") { token } else { "nothing" };
        let path = path.replace("{id}", refund["id"].as_str().unwrap()).replace("{token}", token);
        let action = if path.starts_with("/b/") { "modify" } else { "refuse" };
        path.replace("{action}", action).replace("{name}", "pages.css")
    };
    for (method, path, expected) in TABLE {
        for (browser, expected) in callers.iter().zip(expected).filter(|(_, expected)| **expected != 0) {
            let mark = browser.open("/refunds").html.contains("name=\"mark\"");
            let fields = if mark { vec![("mark", browser.open("/refunds").field("mark"))] } else { vec![] };
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let shown =
                if *method == "GET" { browser.open(&filled(path)) } else { browser.submit(&filled(path), &fields) };
            assert_eq!(shown.status, *expected, "{method} {path}: {}", shown.text());
            if shown.status == 303 && !matches!(*path, "/" | "/preferences" | "/sign-in" | "/sign-out") {
                assert!(shown.location().starts_with("/sign-in"), "{path} leads to {}", shown.location());
            }
        }
    }
    server.stop();
}

#[test]
fn every_path_of_the_pages_is_in_the_table() {
    let routes = include_str!("../../src/pages/mod.rs");
    let of_operator = |path: &&str| {
        path.starts_with("/operator") || ["/people", "/stats", "/settings"].iter().any(|own| path.starts_with(own))
    };
    let paths = routes.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for path in paths.filter(|path| !of_operator(path)) {
        assert!(TABLE.iter().any(|(_, known, _)| *known == path), "{path} is not in the table");
    }
}

#[test]
fn what_people_write_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let hostile = "<script>alert(1)</script>\u{202e}\"'&<img src=x onerror=alert(1)>";
    let mut body = opening("o-1");
    body["order_line"]["title"] = json!(hostile);
    body["reason"] = json!(format!("{hostile}{}", "長".repeat(900)));
    let refund = server.post("/v1/refunds", &server.platform, &[], &body);
    assert_eq!(refund.status, 201, "{:?}", refund.body);
    let text = json!({ "text": format!("{hostile}{}", "🧺".repeat(3_900)) });
    assert_eq!(server.post(&path(&refund.body, "messages"), &server.seller, &[], &text).status, 201);
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let pages = [
        seller.open("/refunds"),
        seller.open(&server.page(&refund.body)),
        seller.open(&format!("{}/offer", server.page(&refund.body))),
        Browser::new(&server).open(&server.buyer_page(&refund.body)),
        Browser::new(&server).open(&format!("/sign-in?back={}", "/%3Cscript%3E")),
        Browser::new(&server).submit("/sign-in", &[("name", hostile), ("password", "wrong password")]),
    ];
    for page in pages {
        assert!(!page.html.contains("<script>") && !page.html.contains("<img"), "{}", page.html);
    }
    server.stop();
}

#[test]
fn a_long_history_is_shown_a_part_at_a_time_and_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    for number in 1..=210 {
        let text = json!({ "text": format!("message {number}.") });
        assert_eq!(server.post(&path(&refund, "messages"), &server.seller, &[], &text).status, 201);
    }
    let seller = Browser::signed_in(&server, &server.link("seller"));
    for (browser, page) in [(seller, server.page(&refund)), (Browser::new(&server), server.buyer_page(&refund))] {
        let latest = browser.open(&page).html;
        assert!(latest.contains("message 210.") && latest.contains("message 11.") && !latest.contains("message 10."));
        let link = format!("{page}?until=11");
        assert!(latest.contains(&format!("href=\"{link}#history\"")) && !latest.contains("To the latest"));
        let earlier = browser.open(&link).html;
        assert!(earlier.contains("message 10.") && !earlier.contains("message 11."));
        assert!(earlier.contains("Refund asked for"), "it begins where it began");
        assert!(earlier.contains(&format!("href=\"{page}#history\"")) && !earlier.contains("What came before"));
        assert!(earlier.contains(&format!("hx-get=\"{link}\"")), "what is read is not taken away");
        for odd in ["until=0", "until=1"] {
            assert!(browser.open(&format!("{page}?{odd}")).html.contains("To the latest"), "{odd}");
        }
        for odd in ["until=", "until=-1", "until=211", "until=99999999999999999999", "until=x"] {
            assert!(browser.open(&format!("{page}?{odd}")).html.contains("message 210."), "{odd}");
        }
    }
    server.stop();
}

#[test]
fn a_page_that_takes_no_form_says_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let shown = Browser::new(&server).submit("/refunds/rfd_1", &[]);
    assert_eq!((shown.status, shown.headers["allow"].as_bytes()), (405, b"GET,HEAD".as_slice()));
    server.stop();
}

#[test]
fn every_page_keeps_to_its_own_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let seller = Browser::signed_in(&server, &server.link("seller"));
    for path in [
        "/sign-in",
        "/refunds",
        &server.page(&refund),
        &format!("{}/offer", server.page(&refund)),
        &server.buyer_page(&refund),
        "/refunds/rfd_none",
    ] {
        let shown = seller.open(path);
        if shown.status == 303 {
            continue;
        }
        let header = |name: &str| shown.headers[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!((header("referrer-policy").as_str(), header("cache-control").as_str()), ("no-referrer", "no-store"));
        for inline in [" style=\"", "<style", " onclick", " onload", "javascript:", "http://", "https://"] {
            assert!(!shown.html.contains(inline), "{path} holds {inline}");
        }
        assert!(!shown.html.contains("<script>"), "{path} has a script of its own");
    }
    server.stop();
}

#[test]
fn what_a_page_refuses_is_counted_by_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    assert_eq!(Browser::signed_in(&server, &server.link("seller")).open("/refunds/rfd_none").status, 404);
    let metrics = server.get("/metrics", "").body;
    assert!(metrics.as_str().unwrap().contains("refund_http_problems_total{code=\"not_found\"} 1"), "{metrics}");
    server.stop();
}

/// Each refund of the demo, in every status there is, for everybody who may see it, in each language.
#[test]
fn every_page_is_told_in_every_state_and_language() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let listed = server.get("/v1/refunds?limit=100", &server.operator).body;
    let refunds = listed["items"].as_array().unwrap();
    let statuses: std::collections::BTreeSet<_> =
        refunds.iter().map(|refund| refund["status"].as_str().unwrap()).collect();
    assert_eq!(statuses.len(), refund_core::StatusKind::ALL.len(), "the demo has a refund in every status");
    let (seller, operator) = (server.link("seller"), server.link("operator"));
    let people = [Browser::signed_in(&server, &seller), Browser::signed_in(&server, &operator)];
    let links: Vec<_> = refunds
        .iter()
        .map(|refund| {
            server.get(&path(refund, "buyer-link"), &server.platform).body["url"].as_str().unwrap().to_owned()
        })
        .collect();
    for language in ["zh-Hant", "zh-Hans", "en"] {
        for browser in &people {
            browser.keep("reader", &format!("{language}.light"));
        }
        let buyer = Browser::reading(&server, language);
        let check = |shown: &crate::support::browser::Shown, path: &str| {
            assert_eq!(shown.status, 200, "{path}");
            assert!(shown.html.contains(&format!("<html lang=\"{language}\"")), "{path} in {language}");
            let leaked = shown.text().split(' ').find(|word| is_a_name(word)).map(str::to_owned);
            assert_eq!(leaked, None, "{path} in {language} shows the name of a text");
        };
        for (refund, link) in refunds.iter().zip(&links) {
            let page = server.page(refund);
            let own = refund["seller_id"] == crate::support::SELLER;
            for browser in people.iter().skip(usize::from(!own)) {
                check(&browser.open(&page), &page);
            }
            check(&buyer.open(server.path_of(link)), "the buyer's page");
        }
        for browser in &people {
            check(&browser.open("/refunds"), "/refunds");
            check(&browser.open("/refunds?tab=escalated"), "/refunds?tab=escalated");
        }
        check(&buyer.open("/sign-in"), "/sign-in");
    }
    server.stop();
}

/// Whether a word looks like the name of a text, such as `queue-title`, and not like anything that a demo says.
fn is_a_name(word: &str) -> bool {
    let parts: Vec<_> = word.split('-').collect();
    let known = ["seller-homeware", "seller-lights", "seller-orchard", "After-sales"];
    parts.len() > 1
        && !known.contains(&word)
        && parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()))
}
