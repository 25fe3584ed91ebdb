//! The pages, without a browser's engine: who sees what, what a form does, and what nobody else's form can do.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use serde_json::json;
use support::browser::Browser;
use support::{Server, money, opening, path, small_refund};

/// Every path of the pages, with a method, and what those get who are nobody, a person of the seller whose
/// refund it is, of another seller, of the operator, and the buyer of another refund. A form is sent empty,
/// by a browser that says where it comes from.
const TABLE: &[(&str, &str, [u16; 4])] = &[
    ("GET", "/", [303, 303, 303, 303]),
    ("GET", "/sign-in", [200, 303, 303, 303]),
    ("POST", "/sign-in", [422, 422, 422, 422]),
    ("GET", "/sign-in/{token}", [404, 404, 404, 404]),
    ("POST", "/sign-in/{token}", [404, 404, 404, 404]),
    ("POST", "/preferences", [303, 303, 303, 303]),
    ("POST", "/clock", [404, 404, 404, 404]),
    ("GET", "/refunds", [303, 200, 200, 200]),
    ("POST", "/refunds/bulk", [303, 200, 200, 200]),
    ("GET", "/refunds/{id}", [303, 200, 404, 200]),
    ("GET", "/refunds/{id}/offer", [303, 200, 404, 403]),
    ("POST", "/refunds/{id}/offer", [303, 422, 404, 403]),
    ("POST", "/refunds/{id}/message", [303, 422, 404, 422]),
    ("POST", "/refunds/{id}/act/{action}", [303, 422, 404, 403]),
    ("GET", "/b/{token}", [200, 200, 200, 200]),
    ("POST", "/b/{token}/message", [422, 422, 422, 422]),
    ("POST", "/b/{token}/act/{action}", [422, 422, 422, 422]),
    ("GET", "/assets/{name}", [200, 200, 200, 200]),
    // Streams, which don't end by themselves for those who may have them.
    ("GET", "/refunds/live", [303, 0, 0, 0]),
    ("GET", "/refunds/{id}/live", [303, 0, 404, 0]),
    ("GET", "/b/{token}/live", [0, 0, 0, 0]),
    // Afterwards nobody is anybody any more.
    ("POST", "/sign-out", [303, 303, 303, 303]),
];

#[test]
fn who_may_see_and_do_what() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let other = other_seller(&server);
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
    let routes = include_str!("../src/pages/mod.rs");
    let of_operator = |path: &&str| {
        path.starts_with("/operator") || ["/people", "/stats", "/settings"].iter().any(|own| path.starts_with(own))
    };
    let paths = routes.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for path in paths.filter(|path| !of_operator(path)) {
        assert!(TABLE.iter().any(|(_, known, _)| *known == path), "{path} is not in the table");
    }
}

/// A link for a person of another seller.
fn other_seller(server: &Server) -> String {
    server.sign_in_link("other-1", refund_store::KeyRole::Seller("seller-lights".parse().unwrap()))
}

#[test]
fn a_link_signs_in_once_and_looking_at_it_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (link, browser) = (server.link("seller"), Browser::new(&server));
    let path = server.path_of(&link);
    for _ in 0..3 {
        let shown = browser.open(path);
        assert_eq!(shown.status, 200);
        assert!(shown.text().contains("homeware-1"), "{}", shown.text());
    }
    assert_eq!(browser.open("/refunds").status, 303, "nobody is signed in by looking");
    let short = browser.submit(path, &[("password", "short")]);
    assert_eq!(short.status, 422);
    let shown = browser.submit(path, &[("password", "a long password")]);
    assert_eq!((shown.status, shown.location()), (303, "/"));
    let cookie = shown.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax", "; Max-Age=604800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(browser.open("/refunds").status, 200);
    let again = Browser::new(&server);
    assert_eq!(again.open(path).status, 404);
    assert_eq!(again.submit(path, &[]).status, 404, "it opens nothing any more");
    // With the password from now on.
    let wrong = again.submit("/sign-in", &[("name", "homeware-1"), ("password", "another password")]);
    let unknown = again.submit("/sign-in", &[("name", "nobody"), ("password", "another password")]);
    assert_eq!((wrong.status, unknown.status), (422, 422));
    let told = |shown: &support::browser::Shown| shown.text().replace("nobody", "").replace("homeware-1", "");
    assert_eq!(told(&wrong), told(&unknown), "nobody learns who is there");
    let right = again.submit(
        "/sign-in",
        &[("name", "Homeware-1"), ("password", "a long password"), ("back", "/refunds?status=CLOSED")],
    );
    assert_eq!((right.status, right.location()), (303, "/refunds?status=CLOSED"));
    server.stop();
}

