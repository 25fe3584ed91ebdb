//! The operator's pages: who gets them, and what their forms do.

use refund_store::KeyRole;
use serde_json::{Value, json};

use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server, small_refund};

/// What is shown to the operator alone.
const PLACES: [&str; 8] = [
    "/operator/rollout",
    "/operator/policy",
    "/operator/sellers",
    "/operator/sellers/seller-homeware",
    "/operator/keys",
    "/operator/health",
    "/operator/first-hour",
    "/operator/mailbox",
];

#[test]
fn each_page_is_the_operators_alone_and_answers_in_every_language() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let mut seller = Clerk::seller(&server);
    let mut operator = Clerk::operator(&server);
    for place in PLACES {
        assert_eq!(seller.get(place).status, 404, "{place}");
        let asked = Clerk::nobody(&server).get(place);
        assert_eq!((asked.status, asked.location().starts_with("/sign-in?back=%2F")), (303, true), "{place}");
        for (language, brand) in [("en", "After-sales"), ("zh-Hant", "售後工作台"), ("zh-Hans", "售后工作台")]
        {
            operator = operator.reading(language);
            let page = operator.get(place);
            assert_eq!((page.status, page.says(brand)), (200, true), "{place} in {language}");
            assert!(!page.says(" style=") && !page.says("<script>"), "{place}: nothing inline");
        }
        // Whoever has no mark changes nothing.
        let nobody = Clerk::nobody(&server).post(place, &[]);
        assert!(nobody.location() == "/sign-in" || nobody.status == 405, "{place}");
        assert!(matches!(seller.post(place, &[("do", "save")]).status, 404 | 405), "{place}");
    }
    server.stop();
}

#[test]
fn a_form_that_stood_on_no_page_of_theirs_does_nothing() {
    demo(|server, operator, seller| {
        operator.post("/operator/webhooks", &[("url", "http://127.0.0.1:9/nobody")]);
        let hook = server.get("/v1/webhooks", &server.operator).body["items"][0]["id"].as_str().unwrap().to_owned();
        let key = server.get("/v1/keys", &server.operator).body["items"][0]["id"].as_str().unwrap().to_owned();
        let before = |path: &str| server.get(path, &server.operator).body;
        let (keys, hooks) = (before("/v1/keys"), before("/v1/webhooks"));
        for path in ["rollout", "policy", "sellers/seller-homeware", "keys", "webhooks"] {
            assert_eq!(operator.forge(&format!("/operator/{path}")).status, 403, "{path}");
        }
        for what in ["change", "rotate", "enable", "disable", "remove", "ping", "again"] {
            assert_eq!(operator.forge(&format!("/operator/webhooks/{hook}/{what}")).status, 403, "{what}");
        }
        assert_eq!(operator.forge(&format!("/operator/keys/{key}/revoke")).status, 403);
        for path in ["/people", "/people/own/password", "/people/own/sign-out", "/people/usr_1/link"] {
            assert_eq!(operator.forge(path).status, 403, "{path}");
        }
        assert_eq!((before("/v1/keys"), before("/v1/webhooks")), (keys, hooks));
        assert_eq!(seller.forge("/settings").status, 403);
    });
}

const ROLLOUT: &str = "/operator/rollout";

fn rollout(server: &Server) -> Value {
    server.get("/v1/rollout", &server.operator).body
}

