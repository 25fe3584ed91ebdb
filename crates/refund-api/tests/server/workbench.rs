//! What a seller and a buyer do on their pages, and what a form says that can't be taken.

use crate::support::browser::Browser;
use crate::support::{Server, money, opening, path, small_refund};
use serde_json::{Value, json};

#[test]
fn what_was_done_is_told_once_and_no_address_claims_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let buyer = Browser::new(&server);
    let refund = server.open("o-1");
    let (page, link) = (server.page(&refund), server.buyer_page(&refund));
    for done in ["agree", "make_offer", "refuse", "accept_offer", "cancel", "message"] {
        assert_eq!(seller.open(&format!("{page}?done={done}")).notice(), "", "{done}");
        assert_eq!(buyer.open(&format!("{link}?done={done}")).notice(), "", "{done}");
    }
    let form = seller.open(&page);
    let done = seller.submit_on(
        &form,
        &format!("{page}/act/agree"),
        &[("version", "1"), ("return_address_id", "south"), ("addresses", &form.field("addresses"))],
    );
    assert_eq!((done.status, done.location()), (303, page.as_str()), "{}", done.text());
    let kept = done.headers["set-cookie"].to_str().unwrap();
    assert!(kept.contains(&format!("; Path={page}; ")) && kept.contains("HttpOnly"), "{kept}");
    assert_ne!(seller.open(&page).notice(), "");
    assert_eq!(seller.open(&page).notice(), "", "once");
    seller.keep("done", "<script>");
    assert_eq!(seller.open(&page).notice(), "");
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
        assert_eq!(sent.location(), server.page(&refund));
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
        again.text().contains("A refund has one negotiation, and it was used: it is rejected."),
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
    let addresses = page.field("addresses");
    let agree = |fields: &[(&str, &str)]| {
        let fields = [fields, &[("addresses", addresses.as_str())]].concat();
        seller.submit_on(&page, &format!("{}/act/agree", server.page(&refund)), &fields)
    };
    let late = agree(&[("version", "1")]);
    assert_eq!(late.status, 412);
    assert!(late.text().contains("nothing was done") && late.text().contains("Offer: open"), "{}", late.text());
    let without = agree(&[]);
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
fn goods_go_where_the_seller_saw_that_they_would() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (refund, offered) = (server.open("o-1"), small_order(&server, "o-2"));
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let page = seller.open(&server.page(&refund));
    let fields = [("version", "1"), ("return_address_id", "south"), ("addresses", &page.field("addresses"))];
    let offer = format!("{}/offer", server.page(&offered));
    let terms = [("type", "RETURN_AND_REFUND"), ("amount", "5"), ("return_address_id", "south")];
    let look = seller.submit_on(&page, &offer, &[&terms[..], &[("step", "review")]].concat());
    let send = |look: &crate::support::browser::Shown| {
        let seen = [("step", "send"), ("version", "1"), ("addresses", &look.field("addresses"))];
        seller.submit_on(&page, &offer, &[&terms[..], &seen].concat())
    };
    server.move_address("south", "9 New Road, Foshan");
    let agreed = seller.submit_on(&page, &format!("{}/act/agree", server.page(&refund)), &fields);
    let moved = "The return addresses have changed since this was shown, so nothing was done.";
    assert!(agreed.status == 412 && agreed.text().contains(moved), "{}", agreed.text());
    let again = send(&look);
    assert!(again.status == 412 && again.text().contains(moved), "{}", again.text());
    assert!(again.text().contains("9 New Road, Foshan"), "{}", again.text());
    assert_eq!([&refund, &offered].map(|refund| server.show(refund)["version"].clone()), [1, 1], "nothing was done");
    assert_eq!(send(&again).status, 303);
    let made = server.show(&offered)["negotiation"]["offer"]["return_address"]["address"].clone();
    assert_eq!(made, "9 New Road, Foshan");
    server.stop();
}

/// A refund of 20.00 without a return.
fn small_order(server: &Server, order: &str) -> Value {
    let mut body = opening(order);
    body["type"] = json!("REFUND_ONLY");
    server.post("/v1/refunds", &server.platform, &[], &body).body
}

