//! The pages of the policy and of sellers: what is typed is what holds, and what it means is said before.

use serde_json::{Value, json};

use crate::support::browser::{Browser, Shown};
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server};

pub(crate) const POLICY: &str = "/operator/policy";

pub(crate) type Fields = Vec<(String, String)>;

/// The fields of a page's form, as a browser would send them if nobody touched them.
pub(crate) fn fields(page: &Shown) -> Fields {
    let main = page.html.split_once("<main").unwrap().1;
    let form = main.split_once("method=\"post\"").unwrap().1.split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let rest = tag.split_once(&format!("{name}=\"")).map(|(_, rest)| rest);
        rest.map(|rest| rest.split('"').next().unwrap().to_owned())
    };
    let mut fields = Fields::new();
    for (place, _) in form.match_indices('<') {
        let (tag, rest) = form[place..].split_once('>').unwrap();
        let Some(name) = attribute(tag, " name").filter(|name| name != "mark") else { continue };
        let value = attribute(tag, " value").unwrap_or_default();
        let is_tick = tag.contains("type=\"radio\"") || tag.contains("type=\"checkbox\"");
        if tag.starts_with("<input") && (!is_tick || tag.contains(" checked")) {
            fields.push((name, value));
        } else if tag.starts_with("<textarea") {
            fields.push((name, rest.split("</textarea>").next().unwrap().to_owned()));
        } else if tag.starts_with("<select") {
            let options = rest.split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|option| option.contains(" selected")).unwrap();
            fields.push((name, attribute(chosen, " value").unwrap()));
        }
    }
    fields
}

/// The same with other values.
pub(crate) fn with(mut fields: Fields, others: &[(&str, &str)]) -> Fields {
    for (name, value) in others {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = (*value).to_owned(),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    fields
}

pub(crate) fn send(browser: &mut Clerk, path: &str, fields: &Fields) -> Shown {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &fields)
}

fn policy(server: &Server) -> Value {
    server.get("/v1/policy", &server.operator).body
}

#[test]
fn reasons_are_typed_one_a_line_and_each_says_what_it_is_for() {
    demo(|server, operator, _| {
        let lines = "refuse worn buyer | en: It was worn\r\n\r\nrefuse other none\r\n";
        let typed = |page: &Shown, lines: &str| with(fields(page), &[("reasons", lines), ("step", "review")]);
        for (wrong, told) in
            [("refuse other none\nrefuse", "line 2 is no reason"), (&lines.repeat(2), "at most 100 reasons")]
        {
            let page = operator.get(POLICY);
            let no = send(operator, POLICY, &typed(&page, wrong));
            assert!(no.status == 422 && no.notice().contains(told), "{}", no.notice());
        }
        let page = operator.get(POLICY);
        let review = send(operator, POLICY, &typed(&page, lines));
        assert!(review.text().contains("Refusing the refund: It was worn · Something else"), "{}", review.text());
        let done = send(operator, POLICY, &with(typed(&page, lines), &[("step", "save")]));
        assert_eq!(done.location(), POLICY);
        let worn = json!({ "code": "worn", "for": "refuse", "fault": "buyer", "evidence": false, "text": { "en": "It was worn" } });
        let other = json!({ "code": "other", "for": "refuse", "fault": "none", "evidence": false });
        assert_eq!(policy(server)["reasons"], json!([worn, other]));
        // A seller may have none where the platform has some.
        let place = format!("/operator/sellers/{SELLER}");
        let own = with(fields(&operator.get(&place)), &[("reasons", "")]);
        let passed_over = send(operator, &place, &own);
        assert!(passed_over.notice().contains("is not ticked"), "{}", passed_over.notice());
        let own = with(own, &[("own", "reasons")]);
        assert_eq!(send(operator, &place, &own).location(), place);
        assert_eq!(server.get("/v1/reasons", &server.seller).body["reasons"], json!([]));
    });
}

