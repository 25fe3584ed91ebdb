//! Reasons that a policy lists (R44): over HTTP, on the pages, and counted.

use crate::support::browser::Browser;
use crate::support::clerk::demo;
use crate::support::{SELLER, Server, opening, path, small_refund};
use serde_json::{Value, json};

fn usual(server: &Server) -> Value {
    server.get("/v1/reasons/usual", &server.operator).body["reasons"].clone()
}

fn list(server: &Server, reasons: &Value) {
    let put = server.put("/v1/policy", &server.operator, &json!({ "reasons": reasons }));
    assert_eq!((put.status, &put.body["reasons"]), (200, reasons));
}

fn with_code(mut body: Value, code: &str) -> Value {
    body["reason_code"] = json!(code);
    body
}

/// Of a list the codes for one purpose.
fn codes<'a>(reasons: &'a Value, purpose: &str) -> Vec<&'a str> {
    let all = reasons.as_array().unwrap().iter().filter(|reason| reason["for"] == purpose);
    all.map(|reason| reason["code"].as_str().unwrap()).collect()
}

fn served(test: impl FnOnce(&Server)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    test(&server);
    server.stop();
}

fn is_unknown(reply: &crate::support::Reply, purpose: &str, known: &Value) {
    let body = &reply.body;
    assert_eq!((reply.status, &body["code"], &body["rule"]), (422, &json!("reason_unknown"), &json!("R44")), "{body}");
    assert_eq!((&body["field"], &body["for"]), (&json!("reason_code"), &json!(purpose)));
    assert_eq!(body["codes"], json!(codes(known, purpose)));
    assert!(body["detail"].as_str().unwrap().contains("reason_code"), "{body}");
}

#[test]
fn the_usual_reasons_can_be_put_and_then_one_of_them_is_named() {
    served(|server| {
        let reasons = usual(server);
        for words in ["en", "zh-Hant", "zh-Hans"] {
            assert!(reasons.as_array().unwrap().iter().all(|reason| reason["text"][words].is_string()), "{words}");
        }
        let before = server.open("o-0");
        list(server, &reasons);
        let plain = server.post("/v1/refunds", &server.platform, &[], &opening("o-1"));
        is_unknown(&plain, "request", &reasons);
        let refund = server.post("/v1/refunds", &server.platform, &[], &with_code(opening("o-1"), "damaged")).body;
        assert_eq!(
            (&refund["requested"]["reason_code"], &refund["requested"]["reason"]),
            (&json!("damaged"), &json!("a dent"))
        );
        let why = json!({ "reason": "It was whole." });
        is_unknown(&server.as_seller(&refund, "refuse", &why), "refuse", &reasons);
        is_unknown(&server.as_seller(&before, "refuse", &with_code(why.clone(), "damaged")), "refuse", &reasons);
        let refused = server.as_seller(&refund, "refuse", &with_code(why.clone(), "as_described")).body;
        assert_eq!(refused["seller_refusal_code"], "as_described");
        let less = with_code(
            json!({ "type": "REFUND_ONLY", "amount": refund["requested"]["amount"], "reason": "less" }),
            "other",
        );
        let modified = server.post(&path(&refund, "modify"), &server.platform, &[], &less).body;
        assert_eq!(modified["requested"]["reason_code"], "other");
        let refused = server.as_seller(&modified, "refuse", &with_code(why.clone(), "other")).body;
        let escalate = server.post(&path(&refund, "escalate"), &server.platform, &[], &why);
        is_unknown(&escalate, "dispute", &reasons);
        let escalated =
            server.post(&path(&refund, "escalate"), &server.platform, &[], &with_code(why, "no_answer")).body;
        assert_eq!(escalated["escalated"]["reason_code"], "no_answer", "{refused}");
        let history = server.get(&path(&refund, "events"), &server.operator).body;
        let told: Vec<_> =
            history["items"].as_array().unwrap().iter().map(|event| &event["data"]["reason_code"]).collect();
        assert_eq!(
            told,
            [&json!("damaged"), &json!("as_described"), &json!("other"), &json!("other"), &json!("no_answer")]
        );
        // What was named stays, and what had none has none.
        list(server, &json!([]));
        assert_eq!(server.show(&refund)["requested"]["reason_code"], "other");
        assert_eq!(server.show(&before)["requested"].get("reason_code"), None);
        let named = server.as_seller(&before, "refuse", &with_code(json!({ "reason": "no" }), "used"));
        is_unknown(&named, "refuse", &json!([]));
    });
}

