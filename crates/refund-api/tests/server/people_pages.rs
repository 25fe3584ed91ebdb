//! The page of people: who sees whom, links that are shown once, passwords, and who is let in no more.

use crate::support::Server;
use crate::support::browser::Shown;
use crate::support::clerk::{Clerk, demo};

/// The link that a page shows this once.
fn link(page: &Shown) -> String {
    let rest = page.html.split_once("<code dir=\"ltr\">").map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap().to_owned()
}

/// The id of whoever is called that on a page of people.
fn id(page: &Shown, name: &str) -> String {
    let row = page.html.split_once(&format!("<bdi>{name}</bdi>")).unwrap().1;
    let rest = row.split_once("formaction=\"/people/").unwrap().1;
    rest.split('/').next().unwrap().to_owned()
}

/// Somebody else of the operator's: nobody's own row has anything to do to them.
fn other_operator<'s>(server: &'s Server, operator: &mut Clerk) -> Clerk<'s> {
    Clerk::by_link(server, &link(&operator.post("/people", &[("name", "the other"), ("role", "operator")])))
}

const PASSWORD: &str = "long enough, truly";

#[test]
fn an_operator_adds_people_of_a_seller_who_come_in_by_a_link_that_is_shown_once() {
    demo(|server, operator, _| {
        let fields = [("name", "second"), ("role", "seller"), ("seller_id", "seller-lights"), ("team_role", "owner")];
        let page = operator.post("/people", &fields);
        let missing = [("name", "second"), ("role", "seller"), ("seller_id", "seller-nobody")];
        assert_eq!(page.status, 200, "{}", page.notice());
        let made = link(&page);
        assert!(made.starts_with(&format!("{}/sign-in/", server.base_url)), "{made}");
        assert!(!operator.get("/people").says("/sign-in/"), "it is shown no more");
        let mut second = Clerk::by_link(server, &made);
        let theirs = second.get("/people");
        assert!(theirs.says("<bdi>second</bdi>") && !theirs.says("<bdi>operator</bdi>"));
        assert_eq!(second.get("/operator/rollout").status, 404);
        assert_eq!(operator.post("/people", &missing).notice(), "Seller: there is no such seller.");
        assert_eq!(
            operator.post("/people", &fields).notice(),
            "Somebody else is called that, or something that looks the same."
        );
        assert_eq!(operator.post("/people", &[("name", "x")]).notice(), "Works for: choose one.");
        assert_eq!(operator.post("/people", &[("name", " "), ("role", "operator")]).notice(), "Name: this is needed.");
    });
}

#[test]
fn a_sellers_people_see_and_add_their_own_and_nobody_elses() {
    demo(|server, operator, seller| {
        let page = seller.get("/people");
        assert!(page.says("<bdi>homeware-1</bdi>") && !page.says("<bdi>operator</bdi>"));
        // Whatever they say, whom they add works for their seller.
        let made = seller.post("/people", &[("name", "colleague"), ("role", "operator"), ("team_role", "clerk")]);
        let mut colleague = Clerk::by_link(server, &link(&made));
        assert!(colleague.get("/people").says("<bdi>homeware-1</bdi>"));
        assert_eq!(colleague.get("/operator/rollout").status, 404);
        // Others are not there for them, so nothing can be done to them.
        let operator_id = id(&other_operator(server, operator).get("/people"), "operator");
        for what in ["link", "disable", "enable"] {
            assert_eq!(seller.post(&format!("/people/{operator_id}/{what}"), &[]).status, 404, "{what}");
        }
        assert_eq!(operator.get("/people").status, 200, "the operator is still signed in");
        assert_eq!(Clerk::nobody(server).get("/people").location(), "/sign-in?back=%2Fpeople");
    });
}

#[test]
fn whoever_is_let_in_no_more_is_out_at_once_and_may_come_back() {
    demo(|server, operator, seller| {
        let homeware = id(&operator.get("/people"), "homeware-1");
        assert_eq!(operator.post(&format!("/people/{homeware}/disable"), &[]).location(), "/people");
        assert!(seller.get("/refunds").location().starts_with("/sign-in"));
        assert!(operator.get("/people").says("can't sign in") || operator.get("/people").says("can&#39;t sign in"));
        assert_eq!(operator.post(&format!("/people/{homeware}/enable"), &[]).location(), "/people");
        let first = link(&operator.post(&format!("/people/{homeware}/link"), &[]));
        let second = link(&operator.post(&format!("/people/{homeware}/link"), &[]));
        let old = first.strip_prefix(&server.base_url).unwrap();
        assert_eq!(Clerk::nobody(server).get(old).status, 404, "another link took its place");
        assert_eq!(Clerk::by_link(server, &second).get("/refunds").status, 200);
        // Nobody shuts themselves out.
        let oneself = id(&other_operator(server, operator).get("/people"), "operator");
        let told = operator.post(&format!("/people/{oneself}/disable"), &[]);
        assert!(told.status == 409 && told.notice().starts_with("You can"), "{}", told.notice());
        assert_eq!(operator.post(&format!("/people/{oneself}/link"), &[]).status, 409, "nor round their password");
        assert_eq!(operator.post(&format!("/people/{oneself}/fly"), &[]).status, 404);
        assert_eq!(operator.post("/people/usr_nobody/link", &[]).status, 404);
    });
}

