//! What `/metrics` counts and measures, and that each number is explained where operators look.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use crate::support::postgres::migrated;
use crate::support::{Hands, SELLER, Server, opening, path, small_refund};
use serde_json::json;

const OPENED: &str = "2026-03-01T00:00:00.000Z";
const HOUR: i64 = 3600;
const PAGE: &str = include_str!("../../../../docs/operating.md");

/// The numbers that a server shows, by the name and labels of each.
pub(crate) struct Numbers(String);

impl Numbers {
    pub(crate) fn of(server: &Server) -> Self {
        let reply = server.get("/metrics", "");
        assert_eq!((reply.status, reply.media_type.as_str()), (200, "text/plain; version=0.0.4; charset=utf-8"));
        Self(reply.body.as_str().unwrap().to_owned())
    }

    /// All that servers show: of one with a folder of its own and of one that shares a database.
    pub(crate) fn of_all() -> Self {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [alone, shared] = folders.each_ref().map(tempfile::TempDir::path);
        let alone = Server::serve(alone, &Hands::at(OPENED), false).unwrap();
        let shared = Server::beside(shared, &migrated()).unwrap();
        let texts = [&alone, &shared].map(|server| Self::of(server).0);
        [alone, shared].into_iter().for_each(Server::stop);
        let mut known = BTreeSet::new();
        let lines = texts.iter().flat_map(|text| text.lines());
        let lines = lines.filter(|line| !line.starts_with('#') || known.insert(line.to_owned()));
        Self(lines.fold(String::new(), |all, line| all + line + "\n"))
    }

    /// A number as it is written; nothing where there is none.
    pub(crate) fn get(&self, series: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))
    }

    pub(crate) fn is(&self, series: &str, value: &str) {
        assert_eq!(self.get(series), Some(value), "{series} in\n{}", self.0);
    }

    /// What each metric is said to be, by its name.
    pub(crate) fn said(&self) -> BTreeMap<&str, &str> {
        let said = self.0.lines().filter_map(|line| line.strip_prefix("# HELP ")?.split_once(' '));
        let typed = self.0.lines().filter(|line| line.starts_with("# TYPE ")).count();
        let said: BTreeMap<_, _> = said.collect();
        assert_eq!(said.len(), typed, "each has a type");
        said
    }

    /// That an expression of Prometheus asks for metrics that are shown, and for labels that they have.
    pub(crate) fn have_what_is_asked(&self, expression: &str) {
        let words = expression.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
        for name in words.filter(|word| ["refund_", "process_"].iter().any(|prefix| word.starts_with(prefix))) {
            // A name by itself or with labels, as it is in the text; of a histogram with what it is made of.
            let is_shown = self.0.lines().any(|line| line.split([' ', '{']).next() == Some(name));
            assert!(is_shown, "{name} is shown by no server: {expression}");
        }
        for labels in expression.split('{').skip(1).map(|selected| selected.split('}').next().unwrap()) {
            for (label, values) in labels.split(',').filter_map(|label| label.split_once(['=', '!'])) {
                let values = values.trim_start_matches(['=', '~']).trim_matches('"').split('|');
                values.for_each(|value| self.have_label(label, &format!("=\"{value}\""), expression));
            }
        }
        for labels in expression.split(" by (").skip(1).map(|grouped| grouped.split(')').next().unwrap()) {
            labels.split(", ").for_each(|label| self.have_label(label, "=\"", expression));
        }
    }

    fn have_label(&self, label: &str, value: &str, expression: &str) {
        let is_prometheus_own = ["job", "instance"].contains(&label);
        let is_shown =
            is_prometheus_own || ["{", ","].iter().any(|before| self.0.contains(&format!("{before}{label}{value}")));
        assert!(is_shown, "{label}{value} is shown by no server: {expression}");
    }
}

