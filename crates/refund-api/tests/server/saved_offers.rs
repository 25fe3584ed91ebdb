//! Offers that a seller has prepared, as programs deal with them.

use serde_json::{Value, json};

use crate::support::{SELLER, Server, money, path};

fn place(id: &str) -> String {
    format!("/v1/sellers/{SELLER}/saved-offers/{id}")
}

fn share(percent: &str) -> Value {
    json!({ "name": "Some", "type": "REFUND_ONLY", "share": { "of": "requested", "percent": percent } })
}

fn fixed(currency: &str, value: &str) -> Value {
    json!({ "name": "Fixed", "type": "REFUND_ONLY", "amount": { "currency": currency, "value": value } })
}

fn served(test: impl FnOnce(&Server)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    test(&server);
    server.stop();
}

fn codes(checked: &Value) -> Vec<&str> {
    checked["objections"].as_array().unwrap().iter().map(|objection| objection["code"].as_str().unwrap()).collect()
}

#[test]
fn a_seller_prepares_changes_and_removes_its_own_and_nobody_elses() {
    served(|server| {
        let put = |token: &str, id: &str, body: &Value| server.put(&place(id), token, body);
        let made = put(&server.seller, "mine", &share("12.5"));
        assert_eq!((made.status, &made.body["share"]["percent"]), (201, &json!("12.5")), "{}", made.body);
        assert_eq!((&made.body["amount"], &made.body["return_address_id"]), (&Value::Null, &Value::Null));
        let read = server.get(&place("mine"), &server.platform);
        assert_eq!((&read.body, &read.etag), (&made.body, &made.etag));
        // What was read can be sent back as it is.
        assert_eq!(put(&server.operator, "mine", &read.body).etag, made.etag);
        let other_id = put(&server.seller, "mine", &json!({ "id": "yours", "name": "n", "type": "REFUND_ONLY" }));
        assert_eq!((other_id.status, &other_id.body["errors"][0]["pointer"]), (400, &json!("/id")));
        let with = |method: &str, tag: Option<&str>, body: &Value| {
            let headers: Vec<_> = tag.iter().map(|tag| ("If-Match", *tag)).collect();
            let body = if body.is_null() { String::new() } else { body.to_string() };
            server.send(method, &place("mine"), &server.seller, &headers, body.as_bytes())
        };
        let changed = with("PUT", made.etag.as_deref(), &fixed("CNY", "2"));
        assert_eq!((changed.status, &changed.body["amount"]), (200, &money("2.00")), "{}", changed.body);
        for method in ["PUT", "DELETE"] {
            let body = if method == "PUT" { share("1") } else { Value::Null };
            assert_eq!(with(method, made.etag.as_deref(), &body).body["code"], "settings_moved");
        }
        let listed = server.get(&format!("/v1/sellers/{SELLER}/saved-offers?limit=2"), &server.seller).body;
        let ids = |listed: &Value| -> Vec<String> {
            listed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&listed), ["mine", "return"]);
        let cursor = listed["next_cursor"].as_str().unwrap();
        let rest = server.get(&format!("/v1/sellers/{SELLER}/saved-offers?cursor={cursor}"), &server.seller).body;
        assert_eq!(ids(&rest), ["small", "two-yuan"]);
        // Another seller's are not there for it, nor are its own for a buyer.
        let theirs = "/v1/sellers/seller-lights/saved-offers/small";
        let buyer = server.open("o-1")["buyer_link"]["token"].as_str().unwrap().to_owned();
        assert_eq!(server.put(theirs, &server.seller, &share("1")).status, 404);
        assert_eq!(server.get(theirs, &server.seller).status, 404);
        assert_eq!(
            [server.get(&place("mine"), &buyer), put(&buyer, "mine", &share("1"))].map(|no| no.status),
            [403; 2]
        );
        for nowhere in ["/v1/sellers/nobody/saved-offers", "/v1/sellers/nobody/saved-offers/small"] {
            assert_eq!(server.get(nowhere, &server.operator).status, 404);
        }
        let removed = with("DELETE", changed.etag.as_deref(), &Value::Null);
        assert_eq!((removed.status, &removed.body["id"]), (200, &json!("mine")));
        assert_eq!(
            [with("DELETE", None, &Value::Null).status, server.get(&place("mine"), &server.seller).status],
            [404; 2]
        );
    });
}

