//! What servers on one database share beside what is recorded: how often somebody may, and what was counted.

use std::time::Duration;

use refund_api::Limits;
use refund_store::KeyRole;
use serde_json::{Value, json};

use crate::metrics::Numbers;
use crate::support::browser::{Browser, form};
use crate::support::postgres::{migrated, psql, psql_in, settling};
use crate::support::{Hands, SELLER, Server, opening, path, small_refund};
use crate::webhooks::receiver;

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

#[test]
fn what_is_sent_again_goes_out_in_a_moment_whichever_server_is_asked() {
    two_within(&Limits::without_rates(), |servers| {
        let (url, received) = receiver(&[200]);
        let wanted = json!({ "url": url, "types": ["refund.opened"] });
        let made = servers[0].post("/v1/webhooks", &servers[0].operator, &[], &wanted).body;
        servers[1].open("o-1");
        received.recv().unwrap();
        let again = format!("/v1/webhooks/{}/redeliver", made["id"].as_str().unwrap());
        for server in [servers, servers, servers].concat() {
            let asked = server.post(&again, &server.operator, &[], &json!({ "from": "2020-01-01T00:00:00Z" }));
            assert_eq!(asked.body["count"], 1);
            received.recv_timeout(Duration::from_secs(2)).unwrap();
        }
    });
}

#[test]
fn turns_at_the_database_are_measured_by_the_server_that_took_them() {
    two_within(&Limits::without_rates(), |[one, other]| {
        let counted = |server: &Server, series: &str| {
            let numbers = Numbers::of(server);
            numbers.get(series).unwrap_or_else(|| panic!("no {series}")).parse::<f64>().unwrap()
        };
        let done = "refund_turns_total{outcome=\"done\"}";
        let before = [one, other].map(|server| counted(server, done));
        (0..5).for_each(|order| drop(one.open(&format!("o-{order}"))));
        // Timers of both take turns too, where something is due; nothing is.
        assert!(counted(one, done) >= before[0] + 5.0);
        assert!(counted(other, done) <= before[1] + 1.0);
        for series in ["refund_turn_wait_seconds_count", "refund_turn_seconds_count", "refund_turn_commands_count"] {
            assert!(counted(one, series) >= 5.0, "{series}");
        }
        assert!(counted(one, "refund_turn_seconds_sum") > 0.0);
        assert!(counted(one, "refund_turn_commands_sum") >= 5.0);
        assert_eq!(counted(one, "refund_turns_total{outcome=\"unheard\"}").to_bits(), 0);
        let state = |state: &str| counted(one, &format!("refund_database_connections{{state=\"{state}\"}}"));
        assert!((1.0..=8.0).contains(&(state("in_use") + state("idle"))));
        assert_eq!(counted(one, "refund_database_connections_awaited").to_bits(), 0);
        assert!(Numbers::of(one).get("refund_journal_sync_seconds_count").is_none(), "there is no journal");
    });
}

#[test]
fn settling_is_held_for_all_servers_until_it_is_released_and_no_start_changes_that() {
    let (folder, url, hands) = (tempfile::tempdir().unwrap(), migrated(), Hands::at("2026-03-01T00:00:00.000Z"));
    let start = || Server::beside_by(folder.path(), &url, &hands);
    let [one, other] = [(); 2].map(|()| start());
    let refund = one.open("o-1");
    let link = refund["buyer_link"]["token"].as_str().unwrap();
    let is_held = |server: &Server| {
        let reply = server.post(&path(&refund, "cancel"), link, &[], &json!({}));
        assert_eq!((reply.status, &reply.body["code"]), (503, &json!("settling_held")));
        assert_eq!(number(server, "refund_settling_held"), Some(1));
    };
    assert!(settling("hold", &url).starts_with("HELD: nothing happens that is due, on all servers of "));
    assert!(settling("hold", &url).starts_with("NOTHING TO DO: it is held already"));
    hands.forward(48 * 3600);
    [&one, &other].into_iter().for_each(is_held);
    let third = start();
    is_held(&third);
    assert_eq!(third.show(&refund)["status"], "WAIT_SELLER_AGREE");
    third.stop();
    [&one, &other].into_iter().for_each(is_held);
    assert!(settling("release", &url).starts_with("RELEASED: what is due happens, on all servers of "));
    // By whichever timer, and without another call.
    assert!((0..1_000_000).any(|_| other.show(&refund)["status"] == "WAIT_BUYER_RETURN_GOODS"));
    // The other hears of it at its next look.
    assert!((0..1_000_000).any(|_| number(&one, "refund_settling_held") == Some(0)));
    assert!(settling("release", &url).starts_with("NOTHING TO DO: it is not held"));
    [one, other].into_iter().for_each(Server::stop);
}

#[test]
fn a_database_that_takes_no_writes_is_named_until_it_does() {
    let (folder, url) = (tempfile::tempdir().unwrap(), migrated());
    let server = Server::beside(folder.path(), &url).unwrap();
    let told = || server.get("/readyz", "").body["failing"][0]["detail"].as_str().unwrap_or_default().to_owned();
    psql_in(
        &url,
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$; \
         CREATE TRIGGER no_room BEFORE INSERT ON records EXECUTE FUNCTION no_room()",
    );
    assert_eq!(server.post("/v1/refunds", &server.platform, &[], &opening("o-1")).status, 503);
    assert!(told().contains("no room"), "{}", told());
    assert_eq!(server.get("/v1/refunds", &server.operator).status, 200, "all can be read");
    psql_in(&url, "DROP TRIGGER no_room ON records");
    server.open("o-1");
    assert_eq!(server.get("/readyz", "").status, 204);

    let name = url.rsplit('/').next().unwrap();
    let end = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
    psql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    psql(&end);
    assert!((0..1_000_000).any(|_| told().contains("takes no writes")));
    psql(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
    psql(&end);
    assert!((0..1_000_000).any(|_| server.get("/readyz", "").status == 204));
    server.open("o-2");
    server.stop();
}
