//! Signing in and out, and what nobody else's page can do.

use crate::support::Server;
use crate::support::browser::Browser;
use serde_json::json;

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
    let guessed = browser.submit(path, &[("password", "password1234")]);
    assert_eq!(guessed.status, 422, "{}", guessed.text());
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
    let told = |shown: &crate::support::browser::Shown| shown.text().replace("nobody", "").replace("homeware-1", "");
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
    let try_one = || browser.submit("/sign-in", &[("name", "operator"), ("password", "a guess at it")]);
    let tries: Vec<_> = (0..11).map(|_| try_one().status).collect();
    assert_eq!(tries.iter().filter(|status| **status == 422).count(), 10, "{tries:?}");
    let refused = try_one();
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(refused.status == 429 && (1..=60).contains(&wait), "{wait} {}", refused.text());
    server.stop();
}

#[test]
fn a_browser_in_which_somebody_signed_in_is_not_held_up_by_who_tries_their_name_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let own = Browser::new(&server);
    let chosen = own.submit(server.path_of(&server.link("seller")), &[("password", "a long password")]);
    assert_eq!(chosen.status, 303);
    let sign_in = |browser: &Browser<'_>, name: &str, password: &str| {
        browser.submit("/sign-in", &[("name", name), ("password", password)]).status
    };
    let stranger = Browser::new(&server);
    let tries: Vec<_> = (0..12).map(|_| sign_in(&stranger, "homeware-1", "a guess at it")).collect();
    assert_eq!(tries.last(), Some(&429), "{tries:?}");
    let any: Vec<_> = (0..60).map(|number| sign_in(&stranger, &format!("nobody-{number}"), "a guess")).collect();
    assert_eq!(any.last(), Some(&429), "an address has an end, whatever the names: {any:?}");
    own.keep("__Host-session", "");
    assert_eq!(own.open("/refunds").status, 303, "nobody is signed in by what is kept of that");
    assert_eq!(sign_in(&own, "homeware-1", "a long password"), 303);
    stranger.keep("__Host-known", &own.cookie("__Host-known").unwrap().replace(['0', '1', '2', '3'], "f"));
    // A mark that is good has ten tries of its own, and meanwhile one or another of everybody's comes back.
    let made_up: Vec<_> = (0..12).map(|_| sign_in(&stranger, "homeware-1", "a guess at it")).collect();
    assert!(made_up.iter().filter(|status| **status == 422).count() <= 5, "nobody makes one up: {made_up:?}");
    server.stop();
}

#[test]
fn a_server_that_is_reached_by_tls_is_reached_by_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for plain in ["http://refunds.example.com", "http://192.0.2.1:8080", "http://[2001:db8::1]"] {
        let no = Server::reached_by(folder.path(), plain).err().unwrap().to_string();
        assert!(no.contains("begins with https://"), "{no}");
    }
    for none in ["refunds.example.com", "ftp://refunds.example.com", "https://", ""] {
        let no = Server::reached_by(folder.path(), none).err().unwrap().to_string();
        assert!(no.contains("is no address"), "{no}");
    }
    let told = |url: &str| {
        let server = Server::reached_by(folder.path(), url).unwrap();
        let shown = Browser::new(&server).open("/sign-in");
        server.stop();
        shown.headers.get("strict-transport-security").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(told("https://refunds.example.com/").as_deref(), Some("max-age=31536000"));
    for here in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"] {
        assert_eq!(told(here), None, "{here}");
    }
}