#[test]
fn in_bulk_a_refusal_names_one_too() {
    served(|server| {
        let refund = server.open("o-1");
        let reasons = usual(server);
        list(server, &reasons);
        let item = json!({ "refund_id": refund["id"], "version": 1, "action": "refuse", "reason": "It was whole." });
        let act = |item: &Value| {
            let reply = server.post("/v1/refunds/bulk", &server.seller, &[], &json!({ "items": [item] }));
            reply.body["items"][0].clone()
        };
        assert_eq!(act(&item)["problem"]["codes"], json!(codes(&reasons, "refuse")));
        assert_eq!(act(&with_code(item, "used"))["refund"]["seller_refusal_code"], "used");
    });
}

#[test]
fn who_acts_is_told_which_reasons_there_are() {
    served(|server| {
        let refund = server.open("o-1");
        let link = refund["buyer_link"]["token"].as_str().unwrap();
        list(server, &usual(server));
        let of = |query: &str, token: &str| server.get(&format!("/v1/reasons{query}"), token).body["reasons"].clone();
        for token in [&server.operator, &server.platform, &server.seller, link] {
            assert_eq!(of("", token), usual(server));
        }
        let path_of_seller = format!("/v1/sellers/{SELLER}");
        let mut seller = server.get(&path_of_seller, &server.operator).body;
        seller.as_object_mut().unwrap().remove("id");
        let own = json!([{ "code": "worn", "for": "refuse", "fault": "buyer", "text": { "en": "It was worn" } }]);
        seller["policy"] = json!({ "reasons": own });
        assert_eq!(server.put(&path_of_seller, &server.operator, &seller).status, 200);
        let own = json!([{ "code": "worn", "for": "refuse", "fault": "buyer", "evidence": false, "text": { "en": "It was worn" } }]);
        for (query, token) in
            [("", server.seller.as_str()), ("", link), (&*format!("?seller_id={SELLER}"), &server.platform)]
        {
            assert_eq!(of(query, token), own);
        }
        assert_eq!(of("", &server.platform), usual(server), "the others'");
        for (query, token) in [("?seller_id=seller-lights", &server.seller), ("?seller_id=nobody", &server.platform)] {
            assert_eq!(server.get(&format!("/v1/reasons{query}"), token).status, 404);
        }
        assert_eq!(server.get("/v1/reasons/usual", &server.seller).status, 403);
    });
}

#[test]
fn a_reason_that_has_to_be_shown_is_not_given_without_files() {
    served(|server| {
        let refund = server.open("o-1");
        let mut listed = usual(server);
        for reason in listed.as_array_mut().unwrap().iter_mut().filter(|reason| reason["code"] == "used") {
            reason["evidence"] = json!(true);
        }
        list(server, &listed);
        let refuse = |code: &str, files: Value| {
            let mut body = with_code(json!({ "reason": "It was worn." }), code);
            body["files"] = files;
            server.as_seller(&refund, "refuse", &body)
        };
        for files in [json!([]), Value::Null] {
            let refused = refuse("used", files).body;
            assert_eq!((&refused["code"], &refused["rule"]), (&json!("evidence_required"), &json!("R44")));
            let told = (&refused["field"], &refused["for"], &refused["reason_code"]);
            assert_eq!(told, (&json!("files"), &json!("refuse"), &json!("used")));
        }
        assert_eq!(refuse("used", json!(["07".repeat(32)])).body["code"], "evidence_unknown");
        assert_eq!(refuse("other", json!([])).status, 200);
    });
}

#[test]
fn a_list_that_can_not_be_is_told_where_it_is_wrong() {
    served(|server| {
        let one = |change: &[(&str, Value)]| {
            let mut one = json!({ "code": "worn", "for": "refuse", "fault": "buyer" });
            change.iter().for_each(|(name, value)| one[*name] = value.clone());
            one
        };
        for (reasons, pointer, told) in [
            (json!([one(&[("code", json!("It was worn"))])]), "/reasons/0/code", "the code of a reason is"),
            (json!([one(&[("for", json!("agree"))])]), "/reasons/0/for", "is not one of request"),
            (json!([one(&[("fault", json!("cat"))])]), "/reasons/0/fault", "is not one of seller"),
            (json!([one(&[("text", json!({ "de": "alt" }))])]), "/reasons/0/text/de", "unknown field"),
            (json!([one(&[]), one(&[])]), "/reasons", "worn is there twice for refuse"),
            (json!([one(&[("evidence", json!("yes"))])]), "/reasons/0/evidence", "invalid type"),
        ] {
            let no = server.put("/v1/policy", &server.operator, &json!({ "reasons": reasons }));
            let error = &no.body["errors"][0];
            assert_eq!((no.status, &error["pointer"]), (400, &json!(pointer)), "{}", no.body);
            assert!(error["detail"].as_str().unwrap().contains(told), "{error}");
        }
    });
}