#[test]
fn a_message_that_is_sent_again_is_posted_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let seller = Browser::signed_in(&server, &server.link("seller"));
    let (page, link) = (server.page(&refund), server.buyer_page(&refund));
    let count = || server.get(&path(&refund, "messages"), &server.seller).body["items"].as_array().unwrap().len();
    let buyer = Browser::new(&server);
    let mark = seller.open(&page).field("mark");
    for (browser, page) in [(&seller, &page), (&buyer, &link)] {
        let (before, once) = (count(), browser.open(page).field("once"));
        let post = |text: &str, once: &str| {
            let fields = [("text", text), ("once", once), ("mark", &mark)];
            let sent = browser.submit(&format!("{page}/message"), &fields);
            assert_eq!(sent.status, 303, "{}", sent.text());
        };
        (0..4).for_each(|_| post("It was whole.", &once));
        assert_eq!(count(), before + 1);
        // Something else, and the same once more on a page of its own.
        post("It was not.", &once);
        post("It was whole.", &browser.open(page).field("once"));
        assert_eq!(count(), before + 3);
    }
    server.stop();
}

fn call_operator_in(server: &Server, refund: &Value) {
    assert_eq!(server.as_seller(refund, "refuse", &json!({ "reason": "It was whole." })).status, 200);
    let why = json!({ "reason": "It was not." });
    assert_eq!(server.post(&path(refund, "escalate"), &server.platform, &[], &why).status, 200);
}

#[test]
fn nothing_that_decides_is_chosen_beforehand() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let offer = Browser::signed_in(&server, &server.link("seller")).open(&format!("{}/offer", server.page(&refund)));
    assert!(!offer.html.contains(" checked"), "{}", offer.html);
    call_operator_in(&server, &refund);
    let operator = Browser::signed_in(&server, &server.link("operator"));
    let ruling = operator.open(&format!("{}/ruling", server.page(&refund)));
    assert_eq!(ruling.status, 200);
    assert!(!ruling.html.contains(" checked"), "{}", ruling.html);
    server.stop();
}

