//! Whoever sends a form too often is told from when on it is possible, and loses nothing of what they typed.

use crate::support::browser::{Browser, tick};
use crate::support::clerk::Clerk;
use crate::support::{SELLER, Server};
use refund_api::Limits;
use refund_store::KeyRole;

fn sellers_person(server: &Server) -> Clerk<'_> {
    Clerk::by_link(server, &server.sign_in_link("kim", KeyRole::Seller(SELLER.parse().unwrap())))
}

#[test]
fn settings_and_people_that_are_changed_too_often_keep_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { changes_per_hour: 1, ..Limits::without_rates() });
    let mut kim = sellers_person(&server);
    let address = [
        ("address_id", "main"),
        ("recipient", "r"),
        ("phone", "1"),
        ("address", "a street that is long"),
        ("default", "main"),
    ];
    let save =
        |kim: &mut Clerk, name: &str| kim.change("/settings", &[&[("seller_name", name)], &address[..]].concat());
    assert_eq!(save(&mut kim, "the first name").location(), "/settings");
    let led = save(&mut kim, "a name that took a while");
    assert!(led.status == 303 && led.location().starts_with("/settings?typed="), "{} {}", led.status, led.location());
    let shown = kim.get(led.location());
    assert!(shown.text().contains("It is possible again from"), "{}", shown.text());
    assert!(shown.says("a name that took a while") && shown.says("a street that is long"), "{}", shown.html);
    let led = kim.post("/people", &[("name", "a colleague"), ("team_role", "clerk")]);
    assert!(led.location().starts_with("/people?typed="), "{} {}", led.status, led.text());
    let shown = kim.get(led.location());
    assert!(shown.says("value=\"a colleague\"") && shown.text().contains("It is possible again from"));
    let plain = kim.get("/people");
    assert!(!plain.says("value=\"a colleague\"") && !plain.text().contains("It is possible again from"));
    // What stood there is nobody else's to see.
    let mut other = Clerk::by_link(&server, &server.sign_in_link("zoe", KeyRole::Operator));
    assert!(!other.get(led.location()).says("a colleague"));
    server.stop();
}

#[test]
fn whoever_calls_too_often_keeps_what_was_typed_into_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { rate_per_key: 5, ..Limits::without_rates() });
    let refund = server.open("o-1");
    let mut kim = sellers_person(&server);
    let page = server.page(&refund);
    kim.get(&page);
    let text = "what took long to write";
    let message = format!("{page}/message");
    let led = (0..200).map(|_| kim.post(&message, &[("text", text)])).find(|sent| sent.location().contains("typed="));
    // The form's own address leads to its page.
    let page = kim.get(led.expect("some are too many").location()).location().to_owned();
    let mut shown = (0..100_000).map(|_| kim.get(&page));
    let refused = shown.find(|shown| shown.status == 429).expect("so are these");
    assert!(refused.text().contains("it is possible again from") && refused.says("?typed="), "{}", refused.text());
    let typed = shown.find(|shown| shown.status != 429).unwrap();
    assert!(typed.says(text) && typed.text().contains("It is possible again from"), "{}", typed.text());
    // As a buyer.
    let (buyer, path) = (Browser::new(&server), server.buyer_page(&refund));
    let message = format!("{path}/message");
    let led =
        (0..200).map(|_| buyer.submit(&message, &[("text", text)])).find(|sent| sent.location().contains("typed="));
    let page = buyer.open(led.expect("some are too many").location()).location().to_owned();
    let shown = (0..100_000).map(|_| buyer.open(&page)).find(|shown| shown.status != 429).unwrap();
    assert!(shown.html.contains(text) && shown.text().contains("It is possible again from"), "{}", shown.text());
    server.stop();
}

#[test]
fn what_was_ticked_is_looked_at_again_where_it_was_asked_for_too_often() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::limited(folder.path(), Limits { rate_per_key: 5, ..Limits::without_rates() });
    let refund = server.open("o-1");
    let mut kim = sellers_person(&server);
    let tick = tick(&refund);
    let fields = [("action", "agree"), ("refund", tick.as_str())];
    let led = (0..200).map(|_| kim.post("/refunds/bulk", &fields)).find(|sent| sent.location().contains("typed="));
    let page = led.expect("some are too many").location().to_owned();
    let shown = (0..100_000).map(|_| kim.get(&page)).find(|shown| shown.status != 429).unwrap();
    let told = shown.text();
    assert!(told.contains("1 of 1 will be done") && told.contains("It is possible again from"), "{told}");
    assert!(shown.says(&format!("name=\"refund\" value=\"{tick}\"")), "{}", shown.html);
    server.stop();
}
