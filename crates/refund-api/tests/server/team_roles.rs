//! What a seller's owners, clerks and readers may: every form of the pages, whoever sends it and whoever is shown it.

use refund_store::{KeyRole, TeamRole};

use crate::support::browser::{Browser, Shown};
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server};

/// Whoever may do least, first.
const ROLES: [TeamRole; 3] = [TeamRole::Reader, TeamRole::Clerk, TeamRole::Owner];

/// Every path with a form, and the first of these roles that may send it. What is the operator's alone is told from
/// that by being nowhere (404) for an owner.
const FORMS: &[(&str, TeamRole)] = &[
    ("/refunds/bulk", TeamRole::Clerk),
    ("/refunds/{id}/offer", TeamRole::Clerk),
    ("/refunds/{id}/message", TeamRole::Clerk),
    ("/refunds/{id}/act/{action}", TeamRole::Clerk),
    ("/refunds/{id}/buyer-link", TeamRole::Clerk),
    ("/refunds/{id}/files", TeamRole::Clerk),
    ("/refunds/{id}/files/{sha256}/erase", TeamRole::Clerk),
    ("/refunds/{id}/erasure", TeamRole::Clerk),
    ("/settings", TeamRole::Owner),
    ("/settings/offers", TeamRole::Owner),
    ("/settings/offers/{offer}", TeamRole::Owner),
    ("/people", TeamRole::Owner),
    ("/people/{id}/{change}", TeamRole::Owner),
    ("/operator/webhooks", TeamRole::Owner),
    ("/operator/webhooks/{id}/{what}", TeamRole::Owner),
    ("/operator/rollout", TeamRole::Owner),
    ("/operator/sellers", TeamRole::Owner),
    ("/operator/sellers/{id}", TeamRole::Owner),
    ("/operator/sellers/{id}/offers", TeamRole::Owner),
    ("/operator/sellers/{id}/offers/{offer}", TeamRole::Owner),
    ("/operator/keys", TeamRole::Owner),
    ("/operator/keys/{id}/revoke", TeamRole::Owner),
    ("/operator/policy", TeamRole::Owner),
    ("/b/{token}/message", TeamRole::Reader),
    ("/b/{token}/act/{action}", TeamRole::Reader),
    ("/b/{token}/files", TeamRole::Reader),
    ("/preferences", TeamRole::Reader),
    ("/clock", TeamRole::Reader),
    ("/sign-in", TeamRole::Reader),
    ("/sign-in/{token}", TeamRole::Reader),
    ("/people/own/password", TeamRole::Reader),
    ("/people/own/alerts", TeamRole::Reader),
    ("/people/own/second-factor", TeamRole::Reader),
    ("/people/own/second-factor/off", TeamRole::Reader),
    // Afterwards nobody is anybody any more.
    ("/people/own/sign-out", TeamRole::Reader),
    ("/sign-out", TeamRole::Reader),
];

/// A ruling is the operator's, whoever of a seller tries.
const RULING: &str = "/refunds/{id}/ruling";

fn may(role: TeamRole, least: TeamRole) -> bool {
    let place = |role| ROLES.iter().position(|known| *known == role);
    place(role) >= place(least)
}

fn signed_in<'s>(server: &'s Server, role: TeamRole) -> Browser<'s> {
    let link = server.sign_in_link_as(role.as_str(), KeyRole::Seller(SELLER.parse().unwrap()), role);
    Browser::signed_in(server, &link)
}

fn is_told_of_their_role(shown: &Shown) -> bool {
    shown.status == 403 && shown.text().contains("ask an owner among your people")
}

/// An endpoint of the seller's, for what is done to one.
fn endpoint(server: &Server) -> String {
    let body = serde_json::json!({ "url": "http://127.0.0.1:9/hook" });
    server.post("/v1/webhooks", &server.seller, &[], &body).body["id"].as_str().unwrap().to_owned()
}