#[test]
fn a_session_ends_at_once_where_it_is_ended_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let browser = Browser::signed_in(&server, &server.link("seller"));
    let session = browser.cookie("__Host-session").unwrap();
    server.stop();
    let server = Server::demo(folder.path());
    let browser = Browser::new(&server);
    browser.keep("__Host-session", &session);
    let queue = browser.open("/refunds");
    assert_eq!(queue.status, 200);
    assert_eq!(browser.submit("/sign-out", &[]).status, 403, "somebody else's form signs nobody out");
    let out = browser.submit_on(&queue, "/sign-out", &[]);
    assert_eq!((out.status, out.location()), (303, "/sign-in"));
    browser.keep("__Host-session", &session);
    assert_eq!(browser.open("/refunds").status, 303);
    server.stop();
}

#[test]
fn a_name_is_not_tried_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let browser = Browser::new(&server);
    let try_one = || browser.submit("/sign-in", &[("name", "operator"), ("password", "a guess at it")]).status;
    let tries: Vec<_> = (0..12).map(|_| try_one()).collect();
    assert_eq!(tries.iter().filter(|status| **status == 422).count(), 10, "{tries:?}");
    assert_eq!(tries.last(), Some(&429));
    server.stop();
}

#[test]
fn no_other_page_can_send_a_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let browser = Browser::signed_in(&server, &server.link("seller"));
    let agree = format!("{}/act/agree", server.page(&refund));
    let mark = browser.open("/refunds").field("mark");
    let fields = |mark: &str| support::browser::form(&[("version", "1"), ("mark", mark)]);
    for (site, mark) in
        [("cross-site", mark.as_str()), ("same-site", &mark), ("same-origin", ""), ("same-origin", &"0".repeat(64))]
    {
        let shown = browser.send("POST", &agree, &[("Sec-Fetch-Site", site)], &fields(mark));
        assert_eq!(shown.status, 403, "{site} {mark}");
        assert!(shown.text().contains("nothing was done"), "{}", shown.text());
    }
    let others = Browser::signed_in(&server, &other_seller(&server)).open("/refunds").field("mark");
    assert_eq!(browser.send("POST", &agree, &[], &fields(&others)).status, 403, "a mark is one session's");
    assert_eq!(server.show(&refund)["status"], "WAIT_SELLER_AGREE");
    let shown = browser.send("POST", &agree, &[("Sec-Fetch-Site", "same-origin")], &fields(&mark));
    assert_eq!((shown.status, &server.show(&refund)["status"]), (303, &json!("WAIT_BUYER_RETURN_GOODS")));
    let buyers = format!("{}/act/cancel", server.buyer_page(&refund));
    let cancel = |site| browser.send("POST", &buyers, &[("Sec-Fetch-Site", site)], "version=2").status;
    assert_eq!((cancel("cross-site"), cancel("same-origin")), (403, 303));
    server.stop();
}

#[test]
fn nobody_is_led_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let browser = Browser::new(&server);
    for back in ["https://evil.example/", "//evil.example", "/\\evil.example", "/b/lnk_x.1.y"] {
        let shown = browser.submit("/preferences", &[("back", back), ("language", "zh-Hans"), ("theme", "dark")]);
        assert_eq!((shown.status, shown.location()), (303, "/"), "{back}");
    }
    let refund = server.open("o-1");
    let own = server.buyer_page(&refund);
    assert_eq!(
        browser.submit("/preferences", &[("back", &own)]).location(),
        own,
        "a buyer comes back to their own page"
    );
    let page = browser.open("/sign-in");
    assert!(page.html.contains("<html lang=\"zh-Hans\" data-theme=\"dark\""), "{}", &page.html[..200]);
    server.stop();
}

