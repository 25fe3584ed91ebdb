//! Prepared offers on the pages: edited in the settings, one of them taken where an offer is made, and for many at once.

use serde_json::{Value, json};

use crate::support::browser::{Browser, tick};
use crate::support::clerk::{Clerk, demo};
use crate::support::{SELLER, Server, money, opening, path, small_refund};

const OFFERS: &str = "/settings/offers";

/// What a form for a new one holds, with something else in one field.
fn fields<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let good = [
        ("saved_name", "A tenth"),
        ("type", "REFUND_ONLY"),
        ("amount_of", "paid"),
        ("percent", "10 %"),
        ("amount", ""),
        ("currency", ""),
        ("return_address_id", ""),
        ("message_en", "Keep it."),
        ("message_zh_hant", ""),
        ("message_zh_hans", "不用退货。"),
    ];
    good.into_iter().map(|(known, own)| if known == field { (known, value) } else { (known, own) }).collect()
}

fn saved(server: &Server, name: &str) -> Option<Value> {
    let all = server.get(&format!("/v1/sellers/{SELLER}/saved-offers"), &server.operator).body["items"].clone();
    all.as_array().unwrap().iter().find(|own| own["name"] == name).cloned()
}

#[test]
fn what_is_typed_is_what_is_prepared_and_nothing_is_chosen_beforehand() {
    demo(|server, operator, seller| {
        let page = seller.get(OFFERS);
        assert!(!page.says(" checked"), "{}", page.html);
        assert!(page.text().contains("A small refund Refund only 10 % of what is asked for"), "{}", page.text());
        for (field, value, told) in [
            ("saved_name", " ", "What it is called: this is needed."),
            ("type", "", "Type: choose one."),
            ("amount_of", "", "How much: choose one."),
            ("percent", "", "Percent: this is needed."),
            ("percent", "0", "Percent: more than 0 and at most 100 is expected."),
            ("percent", "101", "Percent: more than 0 and at most 100 is expected."),
            ("percent", "1.234", "Percent: at most two decimals are taken."),
            ("percent", "12,5", "Percent: a percentage such as 12.5 is expected."),
            ("amount", "2", "Amount: leave it empty: how much is said otherwise."),
        ] {
            let no = seller.post(OFFERS, &fields(field, value));
            assert_eq!((no.status, no.notice().as_str()), (422, told), "{field}={value}");
            assert!(no.says(">Keep it.</textarea>"), "what was typed stays");
        }
        let made = seller.post(OFFERS, &fields("percent", "１０％"));
        assert_eq!(made.location(), OFFERS);
        let one = saved(server, "A tenth").unwrap();
        assert_eq!(one["share"], json!({ "of": "paid", "percent": "10" }));
        assert_eq!(one["messages"], json!({ "en": "Keep it.", "zh-Hans": "不用退货。" }));
        // The same by the operator, on the page of the one.
        let place = format!("/operator/sellers/{SELLER}/offers/{}", one["id"].as_str().unwrap());
        let fixed = [("amount_of", "fixed"), ("percent", ""), ("amount", "2"), ("currency", "cny")];
        let with = |more: &[(&'static str, &'static str)]| {
            let kept = fields("", "").into_iter().filter(|(name, _)| more.iter().all(|(own, _)| own != name));
            kept.chain(more.iter().copied()).collect::<Vec<_>>()
        };
        let zero = operator.change(&place, &with(&[&fixed[..2], &[("amount", "0"), ("currency", "CNY")]].concat()));
        assert_eq!((zero.status, zero.says("rule R10")), (422, true), "{}", zero.text());
        let gold = operator.change(&place, &with(&[&fixed[..3], &[("currency", "gold")]].concat()));
        assert!(gold.notice().starts_with("Currency: a code of three letters"), "{}", gold.notice());
        assert_eq!(operator.change(&place, &with(&fixed)).location(), format!("/operator/sellers/{SELLER}/offers"));
        assert_eq!(saved(server, "A tenth").unwrap()["amount"], money("2.00"));
        // Of another seller it is not there, nor is the operator's page for the seller.
        assert_eq!(operator.get(&place.replace(SELLER, "seller-lights")).status, 404);
        assert_eq!(seller.get(&place).status, 404);
    });
}