#[test]
fn each_form_is_taken_of_those_whose_role_it_is_and_of_nobody_else() {
    demo(|server, _, _| {
        let refund = server.open("o-1");
        let hook = endpoint(server);
        let filled = |path: &str| {
            let id = if path.contains("webhooks") { hook.as_str() } else { refund["id"].as_str().unwrap() };
            let path = path.replace("{id}", id).replace("{token}", refund["buyer_link"]["token"].as_str().unwrap());
            let path = path.replace("{offer}", "small");
            path.replace("{action}", "refuse").replace("{change}", "disable").replace("{what}", "change")
        };
        for role in ROLES {
            let browser = signed_in(server, role);
            let mark = browser.open("/refunds").field("mark");
            for (path, least) in FORMS {
                let shown = browser.submit(&filled(path), &[("mark", &mark)]);
                let is_refused = is_told_of_their_role(&shown);
                assert_eq!(is_refused, !may(role, *least), "{role:?} {path}: {} {}", shown.status, shown.text());
                if is_refused {
                    assert_eq!(browser.open("/refunds").status, 200, "and they are signed in still");
                }
            }
        }
        for role in ROLES {
            let browser = Browser::signed_in(
                server,
                &server.sign_in_link_as(
                    &format!("{}-2", role.as_str()),
                    KeyRole::Seller(SELLER.parse().unwrap()),
                    role,
                ),
            );
            assert_eq!(is_told_of_their_role(&browser.open(&filled("/refunds/{id}/offer"))), role == TeamRole::Reader);
            assert_eq!(browser.open(&filled(RULING)).status, 403);
        }
        assert_eq!(server.show(&refund)["version"], 1);
    });
}

#[test]
fn every_form_of_the_pages_is_in_the_table() {
    let routes = [include_str!("../../src/pages/mod.rs"), include_str!("../../src/pages/operator/mod.rs")].concat();
    let mut found = 0;
    for route in routes.split(".route(\"").skip(1).filter(|route| route.lines().next().unwrap().contains("post(")) {
        let path = route.split('"').next().unwrap();
        assert!(path == RULING || FORMS.iter().any(|(known, _)| *known == path), "{path} is not in the table");
        found += 1;
    }
    assert_eq!(found, FORMS.len() + 1);
}

/// Where the forms of a page are sent that change something, and the links to pages that are nothing but a form.
fn offered(page: &Shown, here: &str) -> Vec<String> {
    let value = |text: &str, name: &str| {
        let rest = text.split_once(&format!(" {name}=\"")).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).map(str::to_owned)
    };
    let mut found = Vec::new();
    for form in page.html.split("<form").skip(1) {
        let (tag, rest) = form.split_once('>').unwrap();
        if !tag.contains("method=\"post\"") {
            continue;
        }
        let inside = rest.split("</form>").next().unwrap();
        let buttons: Vec<_> =
            inside.split("<button").skip(1).filter_map(|button| value(button, "formaction")).collect();
        if buttons.is_empty() && inside.contains("<button") {
            found.push(value(tag, "action").unwrap_or_else(|| here.to_owned()));
        }
        found.extend(buttons);
    }
    let links = page.html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    found.extend(links.filter(|path| path.ends_with("/offer")).map(str::to_owned));
    found
}

/// Whether a path is one of that pattern.
fn fits(path: &str, pattern: &str) -> bool {
    let (path, pattern): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
    path.len() == pattern.len() && path.iter().zip(pattern).all(|(part, own)| own.starts_with('{') || *part == own)
}

