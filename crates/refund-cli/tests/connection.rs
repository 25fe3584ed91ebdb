//! When the server is away, is another one, or goes away in between.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;

use crate::support::elsewhere::{Elsewhere, answer, heard};
use crate::support::{Desk, SELLER, told};

const REFUND: &str = r#"{"id":"rfd_1","version":3,"status":"WAIT_SELLER_AGREE","requested":{"type":"REFUND_ONLY","amount":{"currency":"CNY","value":"5.00"}}}"#;

#[test]
fn a_server_that_is_not_there() {
    let mut desk = Desk::open();
    desk.stop();
    let said = desk.run(&["list"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains(&desk.demo.base_url) && said.err.contains("nothing was changed"), "{}", said.err);
}

#[test]
fn something_that_is_no_refund_server() {
    let desk = Desk::open();
    let page = answer("200 OK", "text/html", "<html>\u{1b}[2Jlog in</html>");
    hold!("html", told(&Elsewhere::answering(&[&page]).reached(&desk, &["show", "rfd_1"])));
    let moved = "HTTP/1.1 302 Found\r\nlocation: https://login.example.com/\r\ncontent-length: 0\r\n\r\n";
    hold!("redirect", told(&Elsewhere::answering(&[moved]).reached(&desk, &["show", "rfd_1"])));
    let other = answer("200 OK", "application/json", "[1]");
    hold!("other-json", told(&Elsewhere::answering(&[&other]).reached(&desk, &["show", "rfd_1"])));
    let tls = desk.run_with(
        &["list"],
        &[("REFUND_URL", &desk.demo.base_url.replace("http:", "https:")), ("REFUND_KEY", "k")],
        "",
    );
    assert!(tls.code == 1 && tls.err.contains("does it speak https"), "{}", tls.err);
}

/// What answers a desk that asks for a tunnel: no.
const NO_TUNNEL: &str = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const NOBODY: &str = "http://127.0.0.1:9";

#[test]
fn no_proxy_is_asked_for_this_machine() {
    let desk = Desk::open();
    let port = desk.demo.base_url.rsplit(':').next().unwrap();
    let proxies = ["all_proxy", "HTTPS_PROXY", "http_proxy"].map(|name| (name, NOBODY));
    for host in ["127.0.0.1", "localhost", "127.1", "LOCALHOST"] {
        let url = format!("http://{host}:{port}");
        let key = desk.demo.operator.as_str();
        let said = desk.run_with(&["list"], &[&proxies[..], &[("REFUND_URL", &url), ("REFUND_KEY", key)]].concat(), "");
        assert_eq!(said.code, 0, "{host}: {}", said.err);
    }
}

#[test]
fn a_proxy_is_asked_for_servers_of_its_scheme() {
    let desk = Desk::open();
    for (scheme, own, other) in [("http", "http_proxy", "https_proxy"), ("https", "HTTPS_PROXY", "HTTP_PROXY")] {
        let proxy = Elsewhere::answering(&[NO_TUNNEL]);
        let url = format!("{scheme}://refunds.example");
        let heads = proxy.asked_for(&desk, &["list"], &[("REFUND_URL", &url), (other, NOBODY)], own);
        assert!(heads[0].starts_with("connect refunds.example"), "{heads:?}");
    }
}

#[test]
fn an_answer_that_was_lost_says_how_to_repeat_the_command() {
    let desk = Desk::open();
    let refund = answer("200 OK", "application/json", REFUND);
    let gateway = answer("504 Gateway Timeout", "text/html", "<html></html>");
    for lost in ["", &gateway] {
        let elsewhere = Elsewhere::answering(&[&refund, lost]);
        let said = elsewhere.reached(
            &desk,
            &[
                "offer",
                "rfd_1",
                "--type",
                "return",
                "--amount",
                "2.00",
                "--message",
                "it's so",
                "--idempotency-key",
                "k-1",
            ],
        );
        assert_eq!(said.code, 6, "{}", said.err);
        let repeat = said.err.lines().last().unwrap();
        assert_eq!(
            repeat.trim(),
            "refund offer rfd_1 --type return --amount 2.00 --message \"it's so\" --currency CNY --version 3 --idempotency-key k-1"
        );
    }
    let elsewhere = Elsewhere::answering(&[&refund, ""]);
    let said = elsewhere.reached(&desk, &["refuse", "rfd_1", "--reason", "no"]);
    assert!(said.code == 6 && said.err.contains("--version 3 --idempotency-key "), "{}", said.err);
}

#[test]
fn an_interrupt_says_what_is_unknown_then() {
    let desk = Desk::open();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut command = desk.command(&["refuse", "rfd_1", "--reason", "no", "--version", "3", "--idempotency-key", "k"]);
    command.env("REFUND_URL", &url).env("REFUND_KEY", "rfk_test").stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let (mut first, _) = listener.accept().unwrap();
    heard(&first);
    first.write_all(answer("200 OK", "application/json", REFUND).as_bytes()).unwrap();
    drop(first);
    let (second, _) = listener.accept().unwrap();
    heard(&second);
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{err}");
    assert!(err.contains("interrupted; it is unknown") && err.contains("--idempotency-key k"), "{err}");
}

#[test]
fn a_reader_that_has_enough_ends_it_in_silence() {
    let desk = Desk::open();
    let mut child = desk
        .command(&["events", "--all", "-o", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn one_event_is_shown_by_its_id() {
    let desk = Desk::open();
    let all = desk.run(&["events", "--limit", "2", "-o", "jsonl"]).out;
    let line = all.lines().nth(1).unwrap();
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    let id = event["id"].as_str().unwrap();
    let shown: serde_json::Value = serde_json::from_str(&desk.run(&["events", id, "-o", "json"]).out).unwrap();
    assert_eq!(shown, event);
    assert!(desk.run(&["events", id]).out.contains(event["type"].as_str().unwrap()));
}

#[test]
fn a_stream_goes_on_where_it_was_left() {
    let desk = Desk::open();
    let all = desk.run(&["events", "--all", "-o", "jsonl"]).out;
    let after: serde_json::Value = serde_json::from_str(all.lines().nth(4).unwrap()).unwrap();
    let after = after["id"].as_str().unwrap();
    let mut child =
        desk.command(&["events", "--follow", "--after", after, "-o", "jsonl"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let rest: Vec<String> = all.lines().skip(5).map(str::to_owned).collect();
    assert_eq!(lines.by_ref().take(rest.len()).collect::<Vec<_>>(), rest);
    let id = desk.refund("1001");
    assert_eq!(desk.run(&["agree", &id, "--yes", "--profile", SELLER]).code, 0);
    assert!(lines.next().unwrap().contains("refund.agreed"), "what happens now comes next");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn who_follows_sees_what_happens_from_then_on_or_all_where_that_is_asked_for() {
    let desk = Desk::open();
    let follow = |more: &[&str]| {
        let mut command = desk.command(&[&["events", "--follow", "-o", "jsonl"], more].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        (child, lines)
    };
    let first = desk.run(&["events", "--limit", "1", "-o", "jsonl"]).out;
    let (mut from_start, mut lines) = follow(&["--from-start"]);
    assert_eq!(lines.next().unwrap(), first.trim());
    let (mut from_now, mut lines) = follow(&[]);
    // It says when it has begun.
    let mut said = BufReader::new(from_now.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.next().unwrap().contains("from now on"));
    let id = desk.refund("1001");
    assert_eq!(desk.run(&["agree", &id, "--yes", "--profile", SELLER]).code, 0);
    assert!(lines.next().unwrap().contains("refund.agreed"));
    for child in [&mut from_start, &mut from_now] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

#[test]
fn an_event_of_a_type_that_is_not_known_is_shown_by_its_name_among_the_others() {
    let desk = Desk::open();
    let event = |id: &str, kind: &str, data: &str| {
        format!(
            r#"{{"id":"evt_{id}","refund_id":"rfd_1","sequence":{id},"type":"{kind}","at":"2026-03-01T00:00:00.000Z","actor":{{"role":"system","id":"clock","via":"clock"}},"data":{data}}}"#
        )
    };
    let known = event("1", "refund.payout_started", r#"{"amount":{"currency":"CNY","value":"2.00"},"attempt":1}"#);
    let strange = event("2", "evidence.erased", r#"{"reason":{"code":"asked"},"amount":[1]}"#);
    let page = format!(r#"{{"items":[{known},{strange},{known}],"next_cursor":null,"after":"evt_1"}}"#);
    let feed = || Elsewhere::answering(&[&answer("200 OK", "application/json", &page)]);
    let table = feed().reached(&desk, &["events"]);
    assert_eq!(table.code, 0, "{}", table.err);
    let lines: Vec<&str> = table.out.lines().collect();
    assert!(lines.iter().any(|line| line.contains("evidence.erased")), "{}", table.out);
    assert_eq!(lines.iter().filter(|line| line.contains("2.00 CNY")).count(), 2, "{}", table.out);
    let json = feed().reached(&desk, &["events", "-o", "jsonl"]).out;
    assert!(json.contains(r#""reason":{"code":"asked"}"#), "what is not known is passed on as it came: {json}");
}