#[test]
fn one_that_moved_on_is_not_replaced_and_one_that_is_removed_is_gone() {
    demo(|server, operator, seller| {
        let place = format!("{OFFERS}/two-yuan");
        let tag = seller.get(&place).hidden("tag");
        assert_eq!(
            operator.change(&format!("/operator/sellers/{SELLER}/offers/two-yuan"), &fields("", "")).status,
            303
        );
        let late = [&[("tag", tag.as_str())], &fields("percent", "50")[..]].concat();
        let moved = seller.post(&place, &late);
        assert_eq!(moved.status, 412);
        assert!(moved.notice().starts_with("Somebody else has changed this") && moved.says("value=\"10\""));
        assert_eq!(seller.post(&place, &[("tag", tag.as_str()), ("step", "remove")]).status, 412);
        assert_eq!(seller.change(&place, &[("step", "remove")]).location(), OFFERS);
        assert_eq!((seller.get(OFFERS).notice().as_str(), seller.get(&place).status), ("Removed.", 404));
        assert!(saved(server, "A tenth").is_none());
    });
}

#[test]
fn an_address_that_is_gone_is_told_and_not_kept_by_mistake() {
    demo(|server, _, seller| {
        let path = format!("/v1/sellers/{SELLER}");
        let mut book = server.get(&path, &server.operator).body;
        book["addresses"].as_array_mut().unwrap().retain(|address| address["id"] == "main");
        assert_eq!(server.put(&path, &server.operator, &book).status, 200);
        assert!(seller.get(OFFERS).text().contains("south is not among the addresses any more"));
        let place = format!("{OFFERS}/return");
        assert!(seller.get(&place).says("<option value=\"south\" selected>"), "no other takes its place unseen");
        let kept = [&fields("type", "RETURN_AND_REFUND")[..], &[("return_address_id", "south")]].concat();
        let kept: Vec<_> = kept.into_iter().filter(|field| *field != ("return_address_id", "")).collect();
        let no = seller.change(&place, &kept);
        assert!(no.status == 422 && no.says("The seller has no such address."), "{}", no.text());
    });
}

fn seller_of(server: &Server) -> Browser<'_> {
    Browser::signed_in(server, &server.link("seller"))
}

#[test]
fn a_prepared_offer_fills_the_form_and_is_looked_at_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    server.put(
        &format!("/v1/sellers/{SELLER}/saved-offers/dollars"),
        &server.seller,
        &json!({ "name": "Dollars", "type": "REFUND_ONLY", "amount": { "currency": "USD", "value": "3" } }),
    );
    let refund = server.open("o-1");
    let seller = seller_of(&server);
    let here = format!("{}/offer", server.page(&refund));
    let page = seller.open(&here);
    let text = page.text();
    assert!(text.contains("A small refund · CN¥2.00 · Refund only"), "{text}");
    assert!(text.contains("Dollars · $3.00 · Refund only The order was paid in CNY"), "{text}");
    assert!(page.says("/offer?saved=small\""), "{}", page.html);
    assert!(!page.says("saved=dollars") && !page.says(" checked"), "what can't be offered is no link");
    let filled = seller.open(&format!("{here}?saved=small"));
    assert!(
        filled.says("value=\"REFUND_ONLY\" required checked") && filled.says("name=\"amount\" inputmode=\"decimal\"")
    );
    assert!(filled.says("value=\"2.00\"") && filled.says("take a tenth of the price back.</textarea>"));
    let chinese = seller.open(&format!("{here}?saved=small&language=zh-Hant"));
    assert!(chinese.says("退您一成作為補償。</textarea>"), "{}", chinese.html);
    for nothing in ["dollars", "none", "%00"] {
        let empty = seller.open(&format!("{here}?saved={nothing}"));
        assert!(empty.status == 200 && !empty.says(" checked") && !empty.says("value=\"3.00\""), "{nothing}");
    }
    assert_eq!(server.show(&refund)["version"], 1, "nothing is sent by it");
    let terms = [("type", "REFUND_ONLY"), ("amount", "2.00"), ("message", "Keep it."), ("version", "1")];
    let look = seller.submit_on(&filled, &here, &[&terms[..], &[("step", "review")]].concat());
    assert!(look.status == 200 && look.says("value=\"send\""), "{}", look.text());
    let sent = seller.submit_on(&look, &here, &[&terms[..], &[("step", "send")]].concat());
    assert_eq!((sent.status, &server.show(&refund)["negotiation"]["offer"]["amount"]), (303, &money("2.00")));
    server.stop();
}