#[test]
fn they_are_counted_on_the_day_on_which_they_were_named() {
    served(|server| {
        list(server, &usual(server));
        let open = |order: &str, code: &str| {
            server.post("/v1/refunds", &server.platform, &[], &with_code(opening(order), code)).body
        };
        let refund = open("o-1", "damaged");
        open("o-2", "damaged");
        open("o-3", "other");
        server.as_seller(&refund, "refuse", &with_code(json!({ "reason": "no" }), "used"));
        let counted = server.get("/v1/stats", &server.seller).body["total"]["reasons"].clone();
        assert_eq!(
            counted,
            json!([
                { "for": "request", "code": "damaged", "count": 2 }, { "for": "request", "code": "other", "count": 1 },
                { "for": "refuse", "code": "used", "count": 1 },
            ])
        );
        let page = Browser::signed_in(server, &server.link("seller")).open("/stats").text();
        assert!(page.contains("It arrived damaged Asking for a refund 2"), "{page}");
    });
}

#[test]
fn the_operator_puts_the_usual_ones_in_and_the_seller_chooses_nothing_by_mistake() {
    demo(|server, operator, seller| {
        const POLICY: &str = "/operator/policy";
        let refund = server.open("o-1");
        let here = format!("/refunds/{}", refund["id"].as_str().unwrap());
        assert!(!seller.get(&here).says("name=\"reason_code\""), "there is no list");
        operator.get(POLICY);
        let filled = operator.post(POLICY, &[("step", "usual-reasons")]);
        assert!(filled.says("refuse used buyer\n"), "{}", filled.html);
        list(
            server,
            &json!([
                { "code": "worn", "for": "refuse", "fault": "buyer", "evidence": false, "text": { "en": "It was <worn>" } },
                { "code": "other", "for": "refuse", "fault": "none", "evidence": false },
            ]),
        );
        let shown = operator.get(POLICY);
        assert!(shown.says("refuse worn buyer | en: It was &#60;worn&#62;\nrefuse other none<"), "{}", shown.html);
        let page = seller.get(&here);
        assert!(page.says("<select name=\"reason_code\" required><option value=\"\">"), "{}", page.html);
        assert!(!page.says("\"worn\" selected") && page.says("It was &#60;worn&#62;"));
        let act = format!("{here}/act/refuse");
        let no = seller.post(&act, &[("version", "1"), ("reason", "It is stained"), ("reason_code", "")]);
        assert_eq!(no.status, 422);
        assert!(no.notice().starts_with("Choose one of the reasons: worn · Something else."), "{}", no.notice());
        assert!(no.says("It is stained"), "what was typed stays");
        let strange = seller.post(&act, &[("version", "1"), ("reason", "r"), ("reason_code", "It was")]);
        assert_eq!((strange.status, strange.notice().as_str()), (422, "Why: choose one."));
        let done = seller.post(&act, &[("version", "1"), ("reason", "It is stained"), ("reason_code", "worn")]);
        assert_eq!(done.location(), here);
        let page = seller.get(&here).text();
        assert!(
            page.contains("It was &#60;worn&#62; It is stained") || page.contains("It was <worn> It is stained"),
            "{page}"
        );
        assert_eq!(server.show(&refund)["seller_refusal_code"], "worn");
    });
}

#[test]
fn a_buyer_chooses_where_there_is_a_list() {
    served(|server| {
        let refund = server.open("o-1");
        list(server, &usual(server));
        let buyer = Browser::reading(server, "zh-TW");
        let here = server.path_of(refund["buyer_link"]["url"].as_str().unwrap()).to_owned();
        let page = buyer.open(&here);
        assert!(page.html.contains("<option value=\"damaged\">商品破損</option>") && page.html.contains("請選擇"));
        let act = format!("{here}/act/modify");
        let fields = |code: &'static str| {
            [("version", "1"), ("type", "REFUND_ONLY"), ("amount", "5.00"), ("reason", "凹陷"), ("reason_code", code)]
        };
        let no = buyer.submit(&act, &fields(""));
        assert!(no.text().contains("請選擇一個原因"), "{}", no.text());
        assert_eq!(buyer.submit(&act, &fields("damaged")).status, 303);
        assert!(buyer.open(&here).text().contains("商品破損 凹陷"));
        assert_eq!(server.as_seller(&server.show(&refund), "negotiation", &small_refund("1.00")).status, 201);
    });
}