#[test]
fn an_instant_that_was_not_touched_stays_and_another_is_meant_in_the_zone_beside_it() {
    demo(|server, operator, _| {
        // Clocks are put back over this hour in Berlin, so that what is written stands for two instants.
        let batch = json!({ "name": "a", "sellers": [], "open": false, "opens_at": "2027-10-31T01:30:00.000Z" });
        server.put("/v1/rollout", &server.operator, &json!({ "percentage": 0, "batches": [batch] }));
        let shown = "2027-10-31T02:30";
        let saved = |was: &'static str, typed: &'static str| {
            [
                ("do", "save"),
                ("batch", "0"),
                ("batch_name", "b"),
                ("opens_at_was", was),
                ("opens_at", typed),
                ("drawn_in", "Europe/Berlin"),
            ]
        };
        let save = |typed: &'static str| saved(shown, typed);
        operator.change(ROLLOUT, &save(shown));
        let now = rollout(server)["batches"][0].clone();
        assert_eq!((&now["name"], &now["opens_at"]), (&json!("b"), &json!("2027-10-31T01:30:00.000Z")));
        operator.change(ROLLOUT, &save("2027-11-01T02:30"));
        assert_eq!(rollout(server)["batches"][0]["opens_at"], "2027-11-01T01:30:00.000Z");
        // What a browser makes of what it was given.
        let batch = json!({ "name": "a", "sellers": [], "open": false, "opens_at": "2027-10-31T01:30:30.500Z" });
        server.put("/v1/rollout", &server.operator, &json!({ "percentage": 0, "batches": [batch] }));
        operator.change(ROLLOUT, &saved("2027-10-31T02:30:30.500", "2027-10-31T02:30:30.5"));
        let now = rollout(server)["batches"][0].clone();
        assert_eq!((&now["name"], &now["opens_at"]), (&json!("b"), &json!("2027-10-31T01:30:30.500Z")));
        let page = operator.get("/operator/rollout");
        assert!(page.says("name=\"opens_at_was\"") && page.says("name=\"drawn_in\" value=\"UTC\""));
    });
}

#[test]
fn batches_are_added_opened_closed_changed_and_removed() {
    demo(|server, operator, _| {
        let fields = [
            ("do", "new"),
            ("batch_name", "first"),
            ("sellers", "s-1, s-2\r\ns-3、s-4"),
            ("opens_at", "2030-01-02T03:04"),
        ];
        assert_eq!(operator.change(ROLLOUT, &fields).location(), "/operator/rollout");
        assert_eq!(operator.get("/operator/rollout").notice(), "Added.");
        let batch = json!({
            "name": "first", "sellers": ["s-1", "s-2", "s-3", "s-4"], "open": false, "opens_at": "2030-01-02T03:04:00.000Z"
        });
        assert_eq!(rollout(server)["batches"], json!([batch]));
        operator.change(ROLLOUT, &[("do", "open"), ("batch", "0")]);
        assert_eq!(rollout(server)["batches"][0]["open"], true);
        operator.change(ROLLOUT, &[("do", "close"), ("batch", "0"), ("step", "save")]);
        assert_eq!(rollout(server)["batches"][0], batch, "an instant that is still to come stays");
        operator.change(ROLLOUT, &[("do", "save"), ("batch", "0"), ("batch_name", "1st"), ("opens_at", "")]);
        assert_eq!(rollout(server)["batches"][0]["name"], "1st");
        assert_eq!(rollout(server)["batches"][0]["opens_at"], Value::Null);
        // Whoever opens or removes a batch names it, so no two are called the same.
        let told = operator.change(ROLLOUT, &[("do", "new"), ("batch_name", "1st"), ("sellers", "s-5")]);
        assert_eq!(told.notice(), "Name of the batch: another batch is called so.");
        let twice = json!({ "percentage": 0, "batches": [
            { "name": "a", "sellers": [], "open": true }, { "name": "b", "sellers": [], "open": true },
            { "name": "a", "sellers": [], "open": true },
        ] });
        let refused = server.put("/v1/rollout", &server.operator, &twice);
        assert_eq!(
            (refused.status, &refused.body["errors"][0]["pointer"]),
            (400, &json!("/batches/2/name")),
            "{}",
            refused.body
        );
        assert_eq!(rollout(server)["batches"].as_array().map(Vec::len), Some(1));
        operator.change(ROLLOUT, &[("do", "take-out"), ("list", "0"), ("sellers", "s-2 s-3")]);
        operator.change(ROLLOUT, &[("do", "add"), ("list", "0"), ("sellers", "s-9")]);
        assert_eq!(rollout(server)["batches"][0]["sellers"], json!(["s-1", "s-4", "s-9"]));
        operator.change(ROLLOUT, &[("do", "remove"), ("batch", "0"), ("step", "save")]);
        assert_eq!(rollout(server)["batches"], json!([]));
    });
}

