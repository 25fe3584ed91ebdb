//! Several servers on one database: what one of them did, all of them know.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Barrier;

use refund_api::{Config, Place, Running, StartError};
use refund_store::KeyRole;
use serde_json::{Value, json};

use crate::support::browser::{Browser, form};
use crate::support::postgres::{database, migrate, migrated, place, psql};
use crate::support::{ANY_PORT, Hands, Reply, Server, opening, path, small_refund};

/// Two servers in one folder, which have its secret, on one database.
fn two(test: impl FnOnce(&Server, &Server)) {
    let (folder, url) = (tempfile::tempdir().unwrap(), migrated());
    let one = Server::beside(folder.path(), &url).unwrap();
    let other = Server::beside(folder.path(), &url).unwrap();
    test(&one, &other);
    one.stop();
    other.stop();
}

#[test]
fn a_key_is_good_at_once_on_every_server_and_is_good_on_none_once_it_is_revoked() {
    two(|one, other| {
        for round in 0..20 {
            let (one, other) = if round % 2 == 0 { (one, other) } else { (other, one) };
            let key = one.post("/v1/keys", &one.operator, &[], &json!({ "name": "k", "role": "platform" })).body;
            let secret = key["secret"].as_str().unwrap();
            assert_eq!(other.get("/v1/refunds", secret).status, 200);
            let revoke = format!("/v1/keys/{}/revoke", key["id"].as_str().unwrap());
            assert_eq!(other.post(&revoke, &other.operator, &[], &json!({})).status, 200);
            assert_eq!(one.get("/v1/refunds", secret).status, 401);
        }
    });
}

#[test]
fn whoever_was_answered_by_one_server_finds_it_on_another() {
    two(|one, other| {
        for round in 0..20 {
            let (one, other) = if round % 2 == 0 { (one, other) } else { (other, one) };
            let refund = one.open(&format!("o-{round}"));
            assert_eq!(other.show(&refund)["version"], refund["version"]);
            let offered = other.as_seller(&refund, "negotiation", &small_refund("2.00"));
            assert_eq!(offered.status, 201, "{}", offered.body);
            let found = one.get("/v1/refunds?limit=1&sort=opened_at", &one.operator).body;
            assert_eq!(found["items"][0]["negotiation"], offered.body["negotiation"]);
            let fed = other.get(&format!("/v1/events?limit=100&after={}", latest(one)), &other.operator);
            assert_eq!((fed.status, fed.body["items"].as_array().unwrap().len()), (200, 0), "{}", fed.body);
        }
    });
}

/// The place at which the feed ends, as that server gives it.
fn latest(server: &Server) -> String {
    let end = server.get("/v1/events?after=latest", &server.operator).body;
    end["after"].as_str().unwrap().to_owned()
}

#[test]
fn a_stream_on_one_server_shows_what_happens_on_another_and_ends_with_its_key_there() {
    two(|one, other| {
        let key = one.post("/v1/keys", &one.operator, &[], &json!({ "name": "k", "role": "platform" })).body;
        let mut stream = other.stream("/v1/events/stream?after=latest", key["secret"].as_str().unwrap(), "");
        let refund = one.open("o-1");
        let mut line = String::new();
        while !line.starts_with("data:") {
            line.clear();
            assert_ne!(stream.read_line(&mut line).unwrap(), 0, "the stream has ended");
        }
        let event: Value = serde_json::from_str(line.trim_start_matches("data:").trim()).unwrap();
        assert_eq!((&event["type"], &event["refund_id"]), (&json!("refund.opened"), &refund["id"]));
        let revoke = format!("/v1/keys/{}/revoke", key["id"].as_str().unwrap());
        assert_eq!(one.post(&revoke, &one.operator, &[], &json!({})).status, 200);
        // It ends, or this never does.
        stream.read_to_end(&mut Vec::new()).unwrap();
    });
}