#[test]
fn whom_an_operator_shut_out_operators_let_in_again() {
    demo(|server, operator, seller| {
        let made = link(&seller.post("/people", &[("name", "colleague"), ("team_role", "clerk")]));
        let colleague = id(&seller.get("/people"), "colleague@seller-homeware");
        drop(Clerk::by_link(server, &made));
        let to = |clerk: &mut Clerk, what: &str| clerk.post(&format!("/people/{colleague}/{what}"), &[]);
        assert_eq!(to(operator, "disable").location(), "/people");
        assert!(!seller.get("/people").says("/enable") && operator.get("/people").says("/enable"));
        let told = to(seller, "enable");
        assert_eq!(
            (told.status, told.notice().as_str()),
            (409, "An operator shut them out: only operators let them in again.")
        );
        assert_eq!(to(operator, "enable").location(), "/people");
        for what in ["disable", "enable"] {
            assert_eq!(to(seller, what).location(), "/people", "{what}");
        }
    });
}

#[test]
fn nobody_of_a_seller_can_become_a_colleague() {
    demo(|server, operator, seller| {
        let made = link(&seller.post("/people", &[("name", "colleague"), ("team_role", "clerk")]));
        let colleague = id(&seller.get("/people"), "colleague@seller-homeware");
        let again = seller.post(&format!("/people/{colleague}/link"), &[]);
        assert_eq!(again.status, 200, "as long as they never came in");
        assert_eq!(Clerk::nobody(server).get(made.strip_prefix(&server.base_url).unwrap()).status, 404);
        let chosen = Clerk::by_link(server, &link(&again)).post("/people/own/password", &[("new", PASSWORD)]);
        assert_eq!(chosen.location(), "/people");
        let path = format!("/people/{colleague}/link");
        assert!(!seller.get("/people").says(&path) && operator.get("/people").says(&path));
        let told = seller.post(&path, &[]);
        assert!(told.status == 409 && told.notice().starts_with("They have a password."), "{}", told.notice());
        assert_eq!(operator.post(&path, &[]).status, 200);
    });
}

#[test]
fn a_password_is_changed_by_whoever_knows_the_present_one_and_ends_what_is_open_elsewhere() {
    demo(|server, operator, _| {
        let change = |browser: &mut Clerk, old: &str, new: &str| {
            browser.post("/people/own/password", &[("old", old), ("new", new)])
        };
        assert_eq!(change(operator, "", "short").notice(), "A password has 12 to 200 characters.");
        assert_eq!(change(operator, "", &"x".repeat(10_000)).notice(), "A password has 12 to 200 characters.");
        assert_eq!(change(operator, "", PASSWORD).location(), "/people");
        assert_eq!(operator.get("/people").status, 200, "here they are signed in still");
        let mut elsewhere = Clerk::nobody(server);
        let sign_in = [("name", "operator"), ("password", PASSWORD)];
        assert_eq!(elsewhere.post("/sign-in", &sign_in).status, 303);
        assert_eq!(change(operator, "not this one", "another, long one").notice(), "The present password is not that.");
        assert_eq!(elsewhere.get("/people").status, 200);
        assert_eq!(change(operator, PASSWORD, "another, long one").location(), "/people");
        assert!(elsewhere.get("/people").location().starts_with("/sign-in"));
        assert_eq!(Clerk::nobody(server).post("/sign-in", &sign_in).status, 422);
        let now = [("name", "Operator"), ("password", "another, long one")];
        assert_eq!(elsewhere.post("/sign-in", &now).status, 303);
        elsewhere.get("/people");
        assert_eq!(elsewhere.post("/people/own/sign-out", &[]).location(), "/sign-in");
        assert!(operator.get("/people").location().starts_with("/sign-in"), "everywhere");
    });
}