#[test]
fn a_batch_that_opened_by_itself_is_closed_by_hand() {
    demo(|server, operator, _| {
        let past = [("do", "new"), ("batch_name", "b"), ("sellers", "s-1"), ("opens_at", "2020-01-01T00:00")];
        operator.change(ROLLOUT, &past);
        operator.change(ROLLOUT, &[("do", "percentage"), ("percentage", "0"), ("step", "save")]);
        let is_open = || {
            let asked = json!({ "seller_id": "s-1" });
            server.post("/v1/rollout/check", &server.operator, &[], &asked).body["open"].clone()
        };
        assert_eq!(is_open(), true);
        operator.change(ROLLOUT, &[("do", "close"), ("batch", "0"), ("step", "save")]);
        assert_eq!(is_open(), false);
    });
}

#[test]
fn percentage_and_lists_decide_about_a_seller_and_the_page_says_why() {
    demo(|server, operator, _| {
        let ask = format!("{ROLLOUT}?seller={SELLER}");
        assert!(operator.get(&ask).says("it is within the percentage."));
        operator.change(ROLLOUT, &[("do", "percentage"), ("percentage", "0"), ("step", "save")]);
        assert_eq!(rollout(server)["percentage"], 0);
        assert!(operator.get(&ask).says("it is in nothing that is open."));
        operator.change(ROLLOUT, &[("do", "add"), ("list", "allow"), ("sellers", SELLER)]);
        assert!(operator.get(&ask).says("it is on the list of those that always are."));
        operator.change(ROLLOUT, &[("do", "add"), ("list", "deny"), ("sellers", SELLER), ("step", "save")]);
        assert_eq!(rollout(server)["deny"], json!([SELLER]));
        assert!(operator.get(&ask).says("it is on the list of those that never are."));
        operator.change(ROLLOUT, &[("do", "take-out"), ("list", "deny"), ("sellers", SELLER)]);
        assert_eq!(rollout(server)["deny"], json!([]));
        assert_eq!(operator.get(ROLLOUT).notice(), "Taken out.");
        assert!(operator.get("/operator/rollout?seller=two%20words").notice().starts_with("Seller: 1 to 64"));
    });
}