#[test]
fn the_same_idempotency_key_on_two_servers_at_the_same_moment_is_done_once() {
    two(|one, other| {
        for order in (0..20).map(|round| format!("o-{round}")) {
            let key = [("Idempotency-Key", order.as_str())];
            let ask = |server: &Server| server.post("/v1/refunds", &one.platform, &key, &opening(&order));
            let [first, second] = both(|| ask(one), || ask(other));
            assert_eq!((first.status, second.status), (201, 201), "{} {}", first.body, second.body);
            assert_eq!(first.body["id"], second.body["id"]);
            assert!(first.replayed != second.replayed, "{order}");
        }
    });
}

#[test]
fn twins_on_two_servers_at_the_same_moment_are_one_refund() {
    two(|one, other| {
        for order in (0..20).map(|round| format!("o-{round}")) {
            let ask = |server: &Server| server.post("/v1/refunds", &server.platform, &[], &opening(&order));
            let asked = both(|| ask(one), || ask(other));
            let mut statuses = [asked[0].status, asked[1].status];
            statuses.sort_unstable();
            assert_eq!((statuses, &asked[0].body["id"]), ([200, 201], &asked[1].body["id"]));
        }
    });
}

/// What two do at the same moment.
fn both<T: Send>(one: impl FnOnce() -> T + Send, other: impl FnOnce() -> T + Send) -> [T; 2] {
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            start.wait();
            other()
        });
        start.wait();
        [one(), other.join().unwrap()]
    })
}

#[test]
fn who_signs_in_on_one_server_is_signed_in_on_all_until_they_sign_out_on_one() {
    two(|one, other| {
        let here = Browser::signed_in(one, &one.sign_in_link("ann", KeyRole::Operator));
        let there = Browser::new(other);
        there.keep("__Host-session", &here.cookie("__Host-session").unwrap());
        let page = there.open("/refunds");
        assert_eq!(page.status, 200);
        let mut changes = here.listen("/refunds/live");
        assert_eq!(there.submit_on(&page, "/sign-out", &[]).status, 303);
        assert!(changes.rest().contains("changed"), "an open page on the other server looks again");
        assert_eq!(here.open("/refunds").location(), "/sign-in?back=%2Frefunds");
    });
}

#[test]
fn the_page_that_answers_a_form_needs_no_second_call_that_may_come_to_another_server() {
    two(|one, _| {
        let browser = Browser::signed_in(one, &one.sign_in_link("ann", KeyRole::Operator));
        let mark = browser.open("/operator/keys").field("mark");
        let wanted =
            form(&[("mark", &mark), ("key_name", "k"), ("role", "platform"), ("scope", "full"), ("once", "1")]);
        let made = browser.send("POST", "/operator/keys", &[("Sec-Fetch-Site", "same-origin")], &wanted);
        assert_eq!(made.status, 200, "{}", made.text());
        assert!(made.text().contains("rfk_"), "{}", made.text());
    });
}

#[test]
fn a_deadline_is_settled_once_whichever_timer_gets_there_and_counted_once() {
    let (folder, url, hands) = (tempfile::tempdir().unwrap(), migrated(), Hands::at("2026-03-01T00:00:00.000Z"));
    let servers = [(); 2].map(|()| Server::beside_by(folder.path(), &url, &hands));
    let [one, other] = &servers;
    let refund = one.open("o-1");
    let mut stream = other.stream("/v1/events/stream?after=latest", &other.operator, "");
    hands.forward(37 * 3600);
    let mut line = String::new();
    while !line.starts_with("event: refund.agreed") && !line.starts_with("event:refund.agreed") {
        line.clear();
        assert_ne!(stream.read_line(&mut line).unwrap(), 0, "the stream has ended");
    }
    for server in &servers {
        let history = server.get(&path(&refund, "events"), &server.operator).body;
        let agreed = history["items"].as_array().unwrap().iter().filter(|event| event["type"] == "refund.agreed");
        assert_eq!(agreed.count(), 1, "{history}");
    }
    let counted: u32 = servers.iter().map(settled).sum();
    assert_eq!(counted, 1);
    drop(stream);
    servers.into_iter().for_each(Server::stop);
}