#[test]
fn the_seeds_three_stories_go_over_the_pages() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let buyer = Browser::new(&server);
    let offer = |order: &str| {
        let refund = server.open(order);
        let offer = format!("{}/offer", server.page(&refund));
        let page = seller.open(&offer);
        assert!(page.text().contains("From CN¥0.01 to CN¥20.00"), "{}", page.text());
        let terms = [
            ("version", "1"),
            ("type", "REFUND_ONLY"),
            ("amount", "2"),
            ("message", "Keep the bin."),
            ("agreed_offline", "yes"),
        ];
        let review = seller.submit_on(&page, &offer, &[&terms[..], &[("step", "review")]].concat());
        let text = review.text();
        for told in [
            "Return and refund Amount CN¥20.00",
            "Refund only Amount CN¥2.00",
            "Keep the bin.",
            "only offer that this refund can have",
            "CN¥2.00 is paid, nothing comes back",
            "It waits for the goods",
        ] {
            assert!(text.to_lowercase().contains(&told.to_lowercase()), "{told}: {text}");
        }
        assert_eq!(server.show(&refund)["negotiation"], json!(null), "nothing is sent by looking");
        let sent = seller.submit_on(&page, &offer, &[&terms[..], &[("step", "send")]].concat());
        assert_eq!(sent.location(), format!("{}?done=make_offer", server.page(&refund)));
        refund
    };
    let answer = |refund: &serde_json::Value, action: &str| {
        let page = server.buyer_page(refund);
        let asked = buyer.open(&format!("{page}?ask={}", action.replace('-', "_")));
        let fields = [("version", asked.field("version")), ("negotiation_id", asked.field("negotiation_id"))];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = buyer.submit(&format!("{page}/act/{action}"), &fields);
        assert_eq!(done.status, 303, "{}", done.text());
        buyer.open(done.location())
    };
    // The buyer accepts.
    let refund = offer("o-1");
    server.advance(3_600);
    let shown = answer(&refund, "accept-offer");
    assert!(shown.text().contains("You accepted the offer.") && shown.text().contains("Refunded"), "{}", shown.text());
    assert_eq!(server.show(&refund)["effective"]["amount"], money("2.00"));
    // The buyer rejects: no second offer.
    let refund = offer("o-2");
    answer(&refund, "reject-offer");
    let again = seller.open(&format!("{}/offer", server.page(&refund)));
    assert_eq!(again.status, 409);
    assert!(
        again.text().contains("A refund has one negotiation, and it was used: it is rejected. rule R9"),
        "{}",
        again.text()
    );
    // Nobody answers.
    let refund = offer("o-3");
    let queue = seller.open("/refunds");
    assert!(queue.text().contains("o-3"));
    let next = seller.submit_on(&queue, "/clock", &[("by", "36h"), ("back", "/refunds")]);
    assert_eq!((next.status, next.location()), (303, "/refunds"));
    let page = seller.open(&server.page(&refund)).text();
    assert!(page.contains("Agreed because time ran out Return and refund · CN¥20.00"), "{page}");
    assert!(page.contains("Offer expired") && page.contains("Waiting for the return"), "{page}");
    server.stop();
}

#[test]
fn a_page_that_is_out_of_date_does_nothing_and_shows_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let page = seller.open(&server.page(&refund));
    assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
    let late = seller.submit_on(&page, &format!("{}/act/agree", server.page(&refund)), &[("version", "1")]);
    assert_eq!(late.status, 412);
    assert!(late.text().contains("nothing was done") && late.text().contains("Offer: open"), "{}", late.text());
    let without = seller.submit_on(&page, &format!("{}/act/agree", server.page(&refund)), &[]);
    assert_eq!(without.status, 428, "a form without a version is none of these pages'");
    assert_eq!(server.show(&refund)["status"], "WAIT_SELLER_AGREE");
    // The buyer's page too.
    let asked = Browser::new(&server).open(&format!("{}?ask=accept_offer", server.buyer_page(&refund)));
    let fields = [("version", "1"), ("negotiation_id", &asked.field("negotiation_id"))];
    let late = Browser::new(&server).submit(&format!("{}/act/accept-offer", server.buyer_page(&refund)), &fields);
    assert_eq!((late.status, &server.show(&refund)["status"]), (412, &json!("WAIT_SELLER_AGREE")));
    server.stop();
}

#[test]
fn what_can_not_be_done_says_which_rule_and_what_is_wrong_with_a_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let page = seller.open(&server.page(&refund));
    let act = |action: &str, fields: &[(&str, &str)]| {
        seller.submit_on(&page, &format!("{}/{action}", server.page(&refund)), &[&[("version", "1")], fields].concat())
    };
    let long = "x".repeat(1001);
    for (action, fields, status, told) in [
        ("act/refuse", vec![], 422, "Reason: this is needed."),
        ("act/refuse", vec![("reason", long.as_str())], 422, "Reason: at most 1000 characters are taken."),
        ("act/confirm-receipt", vec![], 409, "Not while the refund stands at: Waiting for the seller. rule R24"),
        (
            "offer",
            vec![("type", "REFUND_ONLY"), ("amount", "2.001")],
            422,
            "Amount: at most 2 decimals are taken in this currency.",
        ),
        (
            "offer",
            vec![("type", "REFUND_ONLY"), ("amount", "two")],
            422,
            "Amount: an amount such as 12.50 is expected.",
        ),
        (
            "offer",
            vec![("type", "REFUND_ONLY"), ("amount", "21"), ("step", "send")],
            409,
            "At most CN¥20.00 can still be refunded. rule R10",
        ),
        ("offer", vec![("type", "RETURN_AND_REFUND"), ("amount", "20"), ("step", "send")], 409, "rule R12"),
        ("message", vec![("text", " ")], 422, "Message: this is needed."),
    ] {
        let shown = act(action, &fields);
        assert_eq!(shown.status, status, "{action}: {}", shown.text());
        assert!(shown.text().contains(told), "{told}: {}", shown.text());
    }
    assert!(
        page.text().contains("Confirm the return : Not while the refund stands at: Waiting for the seller. rule R24"),
        "{}",
        page.text()
    );
    assert_eq!(server.show(&refund)["version"], 1);
    server.stop();
}

