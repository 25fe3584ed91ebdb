//! What becomes of deadlines while the server is away, and of a clock that is wrong.

use crate::support::browser::Browser;
use crate::support::{Hands, Server, opening, path};
use refund_api::Place;
use serde_json::{Value, json};

const HOUR: i64 = 3600;
const OPENED: &str = "2026-03-01T00:00:00.000Z";

fn events(server: &Server, refund: &Value) -> Vec<(String, String, String)> {
    let page = server.get(&path(refund, "events"), &server.operator).body;
    let text = |event: &Value, field: &str| event[field].as_str().unwrap().to_owned();
    let all = page["items"].as_array().unwrap().iter();
    all.map(|event| (text(event, "type"), text(event, "at"), text(event, "recorded_at"))).collect()
}

#[test]
fn what_came_due_while_the_server_was_down_happens_at_the_start_in_order_at_its_instants() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let first = server.open("o-1");
    hands.forward(HOUR);
    let second = server.open("o-2");
    server.stop();
    hands.forward(47 * HOUR);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let agreed = events(&server, &first).into_iter().rfind(|(kind, ..)| kind == "refund.agreed").unwrap();
    assert_eq!(agreed.1, "2026-03-02T12:00:00.000Z", "at the instant that it was due");
    assert_eq!(agreed.2, "2026-03-03T00:00:00.000Z", "and written down when it was");
    // Half a day late: the buyer's time to ship runs from now, not from then (R36).
    assert_eq!(server.show(&first)["deadlines"][0]["at"], "2026-03-10T00:00:00.000Z");
    let feed = server.get("/v1/events?limit=100", &server.operator).body;
    let settled = feed["items"].as_array().unwrap().iter().filter(|event| event["actor"]["role"] == "system");
    let instants: Vec<&str> = settled.map(|event| event["at"].as_str().unwrap()).collect();
    assert!(instants.len() >= 6 && instants.is_sorted(), "over all refunds in the order of the instants: {instants:?}");
    assert_eq!(server.show(&second)["status"], "WAIT_BUYER_RETURN_GOODS");
    server.stop();
}

#[test]
fn while_settling_is_held_an_operator_extends_what_fell_due() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let (kept, lost) = (server.open("o-1"), server.open("o-2"));
    let link = kept["buyer_link"]["token"].as_str().unwrap().to_owned();
    server.stop();
    hands.forward(48 * HOUR);
    let server = Server::serve(folder.path(), &hands, true).unwrap();
    assert_eq!(server.show(&kept)["status"], "WAIT_SELLER_AGREE", "nothing has happened yet");
    let held = server.post(&path(&kept, "cancel"), &link, &[], &json!({}));
    assert_eq!((held.status, &held.body["code"]), (503, &json!("settling_held")));
    // Settling comes before the version.
    let stale = [("If-Match", "\"77\"")];
    let held = server.post(&path(&kept, "cancel"), &link, &stale, &json!({}));
    assert_eq!((held.status, &held.body["code"]), (503, &json!("settling_held")));
    let extension = json!({ "kind": "seller_decide", "to": "2026-03-03T12:00:00.000Z" });
    assert_eq!(server.post(&path(&kept, "extend"), &server.operator, &stale, &extension).status, 412);
    let page = Browser::new(&server).submit(&format!("/b/{link}/act/cancel"), &[("version", "1")]);
    assert_eq!((page.status, &page.headers["retry-after"]), (503, &"1".parse().unwrap()));
    let extended = server.post(&path(&kept, "extend"), &server.operator, &[("If-Match", "\"1\"")], &extension);
    assert_eq!((extended.status, &extended.body["deadlines"][0]["at"]), (200, &extension["to"]));
    server.stop();
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    assert_eq!(server.show(&kept)["status"], "WAIT_SELLER_AGREE");
    assert_eq!(server.show(&lost)["status"], "WAIT_BUYER_RETURN_GOODS");
    server.stop();
}

#[test]
fn a_clock_more_than_five_minutes_behind_stops_the_server_at_its_start() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let refund = server.open("o-1");
    server.stop();
    hands.forward(-300);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let later = server.open("o-2");
    assert!(later["opened_at"].as_str() >= refund["opened_at"].as_str(), "time never goes back (R35)");
    server.stop();
    hands.forward(-1);
    let error = Server::serve(folder.path(), &hands, false).err().unwrap().to_string();
    assert!(error.contains("2026-02-28T23:54:59.000Z") && error.contains("clock"), "{error}");
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let error = Server::serve(folder.path(), &hands, false).err().unwrap().to_string();
    assert!(error.contains("another process"), "{error}");
    server.open("o-1");
    server.stop();
}

#[test]
fn a_demo_starts_only_in_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    Server::serve(folder.path(), &hands, false).unwrap().stop();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let anywhere = crate::support::ANY_PORT.parse().unwrap();
    let refused = runtime.block_on(refund_api::demo(
        folder.path().to_owned(),
        Place::default(),
        anywhere,
        refund_api::MailSettings::default(),
    ));
    assert!(refused.err().unwrap().to_string().contains("a folder of its own"));
}

#[test]
fn twins_at_the_same_moment_are_carried_out_once() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let replies: Vec<_> = std::thread::scope(|scope| {
        let twin = || server.post("/v1/refunds", &server.platform, &[("Idempotency-Key", "twin")], &opening("o-1"));
        let twins: Vec<_> = (0..8).map(|_| scope.spawn(twin)).collect();
        twins.into_iter().map(|twin| twin.join().unwrap()).collect()
    });
    assert!(replies.iter().all(|reply| (reply.status, &reply.body) == (201, &replies[0].body)));
    assert_eq!(replies.iter().filter(|reply| !reply.replayed).count(), 1);
    server.stop();
}

#[test]
fn of_two_that_race_one_is_carried_out_and_the_other_told_what_it_lost_to() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    for order in 0..20 {
        let refund = server.open(&format!("o-{order}"));
        let offered = server.as_seller(&refund, "negotiation", &crate::support::small_refund("2.00")).body;
        let link = refund["buyer_link"]["token"].as_str().unwrap();
        let answer = json!({ "negotiation_id": offered["negotiation"]["id"] });
        let (accepted, agreed) = std::thread::scope(|scope| {
            let accept = scope.spawn(|| server.post(&path(&refund, "negotiation/accept"), link, &[], &answer));
            let agree = scope.spawn(|| server.as_seller(&offered, "agree", &json!({})));
            (accept.join().unwrap(), agree.join().unwrap())
        });
        let stands = server.show(&refund);
        match (accepted.status, agreed.status) {
            (200, 412) => assert_eq!(agreed.body["refund"]["negotiation"]["status"], "ACCEPTED"),
            (409, 200) => assert_eq!(accepted.body["refund"]["negotiation"]["status"], "WITHDRAWN"),
            other => panic!("{other:?}"),
        }
        assert!(["ACCEPTED", "WITHDRAWN"].contains(&stands["negotiation"]["status"].as_str().unwrap()));
    }
    server.stop();
}

#[test]
fn a_demo_goes_on_also_where_its_addresses_were_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path());
    let refund = server.open("o-1");
    server.stop();
    std::fs::remove_file(folder.path().join("demo.json")).unwrap();
    let server = Server::demo(folder.path());
    assert_eq!(server.show(&refund)["id"], refund["id"]);
    assert!(folder.path().join("demo.json").exists());
    server.stop();
}