/// How many decisions by silence that server says to have settled.
fn settled(server: &Server) -> u32 {
    // Numbers of days are shown once all that was recorded is counted.
    assert_eq!(server.get("/v1/stats", &server.operator).status, 200);
    let numbers = server.get("/metrics", "").body;
    let series = "refund_settled_late_seconds_count{deadline=\"seller_decide\"} ";
    numbers.as_str().unwrap().lines().find_map(|line| line.strip_prefix(series)).unwrap().parse().unwrap()
}

/// Starts a server in a folder of its own with a common secret.
async fn start(folder: &Path, url: &str) -> Result<Running, StartError> {
    let secret = folder.join("common.secret");
    std::fs::write(&secret, "5c".repeat(32)).unwrap();
    let place = Place { secret_file: Some(secret), ..place(url) };
    refund_api::start(Config { place, ..Config::new(folder.join("data"), ANY_PORT.parse().unwrap()) }).await
}

#[test]
fn of_servers_that_start_at_once_on_an_empty_database_one_makes_the_first_key_and_the_first_link() {
    let url = migrated();
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let starting = folders.iter().map(|folder| {
        let (folder, url) = (folder.path().to_owned(), url.clone());
        runtime.spawn(async move { start(&folder, &url).await })
    });
    let started: Vec<_> = starting.collect::<Vec<_>>();
    let running: Vec<Running> =
        started.into_iter().map(|starting| runtime.block_on(starting).unwrap().unwrap()).collect();
    let made: Vec<&PathBuf> = running.iter().filter_map(|running| running.operator_key.as_ref()).collect();
    let files = folders.iter().filter(|folder| folder.path().join("data/operator.key").exists()).count();
    assert_eq!((made.len(), files), (1, 1));
    assert_eq!(running.iter().filter(|running| running.sign_in.is_some()).count(), 1);
    let secret = std::fs::read_to_string(made[0]).unwrap();
    for running in &running {
        let call = ureq::get(format!("http://{}/v1/keys", running.address));
        let mut answer = call.header("Authorization", format!("Bearer {}", secret.trim())).call().unwrap();
        let keys: Value = answer.body_mut().read_json().unwrap();
        assert_eq!(keys["items"].as_array().unwrap().len(), 1, "{keys}");
    }
    running.into_iter().for_each(|running| runtime.block_on(running.stop()).unwrap());
}

#[test]
fn two_demos_that_start_at_once_on_one_database_play_the_stories_once() {
    let statuses = |server: &Server| -> Vec<(Value, Value, Value)> {
        let refunds = server.get("/v1/refunds?limit=100&sort=opened_at", &server.operator).body;
        let of = |refund: &Value| {
            let order = refund["order_line"]["order_id"].clone();
            (order, refund["status"].clone(), refund["negotiation"]["status"].clone())
        };
        refunds["items"].as_array().unwrap().iter().map(of).collect()
    };
    let alone = tempfile::tempdir().unwrap();
    let demo = Server::demo(alone.path());
    let wanted = statuses(&demo);
    demo.stop();
    assert!(wanted.len() > 10);
    let (folder, url) = (tempfile::tempdir().unwrap(), migrated());
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "5c".repeat(32)).unwrap();
    let begin = |name: &str| {
        Server::demo_in(&folder.path().join(name), Place { secret_file: Some(secret.clone()), ..place(&url) })
    };
    let [one, other] = both(|| begin("one"), || begin("other"));
    assert_eq!(statuses(&one), wanted);
    assert_eq!(statuses(&other), wanted);
    for server in [&one, &other] {
        Browser::signed_in(server, &server.link("seller"));
    }
    one.advance(60);
    other.stop();
    let again = begin("other");
    assert_eq!(statuses(&again), wanted, "one that starts later plays nothing again");
    again.stop();
    one.stop();
}