#[test]
fn a_change_of_the_policy_is_looked_at_before_it_is_made() {
    demo(|server, operator, _| {
        let before = policy(server);
        let typed = with(
            fields(&operator.get(POLICY)),
            &[
                ("seller_decide_seconds", "3"),
                ("seller_decide_seconds.unit", "days"),
                ("fresh_goods", "refund_only"),
                ("cap_at_requested", "yes"),
                ("refunds_per_line_max", "7"),
            ],
        );
        let review = send(operator, POLICY, &with(typed.clone(), &[("step", "review")]));
        assert_eq!(review.status, 200);
        for told in [
            "<s>36 hours</s> → <b>3 days</b>",
            "<s>nothing</s> → <b>offer a refund only</b>",
            "<s>No</s> → <b>Yes</b>",
            "<s>5</s> → <b>7</b>",
            "Refunds opened, and requests changed, from then on.",
            "href=\"/operator/sellers/seller-orchard\"",
        ] {
            assert!(review.says(told), "{told}: {}", review.html);
        }
        assert!(!review.says("seller-lights"), "it has nothing of its own that would change");
        assert_eq!(policy(server), before, "nothing has been changed");
        // What was typed is there still for whoever goes back.
        let edit = send(operator, POLICY, &with(fields(&review), &[("step", "edit")]));
        let of_any_form = |fields| with(fields, &[("once", "")]);
        assert_eq!(of_any_form(fields(&edit)), of_any_form(typed));
        let saved = send(operator, POLICY, &with(fields(&review), &[("step", "save")]));
        assert_eq!(saved.location(), "/operator/policy");
        let mut after = before;
        after["seller_decide_seconds"] = json!(259_200);
        after["fresh_goods"] = json!("refund_only");
        after["cap_at_requested"] = json!(true);
        after["refunds_per_line_max"] = json!(7);
        assert_eq!(policy(server), after, "all else is as it was");
        // To look at it and send it again says nothing new.
        let same = with(fields(&operator.get(POLICY)), &[("step", "review")]);
        assert!(send(operator, POLICY, &same).says("That is what the policy is already."));
    });
}

#[test]
fn lengths_of_time_are_exact_to_the_second_whatever_they_are() {
    demo(|server, operator, _| {
        let odd = json!({ "buyer_ship_seconds": 435_661, "reminders_seconds": [90_000, 5_400, 61] });
        assert_eq!(server.put("/v1/policy", &server.operator, &odd).status, 200);
        let page = operator.get(POLICY);
        assert!(
            page.says("5 days 1 hour 1 minute 1 second")
                && page.says("25 hours · 1 hour 30 minutes · 1 minute 1 second")
        );
        let before = policy(server);
        let other = with(fields(&page), &[("refunds_per_line_max", "6"), ("step", "save")]);
        assert_eq!(send(operator, POLICY, &other).status, 303);
        let mut after = before;
        after["refunds_per_line_max"] = json!(6);
        assert_eq!(policy(server), after);
    });
}

