//! What was lost with a restore keeps its names, secrets and places: nothing that comes afterwards gets them.

use std::path::PathBuf;

use refund_store::KeyRole;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::event_ids::restored;
use crate::support::browser::Browser;
use crate::support::{Hands, SELLER, Server, path, small_refund};

/// A server with a refund whose seller is told of things, its backup, and a clock for both.
struct Before {
    folder: TempDir,
    place: TempDir,
    hands: Hands,
    server: Server,
    refund: Value,
    buyer: String,
}

impl Before {
    fn new() -> Self {
        let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let hands = Hands::at("2026-03-01T00:00:00Z");
        let server = Server::serve(folder.path(), &hands, false).unwrap();
        let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
        let told = json!({ "name": "n", "addresses": [address], "policy": { "notices": true } });
        assert_eq!(server.put(&format!("/v1/sellers/{SELLER}"), &server.operator, &told).status, 200);
        let refund = server.open("o-1");
        let buyer = refund["buyer_link"]["token"].as_str().unwrap().to_owned();
        Self { folder, place, hands, server, refund, buyer }
    }

    fn back_up(&self) {
        restored(self.folder.path(), self.place.path());
    }

    /// The server on what the backup had, with the folder that it stands in.
    fn restored(self) -> (Server, Hands, TempDir) {
        self.server.stop();
        let folder: PathBuf = self.place.path().join("restored");
        (Server::serve(&folder, &self.hands, false).unwrap(), self.hands, self.place)
    }
}

#[test]
fn an_offer_that_was_lost_is_accepted_by_nobody() {
    let before = Before::new();
    before.back_up();
    let (refund, buyer) = (before.refund.clone(), before.buyer.clone());
    let offer = |server: &Server, value: &str| {
        let offered = server.as_seller(&refund, "negotiation", &small_refund(value));
        assert_eq!(offered.status, 201, "{}", offered.body);
        json!({ "negotiation_id": offered.body["negotiation"]["id"] })
    };
    let lost = offer(&before.server, "18.00");
    let (server, _, _place) = before.restored();
    let present = offer(&server, "2.00");
    for answer in ["accept", "reject"] {
        let refused = server.post(&path(&refund, &format!("negotiation/{answer}")), &buyer, &[], &lost);
        assert_eq!((refused.status, &refused.body["code"]), (409, &json!("offer_is_another")), "{}", refused.body);
    }
    assert_eq!(server.post(&path(&refund, "negotiation/accept"), &buyer, &[], &present).status, 200);
    server.stop();
}

/// The refund's notices, as the platform lists them.
fn notices(server: &Server, refund: &Value) -> Value {
    let listed = server.get(&format!("/v1/notices?refund_id={}", refund["id"].as_str().unwrap()), &server.platform);
    assert_eq!(listed.status, 200, "{}", listed.body);
    listed.body["items"].clone()
}

#[test]
fn what_is_said_of_a_notice_that_was_lost_counts_for_no_other() {
    let before = Before::new();
    before.back_up();
    let (refund, buyer) = (before.refund.clone(), before.buyer.clone());
    let write = |server: &Server, hands: &Hands| {
        hands.forward(120);
        assert_eq!(server.post(&path(&refund, "messages"), &buyer, &[], &json!({ "text": "hello" })).status, 201);
        let all = notices(server, &refund);
        all.as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
    };
    write(&before.server, &before.hands);
    let lost = write(&before.server, &before.hands);
    let kept = notices(&before.server, &refund)[0]["id"].as_str().unwrap().to_owned();
    let (server, hands, _place) = before.restored();
    write(&server, &hands);
    let present = write(&server, &hands);
    let report = |id: &str| {
        let said =
            server.post(&format!("/v1/notices/{id}/report"), &server.platform, &[], &json!({ "result": "accepted" }));
        (said.status, said.body["status"].clone())
    };
    assert_eq!(report(&lost).0, 404, "{lost} is {present} now");
    assert_eq!([report(&present), report(&kept)], [(200, json!("ACCEPTED")), (200, json!("ACCEPTED"))]);
    server.stop();
}

#[test]
fn a_list_of_notices_does_not_go_on_behind_one_that_was_lost() {
    let before = Before::new();
    before.back_up();
    let (refund, buyer, operator) = (before.refund.clone(), before.buyer.clone(), before.server.operator.clone());
    let list = |server: &Server, query: &str| {
        server.get(&format!("/v1/notices?refund_id={}{query}", refund["id"].as_str().unwrap()), &operator)
    };
    let write = |server: &Server, hands: &Hands| {
        hands.forward(120);
        assert_eq!(server.post(&path(&refund, "messages"), &buyer, &[], &json!({ "text": "hello" })).status, 201);
    };
    write(&before.server, &before.hands);
    write(&before.server, &before.hands);
    let behind = |limit: usize| {
        let page = list(&before.server, &format!("&limit={limit}")).body;
        format!("&cursor={}", page["next_cursor"].as_str().unwrap())
    };
    let (kept, lost) = (behind(1), behind(2));
    let (server, hands, _place) = before.restored();
    write(&server, &hands);
    assert_eq!(list(&server, &kept).body["items"].as_array().unwrap().len(), 1);
    let gone = list(&server, &lost);
    assert_eq!((gone.status, &gone.body["code"]), (410, &json!("other_history")), "{}", gone.body);
    server.stop();
}