#[test]
fn many_refunds_get_the_exact_amounts_that_were_shown() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let seller = seller_of(&server);
    let of = |order: &str, value: &str| {
        let mut body = opening(order);
        body["amount"] = money(value);
        server.post("/v1/refunds", &server.platform, &[], &body).body
    };
    let refunds = [of("o-1", "19.99"), of("o-2", "5.00"), of("o-3", "0.09"), of("o-4", "20.00")];
    assert_eq!(server.as_seller(&refunds[3], "negotiation", &small_refund("1.00")).status, 201);
    let used = server.show(&refunds[3]);
    let ticks = [tick(&refunds[0]), tick(&refunds[1]), tick(&refunds[2]), tick(&used)];
    let send = |more: &[(&str, &str)]| {
        let ticked = ticks.iter().map(|tick| ("refund", tick.as_str()));
        let fields = ticked.chain([("action", "make_offer"), ("type", "REFUND_ONLY")]).chain(more.iter().copied());
        seller.submit_on(&seller.open("/refunds"), "/refunds/bulk", &fields.collect::<Vec<_>>())
    };
    assert!(
        seller.open("/refunds").text().contains("A small refund · 10 % of what is asked for · Refund only · English")
    );
    for (more, told) in [
        (vec![("saved", "small en"), ("amount", "2")], "Amount: leave it empty: the prepared offer says how much."),
        (vec![("saved", "none en")], "Prepared offer: it is not there any more; choose another."),
    ] {
        let no = send(&more).text();
        assert!(no.contains("0 of 4 will be done") && no.contains(told), "{no}");
    }
    let look = send(&[("saved", "small zh-Hans"), ("amount", "")]);
    let told = look.text();
    assert!(told.contains("2 of 4 will be done") && told.contains("Offered: CN¥2.49"), "{told}");
    assert!(told.contains("Refund only · CN¥1.99") && told.contains("Refund only · CN¥0.50"), "{told}");
    assert!(told.contains("more than zero") && told.contains("and it was used"), "{told}");
    assert!(told.contains("Message to the buyer 商品不用退货，退您一成作为补偿。"), "{told}");
    assert_eq!(server.show(&refunds[0])["version"], 1, "nothing is done yet");
    let confirm = |look: &crate::support::browser::Shown| {
        let form = look.html.split("action=\"/refunds/bulk\"").nth(1).unwrap().split("</form>").next().unwrap();
        let hidden = form.split("type=\"hidden\" name=\"").skip(1).map(|field| {
            let (name, rest) = field.split_once("\" value=\"").unwrap();
            (name, rest.split('"').next().unwrap())
        });
        seller.submit("/refunds/bulk", &hidden.chain([("step", "confirmed")]).collect::<Vec<_>>())
    };
    // What was shown is what is sent: another share is looked at again first.
    let path = format!("/v1/sellers/{SELLER}/saved-offers/small");
    let mut half = server.get(&path, &server.seller).body;
    half["share"]["percent"] = json!("50");
    assert_eq!(server.put(&path, &server.seller, &half).status, 200);
    let again = confirm(&look);
    assert_eq!(again.status, 412);
    assert!(again.text().contains("The prepared offer has changed since this was shown, so nothing was done."));
    assert!(again.text().contains("Refund only · CN¥9.99"), "{}", again.text());
    assert_eq!(server.show(&refunds[0])["version"], 1);
    // All that were ticked are looked at again: half of what is asked for is something also where a tenth was nothing.
    assert!(again.text().contains("3 of 4 will be done"), "{}", again.text());
    assert!(confirm(&again).text().contains("3 of 3 done."));
    let offers =
        [&refunds[0], &refunds[1], &refunds[2]].map(|refund| server.show(refund)["negotiation"]["offer"].clone());
    assert_eq!(offers.clone().map(|offer| offer["amount"].clone()), [money("9.99"), money("2.50"), money("0.04")]);
    assert_eq!(offers[0]["message"], "商品不用退货，退您一成作为补偿。");
    assert_eq!(server.show(&used)["negotiation"]["offer"]["amount"], money("1.00"));
    server.stop();
}