#[test]
fn commands_are_counted_by_what_became_of_them_and_calls_by_how_they_were_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::serve(folder.path(), &Hands::at(OPENED), false).unwrap();
    let key = [("Idempotency-Key", "once")];
    let refund = server.post("/v1/refunds", &server.platform, &key, &opening("o-1")).body;
    assert!(server.post("/v1/refunds", &server.platform, &key, &opening("o-1")).replayed);
    let offered = server.as_seller(&refund, "negotiation", &small_refund("2.00"));
    assert_eq!(offered.status, 201);
    assert_eq!(server.as_seller(&offered.body, "negotiation", &small_refund("3.00")).status, 409);
    assert_eq!(server.get(&path(&refund, ""), "nobody").status, 401);
    let _stream = server.stream("/v1/events/stream", &server.platform, "");
    let numbers = Numbers::of(&server);
    let commands =
        |command: &str, outcome: &str| format!("refund_commands_total{{command=\"{command}\",outcome=\"{outcome}\"}}");
    numbers.is(&commands("open", "done"), "1");
    numbers.is(&commands("unread", "replayed"), "1");
    numbers.is(&commands("make_offer", "done"), "1");
    numbers.is(&commands("make_offer", "negotiation_already_used"), "1");
    // The seller, two keys, the refund, two offers.
    numbers.is("refund_command_duration_seconds_count", "6");
    let synced: u64 = numbers.get("refund_journal_sync_seconds_count").unwrap().parse().unwrap();
    assert!(synced >= 5, "each durable command waited for one");
    numbers.is("refund_http_responses_total{class=\"4xx\"}", "2");
    numbers.is("refund_http_responses_total{class=\"5xx\"}", "0");
    numbers.is("refund_http_problems_total{code=\"unauthenticated\"}", "1");
    numbers.is("refund_http_problems_total{code=\"stopped\"}", "0");
    numbers.is("refund_event_streams", "1");
    let took = |kind: &str| format!("refund_http_duration_seconds_count{{kind=\"{kind}\"}}");
    numbers.is(&took("stream"), "1");
    numbers.is(&took("read"), "1");
    numbers.is(&took("nothing"), "0");
    let changes: u32 = numbers.get(&took("change")).unwrap().parse().unwrap();
    assert!(changes >= 4, "{changes}");
    let connections: u64 = numbers.get("refund_http_connections").unwrap().parse().unwrap();
    assert!((1..8).contains(&connections), "{connections}");
    numbers.is("refund_unsettled_refunds", "0");
    numbers.is("refund_ready{check=\"store\"}", "1");
    let secrets = [&server.operator, &server.platform, &server.seller, &refund["id"].as_str().unwrap().to_owned()];
    for secret in secrets.into_iter().map(String::as_str).chain([SELLER, "buyer-1", "20.00"]) {
        assert!(!numbers.0.contains(secret), "{secret} is for nobody who has no key");
    }
    server.stop();
}

#[test]
fn refunds_are_counted_where_they_stand_until_they_have_ended_also_behind_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let in_progress = |server: &Server| {
        // Numbers of days are shown once all that was recorded is counted.
        assert_eq!(server.get("/v1/stats", &server.operator).status, 200);
        let numbers = Numbers::of(server);
        ["WAIT_SELLER_AGREE", "SELLER_REFUSE_BUYER", "WAIT_BUYER_RETURN_GOODS", "REFUNDING"].map(|status| {
            let series = format!("refund_refunds_in_progress{{status=\"{status}\"}}");
            numbers.get(&series).unwrap().parse::<u32>().unwrap()
        })
    };
    assert_eq!(in_progress(&server), [0; 4]);
    let refunds = ["o-1", "o-2", "o-3", "o-4"].map(|order| server.open(order));
    assert_eq!(in_progress(&server), [4, 0, 0, 0]);
    let refused = server.as_seller(&refunds[0], "refuse", &json!({ "reason": "no dent" }));
    assert_eq!(refused.status, 200, "{}", refused.body);
    let link = refunds[1]["buyer_link"]["token"].as_str().unwrap();
    assert_eq!(server.post(&path(&refunds[1], "cancel"), link, &[], &json!({})).status, 200);
    assert_eq!(in_progress(&server), [2, 1, 0, 0]);
    hands.forward(37 * HOUR);
    assert_eq!(server.get("/v1/refunds", &server.operator).status, 200);
    server.stop();
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    assert_eq!(in_progress(&server), [0, 1, 2, 0]);
    server.stop();
}

#[test]
fn how_late_a_deadline_was_settled_is_measured_once_and_what_is_unsettled_while_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    server.open("o-1");
    server.stop();
    hands.forward(48 * HOUR);
    let held = Server::serve(folder.path(), &hands, true).unwrap();
    let numbers = Numbers::of(&held);
    numbers.is("refund_unsettled_refunds", "1");
    // The first reminder came 6 hours before the 36th.
    numbers.is("refund_unsettled_seconds", "64800.0");
    held.stop();
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    // Numbers of days are shown once all that was recorded is counted.
    assert_eq!(server.get("/v1/stats", &server.operator).status, 200);
    let numbers = Numbers::of(&server);
    let settled = |what: &str| format!("refund_settled_late_seconds_{what}");
    numbers.is(&settled("count{deadline=\"seller_decide\"}"), "1");
    numbers.is(&settled("sum{deadline=\"seller_decide\"}"), "43200.0");
    numbers.is(&settled("bucket{deadline=\"seller_decide\",le=\"21600\"}"), "0");
    numbers.is(&settled("bucket{deadline=\"seller_decide\",le=\"86400\"}"), "1");
    numbers.is(&settled("count{deadline=\"reminder\"}"), "2");
    numbers.is(&settled("count{deadline=\"buyer_answer\"}"), "0");
    numbers.is("refund_unsettled_refunds", "0");
    numbers.is("refund_unsettled_seconds", "0.0");
    server.stop();
    let again = Server::serve(folder.path(), &hands, false).unwrap();
    assert_eq!(again.get("/v1/stats", &again.operator).status, 200);
    Numbers::of(&again).is(&settled("count{deadline=\"seller_decide\"}"), "0");
    again.stop();
}