#[test]
fn a_link_and_a_secret_that_were_lost_are_given_to_nobody() {
    let before = Before::new();
    let hook = json!({ "url": "http://127.0.0.1:9/hook" });
    let made = before.server.post("/v1/webhooks", &before.server.operator, &[], &hook).body;
    before.back_up();
    let refund = before.refund.clone();
    let replaced = |server: &Server| {
        let link = server.post(&path(&refund, "buyer-link"), &server.platform, &[], &json!({}));
        assert_eq!(link.status, 200, "{}", link.body);
        link.body["token"].as_str().unwrap().to_owned()
    };
    let rotated = |server: &Server| {
        let rotate = format!("/v1/webhooks/{}/rotate", made["id"].as_str().unwrap());
        server.post(&rotate, &server.operator, &[], &json!({})).body["secret"].as_str().unwrap().to_owned()
    };
    let lost = (replaced(&before.server), rotated(&before.server));
    let buyer = before.buyer.clone();
    let (server, _, _place) = before.restored();
    let shown = |token: &str| server.get(&path(&refund, ""), token).status;
    assert_eq!((shown(&buyer), shown(&lost.0)), (200, 401), "the link of the backup is good again");
    let present = (replaced(&server), rotated(&server));
    assert_eq!([&buyer, &lost.0, &present.0].map(|token| shown(token)), [401, 401, 200]);
    assert!(lost.1 != present.1 && made["secret"] != present.1.as_str());
    let next = (replaced(&server), rotated(&server));
    assert!(next.0 != present.0 && next.1 != present.1 && shown(&next.0) == 200 && shown(&present.0) == 401);
    server.stop();
}

#[test]
fn a_list_of_endpoints_goes_on_behind_one_that_is_gone() {
    let before = Before::new();
    let make = |server: &Server, number: u32| {
        let hook = json!({ "url": format!("http://127.0.0.1:9/{number}") });
        server.post("/v1/webhooks", &server.operator, &[], &hook).body["id"].as_str().unwrap().to_owned()
    };
    let [first, second] = [1, 2].map(|number| {
        before.hands.forward(1);
        make(&before.server, number)
    });
    let operator = before.server.operator.clone();
    let list = |query: &str| before.server.get(&format!("/v1/webhooks?limit=1{query}"), &operator).body;
    let behind = list("")["next_cursor"].as_str().unwrap().to_owned();
    let removed = before.server.send("DELETE", &format!("/v1/webhooks/{first}"), &operator, &[], b"");
    assert_eq!(removed.status, 200, "{}", removed.body);
    assert_eq!(list(&format!("&cursor={behind}"))["items"][0]["id"], second.as_str());
    before.server.stop();
}

#[test]
fn after_a_restore_pages_tell_of_what_was_done_and_of_no_more() {
    let before = Before::new();
    let other = before.server.open("o-2");
    before.back_up();
    let (refund, buyer) = (before.refund.clone(), before.buyer.clone());
    let (server, _, _place) = before.restored();
    let link = server.sign_in_link("ann", KeyRole::Seller(SELLER.parse().unwrap()));
    let seller = Browser::signed_in(&server, &link);
    let page = seller.open(&format!("/refunds/{}", refund["id"].as_str().unwrap()));
    let of_page = page.field("version");
    let ask = json!({ "type": "REFUND_ONLY", "amount": crate::support::money("19.00"), "reason": "less" });
    assert_eq!(server.post(&path(&refund, "modify"), &buyer, &[], &ask).status, 200);
    let late = format!("/refunds/{}/act/agree", refund["id"].as_str().unwrap());
    let moved = seller.submit_on(&page, &late, &[("version", of_page.as_str())]).text();
    assert!(moved.contains("Somebody was faster") && !moved.contains("since: Refund asked for"), "{moved}");

    let queue = seller.open("/refunds");
    let tick =
        queue.html.split('"').find(|value| value.starts_with(other["id"].as_str().unwrap()) && value.contains(' '));
    let look = seller.submit_on(&queue, "/refunds/bulk", &[("refund", tick.unwrap()), ("action", "agree")]);
    let [ticked, addresses] = ["refund", "addresses"].map(|field| look.field(field));
    let confirmed =
        [("refund", ticked.as_str()), ("addresses", &addresses), ("action", "agree"), ("step", "confirmed")];
    let done = seller.submit_on(&look, "/refunds/bulk", &confirmed);
    assert!(done.text().contains("1 of 1 done.") && !done.text().contains("Refund asked for"), "{}", done.text());
    server.stop();
}