#[test]
fn what_could_never_be_offered_is_refused_with_a_reason_of_its_own() {
    served(|server| {
        let at = |field: &str, value: Value, of: Value| {
            let mut body = of;
            body[field] = value;
            body
        };
        let back = json!({ "name": "Back", "type": "RETURN_AND_REFUND", "share": { "of": "paid", "percent": "100" } });
        for (body, status, code, told) in [
            (share("0"), 400, "malformed_body", "more than 0 and at most 100"),
            (share("101"), 400, "malformed_body", "more than 0 and at most 100"),
            (share("12.345"), 400, "malformed_body", "at most two decimals"),
            (share("ten"), 400, "malformed_body", "written as digits"),
            (fixed("CNY", "0.00"), 422, "amount_not_positive", "not more than zero"),
            (fixed("CNY", "-2.00"), 422, "amount_not_positive", "not more than zero"),
            (fixed("CNY", "2.005"), 422, "amount_too_precise", "2 decimals"),
            (fixed("XAU", "2"), 422, "currency_unknown", "XAU"),
            (at("amount", money("2.00"), share("10")), 400, "malformed_body", "and not both"),
            (json!({ "name": "n", "type": "REFUND_ONLY" }), 400, "malformed_body", "`share` or `amount`"),
            (at("return_address_id", json!("beach"), back.clone()), 422, "return_address_unknown", "beach"),
            (at("return_address_id", json!("south"), share("10")), 400, "malformed_body", "nothing goes back"),
            (at("messages", json!({ "fr": "Gardez-le" }), share("10")), 400, "malformed_body", "fr"),
            (at("messages", json!({ "en": " " }), share("10")), 400, "malformed_body", "blank"),
            (at("share", json!({ "of": "shipped", "percent": "1" }), share("10")), 400, "malformed_body", "shipped"),
            (at("name", json!("x".repeat(201)), share("10")), 400, "malformed_body", "200"),
        ] {
            let no = server.put(&place("no"), &server.seller, &body);
            assert_eq!((no.status, no.body["code"].as_str()), (status, Some(code)), "{body}: {}", no.body);
            assert!(no.body.to_string().contains(told), "{told}: {}", no.body);
        }
        assert_eq!(server.get(&place("no"), &server.seller).status, 404, "nothing was kept");
        assert_eq!(server.put(&place("a%2Fb"), &server.seller, &share("1")).body["code"], "malformed_path");
        for number in 3..50 {
            assert_eq!(server.put(&place(&format!("n{number}")), &server.platform, &share("1")).status, 201);
        }
        let many = server.put(&place("n50"), &server.platform, &share("1"));
        assert_eq!((many.status, &many.body["code"]), (409, &json!("too_many_saved_offers")));
        assert_eq!(server.put(&place("n3"), &server.platform, &share("2")).status, 200, "one that is there is changed");
    });
}

#[test]
fn a_check_says_the_exact_terms_and_what_is_sent_is_these() {
    served(|server| {
        let refund = server.open("o-1");
        let check = |body: &Value| server.post(&path(&refund, "negotiation/check"), &server.seller, &[], body);
        let checked = check(&json!({ "saved_offer_id": "small", "language": "zh-Hant", "agreed_offline": true })).body;
        let terms = json!({
            "type": "REFUND_ONLY", "amount": money("2.00"), "return_address_id": null,
            "message": "商品不用退貨，退您一成作為補償。", "agreed_offline": true,
        });
        assert_eq!((&checked["terms"], &checked["possible"]), (&terms, &json!(true)), "{checked}");
        let told = |body: Value| check(&body).body["terms"]["message"].clone();
        assert_eq!(told(json!({ "saved_offer_id": "small" })), Value::Null, "it has three");
        let only = json!("请把商品寄回，收到后全额退款。");
        assert_eq!(told(json!({ "saved_offer_id": "return" })), only);
        assert_eq!(told(json!({ "saved_offer_id": "return", "language": "en" })), Value::Null);
        assert_eq!(told(json!({ "saved_offer_id": "small", "language": "en", "message": "Mine." })), json!("Mine."));
        for (body, pointer) in [
            (json!({ "saved_offer_id": "small", "amount": money("2.00") }), "/amount"),
            (json!({ "saved_offer_id": "small", "type": "REFUND_ONLY" }), "/type"),
            (json!({ "saved_offer_id": "small", "return_address_id": "main" }), "/return_address_id"),
            (json!({ "type": "REFUND_ONLY", "amount": money("2.00"), "language": "en" }), "/language"),
            (json!({ "saved_offer_id": "small", "language": "fr" }), "/language"),
            (json!({ "type": "REFUND_ONLY" }), ""),
            (json!({}), ""),
        ] {
            let no = check(&body);
            assert_eq!((no.status, &no.body["errors"][0]["pointer"]), (400, &json!(pointer)), "{body}: {}", no.body);
        }
        for id in ["none", "", &"x".repeat(5_000)] {
            let none = check(&json!({ "saved_offer_id": id }));
            assert_eq!((none.status, &none.body["code"]), (422, &json!("saved_offer_unknown")), "{}", none.body);
        }
        let made = server.as_seller(&refund, "negotiation", &checked["terms"]);
        assert_eq!((made.status, &made.body["negotiation"]["offer"]), (201, &checked["offer"]), "{}", made.body);
        // A change of what was prepared leaves what was offered.
        assert_eq!(server.put(&place("small"), &server.seller, &share("50")).status, 200);
        assert_eq!(server.show(&refund)["negotiation"]["offer"]["amount"], money("2.00"));
        let again = check(&json!({ "saved_offer_id": "small" })).body;
        assert_eq!((codes(&again), &again["terms"]["amount"]), (vec!["negotiation_already_used"], &money("10.00")));
    });
}