#[test]
fn a_message_waits_until_its_receiver_has_answered() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", receiver.local_addr().unwrap());
    let made = server.post("/v1/webhooks", &server.platform, &[], &json!({ "url": url, "types": ["refund.opened"] }));
    assert_eq!(made.status, 201);
    server.open("o-1");
    let (mut stream, _) = receiver.accept().unwrap();
    read_call(&mut stream);
    hands.forward(90);
    let numbers = Numbers::of(&server);
    numbers.is("refund_webhook_messages_waiting", "1");
    numbers.is("refund_webhook_oldest_waiting_seconds", "90.0");
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    drop(stream);
    // It stops once it has written down what came of what was under way.
    server.stop();
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    Numbers::of(&server).is("refund_webhook_messages_waiting", "0");
    server.stop();
}

#[test]
fn what_waits_for_an_endpoint_that_is_off_waits_for_its_owner_and_how_many_were_given_up_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let hands = Hands::at(OPENED);
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let receivers = ["410 Gone", "500 Internal Server Error"].map(|answer| {
        let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
        let body = json!({ "url": format!("http://{}/", receiver.local_addr().unwrap()), "types": ["refund.opened"] });
        (receiver, answer, server.post("/v1/webhooks", &server.platform, &[], &body).body)
    });
    server.open("o-1");
    for (receiver, answer, _) in &receivers {
        let (mut stream, _) = receiver.accept().unwrap();
        read_call(&mut stream);
        write!(stream, "HTTP/1.1 {answer}\r\n\r\n").unwrap();
    }
    server.stop();
    let server = Server::serve(folder.path(), &hands, false).unwrap();
    let given_up = |because: &str| format!("refund_webhook_endpoints_given_up{{because=\"{because}\"}}");
    let numbers = Numbers::of(&server);
    numbers.is("refund_webhook_messages_waiting", "1");
    let off = format!("/v1/webhooks/{}/disable", receivers[1].2["id"].as_str().unwrap());
    assert_eq!(server.post(&off, &server.platform, &[], &json!({})).status, 200);
    hands.forward(2 * HOUR);
    let numbers = Numbers::of(&server);
    numbers.is("refund_webhook_messages_waiting", "0");
    numbers.is("refund_webhook_oldest_waiting_seconds", "0.0");
    numbers.is(&given_up("gone"), "1");
    numbers.is(&given_up("failing"), "0");
    server.stop();
}

/// Reads a call to its end.
fn read_call(stream: &mut std::net::TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    for line in reader.by_ref().lines().map(Result::unwrap).take_while(|line| !line.is_empty()) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

/// The rows of the page's table of metrics: name and meaning.
fn explained() -> BTreeMap<&'static str, &'static str> {
    let section = PAGE.split_once("\n## Metrics\n").unwrap().1.split_once("\n## ").unwrap().0;
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
    rows.collect()
}

#[test]
fn the_page_for_operators_explains_each_metric_in_the_servers_own_words() {
    let numbers = Numbers::of_all();
    let mut table = String::new();
    numbers.said().iter().for_each(|(name, help)| writeln!(table, "| `{name}` | {help} |").unwrap());
    assert!(numbers.said() == explained(), "the table of docs/operating.md has to be\n{table}");
}

const ALERTS: &str = include_str!("../../../../docs/operating/alerts.yml");

#[test]
fn every_alert_asks_for_what_a_server_shows_and_says_what_to_do() {
    let numbers = Numbers::of_all();
    let alerts: Vec<_> = ALERTS.split("      - alert: ").skip(1).collect();
    assert!(alerts.len() >= 6);
    for alert in alerts {
        let expression = alert.lines().find_map(|line| line.trim().strip_prefix("expr: ")).unwrap();
        numbers.have_what_is_asked(expression);
        for part in ["severity: ", "summary: ", "do: >-\n"] {
            assert!(alert.contains(part), "no {part}in {alert}");
        }
    }
}