#[test]
fn while_the_database_is_away_callers_are_told_to_come_again_and_nobody_is_told_that_their_key_is_wrong() {
    let (folder, url) = (tempfile::tempdir().unwrap(), migrated());
    let server = Server::beside(folder.path(), &url).unwrap();
    let name = url.rsplit('/').next().unwrap();
    psql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
    psql(&format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'"));
    let told = |reply: Reply| (reply.status, reply.body["code"].clone(), reply.retry_after.is_some());
    let come_again = (503, json!("not_ready"), true);
    assert_eq!(told(server.get("/v1/refunds", &server.operator)), come_again);
    assert_eq!(told(server.get("/v1/refunds", "nobody")), come_again);
    assert_eq!(told(server.post("/v1/refunds", &server.platform, &[], &opening("o-1"))), come_again);
    assert_eq!(told(server.get("/readyz", "")), come_again);
    assert_eq!(Browser::new(&server).open("/sign-in").status, 503);
    assert_eq!(server.get("/livez", "").status, 204);
    assert_eq!(server.get("/metrics", "").status, 200);
    psql(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"));
    assert_eq!(server.get("/readyz", "").status, 204);
    server.open("o-1");
    server.stop();
}

#[test]
fn what_can_not_be_started_says_what_to_do() {
    let (folder, url, empty) = (tempfile::tempdir().unwrap(), migrated(), database());
    let why = |url: &str| Server::beside(&folder.path().join("own"), url).err().unwrap().to_string();
    let elsewhere = |what: &str| url.replace(url.rsplit('/').next().unwrap(), what);
    let first = Server::beside(folder.path(), &url).unwrap();
    assert!(why(&url).contains("have another secret: copy their `server.secret`"), "{}", why(&url));
    first.stop();
    assert!(why(&empty).contains("is not a store yet: run `refund-api migrate --store`"), "{}", why(&empty));
    assert!(why(&elsewhere("nowhere")).contains("database \"nowhere\" does not exist"));
    let (_, owned) = url.split_once("://").unwrap().1.split_once('@').unwrap();
    let stranger = why(&format!("postgres://stranger:hidden@{owned}"));
    assert!(stranger.contains("stranger") && !stranger.contains("hidden"), "{stranger}");
    assert!(why("postgres://refund@127.0.0.1:1/refund").contains("Connection refused"));
    assert!(why("postgres://refund@127.0.0.1").contains("names no database"));
    assert!(why("mysql://refund:hidden@127.0.0.1/refund").contains("--store takes the address of a PostgreSQL"));
    assert!(!why("mysql://refund:hidden@127.0.0.1/refund").contains("hidden"));
    let place = Place { store_password_file: Some(folder.path().join("none")), ..place(&url) };
    let config = Config { place, ..Config::new(folder.path().to_owned(), ANY_PORT.parse().unwrap()) };
    let refused = tokio::runtime::Runtime::new().unwrap().block_on(refund_api::start(config)).err().unwrap();
    assert!(refused.to_string().contains("none: No such file"), "{refused}");
}

#[test]
fn a_database_is_migrated_by_a_command_of_its_own_which_says_beforehand_what_it_will_do() {
    let url = database();
    let said = |arguments: &[&str]| {
        let output = migrate(arguments);
        let text = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap()).concat();
        (output.status.code(), text.replace(url.split_once('@').unwrap().1, "DATABASE"))
    };
    let plan = (Some(0), "TO DO: DATABASE, which is empty, gets layout 3 and format 10\n".to_owned());
    assert_eq!(said(&["--store", &url, "--plan"]), plan);
    assert_eq!(said(&["--store", &url, "--plan"]), plan, "nothing was done");
    let done = "MIGRATED: DATABASE, which was empty, has layout 3 and format 10\n".to_owned();
    assert_eq!(said(&["--store", &url]), (Some(0), done));
    let nothing = (Some(0), "NOTHING TO DO: DATABASE has layout 3 and format 10\n".to_owned());
    assert_eq!(said(&["--store", &url]), nothing);
    assert_eq!(said(&["--store", &url, "--plan"]), nothing);
    assert_eq!(said(&["--store", "postgres://refund@127.0.0.1:1/refund"]).0, Some(1));
    assert_eq!(said(&[]).0, Some(2));
}
