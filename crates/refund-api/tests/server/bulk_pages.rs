//! Many refunds at once on the pages: looked at first, then done or refused one by one.

use crate::support::browser::{Browser, Shown, tick};
use crate::support::{Server, opening, path, small_refund};
use serde_json::json;

const BULK: &str = "/refunds/bulk";

fn served(test: impl FnOnce(&Server, &Browser)) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    test(&server, &Browser::signed_in(&server, &server.link("seller")));
    server.stop();
}

/// Sends the ticks of some refunds, with what is chosen and typed.
fn send(seller: &Browser, ticks: &[String], fields: &[(&str, &str)]) -> Shown {
    let ticks = ticks.iter().map(|value| ("refund", value.as_str()));
    let fields: Vec<_> = ticks.chain(fields.iter().copied()).collect();
    seller.submit_on(&seller.open("/refunds"), BULK, &fields)
}

/// The hidden fields of the form that confirms.
fn to_confirm(look: &Shown) -> Vec<(String, String)> {
    let form = look.html.split("action=\"/refunds/bulk\"").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let hidden = form.split("type=\"hidden\" name=\"").skip(1).map(|field| {
        let (name, rest) = field.split_once("\" value=\"").unwrap();
        (name.to_owned(), rest.split('"').next().unwrap().to_owned())
    });
    hidden.chain([("step".to_owned(), "confirmed".to_owned())]).collect()
}

fn confirm(seller: &Browser, look: &Shown) -> Shown {
    let fields = to_confirm(look);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    seller.submit(BULK, &fields)
}

#[test]
fn what_will_be_done_is_shown_first_and_what_was_done_afterwards() {
    served(|server, seller| {
        let refunds = ["o-1", "o-2", "o-3"].map(|order| server.open(order));
        let offered = server.as_seller(&refunds[1], "negotiation", &small_refund("2.00")).body;
        let mut dollars = opening("o-4");
        dollars["order_line"]["paid"] = json!({ "currency": "USD", "value": "7.50" });
        dollars["amount"] = json!({ "currency": "USD", "value": "7.50" });
        let dollars = server.post("/v1/refunds", &server.platform, &[], &dollars).body;
        let late = server.open("o-5");
        let ticks = [tick(&refunds[0]), tick(&offered), tick(&late), tick(&dollars)];
        assert_eq!(server.as_seller(&late, "negotiation", &small_refund("3.00")).status, 201);
        let look = send(seller, &ticks, &[("action", "agree")]);
        let told = look.text();
        let twice = [tick(&refunds[0]), tick(&refunds[0])];
        let once = send(seller, &twice, &[("action", "agree")]).text();
        assert!(once.contains("1 of 1 will be done"), "{once}");
        assert!(told.contains("3 of 4 will be done") && told.contains("CN¥40.00 · $7.50"), "{told}");
        assert!(told.contains("One open offer is withdrawn by it."), "{told}");
        assert!(told.contains("Offer withdrawn") && told.contains("Somebody was faster"), "{told}");
        assert!(told.contains("Agree to these 3 refunds"), "{told}");
        assert_eq!(server.show(&refunds[0])["status"], "WAIT_SELLER_AGREE", "nothing is done yet");
        // One of them is settled by somebody else before it is confirmed.
        assert_eq!(server.as_seller(&refunds[0], "refuse", &json!({ "reason": "It was whole" })).status, 200);
        let done = confirm(seller, &look).text();
        assert!(done.contains("2 of 3 done.") && done.contains("Somebody was faster"), "{done}");
        assert!(done.contains("Agreed · Return and refund · CN¥20.00"), "{done}");
        assert!(done.contains("Agreed · Return and refund · $7.50"), "{done}");
        let statuses = [&refunds[0], &offered, &late, &dollars].map(|refund| server.show(refund)["status"].clone());
        let agreed = "WAIT_BUYER_RETURN_GOODS";
        assert_eq!(statuses, ["SELLER_REFUSE_BUYER", agreed, "WAIT_SELLER_AGREE", agreed]);
        // Sent again it says the same, and does nothing.
        let again = confirm(seller, &look).text();
        assert!(again.contains("2 of 3 done.") && again.contains("Agreed · Return and refund · $7.50"), "{again}");
        assert_eq!(server.show(&dollars)["version"], 2);
    });
}

