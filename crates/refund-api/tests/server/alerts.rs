//! Whoever others did something about sees it once they are signed in, until they say so.

use crate::support::browser::{Browser, Shown};
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server};

const PASSWORD: &str = "long enough, truly";

fn link(page: &Shown) -> String {
    let rest = page.html.split_once("<code dir=\"ltr\">").map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap().to_owned()
}

/// A colleague of the demo's person, who has a password.
fn colleague<'s>(server: &'s Server, operator: &mut Clerk) -> Clerk<'s> {
    operator.get("/people");
    let fields = [("name", "kim"), ("role", "seller"), ("seller_id", SELLER), ("team_role", "owner")];
    let mut kim = Clerk::by_link(server, &link(&operator.post("/people", &fields)));
    assert_eq!(kim.post("/people/own/password", &[("new", PASSWORD)]).location(), "/people");
    kim.get("/people");
    kim
}

#[test]
fn an_open_links_alert_stays_also_where_a_test_clock_was_put_forward() {
    demo(|server, operator, _| {
        let mut kim = colleague(server, operator);
        let path = format!("/people/{}/link", id(&operator.get("/people")));
        operator.post(&path, &[]);
        server.advance(3 * 86_400);
        let until = kim.get("/refunds").field("until");
        assert_eq!(kim.post("/people/own/alerts", &[("until", &until), ("back", "/people")]).location(), "/people");
        let shown = kim.get("/refunds");
        assert!(shown.text().contains("Operator made a link by which"), "it opens the door still: {}", shown.text());
    });
}

/// The id of kim, on a page of people.
fn id(page: &Shown) -> String {
    let row = page.html.split_once("<bdi>kim</bdi>").unwrap().1;
    let rest = row.split_once("formaction=\"/people/").unwrap().1;
    rest.split('/').next().unwrap().to_owned()
}

#[test]
fn a_link_that_another_used_is_told_until_it_is_seen_and_ends_all_sessions() {
    demo(|server, operator, _| {
        let mut kim = colleague(server, operator);
        assert!(!kim.get("/refunds").says("id=\"alerts\""), "what they did themselves they know");
        let path = format!("/people/{}/link", id(&operator.get("/people")));
        let made = link(&operator.post(&path, &[]));
        let shown = kim.get("/refunds");
        assert!(shown.text().contains("Operator made a link by which"), "{}", shown.text());
        let mut other = Clerk::nobody(server);
        let used = other.post(server.path_of(&made), &[("password", "another, long one")]);
        assert_eq!(used.status, 303, "{}", used.text());
        assert!(kim.get("/refunds").location().starts_with("/sign-in"), "the sessions of before are over");
        let shown = other.get("/people");
        for told in ["Operator made a link", "chosen with a link that Operator had made"] {
            assert!(shown.text().contains(told), "{}", shown.text());
        }
        let until = shown.field("until");
        let seen = [("until", until.as_str()), ("back", "/people")];
        assert_eq!(Browser::new(server).submit("/people/own/alerts", &seen).location(), "/sign-in");
        assert_eq!(other.post("/people/own/alerts", &[("until", "soon")]).status, 404);
        assert_eq!(other.post("/people/own/alerts", &seen).location(), "/people");
        assert!(!other.get("/refunds").says("id=\"alerts\""));
    });
}

#[test]
fn another_role_and_being_shut_out_are_told_after_a_restart_too_in_each_language() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let (mut operator, mut seller) = (Clerk::operator(&server), Clerk::seller(&server));
    drop(colleague(&server, &mut operator));
    let kim = id(&operator.get("/people"));
    seller.get("/people");
    assert_eq!(seller.post(&format!("/people/{kim}/role"), &[("team_role", "reader")]).location(), "/people");
    for what in ["disable", "enable", "enable"] {
        assert_eq!(operator.post(&format!("/people/{kim}/{what}"), &[]).location(), "/people");
    }
    server.stop();
    let server = Server::demo(folder.path());
    let mut kim = Clerk::nobody(&server);
    assert_eq!(kim.post("/sign-in", &[("name", "kim"), ("password", PASSWORD)]).status, 303);
    let shown = kim.get("/refunds");
    for told in ["Seller · homeware-1 gave you the role: reader.", "Operator let you in no more.", "let you in again."]
    {
        assert_eq!(shown.text().matches(told).count(), 1, "{told}: {}", shown.text());
    }
    let mut kim = kim.reading("zh-TW");
    let shown = kim.get("/refunds");
    assert!(shown.text().contains("商家 · homeware-1 將您的角色改為：僅檢視。"), "{}", shown.text());
    server.stop();
}