#[test]
fn what_closes_negotiation_to_sellers_says_to_how_many_before_it_is_done() {
    demo(|server, operator, _| {
        let batch = |open: bool| json!({ "name": "b", "sellers": [SELLER, "s-1"], "open": open });
        let before = json!({ "batches": [batch(true)], "percentage": 100 });
        assert_eq!(server.put("/v1/rollout", &server.operator, &before).status, 200);
        let all = server.get("/v1/sellers?limit=100", &server.operator).body["items"].as_array().unwrap().len();
        let offers_go_on = "Offers that are open go on, and their buyers can still answer them.";
        let percentage = [("do", "percentage"), ("percentage", "0")];
        let look = operator.change(ROLLOUT, &percentage);
        assert_eq!((look.status, rollout(server)["percentage"].clone()), (200, json!(100)), "nothing is done yet");
        let (count, told) = (all - 1, look.text());
        let lose = format!("{count} of {} sellers can make no offers any more:", all + 1);
        assert!(told.contains("The percentage · 100 → 0") && told.contains(&lose), "{told}");
        assert!(told.contains("seller-lights") && told.contains(offers_go_on), "{told}");
        operator.change(ROLLOUT, &[&percentage[..], &[("step", "save")]].concat());
        assert_eq!(rollout(server)["percentage"], 0);
        let both = format!("2 of {} sellers can make no offers any more: s-1 {SELLER}", all + 1);
        for (fields, does) in [
            (vec![("do", "close"), ("batch", "0")], "Close the batch · b"),
            (vec![("do", "remove"), ("batch", "0")], "Remove the batch · b"),
            (vec![("do", "take-out"), ("list", "0"), ("sellers", "s-1 seller-homeware")], "Take out · b"),
            (vec![("do", "add"), ("list", "deny"), ("sellers", "s-1 seller-homeware")], "Put in · Never"),
        ] {
            let told = operator.change(ROLLOUT, &fields).text();
            assert!(told.contains(does) && told.contains(&both) && told.contains(offers_go_on), "{told}");
        }
        assert_eq!(rollout(server)["batches"][0]["open"], true, "nothing is done yet");
        assert_eq!(
            server.put("/v1/rollout", &server.operator, &json!({ "batches": [batch(false)], "percentage": 0 })).status,
            200
        );
        let told = operator.change(ROLLOUT, &[("do", "remove"), ("batch", "0")]).text();
        assert!(told.contains(&format!("None of {} sellers loses it.", all + 1)), "{told}");
        // What opens is done at once.
        assert_eq!(operator.change(ROLLOUT, &[("do", "open"), ("batch", "0")]).location(), ROLLOUT);
        let stale = [("do", "close"), ("batch", "0"), ("tag", "")];
        assert_eq!(operator.post(ROLLOUT, &stale).status, 412, "it would be a batch that nobody saw");
    });
}

#[test]
fn a_seller_that_nobody_has_set_up_is_named_where_it_is_listed() {
    demo(|_, operator, _| {
        let told = "Not set up as sellers, so look whether the ids are right:";
        operator.change(ROLLOUT, &[("do", "new"), ("batch_name", "b"), ("sellers", "seller-lights")]);
        assert!(!operator.get(ROLLOUT).text().contains(told));
        operator.change(ROLLOUT, &[("do", "add"), ("list", "0"), ("sellers", "seller-homewear")]);
        operator.change(ROLLOUT, &[("do", "add"), ("list", "allow"), ("sellers", "s-1 s-2 seller-lights")]);
        let page = operator.get(ROLLOUT).text();
        assert!(page.contains(&format!("{told} seller-homewear ")), "{page}");
        assert!(page.contains(&format!("{told} s-1 , s-2 ")), "{page}");
    });
}

#[test]
fn what_can_not_be_is_told_and_changes_nothing() {
    demo(|server, operator, _| {
        let before = rollout(server);
        for (fields, told) in [
            (vec![("do", "percentage"), ("percentage", "101")], "Percentage: a whole number"),
            (vec![("do", "percentage"), ("percentage", "many")], "Percentage: a whole number"),
            (vec![("do", "new"), ("batch_name", " ")], "Name of the batch: this is needed."),
            (vec![("do", "new"), ("batch_name", "b"), ("sellers", "s-1 商家")], "Seller ids: 1 to 64"),
            (
                vec![("do", "new"), ("batch_name", "b"), ("opens_at", "2026-02-30T00:00")],
                "Opens by itself at: this is no",
            ),
            (vec![("do", "add"), ("list", "allow"), ("sellers", " , ")], "Seller ids: this is needed."),
            (vec![("do", "fly"), ("batch", "0")], "Somebody else has changed this"),
        ] {
            let page = operator.change(ROLLOUT, &fields);
            assert!(page.notice().starts_with(told), "{fields:?}: {}", page.notice());
            assert!(matches!(page.status, 412 | 422), "{fields:?}");
        }
        assert_eq!(rollout(server), before);
    });
}

