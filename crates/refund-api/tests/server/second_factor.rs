//! The second factor: set up with a phone, asked for behind the password, good once, and taken off by an operator.

use std::path::Path;

use data_encoding::BASE32_NOPAD;
use totp_rs::Builder;

use crate::support::Server;
use crate::support::browser::{Browser, Shown};
use crate::support::clerk::Clerk;

const NAME: &str = "homeware-1";
const PASSWORD: &str = "long enough, truly";
const HERE: &str = "/people/own/second-factor";

/// The phone of one person.
struct Phone(Vec<u8>);

impl Phone {
    /// One that has read the page on which it is set up.
    fn with(page: &Shown) -> Self {
        let rest = page.html.split_once("Or type this secret into it:").unwrap().1;
        let secret = rest.split_once("\"ltr\">").unwrap().1.split('<').next().unwrap().replace('-', "");
        Self(BASE32_NOPAD.decode(secret.as_bytes()).unwrap())
    }

    /// The code that it shows so many steps after the present one.
    fn code(&self, later: u64) -> String {
        // When a file was written just now is what the machine's clock says.
        let file = tempfile::NamedTempFile::new().unwrap();
        let written = file.as_file().metadata().unwrap().modified().unwrap();
        let now = written.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let totp = Builder::new().with_secret(self.0.clone()).build().unwrap();
        totp.generate(now + 30 * later).to_string()
    }
}

/// The seller's person with a password and a second factor, where they set it up; their phone, the code that they showed
/// and their recovery codes.
fn set_up(server: &Server) -> (Clerk<'_>, Phone, String, Vec<String>) {
    let mut seller = Clerk::seller(server);
    assert!(seller.get(HERE).text().contains("First choose a password"));
    assert_eq!(seller.post("/people/own/password", &[("new", PASSWORD)]).location(), "/people");
    let page = seller.get(HERE);
    assert!(page.says("<svg class=\"qr\"") && page.says("<path d=\"M4 4h1v1h-1z"));
    let (phone, nonce) = (Phone::with(&page), page.field("nonce"));
    let mut begin =
        |old: &str, code: &str| seller.post(HERE, &[("nonce", nonce.as_str()), ("old", old), ("code", code)]);
    assert_eq!(begin("not this one", &phone.code(0)).notice(), "The present password is not that.");
    let wrong = begin(PASSWORD, "12345");
    assert_eq!((wrong.status, wrong.field("nonce")), (422, nonce.clone()), "the phone has read that square");
    let shown = phone.code(0);
    let done = begin(PASSWORD, &shown);
    let codes: Vec<_> = done.html.split("<li><code dir=\"ltr\">").skip(1).collect();
    let codes: Vec<_> = codes.iter().map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!((done.status, codes.len()), (200, 10), "{}", done.text());
    (seller, phone, shown, codes)
}

fn password<'s>(server: &'s Server, typed: &str) -> (Shown, Browser<'s>) {
    let browser = Browser::new(server);
    (browser.submit("/sign-in", &[("name", NAME), ("password", typed), ("back", "/people")]), browser)
}

/// What comes of a code behind the right password, in a browser of its own.
fn code<'s>(server: &'s Server, code: &str) -> (Shown, Browser<'s>) {
    let (page, browser) = password(server, PASSWORD);
    assert!(page.status == 200 && page.text().contains("One more thing"), "{}", page.text());
    assert!(page.says("name=\"back\" value=\"/people\""), "it leads where the password was to lead");
    let pass = page.field("pass");
    let fields = [("name", NAME), ("pass", pass.as_str()), ("back", "/people"), ("code", code)];
    (browser.submit("/sign-in", &fields), browser)
}

fn is_refused(shown: &Shown) -> bool {
    shown.status == 422 && shown.text().contains("That code is not good, or was used already.")
}

fn holds(folder: &Path, bytes: &[u8]) -> bool {
    let journal = std::fs::read(folder.join("journal")).unwrap();
    journal.windows(bytes.len()).any(|window| window == bytes)
}