#[test]
fn what_the_policy_can_not_be_is_told_by_field() {
    demo(|server, operator, _| {
        let before = policy(server);
        let shown = fields(&operator.get(POLICY));
        for (others, told) in [
            (
                [("seller_decide_seconds", ""), ("seller_decide_seconds.unit", "hours")],
                "How long the seller has to decide: this is needed.",
            ),
            (
                [("seller_decide_seconds", "1.5"), ("seller_decide_seconds.unit", "hours")],
                "How long the seller has to decide: a whole number",
            ),
            (
                [("seller_decide_seconds", "91"), ("seller_decide_seconds.unit", "days")],
                "How long the seller has to decide: a length of time",
            ),
            (
                [("seller_decide_seconds", "59"), ("seller_decide_seconds.unit", "seconds")],
                "How long the seller has to decide: a length of time",
            ),
            (
                [("seller_decide_seconds", "999999999999999999"), ("seller_decide_seconds.unit", "days")],
                "How long the seller has to decide: a length of time",
            ),
            (
                [("seller_decide_seconds", "1"), ("seller_decide_seconds.unit", "fortnights")],
                "How long the seller has to decide: choose one.",
            ),
            (
                [("reminders_seconds", "60"), ("reminders_seconds.unit", "minutes")],
                "How long before each deadline its party is reminded: at most 5",
            ),
            ([("fresh_goods", "sometimes"), ("step", "save")], "What negotiation may do with fresh goods: choose one."),
            (
                [("refunds_per_line_max", "101"), ("step", "save")],
                "How many refunds an order line may ever have: a whole number",
            ),
            (
                [("refunds_per_line_max", "<script>"), ("step", "save")],
                "How many refunds an order line may ever have: a whole number",
            ),
        ] {
            let page = send(operator, POLICY, &with(with(shown.clone(), &others), &[("step", "save")]));
            assert!(page.status == 422 && page.notice().starts_with(told), "{others:?}: {}", page.notice());
            assert!(!page.says("<script>"));
        }
        assert_eq!(policy(server), before);
    });
}

#[test]
fn a_policy_that_moved_on_is_not_written_over() {
    demo(|server, operator, _| {
        let shown = fields(&operator.get(POLICY));
        assert_eq!(server.put("/v1/policy", &server.operator, &json!({ "allow_withdraw": true })).status, 200);
        let page = send(operator, POLICY, &with(shown, &[("refunds_per_line_max", "9"), ("step", "save")]));
        assert_eq!((page.status, policy(server)["refunds_per_line_max"].clone()), (412, json!(5)));
        assert!(page.notice().starts_with("Somebody else has changed this"));
        assert!(fields(&page).contains(&("allow_withdraw".to_owned(), "yes".to_owned())), "as it stands now");
    });
}

fn seller_of(server: &Server, id: &str) -> Value {
    server.get(&format!("/v1/sellers/{id}"), &server.operator).body
}

#[test]
fn an_operator_finds_a_seller_and_changes_all_of_it() {
    demo(|server, operator, seller| {
        let list = operator.get("/operator/sellers");
        assert!(list.says("Evergreen Homeware") && list.says("href=\"/operator/sellers/seller-lights\""));
        assert_eq!(operator.get("/operator/sellers?id=seller-lights").location(), "/operator/sellers/seller-lights");
        let missing = operator.get("/operator/sellers?id=seller-nobody");
        assert_eq!((missing.status, missing.notice().as_str()), (404, "There is no such seller."));
        assert_eq!(operator.get("/operator/sellers/seller-nobody").status, 404);
        let place = format!("/operator/sellers/{SELLER}");
        for path in [place.as_str(), "/operator/sellers"] {
            assert_eq!(seller.get(path).status, 404, "{path}");
            assert!(Clerk::nobody(server).get(path).location().starts_with("/sign-in"), "{path}");
        }
        let page = operator.get(&place);
        assert!(page.says("<bdi>homeware-1</bdi>"), "its people are named");
        // The south address becomes the default, the main one goes, another comes.
        let mut typed = fields(&page);
        let another = typed.iter().rposition(|(name, _)| name == "recipient").unwrap();
        for (offset, text) in ["Front desk", "1", "Gate 9\r\n<script>alert(1)</script>"].into_iter().enumerate() {
            typed[another + offset].1 = text.to_owned();
        }
        let changes =
            [("seller_name", "永續家居"), ("default", "south"), ("remove", "main"), ("own", "allow_withdraw")];
        let typed = with(typed, &[&changes[..], &[("allow_withdraw", "yes")]].concat());
        assert_eq!(send(operator, &place, &typed).location(), place);
        let now = seller_of(server, SELLER);
        assert_eq!((&now["name"], &now["policy"]), (&json!("永續家居"), &json!({ "allow_withdraw": true })));
        let addresses = now["addresses"].as_array().unwrap();
        assert_eq!(
            (addresses.len(), &addresses[0]["id"], &addresses[0]["default"]),
            (2, &json!("south"), &json!(true))
        );
        assert_eq!(addresses[1]["address"], "Gate 9\n<script>alert(1)</script>");
        assert!(!operator.get(&place).says("<script>alert"));
    });
}