#[test]
fn nobody_gets_a_name_that_looks_like_anothers() {
    demo(|_, operator, _| {
        let add = |operator: &mut Clerk, name: &str| {
            operator.get("/people");
            operator.post("/people", &[("name", name), ("role", "operator")]).status
        };
        assert_eq!(add(operator, "Paul Hope"), 200);
        // With a Cyrillic а, a Greek ο, a digit for a letter, other capitals, a space that is another.
        for same in ["P\u{430}ul Hope", "Paul H\u{3bf}pe", "Pau1 Hope", "PAUL HOPE", "Paul\u{a0}Hope"] {
            assert_eq!(add(operator, same), 409, "{same}");
        }
        assert_eq!([add(operator, "Ian"), add(operator, "ZOLA")], [200; 2]);
        for same in ["lan", "Z0LA", "zola", "\u{396}OLA", "IAN", "1an"] {
            assert_eq!(add(operator, same), 409, "{same}");
        }
        for other in ["Paula Hope", "Paul Hope 2", "保羅"] {
            assert_eq!(add(operator, other), 200, "{other}");
        }
    });
}

#[test]
fn names_are_shown_as_text_and_long_lists_have_pages() {
    demo(|_, operator, _| {
        for hidden in ["\u{202e}x", "\u{3164}", "ann\u{ff20}shop", "a\u{ad}nn"] {
            let told = operator.post("/people", &[("name", hidden), ("role", "operator")]);
            assert!(told.notice().contains("signs that can't be seen"), "{}", told.notice());
        }
        let hostile = "<script>alert(1)</script>x";
        let page = operator.post("/people", &[("name", hostile), ("role", "operator")]);
        assert!(page.status == 200 && !page.says("<script>alert"), "{}", page.notice());
        let told = operator.post("/people", &[("name", &"x".repeat(10_000)), ("role", "operator")]);
        assert_eq!(told.notice(), "Name: at most 200 characters are taken.");
        for number in 0..60 {
            operator.post("/people", &[("name", &format!("person {number}")), ("role", "operator")]);
        }
        let first = operator.get("/people");
        assert_eq!(first.html.matches("<th scope=\"row\">").count(), 50);
        let next = first.html.split_once("rel=\"next\"").unwrap().0.rsplit_once("href=\"").unwrap().1.to_owned();
        let next = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        let second = operator.get(&next);
        assert_eq!(second.html.matches("<th scope=\"row\">").count(), 13);
        for name in (0..60).map(|number| format!("<bdi>person {number}</bdi>")) {
            assert!(first.says(&name) != second.says(&name), "{name} is on one of them");
        }
        assert_eq!(operator.get("/people?name=PERSON%2059").html.matches("<th scope=\"row\">").count(), 1);
        assert_eq!(operator.get("/people?cursor=rubbish").status, 400);
    });
}

#[test]
fn what_a_seller_adds_says_nothing_of_how_others_people_are_called() {
    demo(|server, operator, seller| {
        operator.get("/people");
        for (name, side) in [("zoe", "seller-lights"), ("kim@seller-lights", "seller-lights")] {
            let fields = [("name", name), ("role", "seller"), ("seller_id", side), ("team_role", "owner")];
            assert_eq!(operator.post("/people", &fields).status, 200, "{name}");
        }
        let add = |seller: &mut Clerk, name: &str| {
            seller.get("/people");
            let page = seller.post("/people", &[("name", name), ("team_role", "clerk")]);
            (page.status, page.notice(), page)
        };
        for others in ["zoe", "operator", "homeware-1", "kim", "nobody-is-called-this"] {
            let (status, notice, _) = add(seller, others);
            assert_eq!((status, notice.as_str()), (200, ""), "{others}");
        }
        let (status, notice, _) = add(seller, "Zoe");
        assert_eq!((status, notice.as_str()), (409, "Somebody else is called that, or something that looks the same."));
        assert!(add(seller, "z\u{43e}e").0 == 409, "what looks like one of their own is told");
        let (status, notice, _) = add(seller, "zoe@seller-lights");
        assert_eq!((status, notice.as_str()), (422, "Name: leave out the @; it is put behind the name by itself."));
        let (_, _, page) = add(seller, &"x".repeat(185));
        assert_eq!(page.notice(), "Name: at most 184 characters are taken.");
        let (_, _, page) = add(seller, "mia");
        let mut mia = Clerk::by_link(server, &link(&page));
        assert_eq!(mia.post("/people/own/password", &[("new", PASSWORD)]).location(), "/people");
        let sign_in =
            |name: &str| Clerk::nobody(server).post("/sign-in", &[("name", name), ("password", PASSWORD)]).status;
        assert_eq!((sign_in("mia"), sign_in("Mia@seller-homeware")), (422, 303));
    });
}