#[test]
fn a_code_is_asked_for_behind_the_password_and_is_good_once_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let elsewhere = Browser::signed_in(&server, &server.link("operator"));
    let (mut seller, phone, first, codes) = set_up(&server);
    assert!(elsewhere.open("/people").status == 200 && seller.get("/people").says("second factor on"));
    let page = seller.get(HERE);
    assert!(page.text().contains("Recovery codes left: 10.") && !page.says(&codes[0]), "they are shown once");
    assert!(is_refused(&code(&server, &first).0), "the code that it was set up with is used");
    let (wrong, _) = password(&server, "not this one, no");
    assert!(wrong.status == 422 && wrong.text().contains("Name and password don't fit"), "nobody learns of it before");
    let later = phone.code(1);
    let (page, browser) = password(&server, PASSWORD);
    assert_eq!(browser.open("/people").status, 303, "the password alone opens nothing");
    let forged = page.field("pass").replace(['0', '1', '2', '3'], "4");
    let told = browser.submit("/sign-in", &[("name", NAME), ("pass", &forged), ("code", &later)]);
    assert!(told.status == 422 && told.text().contains("That took too long."), "{}", told.text());
    let (shown, browser) = code(&server, &later);
    assert_eq!((shown.status, shown.location()), (303, "/people"), "{}", shown.text());
    assert_eq!(browser.open("/people").status, 200);
    assert!(is_refused(&code(&server, &later).0), "it is used");
    server.stop();

    let server = Server::demo(folder.path());
    assert!(is_refused(&code(&server, &later).0), "it stays used");
    assert_eq!(code(&server, &codes[0].to_lowercase()).0.status, 303);
    assert!(is_refused(&code(&server, &codes[0]).0), "a recovery code is good once, too");
    server.stop();
    for secret in [phone.0.as_slice(), codes[1].replace('-', "").as_bytes(), codes[1].as_bytes()] {
        assert!(!holds(folder.path(), secret), "no secret is stored");
    }
    assert!(holds(folder.path(), NAME.as_bytes()), "what is looked through is what is stored");
}

#[test]
fn setting_it_up_ends_all_other_sessions_and_doing_without_it_takes_both() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (mut seller, phone, _, codes) = set_up(&server);
    let (_, elsewhere) = code(&server, &codes[1]);
    assert_eq!(elsewhere.open("/people").status, 200);
    let mut off = |old: &str, code: &str| seller.post(&format!("{HERE}/off"), &[("old", old), ("code", code)]);
    assert_eq!(off("not this one", &codes[2]).notice(), "The present password is not that.");
    assert!(is_refused(&off(PASSWORD, "000000")) && is_refused(&off(PASSWORD, &codes[1])));
    assert_eq!(off(PASSWORD, &phone.code(1)).location(), HERE);
    assert_eq!(password(&server, PASSWORD).0.location(), "/people");
    // Once more, which makes other secrets.
    let page = seller.get(HERE);
    let (again, nonce) = (Phone::with(&page), page.field("nonce"));
    assert_ne!(again.0, phone.0);
    let fields = [("nonce", nonce.as_str()), ("old", PASSWORD), ("code", &again.code(0))];
    assert_eq!(seller.post(HERE, &fields).status, 200);
    assert_eq!(elsewhere.open("/people").status, 303, "wherever else they were signed in they are not any more");
    assert_eq!(seller.get("/people").status, 200);
    assert_eq!(seller.post(HERE, &fields).status, 422, "it is not set up over itself");
    server.stop();
}