#[test]
fn a_sellers_people_change_their_own_name_and_addresses_and_no_policy() {
    demo(|server, _, seller| {
        let page = seller.get("/settings");
        assert!(page.status == 200 && !page.says("name=\"own\""), "the policy is the platform's");
        let typed =
            with(fields(&page), &[("seller_name", "Evergreen"), ("own", "allow_withdraw"), ("allow_withdraw", "yes")]);
        assert_eq!(send(seller, "/settings", &typed).location(), "/settings");
        let now = seller_of(server, SELLER);
        assert_eq!((&now["name"], &now["policy"]), (&json!("Evergreen"), &json!({})));
        assert_eq!(send(seller, "/settings", &typed).status, 303, "the same form again is done already");
        let moved = send(seller, "/settings", &with(typed, &[("once", "of another tab")]));
        assert_eq!(moved.status, 412, "the page was made of what it was before");
    });
}

#[test]
fn a_sellers_people_say_who_is_told_by_mail() {
    /// What comes of the page's form with other values.
    fn typed(seller: &mut Clerk, others: &[(&str, &str)]) -> Shown {
        let page = seller.get("/settings");
        send(seller, "/settings", &with(fields(&page), others))
    }
    demo(|server, _, seller| {
        for (email, told) in
            [("desk", "E-mail address: this is no e-mail"), ("a@b\r\nBcc: c@d", "E-mail address: this is")]
        {
            let refused = typed(seller, &[("contact_email", email)]);
            assert!(refused.status == 422 && refused.notice().starts_with(told), "{email}: {}", refused.notice());
        }
        let desk =
            [("contact_email", "desk@shop.example"), ("contact_language", "zh-Hant"), ("contact_kind", "0-payment")];
        assert_eq!(typed(seller, &desk).location(), "/settings");
        let told = |kinds: Value| json!([{ "email": "desk@shop.example", "language": "zh-Hant", "kinds": kinds }]);
        assert_eq!(seller_of(server, SELLER)["contacts"], told(json!(["payment"])));
        let nowhere = typed(seller, &[("contact_zone", "Mars/Olympus")]);
        assert!(nowhere.status == 422 && nowhere.notice().contains("such as Asia/Shanghai"), "{}", nowhere.notice());
        assert_eq!(typed(seller, &[("contact_zone", " Asia/Taipei ")]).location(), "/settings");
        assert_eq!(seller_of(server, SELLER)["contacts"][0]["time_zone"], "Asia/Taipei");
        let twice = [
            fields(&seller.get("/settings")),
            own(&[("contact_email", "Desk@shop.example"), ("contact_language", "en")]),
        ]
        .concat();
        assert!(send(seller, "/settings", &twice).notice().contains("there twice"));
        assert_eq!(typed(seller, &[("contact_email", "")]).location(), "/settings");
        assert_eq!(seller_of(server, SELLER)["contacts"], json!([]));
    });
}

#[test]
fn a_form_of_more_fields_than_any_page_has_is_not_looked_through() {
    demo(|server, _, seller| {
        let page = seller.get("/settings");
        let row = [("address_id", "x"), ("recipient", "x"), ("phone", "x"), ("address", "x"), ("remove", "x")];
        let typed = with(fields(&page), &[("seller_name", "Evergreen")]);
        let rows = row.into_iter().cycle().take(2_000).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let many: Vec<_> = typed.into_iter().chain(rows).collect();
        assert_eq!(send(seller, "/settings", &many).status, 413);
        assert_eq!(seller_of(server, SELLER)["name"], "Evergreen Homeware");
    });
}