#[test]
fn options_say_what_each_would_be_and_everything_that_stands_against_it() {
    served(|server| {
        server.put(&place("dollars"), &server.seller, &fixed("USD", "2"));
        server.put(&place("nothing"), &server.seller, &share("0.01"));
        let refund = server.open("o-1");
        let mut book = server.get(&format!("/v1/sellers/{SELLER}"), &server.operator).body;
        book["addresses"].as_array_mut().unwrap().retain(|address| address["id"] == "main");
        assert_eq!(server.put(&format!("/v1/sellers/{SELLER}"), &server.operator, &book).status, 200);
        let options = server.get(&path(&refund, "negotiation/options"), &server.seller).body;
        let each: Vec<_> = options["saved_offers"].as_array().unwrap().iter().collect();
        let told: Vec<_> = each
            .iter()
            .map(|own| {
                let amount = &own["amount"];
                let amount = format!("{} {}", amount["value"].as_str().unwrap(), amount["currency"].as_str().unwrap());
                (own["id"].as_str().unwrap(), amount, codes(own).join(" "))
            })
            .collect();
        let told: Vec<_> = told.iter().map(|(id, amount, codes)| (*id, amount.as_str(), codes.as_str())).collect();
        assert_eq!(
            told,
            [
                ("dollars", "2.00 USD", "currency_mismatch"),
                ("nothing", "0.00 CNY", "amount_not_positive"),
                ("return", "20.00 CNY", "return_address_unknown offer_changes_nothing"),
                ("small", "2.00 CNY", ""),
                ("two-yuan", "2.00 CNY", ""),
            ]
        );
        let possible: Vec<_> = each.iter().map(|own| own["possible"].as_bool().unwrap()).collect();
        assert_eq!(possible, [false, false, false, true, true]);
    });
}

#[test]
fn the_audit_says_who_changed_what_was_prepared_and_what_it_was() {
    served(|server| {
        server.put(&place("mine"), &server.seller, &share("12.5"));
        server.put(&place("mine"), &server.operator, &fixed("CNY", "2"));
        server.put(&place("mine"), &server.operator, &fixed("CNY", "2.00"));
        server.send("DELETE", &place("mine"), &server.seller, &[], b"");
        let items = server.get("/v1/audit?type=saved_offer&limit=3", &server.seller).body["items"].clone();
        let [removed, changed, made] = items.as_array().unwrap().as_slice() else { panic!("{items}") };
        for entry in [removed, changed, made] {
            let subject = json!(format!("{SELLER}/mine"));
            assert_eq!((&entry["subject"], &entry["address"].is_string()), (&subject, &(entry != changed)));
        }
        let change = |entry: &Value, field: &str| {
            let changes = entry["changes"].as_array().unwrap();
            let change = changes.iter().find(|change| change["field"] == field);
            change.map(|change| (change["before"].clone(), change["after"].clone()))
        };
        assert_eq!(change(made, "share.percent"), Some((Value::Null, json!("12.5"))));
        assert_eq!(change(changed, "share.percent"), Some((json!("12.5"), Value::Null)));
        assert_eq!(change(changed, "amount.value"), Some((Value::Null, json!("2.00"))));
        assert_eq!(change(removed, "amount.value"), Some((json!("2.00"), Value::Null)));
        assert_eq!((&changed["actor"]["role"], &removed["subject_name"]), (&json!("operator"), &json!("Fixed")));
        let others = server.get("/v1/audit?type=saved_offer", &server.operator).body;
        assert!(others["items"].as_array().unwrap().len() > 3, "the demo's own too");
    });
}