#[test]
fn an_operator_who_forgot_their_password_comes_in_by_whoever_starts_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Server::limited(folder.path(), refund_api::Limits::without_rates());
    let server = start();
    let link = server.path_of(server.printed_link().unwrap());
    assert_eq!(Browser::new(&server).submit(link, &[]).status, 422, "a link alone is whose it was for a moment");
    assert_eq!(Browser::new(&server).submit(link, &[("password", "a long enough password")]).status, 303);
    server.stop();
    let server = start();
    assert_eq!(server.printed_link(), None, "they have a password");
    server.stop();
    let fresh = tempfile::tempdir().unwrap();
    let no = Server::with_link_for(fresh.path(), "Paul").err().unwrap().to_string();
    assert!(no.contains("start without --sign-in-link and open the link that is printed"), "{no}");
    let no = Server::with_link_for(folder.path(), "nobody").err().unwrap().to_string();
    assert!(no.contains("nobody of the operator's people who may sign in is called \"nobody\""), "{no}");
    let server = Server::with_link_for(folder.path(), "Operator").unwrap();
    let (link, browser) = (server.path_of(server.printed_link().unwrap()), Browser::new(&server));
    let alone = browser.submit(link, &[]);
    assert_eq!(alone.status, 422, "nobody acts under the name of whoever has a password");
    assert!(alone.text().contains("Choose a new password"), "{}", alone.text());
    assert_eq!(browser.open("/operator/health").status, 303);
    assert_eq!(browser.submit(link, &[("password", "another long enough one")]).status, 303);
    assert_eq!(browser.open("/operator/health").status, 200);
    let sign_in = |password| Browser::new(&server).submit("/sign-in", &[("name", "operator"), ("password", password)]);
    assert_eq!(sign_in("a long enough password").status, 422, "whose name it is learns of it");
    assert_eq!(sign_in("another long enough one").status, 303);
    server.stop();
}

#[test]
fn no_other_page_can_send_a_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let browser = Browser::signed_in(&server, &server.link("seller"));
    let agree = format!("{}/act/agree", server.page(&refund));
    let page = browser.open(&server.page(&refund));
    let (mark, addresses) = (page.field("mark"), page.field("addresses"));
    let fields =
        |mark: &str| crate::support::browser::form(&[("version", "1"), ("addresses", &addresses), ("mark", mark)]);
    for (site, mark) in
        [("cross-site", mark.as_str()), ("same-site", &mark), ("same-origin", ""), ("same-origin", &"0".repeat(64))]
    {
        let shown = browser.send("POST", &agree, &[("Sec-Fetch-Site", site)], &fields(mark));
        assert_eq!(shown.status, 403, "{site} {mark}");
        assert!(shown.text().contains("nothing was done"), "{}", shown.text());
    }
    // Without TLS a browser says no more than the page's origin, and `null` of one that tells nobody where it is.
    for origin in ["https://evil.example", "http://127.0.0.1:1", "evil", "\u{e9}"] {
        assert_eq!(browser.send("POST", &agree, &[("Origin", origin)], &fields(&mark)).status, 403, "{origin}");
    }
    let others = Browser::signed_in(&server, &server.others_sign_in_link()).open("/refunds").field("mark");
    assert_eq!(browser.send("POST", &agree, &[], &fields(&others)).status, 403, "a mark is one session's");
    assert_eq!(server.show(&refund)["status"], "WAIT_SELLER_AGREE");
    let shown = browser.send("POST", &agree, &[("Sec-Fetch-Site", "same-origin")], &fields(&mark));
    assert_eq!((shown.status, &server.show(&refund)["status"]), (303, &json!("WAIT_BUYER_RETURN_GOODS")));
    let buyers = format!("{}/act/cancel", server.buyer_page(&refund));
    let cancel = |name, value| browser.send("POST", &buyers, &[(name, value)], "version=2").status;
    assert_eq!((cancel("Sec-Fetch-Site", "cross-site"), cancel("Origin", "https://evil.example")), (403, 403));
    assert_eq!(cancel("Origin", &server.base_url), 303);
    assert_eq!(browser.send("POST", "/preferences", &[("Origin", "null")], "language=en").status, 303);
    server.stop();
}