#[test]
fn what_somebody_else_changed_meanwhile_is_not_written_over() {
    demo(|server, operator, _| {
        let tag = operator.get(ROLLOUT).hidden("tag");
        let changed = json!({ "batches": [], "percentage": 7 });
        assert_eq!(server.put("/v1/rollout", &server.operator, &changed).status, 200);
        for tag in [tag.as_str(), "", "rubbish"] {
            let page = operator.post(ROLLOUT, &[("tag", tag), ("do", "percentage"), ("percentage", "50")]);
            assert_eq!((page.status, rollout(server)["percentage"].clone()), (412, json!(7)));
            assert!(page.notice().starts_with("Somebody else has changed this since the page was made"));
        }
    });
}

#[test]
fn what_is_hostile_is_shown_as_text() {
    demo(|_, operator, _| {
        let name = "<script>alert(1)</script>gnp.exe";
        operator.change(ROLLOUT, &[("do", "new"), ("batch_name", name), ("sellers", "\"><img/src=x>")]);
        let page = operator.get(ROLLOUT);
        assert!(page.says("&#60;script&#62;alert(1)") || page.says("&lt;script&gt;alert(1)"), "{}", page.html);
        assert!(!page.says("<script>") && !page.says("<img"));
        let told = operator.change(ROLLOUT, &[("do", "new"), ("batch_name", "x\u{202e}gnp.exe")]);
        assert!(told.status == 422 && told.notice().contains("turn the writing"), "{}", told.notice());
        let long = "x".repeat(10_000);
        let told = operator.change(ROLLOUT, &[("do", "new"), ("batch_name", &long)]);
        assert_eq!(
            (told.status, told.notice().as_str()),
            (422, "Name of the batch: at most 200 characters are taken.")
        );
        assert!(!operator.get(&format!("{ROLLOUT}?seller={long}")).says("<script>"));
    });
}

#[test]
fn the_servers_health_is_what_probes_and_metrics_say() {
    demo(|server, operator, _| {
        let page = operator.get("/operator/health");
        assert!(page.says("The server carries commands out.") && !page.says("pill dispute"), "{}", page.html);
        let metrics = server.get("/metrics", "").body;
        let version =
            metrics.as_str().unwrap().split_once("version=\"").unwrap().1.split('"').next().unwrap().to_owned();
        assert!(page.says(&format!("<dd>{version}</dd>")));
        let waiting = || {
            let text = server.get("/metrics", "").body.as_str().unwrap().to_owned();
            let line =
                text.lines().find(|line| line.starts_with("refund_webhook_messages_waiting ")).unwrap().to_owned();
            line.split(' ').nth(1).unwrap().to_owned()
        };
        assert!(page.says("To be sent by webhooks</dt><dd>0</dd>"));
        operator.post("/operator/webhooks", &[("url", "http://127.0.0.1:9/nobody")]);
        server.open("o-health");
        // It is taken in soon.
        assert!((0..20_000).any(|_| waiting() != "0"));
        assert!(operator.get("/operator/health").says(&format!("To be sent by webhooks</dt><dd>{}</dd>", waiting())));
    });
}

#[test]
fn in_a_demo_an_offer_stands_in_the_mailbox_with_the_buyers_link() {
    demo(|server, operator, _| {
        server.put("/v1/policy", &server.operator, &json!({ "notices": true }));
        let refund = server.open("told-by-mail");
        server.as_seller(&refund, "negotiation", &small_refund("2.00"));
        let page = operator.get("/operator/mailbox");
        assert!(page.says("Other terms offered: Steel waste bin") && page.says("Answer the offer"), "{}", page.text());
        let link = server.buyer_page(&refund);
        assert!(page.says(&link), "{}", page.text());
    });
    let folder = tempfile::tempdir().unwrap();
    let server = Server::reached_by(folder.path(), "https://example.com").unwrap();
    let link = server.sign_in_link("op-mailbox", KeyRole::Operator);
    assert_eq!(Clerk::by_link(&server, &link).get("/operator/mailbox").status, 404, "it is the demo's alone");
    server.stop();
}