#[test]
fn a_link_does_not_get_past_it_unless_an_operator_takes_it_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut operator = Clerk::operator(&server);
    let (mut seller, _, _, codes) = set_up(&server);
    let page = operator.get("/people");
    let row = page.html.split_once("<bdi>homeware-1</bdi>").unwrap().1;
    let id = row.split_once("formaction=\"/people/").unwrap().1.split('/').next().unwrap().to_owned();
    let made = operator.post(&format!("/people/{id}/link"), &[]);
    let link = made.html.split_once("<code dir=\"ltr\">").unwrap().1.split('<').next().unwrap().to_owned();
    let (path, browser) = (server.path_of(&link), Browser::new(&server));
    let chosen = ("password", "another, long one");
    assert!(browser.open(path).says("name=\"code\""));
    for code in ["", "000000"] {
        assert!(is_refused(&browser.submit(path, &[chosen, ("code", code)])), "{code}");
    }
    assert_eq!(browser.submit(path, &[chosen, ("code", codes[3].as_str())]).status, 303);
    assert_eq!(browser.open("/people").status, 200);
    // A colleague can't, an operator can, and its owner is told.
    assert!(seller.get("/refunds").location().starts_with("/sign-in"));
    let mut colleague = Clerk::by_link(
        &server,
        &server.sign_in_link("kim", refund_store::KeyRole::Seller("seller-homeware".parse().unwrap())),
    );
    let off = format!("/people/{id}/second-factor-off");
    assert!(!colleague.get("/people").says(&off));
    assert_eq!(colleague.post(&off, &[]).status, 404);
    assert!(operator.get("/people").says(&off));
    assert_eq!(operator.post(&off, &[]).location(), "/people");
    assert_eq!(browser.open("/people").status, 303, "who may have the phone is out");
    let shown = browser.submit("/sign-in", &[("name", NAME), chosen, ("back", "/people")]);
    assert_eq!((shown.status, shown.location()), (303, "/people"));
    let told = browser.open("/people");
    assert!(told.text().contains("Operator took your second factor off."), "{}", told.text());
    // Operators see who did it, and how many recovery codes it was used with.
    let trail = server.get(&format!("/v1/audit?limit=100&type=person&actor={id}"), &server.operator).body.to_string();
    let changed = |field: &str, before: &str, after: &str| {
        format!("{{\"after\":{after},\"before\":{before},\"field\":\"{field}\"}}")
    };
    let trail_of_all = server.get("/v1/audit?limit=100&type=person", &server.operator).body.to_string();
    for change in [
        changed("second_factor", "null", "\"set\""),
        changed("recovery_codes", "\"10\"", "\"9\""),
        changed("second_factor", "\"set\"", "null"),
    ] {
        assert!(trail_of_all.contains(&change), "{change}: {trail_of_all}");
    }
    assert!(!trail.contains("\"changes\":[]"), "signing in and reading is no change: {trail}");
    server.stop();
}

#[test]
fn codes_are_not_tried_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (_, phone, _, _) = set_up(&server);
    let (page, browser) = password(&server, PASSWORD);
    let pass = page.field("pass");
    let tried = |code: &str| browser.submit("/sign-in", &[("name", NAME), ("pass", &pass), ("code", code)]).status;
    let tries: Vec<_> = (0..10).map(|_| tried("000000")).collect();
    assert_eq!((tries[0], tries.last()), (422, Some(&429)), "{tries:?}");
    assert_eq!(tried(&phone.code(1)), 429, "also the right one");
    server.stop();
}

#[test]
fn whoever_starts_the_server_lets_in_an_operator_who_lost_their_phone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), refund_api::Limits::without_rates());
    let mut operator = Clerk::by_link(&server, server.printed_link().unwrap());
    let page = operator.get(HERE);
    let (phone, nonce) = (Phone::with(&page), page.field("nonce"));
    let old = "three lamps and a boat";
    let fields = [("nonce", nonce.as_str()), ("old", old), ("code", &phone.code(0))];
    assert_eq!(operator.post(HERE, &fields).status, 200);
    server.stop();
    let server = Server::with_link_for(folder.path(), "Operator").unwrap();
    let browser = Browser::new(&server);
    let link = server.path_of(server.printed_link().unwrap());
    assert_eq!(browser.submit(link, &[("password", PASSWORD)]).status, 303);
    let told = browser.open("/people");
    assert!(told.text().contains("whoever runs the server took your second factor off."), "{}", told.text());
    server.stop();
}