#[test]
fn what_was_typed_outlives_the_session_for_whoever_typed_it() {
    const PASSWORD: &str = "a long password";
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    let [browser, elsewhere] = [Browser::new(&server), Browser::new(&server)];
    let come_in = |browser: &Browser, back: &str| {
        let shown = browser.submit("/sign-in", &[("name", "homeware-1"), ("password", PASSWORD), ("back", back)]);
        assert_eq!(shown.status, 303, "{}", shown.text());
        shown.location().to_owned()
    };
    browser.submit(server.path_of(&server.link("seller")), &[("password", PASSWORD)]);
    let page = browser.open(&server.page(&refund));
    come_in(&elsewhere, "/");
    let people = elsewhere.open("/people");
    assert_eq!(elsewhere.submit_on(&people, "/people/own/sign-out", &[]).status, 303);
    let (refuse, words) = (format!("{}/act/refuse", server.page(&refund)), "It was whole <when> it left us.");
    let led = browser.submit_on(&page, &refuse, &[("version", "1"), ("reason", words)]);
    assert!(led.status == 303 && led.location().starts_with("/sign-in?back="), "{}", led.location());
    let back = led.location().strip_prefix("/sign-in?back=").unwrap();
    let back = form_urlencoded::parse(format!("back={back}").as_bytes()).next().unwrap().1.into_owned();
    let follow = |browser: &Browser, to: &str| browser.open(browser.open(to).location());
    // Whoever else is signed in sees the page, and nothing of what was typed.
    let operator = Browser::signed_in(&server, &server.link("operator"));
    assert!(!follow(&operator, &back).html.contains("It was whole"));
    assert_eq!(come_in(&browser, &back), back);
    let shown = follow(&browser, &back);
    assert!(shown.text().contains("You were signed out while you typed."), "{}", shown.text());
    assert!(shown.html.contains("It was whole &#60;when&#62; it left us.</textarea>"), "{}", shown.html);
    assert!(shown.html.contains("<details class=\"action\" open>\n<summary>Refuse the refund"), "{}", shown.html);
    assert_eq!(server.show(&refund)["version"], 1, "nothing was done with it");
    // It is sent from there like anything else. A form of before leads there too, from within the new session.
    let again = browser.submit_on(&page, &refuse, &[("version", "1"), ("reason", "Another word.")]);
    assert!(follow(&browser, again.location()).html.contains("Another word.</textarea>"), "{}", again.location());
    assert_eq!(browser.submit_on(&shown, &refuse, &[("version", "1"), ("reason", words)]).status, 303);
    assert_eq!(server.show(&refund)["status"], "SELLER_REFUSE_BUYER");
    assert!(!follow(&browser, &back).text().contains("You were signed out"), "it was sent since");
    // A password is kept for nobody.
    let own = browser.open("/people");
    come_in(&elsewhere, "/");
    elsewhere.submit_on(&elsewhere.open("/people"), "/people/own/sign-out", &[]);
    let led = browser.submit_on(&own, "/people/own/password", &[("old", PASSWORD), ("new", "quite another one")]);
    assert_eq!(led.location(), "/sign-in");
    server.stop();
}

#[test]
fn nobody_is_led_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let browser = Browser::new(&server);
    for back in ["https://evil.example/", "//evil.example", "/\\evil.example", "/refunds\0", "/b/x\u{7f}"] {
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
    let ended = "/b/lnk_x.1.y";
    assert_eq!(browser.submit("/preferences", &[("back", ended)]).location(), ended, "or to what says that it ended");
    let page = browser.open("/sign-in");
    assert!(page.html.contains("<html lang=\"zh-Hans\" data-theme=\"dark\""), "{}", &page.html[..200]);
    server.stop();
}

#[test]
fn a_page_that_listens_hears_that_its_reader_was_signed_out_and_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let browser = Browser::signed_in(&server, &server.link("seller"));
    let mut stream = browser.listen("/refunds/live");
    server.open("o-1");
    assert!(stream.next_line().starts_with("event: changed"), "it hears while they are signed in");
    let queue = browser.open("/refunds");
    assert_eq!(browser.submit_on(&queue, "/sign-out", &[]).status, 303);
    server.open("o-2");
    let rest = stream.rest();
    assert_eq!(rest.matches("event: changed").count(), 1, "its last word is that they are signed out: {rest}");
    assert_eq!(rest.matches("rfd_").count(), 0, "{rest}");

    // A page that is still open goes to see for itself, whatever it notices first.
    let behind = |name, value| browser.send("GET", "/refunds?status=CLOSED", &[(name, value)], "");
    let shown = behind("HX-Request", "true");
    assert_eq!((shown.status, shown.headers["hx-redirect"].as_bytes()), (204, b"/refunds?status=CLOSED".as_slice()));
    assert_eq!(behind("Accept", "text/event-stream").status, 204);
    assert_eq!(behind("Accept", "text/html").location(), "/sign-in?back=%2Frefunds%3Fstatus%3DCLOSED");
    server.stop();
}
