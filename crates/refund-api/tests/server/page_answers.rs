//! A page that answers a form is shown at an address of its own: to load it again sends nothing, and a secret is
//! shown there once. That every form is answered so, the tests' browser holds.

use crate::support::Server;
use crate::support::browser::{Browser, Shown, form};

const KEYS: &str = "/operator/keys";

/// What a browser is sent for a form, before it goes anywhere.
fn send(browser: &Browser, page: &Shown, path: &str, fields: &[(&str, &str)]) -> Shown {
    let mark = page.field("mark");
    browser.send("POST", path, &[], &form(&[fields, &[("mark", mark.as_str())]].concat()))
}

fn served(test: impl FnOnce(&Server)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    test(&server);
    server.stop();
}

#[test]
fn a_secret_is_shown_once_and_loading_it_again_makes_no_second_key() {
    served(|server| {
        let operator = Browser::signed_in(server, &server.link("operator"));
        let page = operator.open(KEYS);
        let key = [("key_name", "of the shop"), ("role", "platform"), ("scope", "full"), ("once", "1")];
        let led = send(&operator, &page, KEYS, &key);
        assert_eq!(led.status, 303, "{}", led.text());
        let answer = led.answer().expect("it leads to an answer");
        assert!(Browser::new(server).open(answer).location().starts_with("/sign-in"), "it is nobody else's");
        let seller = Browser::signed_in(server, &server.link("seller"));
        assert_eq!(seller.open(answer).status, 404, "nor another's who is signed in");
        assert!(operator.open(answer).html.contains("rfk_"));
        let again = operator.open(answer);
        assert!(again.status == 200 && !again.html.contains("rfk_"), "{}", again.text());
        assert_eq!(again.html.matches("<bdi>of the shop</bdi>").count(), 1);
    });
}

#[test]
fn nobody_takes_away_what_is_kept_for_somebody_who_is_signed_in() {
    served(|server| {
        let operator = Browser::signed_in(server, &server.link("operator"));
        let page = operator.open(KEYS);
        let key = [("key_name", "of the shop"), ("role", "platform"), ("scope", "full"), ("once", "1")];
        let led = send(&operator, &page, KEYS, &key);
        let answer = led.answer().expect("it leads to an answer");
        let stranger = Browser::new(server);
        // A page that says each of these again, as five bytes, several times.
        let long = "'".repeat(8_000);
        let mut sent = 0;
        for number in 0..80 {
            let led = stranger.send("POST", &format!("/sign-in/x{number}?{long}"), &[], &form(&[("password", "")]));
            sent += usize::from(led.answer().is_some());
        }
        assert_eq!(sent, 80, "all of these are answered by a page that is kept");
        assert_eq!(operator.send("HEAD", answer, &[], "").status, 200);
        assert!(operator.open(answer).html.contains("rfk_"));
    });
}

#[test]
fn what_is_wrong_with_a_form_is_shown_as_often_as_one_looks() {
    served(|server| {
        let seller = Browser::signed_in(server, &server.link("seller"));
        let refund = server.open("o-1");
        let page = seller.open(&server.page(&refund));
        let led = send(&seller, &page, &format!("{}/message", server.page(&refund)), &[("text", " ")]);
        let answer = led.answer().expect("it leads to an answer");
        for _ in 0..2 {
            let shown = seller.open(answer);
            assert!(shown.status == 422 && shown.text().contains("Message: this is needed."), "{}", shown.text());
        }
        let made_up = format!("{}/message?answer=made-up", server.page(&refund));
        assert_eq!(seller.open(&made_up).location(), server.page(&refund), "what is not kept leads to the page");
        let buyer = Browser::new(server);
        let own = format!("{}/message", server.buyer_page(&refund));
        let led = buyer.send("POST", &own, &[], &form(&[("text", " ")]));
        assert_eq!(buyer.open(led.answer().expect("it leads to an answer")).status, 422);
    });
}

/// Each row of the queue has the address of its list in it, and each word is compared with each refund.
#[test]
fn an_address_that_no_page_has_is_refused_before_anything_is_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let seller = Browser::signed_in(&server, &server.link("seller"));
    server.open("o-1");
    for query in ["a=1&".repeat(101), format!("q={}", "a+".repeat(5_000))] {
        for page in ["/refunds", "/refunds/rfd_none", "/"] {
            assert_eq!(seller.open(&format!("{page}?{query}")).status, 400, "{page}");
        }
    }
    let many = seller.open(&format!("/refunds?q={}", "o+".repeat(17)));
    assert_eq!((many.status, many.text().contains("o-1 ")), (200, false), "{}", many.text());
    assert!(seller.open(&format!("/refunds?q={}", "o+".repeat(16))).text().contains("o-1"));
}