#[test]
fn a_long_form_is_taken_of_whoever_is_signed_in_and_of_nobody_else() {
    demo(|server, _, seller| {
        let long = "x".repeat(100_000);
        assert_ne!(seller.post("/settings", &[("seller_name", &long)]).status, 413);
        for page in ["/settings", "/operator/rollout"] {
            assert_eq!(Browser::new(server).send("POST", page, &[], &long).status, 413, "{page}");
        }
    });
}

#[test]
fn what_a_seller_can_not_be_is_told() {
    demo(|server, operator, seller| {
        let place = format!("/operator/sellers/{SELLER}");
        let before = seller_of(server, SELLER);
        let shown = fields(&operator.get(&place));
        let long = "x".repeat(10_000);
        for (others, told) in [
            (vec![("seller_name", " ")], "Seller's name: this is needed."),
            (vec![("seller_name", long.as_str())], "Seller's name: at most 200"),
            (vec![("remove", "main")], "Default: exactly one address"),
            (vec![("recipient", "")], "Recipient: this is needed."),
            (vec![("phone", "\u{7}")], "Phone: it holds characters"),
            (vec![("own", "refunds_per_line_max"), ("refunds_per_line_max", "0")], "How many refunds an order line"),
            (vec![("refunds_per_line_max", "9")], "How many refunds an order line"),
            (vec![("buyer_ship_seconds", "9")], "How long the buyer has to ship"),
            (vec![("reminders_seconds", "none")], "How long before"),
            (vec![("allow_withdraw", "yes")], "Whether the seller may withdraw"),
        ] {
            let page = send(operator, &place, &with(shown.clone(), &others));
            let notice = page.notice();
            assert!(page.status == 422 && notice.starts_with(told), "{others:?}: {notice}");
        }
        assert_eq!(seller_of(server, SELLER), before);
        // A value of its own goes with its tick, whatever the field still says.
        let own = [("own", "refunds_per_line_max"), ("refunds_per_line_max", "9")];
        assert_eq!(send(operator, &place, &with(shown, &own)).status, 303);
        let mut shown = fields(&operator.get(&place));
        shown.retain(|(name, _)| name != "own");
        assert_eq!(send(operator, &place, &shown).status, 303);
        assert_eq!(seller_of(server, SELLER)["policy"], before["policy"]);
        assert_eq!(operator.get("/settings").status, 404, "an operator has none of their own");
        assert_eq!(seller.post(&place, &[]).status, 404);
    });
}

#[test]
fn a_seller_is_set_up_with_one_address_and_never_over_another() {
    demo(|server, operator, seller| {
        let typed = [
            ("seller_id", "seller-tea"),
            ("seller_name", "Tea <b>House</b>"),
            ("recipient", "Desk"),
            ("phone", "0571-5550-0109"),
            ("address", "9 Leaf Lane"),
        ];
        let place = "/operator/sellers";
        for (field, value) in [("seller_id", "no id"), ("seller_name", ""), ("address", " "), ("seller_id", SELLER)] {
            let shown = send(operator, place, &with(own(&typed), &[(field, value)]));
            assert_eq!(shown.status, 422, "{field} {value}");
            assert!(shown.says("value=\"0571-5550-0109\""), "what was typed is kept");
        }
        assert_eq!(send(seller, place, &own(&typed)).status, 404, "it is the operator's to do");
        let added = send(operator, place, &own(&typed));
        assert_eq!(added.location(), "/operator/sellers/seller-tea");
        assert!(operator.get(added.location()).says("Tea &#60;b&#62;House&#60;/b&#62;"));
        let told = server.get("/v1/sellers/seller-tea", &server.operator).body;
        assert_eq!((&told["name"], &told["addresses"][0]["default"]), (&json!("Tea <b>House</b>"), &json!(true)));
        assert_eq!(send(operator, place, &own(&typed)).status, 422, "what is there is not set up anew");
    });
}

fn own(typed: &[(&str, &str)]) -> Fields {
    typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