#[test]
fn the_pages_are_written_in_each_language() {
    demo(|server, _, _| {
        for (language, title) in [("zh-TW", "常用方案"), ("zh-CN", "常用方案"), ("en", "Prepared offers")] {
            let name = format!("reads-{language}");
            let link = server.sign_in_link(&name, refund_store::KeyRole::Seller(SELLER.parse().unwrap()));
            let mut clerk = Clerk::by_link(server, &link).reading(language);
            for page in ["/settings", OFFERS, "/settings/offers/small"] {
                let shown = clerk.get(page);
                assert!(shown.status == 200 && shown.text().contains(title), "{language} {page}: {}", shown.text());
            }
        }
    });
}

#[test]
fn a_refunds_page_has_what_can_be_offered_on_it_with_what_it_comes_to() {
    demo(|server, operator, seller| {
        let refund = server.open("o-1");
        let page = seller.get(&server.page(&refund));
        let filled = format!("{}/offer?saved=small", server.page(&refund));
        assert!(page.says(&format!("href=\"{filled}\"")), "{}", page.html);
        let told = page.text();
        assert!(
            told.contains("A small refund · CN¥2.00 · Refund only") && told.contains("Two yuan · CN¥2.00"),
            "{told}"
        );
        assert!(!told.contains("All of it, once it is back"), "that is what is asked for already");
        assert!(seller.get(&filled).says("value=\"2.00\""));
        assert!(!operator.get(&server.page(&refund)).says("saved=small"), "it is nothing of the operator's");
        assert_eq!(server.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
        assert!(!seller.get(&server.page(&refund)).says("saved=small"), "the one chance is used");
    });
}

#[test]
fn a_parcel_of_a_known_carrier_can_be_followed_and_no_other() {
    demo(|server, _, seller| {
        for (order, carrier, place) in [
            ("o-1", "SF Express", Some("https://www.sf-express.com/chn/sc/waybill/waybill-detail/SF-1")),
            ("o-2", "The neighbour", None),
        ] {
            let refund = server.open(order);
            assert_eq!(server.as_seller(&refund, "agree", &json!({})).status, 200);
            let parcel = json!({ "carrier": carrier, "tracking_number": "SF-1" });
            let shipped = server.post(&path(&refund, "ship"), &server.platform, &[], &parcel);
            assert_eq!(shipped.status, 200, "{}", shipped.body);
            let page = seller.get(&server.page(&refund));
            assert!(page.text().contains(&format!("{carrier} SF-1")), "{}", page.text());
            let link = place.map(|place| format!("href=\"{place}\" target=\"_blank\" rel=\"noreferrer noopener\""));
            assert!(link.map_or(!page.says("noreferrer"), |link| page.says(&link)), "{carrier}: {}", page.html);
        }
    });
}
