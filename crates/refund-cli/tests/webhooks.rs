//! What goes wrong with endpoints, what is said then, and what is not lost.

use std::os::unix::fs::PermissionsExt;

use crate::support::elsewhere::{Elsewhere, answer};
use crate::support::receiver::receiver;
use crate::support::{Desk, Going, SELLER, Said, told};
use serde_json::Value;

/// A seller's command on webhooks.
fn say(desk: &Desk, arguments: &[&str]) -> Said {
    desk.run(&[&["webhooks"], arguments, &["--profile", SELLER]].concat())
}

/// Makes an endpoint there; its id.
fn made(desk: &Desk, url: &str) -> String {
    let said = say(desk, &["create", url, "-o", "json"]);
    let webhook: Value = serde_json::from_str(&said.out).unwrap();
    webhook["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_wrong_is_told() {
    let desk = Desk::open();
    let id = made(&desk, "http://127.0.0.1:9/");
    let said = |arguments: &[&str]| desk.redacted(&told(&say(&desk, arguments)));
    hold!("webhook-url", said(&["create", "shop.example/refunds"]));
    hold!("webhook-type", said(&["set", &id, "--types", "refund.lost"]));
    hold!("webhook-unknown", said(&["show", "whk_nowhere"]));
    hold!("webhook-same", said(&["set", &id]));
    hold!("webhook-which", said(&["redeliver", &id]));
    hold!("webhook-none", said(&["redeliver", &id, "--failed"]));
    hold!("webhook-empty", said(&["deliveries", &id]));
    hold!("webhook-stream", said(&["tail", &id, "-o", "csv"]));
    let unasked = say(&desk, &["remove", &id]);
    assert!(unasked.code == 2 && unasked.err.contains("--yes"), "{}", unasked.err);
    assert_eq!(say(&desk, &["show", &id]).code, 0, "it is there still");
}

#[test]
fn a_ping_that_is_lost_fails_and_says_why() {
    let desk = Desk::open();
    let id = made(&desk, &format!("{}/503", receiver()));
    hold!("webhook-ping", desk.redacted(&told(&say(&desk, &["ping", &id]))));
    assert_eq!(say(&desk, &["set", &id, "--url", "http://127.0.0.1:9/"]).code, 0);
    let away = say(&desk, &["ping", &id]);
    assert!(away.code == 1 && away.out.starts_with("no answer after "), "{}{}", away.out, away.err);
    let json = say(&desk, &["ping", &id, "-o", "json"]);
    assert!(json.code == 1 && json.out.contains("\"status\":null"), "{}", json.out);
}

#[test]
fn a_secret_goes_into_a_file_that_only_its_owner_reads_and_nowhere_else() {
    let desk = Desk::open();
    let create = ["create", "http://127.0.0.1:9/", "--secret-file", "whsec"];
    let said = say(&desk, &create);
    assert!(said.code == 0 && !told(&said).contains("whsec_") && said.out.contains("is in whsec."), "{}", said.out);
    let file = desk.folder.path().join("whsec");
    let secret = std::fs::read_to_string(&file).unwrap();
    assert!(secret.starts_with("whsec_") && secret.ends_with('\n'), "{secret}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let again = say(&desk, &create);
    assert!(again.code == 2 && again.err.contains("nothing was sent: whsec"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), secret, "nothing is overwritten");
    let count = say(&desk, &["list", "-o", "jsonl"]).out.lines().count();
    assert_eq!(count, 1, "and no second endpoint is made");
    assert_eq!(say(&desk, &["create", "nowhere", "--secret-file", "other"]).code, 3);
    assert!(!desk.folder.path().join("other").exists(), "where no secret came there is no file");
    let csv = say(&desk, &["create", "http://127.0.0.1:9/", "-o", "csv"]).out;
    assert!(csv.contains(",whsec_"), "what is kept as CSV has it: {csv}");
}

#[test]
fn a_lost_secret_is_the_same_when_it_is_asked_for_again() {
    let desk = Desk::open();
    let create = ["webhooks", "create", "http://127.0.0.1:9/", "--idempotency-key", "k-1"];
    let lost = Elsewhere::answering(&[""]).reached(&desk, &create);
    assert_eq!(lost.code, 6, "{}", lost.err);
    let repeat = "refund webhooks create http://127.0.0.1:9/ --idempotency-key k-1";
    assert_eq!(lost.err.lines().last().unwrap().trim(), repeat);
    let secret = || {
        let made: Value = serde_json::from_str(&desk.run(&[&create[..], &["-o", "json"]].concat()).out).unwrap();
        made["secret"].as_str().unwrap().to_owned()
    };
    assert_eq!(secret(), secret());
}

#[test]
fn a_secret_that_is_in_use_still_is_replaced_only_by_who_says_so() {
    let desk = Desk::open();
    let id = made(&desk, "http://127.0.0.1:9/");
    assert_eq!(say(&desk, &["rotate", &id]).code, 0);
    let second = say(&desk, &["rotate", &id]);
    assert!(second.code == 2 && second.err.contains("--yes"), "{}", second.err);
    assert_eq!(say(&desk, &["rotate", &id, "--yes"]).code, 0);
    assert_eq!(desk.run(&["clock", "advance", "25h"]).code, 0);
    assert_eq!(say(&desk, &["rotate", &id]).code, 0, "a day later there is nothing to ask");
}

#[test]
fn what_was_tried_while_the_connection_was_lost_is_shown_once() {
    let desk = Desk::open();
    let delivery = |event: &str, at: &str, status: u16| {
        format!(
            r#"{{"event_id":"evt_{event}","refund_id":"rfd_{event}","event_type":"refund.opened","state":"succeeded","attempts":[{{"at":"2026-03-01T00:0{at}:00.000Z","status":{status},"error":null,"duration_ms":5,"response":""}}]}}"#
        )
    };
    let [before, first, missed, last] =
        [("0", "0"), ("1", "1"), ("2", "2"), ("3", "3")].map(|(event, at)| delivery(event, at, 200));
    let stream =
        |delivery: &str| answer("200 OK", "text/event-stream", &format!("event: succeeded\ndata: {delivery}\n\n"));
    let list = |deliveries: &[&String]| {
        let items: Vec<&str> = deliveries.iter().map(|delivery| delivery.as_str()).collect();
        answer("200 OK", "application/json", &format!(r#"{{"items":[{}],"next_cursor":null}}"#, items.join(",")))
    };
    let endpoint = answer("200 OK", "application/json", r#"{"id":"whk_1"}"#);
    let elsewhere = Elsewhere::answering(&[
        &endpoint,
        &stream(&first),
        &list(&[&before]),
        &stream(&last),
        &list(&[&missed, &first, &before]),
    ]);
    let mut command = desk.command(&["webhooks", "tail", "whk_1", "--last", "0"]);
    command.env("REFUND_URL", elsewhere.url()).env("REFUND_KEY", "rfk_test");
    let mut going = Going::begin(command, "from now on");
    let lines: String = (0..3).map(|_| going.line()).collect();
    let line = |n: u8| format!("2026-03-01 00:0{n}  200 after 5 ms  refund.opened  rfd_{n}\n");
    assert_eq!(lines, format!("{}{}{}", line(1), line(2), line(3)));
}

#[test]
fn at_40_columns_an_endpoint_and_its_deliveries_can_be_read() {
    let desk = Desk::open();
    let delivery = r#"{"event_id":"evt_00000000000000000001","refund_id":"rfd_0123456789abcdefghijklmn","event_type":"negotiation.offered","state":"pending","asked_at":"2026-03-01T00:00:00.000Z","next_attempt_at":"2026-03-01T00:05:05.000Z","attempts":[{"at":"2026-03-01T00:00:00.000Z","status":503,"error":null,"duration_ms":12,"response":"<html>\n<b>Down for maintenance</b>\u001b[2J"},{"at":"2026-03-01T00:00:05.000Z","status":null,"error":"the receiver was silent for 15 seconds","duration_ms":15012,"response":""}]}"#;
    let untried =
        delivery.split("\"next_attempt_at\"").next().unwrap().to_owned() + r#""next_attempt_at":null,"attempts":[]}"#;
    let page =
        answer("200 OK", "application/json", &format!(r#"{{"items":[{delivery},{untried}],"next_cursor":null}}"#))
            .replace("connection:", "date: Sun, 01 Mar 2026 00:00:06 GMT\r\nconnection:");
    for columns in ["40", "80"] {
        let elsewhere = Elsewhere::answering(&[&page]);
        let environment = [("REFUND_URL", elsewhere.url()), ("REFUND_KEY", "rfk_test"), ("COLUMNS", columns)];
        let said = desk.run_with(&["webhooks", "deliveries", "whk_1"], &environment, "");
        let widest = said.out.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns.parse().unwrap(), "{}", said.out);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("webhooks-deliveries-{columns}"), said.out);
        });
    }
}
