//! What servers on one database share beside what is recorded: how often somebody may, and what was counted.

use refund_api::Limits;
use refund_store::KeyRole;
use serde_json::{Value, json};

use crate::support::browser::{Browser, form};
use crate::support::postgres::{migrated, psql_in};
use crate::support::{SELLER, Server, small_refund};

/// Two servers in one folder on one database, which know of each other.
fn two_within(limits: &Limits, test: impl FnOnce([&Server; 2])) {
    let (folder, url) = (tempfile::tempdir().unwrap(), migrated());
    let servers = [(); 2].map(|()| Server::beside_within(folder.path(), &url, limits.clone()));
    let know_each_other = || servers.iter().all(|server| number(server, "refund_servers") == Some(2));
    assert!((0..1_000_000).any(|_| know_each_other()));
    test([&servers[0], &servers[1]]);
    servers.into_iter().for_each(Server::stop);
}

/// What that metric says there.
fn number(server: &Server, metric: &str) -> Option<u64> {
    let text = server.get("/metrics", "").body;
    let line = text.as_str().unwrap().lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' '));
    line.map(|number| number.parse().unwrap())
}

#[test]
fn whoever_asks_the_one_and_the_other_changes_a_thing_no_more_often_than_on_one() {
    two_within(&Limits { changes_per_hour: 8, ..Limits::without_rates() }, |servers| {
        let address = json!({ "id": "main", "recipient": "r", "phone": "1", "address": "a", "default": true });
        let rename = |turn: usize| {
            let seller = json!({ "name": format!("name {turn}"), "addresses": [address] });
            servers[turn % 2].put(&format!("/v1/sellers/{SELLER}"), &servers[0].seller, &seller).status
        };
        let renamed = (0..40).map(rename).filter(|status| *status == 200).count();
        assert_eq!(renamed, 8);
    });
}

#[test]
fn a_name_is_tried_no_more_often_than_on_one() {
    two_within(&Limits::without_rates(), |[one, other]| {
        Browser::signed_in(one, &one.sign_in_link("ann", KeyRole::Operator));
        let browsers = [one, other].map(Browser::new);
        let guess = |turn: usize| {
            let browser = &browsers[turn % 2];
            let guessed = [("name", "ann"), ("password", "a guess at it")];
            browser.send("POST", "/sign-in", &[("Sec-Fetch-Site", "same-origin")], &form(&guessed)).status
        };
        let guesses: Vec<_> = (0..24).map(guess).collect();
        let heard = guesses.iter().filter(|status| **status != 429).count();
        // One comes back every six seconds.
        assert!((10..15).contains(&heard), "{guesses:?}");
    });
}

#[test]
fn a_server_counts_on_from_where_another_had_counted_to() {
    let (folder, url) = (tempfile::tempdir().unwrap(), migrated());
    let first = Server::beside(folder.path(), &url).unwrap();
    for order in ["o-1", "o-2", "o-3"] {
        let refund = first.open(order);
        assert_eq!(first.as_seller(&refund, "negotiation", &small_refund("2.00")).status, 201);
    }
    let total = |server: &Server| -> Value { server.get("/v1/stats", &server.operator).body["total"].clone() };
    let counted = total(&first);
    assert_eq!(counted["offers_made"], 3);
    first.stop();
    // Who counted from the beginning would miss something.
    psql_in(&url, "DELETE FROM records WHERE number < (SELECT max(number) - 1 FROM records)");
    let second = Server::beside(folder.path(), &url).unwrap();
    assert_eq!(total(&second), counted);
    // What is of no history that there is is as good as none.
    second.stop();
    psql_in(&url, "UPDATE asides SET body = substr(body, 2)");
    let third = Server::beside(folder.path(), &url).unwrap();
    assert!(total(&third)["offers_made"].as_u64() < Some(3));
    third.stop();
}