#[test]
fn a_ruling_is_looked_at_before_it_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    call_operator_in(&server, &refund);
    let operator = Browser::signed_in(&server, &server.link("operator"));
    let here = format!("{}/ruling", server.page(&refund));
    let page = operator.open(&here);
    assert!(page.text().contains("At most CN¥20.00"), "{}", page.text());
    let ruling = |version: &str, step: &str, decision: &str, amount: &str| {
        let fields = [("decision", decision), ("amount", amount), ("reason", "Seen."), ("step", step)];
        operator.submit_on(&page, &here, &[&fields[..], &[("version", version)]].concat())
    };
    for (decision, amount, told) in [
        ("", "5", "Decision: choose one."),
        ("CLOSE", "5", "Amount: leave it empty where nothing is to be paid."),
        ("REFUND", "", "Amount: this is needed."),
        ("REFUND", "0500", "Amount: 0500 begins with zeros that say nothing. Write 500.00."),
        // What a thousand is elsewhere is none here: nothing is paid.
        ("REFUND", "0,500", "Amount: an amount such as 12.50 is expected."),
        ("REFUND", "20.01", "At most CN¥20.00 can still be refunded. rule R10"),
    ] {
        for step in ["review", "rule"] {
            let no = ruling(&page.field("version"), step, decision, amount);
            assert!(no.status == 422 && no.text().contains(told), "{step}: {}", no.text());
        }
    }
    let act = operator.submit_on(&page, &format!("{}/act/rule", server.page(&refund)), &[("decision", "CLOSE")]);
    assert_eq!(act.status, 422, "a ruling is no action of one press");
    let close = ruling("", "review", "CLOSE", " ").text();
    assert!(close.contains("Buyer is paid nothing. Seller pays nothing."), "{close}");
    let look = ruling("", "review", "REFUND", "12.5");
    let told = look.text();
    assert!(told.contains("A ruling is final: it can be neither changed nor taken back."), "{told}");
    assert!(told.contains("Buyer is paid CN¥12.50. Seller bears CN¥12.50."), "{told}");
    assert!(told.contains("Ruled by the operator · Refund only · CN¥12.50 Refunded · CN¥12.50"), "{told}");
    assert!(operator.open(&here).html.contains("value=\"review\""), "nothing is confirmed on the page itself");
    assert_eq!(server.show(&refund)["status"], "SELLER_REFUSE_BUYER", "nothing is done yet");
    let changed = ruling("", "edit", "REFUND", "12.5");
    assert!(changed.html.contains("value=\"12.5\"") && changed.html.contains("value=\"REFUND\" required checked"));
    assert_eq!(ruling("1", "rule", "REFUND", "12.5").status, 412, "what was looked at is what is ruled on");
    assert_eq!(ruling(&look.field("version"), "rule", "REFUND", "12.5").location(), server.page(&refund));
    assert_eq!(server.show(&refund)["effective"]["amount"]["value"], "12.50");
    assert_eq!(operator.open(&here).status, 409, "there is nothing to rule on any more");
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
        ("act/confirm-receipt", vec![], 409, "Not while the refund stands at: Waiting for the seller."),
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
            vec![("type", "REFUND_ONLY"), ("amount", "1,5")],
            422,
            "Amount: 1.5 or 15? Write it without a comma.",
        ),
        ("offer", vec![("amount", "1")], 422, "Type: choose one."),
        (
            "offer",
            vec![("type", "REFUND_ONLY"), ("amount", "21"), ("step", "send")],
            422,
            "At most CN¥20.00 can still be refunded.",
        ),
        (
            "offer",
            vec![("type", "RETURN_AND_REFUND"), ("amount", "20"), ("step", "send")],
            422,
            "A return needs an address.",
        ),
        ("message", vec![("text", " ")], 422, "Message: this is needed."),
    ] {
        let shown = act(action, &fields);
        assert_eq!(shown.status, status, "{action}: {}", shown.text());
        assert!(shown.text().contains(told), "{told}: {}", shown.text());
    }
    assert!(
        page.text().contains("Confirm the return : Not while the refund stands at: Waiting for the seller."),
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
    let operator = Browser::signed_in(&server, &server.link("operator"));
    for shown in [&page, &operator.open(&server.page(&refund))] {
        assert!(shown.text().contains("Internal note: seller and operator read it, the buyer never does"));
    }
    let write = |fields: &[(&str, &str)]| seller.submit_on(&page, &format!("{}/message", server.page(&refund)), fields);
    assert_eq!(write(&[("text", "The third this week."), ("readers", "internal")]).status, 303);
    assert_eq!(write(&[("text", "Please send a picture.")]).status, 303);
    let seller_sees = seller.open(&server.page(&refund)).text();
    assert!(seller_sees.contains("Internal note The third this week. Seller · homeware-1"), "{seller_sees}");
    let buyer_sees = Browser::new(&server).open(&server.buyer_page(&refund)).text();
    assert!(buyer_sees.contains("Please send a picture. Seller ·") && !buyer_sees.contains("third this week"));
    assert!(!buyer_sees.contains("homeware-1"), "a buyer is told the side and not the person");
    let note = [("text", "We know this shop."), ("readers", "operators")];
    let written = |who: &Browser| {
        who.submit_on(&who.open(&server.page(&refund)), &format!("{}/message", server.page(&refund)), &note)
    };
    assert!(!page.text().contains("Operators alone") && written(&seller).status == 403);
    assert_eq!(written(&operator).status, 303);
    let operator_sees = operator.open(&server.page(&refund)).text();
    assert!(operator_sees.contains("Note for operators We know this shop."), "{operator_sees}");
    let others = [seller.open(&server.page(&refund)), Browser::new(&server).open(&server.buyer_page(&refund))];
    assert!(others.iter().all(|page| !page.html.contains("We know this shop")));
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
    let found = seller.open("/refunds?q=p-7");
    assert_eq!(found.html.matches("<td class=\"goods\">").count(), 1);
    assert!(seller.open("/refunds?q=nothing").text().contains("Nothing matches"));
    let back = second.html.split("rel=\"prev\"").next().unwrap().rsplit("href=\"").next().unwrap();
    assert_eq!(back.split('"').next().unwrap(), "/refunds?status=WAIT_SELLER_AGREE");
    for nothing in ["page=0", "page=x", "status=OPEN", "tab=none", "from=tomorrow", "least=much", "page=99999999999"] {
        let none = seller.open(&format!("/refunds?{nothing}"));
        assert!(none.status == 200 && none.html.matches("<td class=\"goods\">").count() == 0, "{nothing}");
    }
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