#[test]
fn no_page_offers_what_its_reader_may_not() {
    demo(|server, _, _| {
        let refund = server.open("o-1");
        let hook = endpoint(server);
        let pages = ["/refunds", &server.page(&refund), "/settings", "/people", "/operator/webhooks", "/stats"];
        let pages = [&pages[..], &["/settings/offers", "/settings/offers/small"]].concat();
        let pages: Vec<_> = pages.into_iter().map(str::to_owned).collect();
        let pages = [pages.as_slice(), &[format!("/operator/webhooks/{hook}")]].concat();
        let mut counts = Vec::new();
        for role in ROLES {
            let browser = signed_in(server, role);
            let mut count = 0;
            for here in &pages {
                let page = browser.open(here);
                assert_eq!(page.status, 200, "{role:?} sees {here}");
                for path in offered(&page, here) {
                    let path = path.split('?').next().unwrap();
                    // What is named outright goes before what only fits.
                    let form = FORMS
                        .iter()
                        .find(|(own, _)| *own == path)
                        .or_else(|| FORMS.iter().find(|(own, _)| fits(path, own)));
                    let (_, least) = form.unwrap_or_else(|| panic!("{here} offers {path}, which is in no table"));
                    assert!(may(role, *least), "{here} offers {path} to a {role:?}");
                    count += usize::from(*least != TeamRole::Reader);
                }
            }
            counts.push(count);
        }
        assert!(counts[0] == 0 && 4 < counts[1] && counts[1] + 8 < counts[2], "{counts:?}");
    });
}

/// The id of whoever is called that on a page of people.
fn id(page: &Shown, name: &str) -> String {
    let row = page.html.split_once(&format!("<bdi>{name}</bdi>")).unwrap().1;
    let rest = row.split_once("formaction=\"/people/").unwrap().1;
    rest.split('/').next().unwrap().to_owned()
}

#[test]
fn an_owner_gives_colleagues_their_roles_and_nobody_their_own() {
    demo(|server, operator, seller| {
        let none = seller.post("/people", &[("name", "colleague")]);
        assert_eq!((none.status, none.notice().as_str()), (422, "Role: choose one."));
        let made = seller.post("/people", &[("name", "colleague"), ("team_role", "reader")]);
        let link = made.html.split_once("<code dir=\"ltr\">").unwrap().1.split('<').next().unwrap().to_owned();
        let mut colleague = Clerk::by_link(server, &link);
        let refund = server.open("o-1");
        let write = format!("{}/message", server.page(&refund));
        assert_eq!(colleague.post(&write, &[("text", "hello")]).status, 403);
        let page = seller.get("/people");
        let theirs = id(&page, "colleague@seller-homeware");
        let role = |who: &mut Clerk, id: &str, role: &str| {
            who.get("/people");
            who.post(&format!("/people/{id}/role"), &[("team_role", role)])
        };
        assert_eq!(role(seller, &theirs, "king").status, 422);
        assert_eq!(role(seller, &theirs, "clerk").location(), "/people");
        assert!(seller.get("/people").says("They have that role from now on."));
        assert_eq!(colleague.post(&write, &[("text", "hello")]).status, 303, "at once, without signing in again");
        assert_eq!(role(&mut colleague, &theirs, "owner").status, 403);
        assert_eq!(role(seller, &theirs, "owner").location(), "/people");
        let first = id(&colleague.get("/people"), "homeware-1");
        let no = role(seller, &first, "reader");
        assert_eq!((no.status, no.notice().as_str()), (409, "You can't change your own role. Another owner can."));
        assert_eq!(role(&mut colleague, &first, "reader").location(), "/people");
        assert_eq!(seller.post("/people", &[("name", "x"), ("team_role", "clerk")]).status, 403);
        // Of the operator's nobody has such a role, and others' people are not there.
        let others = server.sign_in_link("third", KeyRole::Operator);
        drop(Clerk::by_link(server, &others));
        assert_eq!(role(operator, "usr_third", "reader").status, 404);
        assert_eq!(role(&mut colleague, "usr_third", "reader").status, 404);
        assert_eq!(role(operator, &theirs, "clerk").location(), "/people", "an operator may take the last owner");
        assert_eq!(colleague.post("/people", &[("name", "x"), ("team_role", "clerk")]).status, 403);
    });
}