#[test]
fn goods_go_where_it_was_shown_that_they_would() {
    served(|server, seller| {
        let [refund, moved] = ["o-1", "o-2"].map(|order| server.open(order));
        let ticks = [tick(&refund), tick(&moved)];
        assert_eq!(server.as_seller(&moved, "refuse", &json!({ "reason": "It was whole" })).status, 200);
        let look = send(seller, &ticks, &[("action", "agree")]);
        let agreed = "Agreed · Return and refund · CN¥20.00 · Returns desk, 0571-5550-0101,";
        let to = |address: &str| format!("{agreed} {address}");
        assert!(look.text().contains(&to("Warehouse 3, 18 Canal Road, Hangzhou")), "{}", look.text());
        server.move_address("main", "9 New Road, Foshan");
        let again = confirm(seller, &look);
        assert!(again.text().contains("The return addresses have changed since this was shown"), "{}", again.text());
        assert!(again.text().contains(&to("9 New Road, Foshan")), "{}", again.text());
        assert!(again.text().contains("1 of 2 will be done"), "all that were ticked are looked at: {}", again.text());
        assert_eq!(server.show(&refund)["version"], 1, "nothing was done");
        assert!(confirm(seller, &again).text().contains("1 of 1 done."));
        assert_eq!(server.show(&refund)["effective"]["return_address"]["address"], "9 New Road, Foshan");
    });
}

#[test]
fn an_offer_to_many_says_how_much_to_each_and_what_the_rules_refuse() {
    served(|server, seller| {
        let [a, b, spent] = ["o-1", "o-2", "o-3"].map(|order| server.open(order));
        let spent = server.as_seller(&spent, "negotiation", &small_refund("2.00")).body;
        let mut small = opening("o-4");
        small["order_line"]["paid"]["value"] = json!("1.00");
        small["amount"]["value"] = json!("1.00");
        let small = server.post("/v1/refunds", &server.platform, &[], &small).body;
        let ticks = [&a, &b, &spent, &small].map(tick);
        let fields = [("action", "make_offer"), ("type", "REFUND_ONLY")];
        let unclear = send(seller, &ticks, &[&fields[..], &[("amount", "two")]].concat()).text();
        assert!(unclear.contains("0 of 4 will be done") && unclear.contains("an amount such as 12.50"), "{unclear}");
        let look = send(seller, &ticks, &[&fields[..], &[("amount", "2.00"), ("message", "Keep it.")]].concat());
        let told = look.text();
        assert!(told.contains("2 of 4 will be done") && told.contains("Offered: CN¥4.00"), "{told}");
        assert!(told.contains("the only offer that each of these refunds can have"), "{told}");
        assert_eq!(told.matches("Other terms offered · Refund only · CN¥2.00").count(), 2, "{told}");
        assert!(told.contains("and it was used") && told.contains("At most CN¥1.00"), "{told}");
        assert_eq!(server.show(&a)["version"], 1);
        let done = confirm(seller, &look).text();
        assert!(done.contains("2 of 2 done."), "{done}");
        assert_eq!(server.show(&b)["negotiation"]["offer"]["message"], "Keep it.");
    });
}

#[test]
fn nothing_is_done_with_none_with_a_stranger_s_or_with_a_form_that_is_wrong() {
    served(|server, seller| {
        let refund = server.open("o-1");
        let others = server.get("/v1/refunds?seller_id=seller-lights&limit=1", &server.operator).body;
        let others = tick(&others["items"][0]);
        assert!(send(seller, &[], &[("action", "agree")]).text().contains("No refund was chosen."));
        for step in ["", "confirmed"] {
            let fields = [("action", "agree"), ("step", step)];
            assert_eq!(send(seller, &[tick(&refund), others.clone()], &fields).status, 404);
            let wrong = send(seller, &[tick(&refund)], &[("action", "rule"), ("step", step)]);
            assert!(wrong.text().contains("What to do: choose one."), "{}", wrong.text());
            let refused = send(seller, &[tick(&refund)], &[("action", "refuse"), ("step", step)]);
            assert!(refused.text().contains("Reason: this is needed."), "{}", refused.text());
        }
        assert_eq!(server.get(&path(&refund, ""), &server.seller).body["version"], 1);
    });
}

#[test]
fn what_was_ticked_is_looked_at_again_where_the_session_was_over() {
    served(|server, seller| {
        let [refund, moved] = ["o-1", "o-2"].map(|order| server.open(order));
        let look = send(seller, &[tick(&refund), tick(&moved)], &[("action", "agree")]);
        assert_eq!(server.as_seller(&moved, "refuse", &json!({ "reason": "It was whole" })).status, 200);
        let session = seller.cookie("__Host-session").unwrap();
        seller.keep("__Host-session", "none");
        let led = confirm(seller, &look);
        let back = led.location().strip_prefix("/sign-in?back=").unwrap();
        let back = back.replace("%2F", "/").replace("%3F", "?").replace("%3D", "=");
        seller.keep("__Host-session", &session);
        let again = seller.open(&back);
        let told = again.text();
        assert!(told.contains("1 of 2 will be done") && told.contains("Somebody was faster"), "{told}");
        assert!(told.contains("You were signed out while you typed."), "{told}");
        assert_eq!(server.show(&refund)["version"], 1, "nothing was done");
        assert!(confirm(seller, &again).text().contains("1 of 1 done."));
        assert_eq!(seller.open(BULK).location(), "/refunds");
    });
}