#[test]
fn an_internal_note_is_not_on_the_buyers_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let page = seller.open(&server.page(&refund));
    let write = |fields: &[(&str, &str)]| seller.submit_on(&page, &format!("{}/message", server.page(&refund)), fields);
    assert_eq!(write(&[("text", "The third this week."), ("internal", "yes")]).status, 303);
    assert_eq!(write(&[("text", "Please send a picture.")]).status, 303);
    let seller_sees = seller.open(&server.page(&refund)).text();
    assert!(seller_sees.contains("Internal note The third this week. Seller · homeware-1"), "{seller_sees}");
    let buyer_sees = Browser::new(&server).open(&server.buyer_page(&refund)).text();
    assert!(buyer_sees.contains("Please send a picture. Seller ·") && !buyer_sees.contains("third this week"));
    assert!(!buyer_sees.contains("homeware-1"), "a buyer is told the side and not the person");
    server.stop();
}

#[test]
fn many_at_once_are_each_done_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refunds = ["o-1", "o-2", "o-3"].map(|order| server.open(order));
    server.as_seller(&refunds[1], "negotiation", &small_refund("2.00"));
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let queue = seller.open("/refunds");
    let ticked = refunds.iter().map(|refund| format!("{} 1", refund["id"].as_str().unwrap())).collect::<Vec<_>>();
    let fields: Vec<_> = ticked.iter().map(|value| ("refund", value.as_str())).chain([("action", "agree")]).collect();
    let done = seller.submit_on(&queue, "/refunds/bulk", &fields);
    assert_eq!(done.status, 200);
    assert!(done.text().contains("2 of 3 done."), "{}", done.text());
    assert!(done.text().contains("Somebody was faster"), "{}", done.text());
    let statuses: Vec<_> = refunds.iter().map(|refund| server.show(refund)["status"].clone()).collect();
    assert_eq!(statuses, ["WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS"]);
    let none = seller.submit_on(&queue, "/refunds/bulk", &[("action", "agree")]);
    assert!(none.text().contains("No refund was chosen."));
    server.stop();
}

#[test]
fn the_queue_is_filtered_searched_and_turned_page_by_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    for number in 0..55 {
        server.open(&format!("p-{number}"));
    }
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let first = seller.open("/refunds?status=WAIT_SELLER_AGREE");
    assert_eq!(first.html.matches("<td class=\"goods\">").count(), 50);
    let next = first.html.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    let second = seller.open(&next);
    assert_eq!(second.html.matches("<td class=\"goods\">").count(), 9, "55 and four of the demo's own");
    let found = seller.open("/refunds?order=p-7");
    assert_eq!(found.html.matches("<td class=\"goods\">").count(), 1);
    assert!(seller.open("/refunds?order=nothing").text().contains("Nothing matches"));
    assert_eq!(seller.open("/refunds?cursor=made-up").status, 400);
    server.stop();
}

#[test]
fn what_a_filter_finds_far_down_is_on_the_first_page() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let gone = server.open("gone");
    assert_eq!(server.post(&path(&gone, "cancel"), &server.platform, &[], &json!({})).status, 200);
    for number in 0..1_050 {
        server.open(&format!("p-{number}"));
    }
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let found = seller.open("/refunds?status=CLOSED").text();
    assert!(found.contains("Order gone"), "{found}");
    server.stop();
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
        let check = |shown: &support::browser::Shown, path: &str| {
            assert_eq!(shown.status, 200, "{path}");
            assert!(shown.html.contains(&format!("<html lang=\"{language}\"")), "{path} in {language}");
            let leaked = shown.text().split(' ').find(|word| is_a_name(word)).map(str::to_owned);
            assert_eq!(leaked, None, "{path} in {language} shows the name of a text");
        };
        for (refund, link) in refunds.iter().zip(&links) {
            let page = server.page(refund);
            let own = refund["seller_id"] == support::SELLER;
            for browser in people.iter().skip(usize::from(!own)) {
                check(&browser.open(&page), &page);
            }
            check(&buyer.open(server.path_of(link)), "the buyer's page");
        }
        for browser in &people {
            check(&browser.open("/refunds"), "/refunds");
            check(&browser.open("/refunds?escalated=yes"), "/refunds?escalated=yes");
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
