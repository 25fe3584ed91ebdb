//! A form that is sent twice acts once: by two clicks, by a browser that loads its answer anew.

use std::path::Path;

use crate::support::browser::Shown;
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server};

/// Forms that carry nothing to act once by, and why sending them again does nothing more.
const WITHOUT: &[(&str, &str)] = &[
    ("action=\"/sign-in\"", "each is a way in of its own, and a code is used up by being shown"),
    ("sign-in-once.html", "the link is used up"),
    ("action=\"/people/own/password\"", "the password that it shows is replaced"),
    ("action=\"/people/own/second-factor", "the code that it shows is used up"),
    ("action=\"/people/own/sign-out\"", "nobody is signed in any more"),
    ("action=\"/sign-out\"", "nobody is signed in any more"),
    ("action=\"/preferences\"", "it changes what the browser keeps and nothing else"),
    ("/again\"", "what waits to be sent again is not sent twice"),
];

fn templates(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            templates(&entry, found);
        } else {
            found.push((entry.display().to_string(), std::fs::read_to_string(&entry).unwrap()));
        }
    }
}

#[test]
fn every_form_that_is_posted_carries_what_makes_it_act_once() {
    let mut found = Vec::new();
    templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"), &mut found);
    let (mut forms, mut without) = (0, Vec::new());
    for (name, text) in &found {
        for form in text.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap()) {
            if !form.contains("method=\"post\"") {
                continue;
            }
            forms += 1;
            if !form.contains("name=\"once\" value=\"{{ page.once() }}\"") {
                let exempt = WITHOUT.iter().find(|(part, _)| form.contains(part) || name.contains(part));
                without.push(exempt.unwrap_or_else(|| panic!("{name}: a form that may act twice: {form}")).0);
            }
        }
    }
    assert!(forms > 40, "{forms}");
    assert!(WITHOUT.iter().all(|(part, _)| without.contains(part)), "{without:?}");
}

/// A browser puts what was typed back by its place in the page, and on these pages a place is another batch's, key's or
/// person's once somebody changed something.
#[test]
fn nothing_that_was_typed_comes_back_in_another_row() {
    let mut found = Vec::new();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/pages");
    templates(&pages.join("operator"), &mut found);
    found.push(("people.html".to_owned(), std::fs::read_to_string(pages.join("people.html")).unwrap()));
    let mut forms = 0;
    for (name, text) in &found {
        for form in text.split("<form").skip(1).filter(|form| form.contains("method=\"post\"")) {
            let tag = form.split(" class=").next().unwrap();
            assert!(tag.contains("autocomplete=\"off\""), "{name}: <form{tag}");
            forms += 1;
        }
    }
    assert!(forms > 15, "{forms}");
}

/// What a page shows this once.
fn secret(page: &Shown) -> String {
    let rest = page.html.split_once("<code dir=\"ltr\">").map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap().to_owned()
}

#[test]
fn another_secret_is_made_once_by_one_form() {
    demo(|server, operator, _| {
        let body = serde_json::json!({ "url": "http://127.0.0.1:9/hook" });
        let made = server.post("/v1/webhooks", &server.operator, &[], &body).body;
        let here = format!("/operator/webhooks/{}", made["id"].as_str().unwrap());
        let mut rotate = |once: &str| {
            let shown = operator.post(&format!("{here}/rotate"), &[("once", once)]);
            assert_eq!(shown.status, 200, "{}", shown.text());
            secret(&shown)
        };
        let first = rotate("one");
        assert_ne!(first, made["secret"].as_str().unwrap());
        assert_eq!(
            rotate("one"),
            first,
            "the one before the last is good for a day, and not pushed out by a second click"
        );
        assert_ne!(rotate("two"), first, "another form means another");
    });
}

#[test]
fn whoever_is_added_twice_by_one_form_comes_in_by_the_link_that_was_shown() {
    demo(|server, operator, _| {
        let once = operator.get("/people").field("once");
        let fields = [
            ("name", "second"),
            ("role", "seller"),
            ("seller_id", SELLER),
            ("team_role", "owner"),
            ("once", once.as_str()),
        ];
        let link = secret(&operator.post("/people", &fields));
        let again = operator.post("/people", &fields);
        assert!(again.status == 200 && again.notice().contains("was shown then"), "{}", again.text());
        assert_eq!(secret(&again), "", "no link");
        assert_eq!(signed_in_people(server, &link), 200);
    });
}

fn signed_in_people(server: &Server, link: &str) -> u16 {
    Clerk::by_link(server, link).get("/people").status
}

#[test]
fn a_link_that_was_asked_for_twice_by_one_form_is_made_once() {
    demo(|server, operator, _| {
        let fields = [("name", "second"), ("role", "operator")];
        operator.post("/people", &fields);
        let page = operator.get("/people");
        let row = page.html.split_once("<bdi>second</bdi>").unwrap().1;
        let id = row.split_once("formaction=\"/people/").unwrap().1.split('/').next().unwrap();
        let mut ask = || operator.post(&format!("/people/{id}/link"), &[("once", "one")]);
        let link = secret(&ask());
        assert_eq!(secret(&ask()), "", "the one before is not ended by a second click");
        assert_eq!(signed_in_people(server, &link), 200);
    });
}

#[test]
fn the_clock_of_a_demo_is_moved_once_by_one_form() {
    demo(|server, operator, _| {
        let now = || server.get("/v1/test-clock", &server.operator).body["now"].as_str().unwrap().to_owned();
        let before = now();
        let mut forward = || operator.post("/clock", &[("by", "hour"), ("once", "one")]).status;
        assert_eq!(forward(), 303);
        let after = now();
        assert_eq!((forward(), now()), (303, after.clone()));
        assert_ne!(before, after);
    });
}
