//! What goes wrong, and what is said then.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::thread::JoinHandle;

use support::{Desk, OPERATOR, PLATFORM, SELLER, Said};

/// Something that answers each connection with the next of these, and with nothing where one is empty.
struct Elsewhere {
    url: String,
    thread: JoinHandle<()>,
}

impl Elsewhere {
    fn answering(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
        let thread = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                heard(&stream);
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, thread }
    }

    fn reached(self, desk: &Desk, arguments: &[&str]) -> Said {
        let said = desk.run_with(arguments, &[("REFUND_URL", &self.url), ("REFUND_KEY", "rfk_test")], "");
        self.thread.join().unwrap();
        Said { err: said.err.replace(&self.url, "http://elsewhere"), ..said }
    }
}

/// Reads one request to its end.
fn heard(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

fn answer(status: &str, media_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

const REFUND: &str = r#"{"id":"rfd_1","version":3,"status":"WAIT_SELLER_AGREE","requested":{"type":"REFUND_ONLY","amount":{"currency":"CNY","value":"5.00"}}}"#;

fn told(said: &Said) -> String {
    format!("{}--\n{}exit {}", said.out, said.err, said.code)
}

macro_rules! hold {
    ($name:literal, $said:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(concat!("trouble-", $name), $said);
        })
    };
}

#[test]
fn a_server_that_is_not_there() {
    let mut desk = Desk::open();
    desk.stop();
    let said = desk.run(&["list"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains(&desk.demo.base_url) && said.err.contains("nothing was sent"), "{}", said.err);
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
fn the_same_command_with_its_key_is_carried_out_once() {
    let desk = Desk::open();
    let id = desk.refund("1001");
    let offer =
        ["offer", &id, "--type", "REFUND_ONLY", "--amount", "2.00", "--idempotency-key", "k", "--profile", SELLER];
    let first = desk.run(&[&offer[..], &["-o", "json"]].concat());
    let again = desk.run(&[&offer[..], &["-o", "json"]].concat());
    assert_eq!((first.code, &first.out), (again.code, &again.out));
    assert!(again.err.contains("It had been carried out before"));
}

#[test]
fn refusals_say_the_rule_and_what_to_do() {
    let desk = Desk::open();
    let id = desk.refund("1002");
    let refused = |arguments: &[&str]| desk.redacted(&told(&desk.run(arguments)));
    hold!("used", refused(&["offer", &id, "--type", "return", "--amount", "1", "--profile", SELLER]));
    hold!("wrong-role", refused(&["accept", &id]));
    hold!(
        "decimals",
        refused(&["offer", &desk.refund("1001"), "--type", "REFUND_ONLY", "--amount", "2.005", "--profile", SELLER])
    );
    hold!(
        "minus",
        refused(&["offer", &desk.refund("1001"), "--type", "REFUND_ONLY", "--amount", "-2", "--profile", SELLER])
    );
    hold!("empty-reason", refused(&["refuse", &desk.refund("1001"), "--reason", "", "--profile", SELLER]));
    hold!("moved", refused(&["agree", &id, "--version", "1", "--profile", SELLER]));
    hold!("unknown", refused(&["show", "rfd_nowhere"]));
    hold!("unknown-status", refused(&["list", "--status", "lost"]));
    hold!("no-offer", refused(&["accept", &desk.refund("1001"), "--profile", PLATFORM]));
    hold!("two-clocks", refused(&["extend", &id, "--to", "1h"]));
    hold!(
        "revoked",
        told(&desk.run_with(&["list"], &[("REFUND_KEY", "rfk_no"), ("REFUND_URL", &desk.demo.base_url)], ""))
    );
    let odd = desk.run(&["show", "--", "-odd/../id?"]);
    assert_eq!(odd.code, 4, "{}", odd.err);
    assert_eq!(desk.run(&["show", ""]).code, 2);
    let unasked = desk.run(&["policy", "set", "allow_withdraw=true"]);
    assert!(
        unasked.code == 2 && unasked.err.contains("--yes") && unasked.err.contains("allow_withdraw"),
        "{}",
        unasked.err
    );
}

#[test]
fn an_import_goes_on_behind_a_line_that_fails() {
    let desk = Desk::open();
    let line = |order: &str, amount: &str| {
        format!(
            r#"{{"seller_id":"seller-homeware","buyer_id":"b","order_line":{{"order_id":"{order}","line_id":"1","title":"杯","category":"general","paid":{{"currency":"CNY","value":"9.00"}},"shipped":true,"freight_insurance":false}},"type":"REFUND_ONLY","amount":{{"currency":"CNY","value":"{amount}"}},"reason":"r"}}"#
        )
    };
    let lines = [&line("7001", "9.00"), "{\"seller_id\": ", &line("7002", "1.234"), "", "[]", &line("7003", "1")];
    let file = desk.file("many.jsonl", &lines.join("\n"));
    let import = ["import", &file, "--failed", "failed.tsv", "--profile", PLATFORM, "--parallel", "1"];
    hold!("import", desk.redacted(&told(&desk.run(&import))));
    hold!("import-failed", std::fs::read_to_string(desk.folder.path().join("failed.tsv")).unwrap());
    let again = desk.run(&["import", &file, "--profile", PLATFORM]);
    assert_eq!((again.code, again.out.as_str()), (7, "0 opened, 2 were there, 3 failed.\n"));
    assert!(again.err.contains("line 3: amount_too_precise: /amount/value"), "{}", again.err);
    let piped = desk.run_with(&["import", "-", "-o", "jsonl", "--profile", PLATFORM], &[], &lines.join("\n"));
    assert!(piped.out.lines().count() == 2 && piped.out.lines().all(|line| line.starts_with("{\"id\"")));
    let wrong_role = desk.run(&["import", &file, "--profile", SELLER]);
    assert!(wrong_role.code == 4 && wrong_role.err.contains("It stopped at line"), "{}", wrong_role.err);
}

#[test]
fn at_40_columns_everything_is_still_there_to_read() {
    let desk = Desk::open();
    let narrow = |arguments: &[&str]| {
        let said = desk.run_with(arguments, &[("COLUMNS", "40")], "");
        let too_wide = said.out.lines().find(|line| line.chars().count() > 40 && !line.starts_with("  refund "));
        assert_eq!(too_wide, None);
        desk.redacted(&said.out)
    };
    hold!("narrow-list", narrow(&["list", "--limit", "3"]));
    hold!("narrow-show", narrow(&["show", &desk.refund("1002")]));
    hold!("narrow-policy", narrow(&["policy", "get"]));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let desk = Desk::open();
    let has_colours = |arguments: &[&str], environment: &[(&str, &str)]| {
        desk.run_with(arguments, environment, "").out.contains('\u{1b}')
    };
    assert!(!has_colours(&["list"], &[]), "a pipe is no terminal");
    assert!(has_colours(&["list", "--color", "always"], &[("NO_COLOR", "1")]), "asked for here and now");
    assert!(!has_colours(&["list", "--color", "never"], &[]));
    assert!(!has_colours(&["list", "-o", "json", "--color", "always"], &[]), "JSON has none");
}

#[test]
fn what_strangers_wrote_does_not_reach_the_terminal_raw() {
    let desk = Desk::open();
    let title = "bin\u{202e}00.1";
    let open = [
        "open",
        "--seller",
        "seller-homeware",
        "--buyer",
        "=b",
        "--order",
        "8001",
        "--line",
        "1",
        "--title",
        title,
        "--paid",
        "2",
        "--currency",
        "CNY",
        "--type",
        "REFUND_ONLY",
        "--amount",
        "2",
        "--reason",
        "=1+1",
        "--profile",
        PLATFORM,
    ];
    assert_eq!(desk.run(&open).code, 0);
    let id = desk.refund("8001");
    for format in ["table", "json", "jsonl", "csv"] {
        let out = desk.run(&["show", &id, "-o", format]).out;
        assert!(!out.contains('\u{202e}') && out.contains("202e"), "{format}: {out}");
    }
    let row = desk.run(&["list", "--order", "8001", "-o", "csv"]).out;
    assert!(row.contains(",'=b,") && row.contains(",'=1+1,"), "{row}");
}

#[test]
fn json_is_what_the_server_said() {
    let desk = Desk::open();
    let agent = ureq::agent();
    let get = |path: &str| {
        let request = agent.get(format!("{}{path}", desk.demo.base_url));
        let request = request.header("Authorization", format!("Bearer {}", desk.demo.operator));
        request.call().unwrap().body_mut().read_to_string().unwrap()
    };
    let id = desk.refund("1002");
    assert_eq!(desk.run(&["show", &id, "-o", "json"]).out, format!("{}\n", get(&format!("/v1/refunds/{id}"))));
    let all = get("/v1/refunds?sort=deadline&limit=100");
    assert_eq!(desk.run(&["list", "--all", "-o", "json"]).out, format!("{all}\n"));
    let lines = desk.run(&["list", "-o", "jsonl"]).out;
    assert_eq!(format!("{{\"items\":[{}],\"next_cursor\":null}}", lines.trim_end().replace('\n', ",")), all);
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
    assert_eq!(desk.run(&["agree", &id, "--profile", SELLER]).code, 0);
    assert!(lines.next().unwrap().contains("refund.agreed"), "what happens now comes next");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn keys_stay_in_a_file_that_only_their_owner_reads() {
    let desk = Desk::open();
    let file = desk.config().join("refund/profiles.toml");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!desk.run(&["profile", "list", "-o", "json"]).out.contains("rfk_"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    let open = desk.run(&["list"]);
    assert!(open.code == 2 && open.err.contains("chmod 600"), "{}", open.err);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(desk.run(&["list"]).code, 0);
}

#[test]
fn a_key_goes_to_its_own_server_and_nowhere_else() {
    let desk = Desk::open();
    let with = |environment: &[(&str, &str)]| desk.run_with(&["list"], environment, "");
    let elsewhere = with(&[("REFUND_URL", "http://127.0.0.1:9")]);
    assert!(elsewhere.code == 2 && elsewhere.err.contains("profile's own server"), "{}", elsewhere.err);
    let both = with(&[("REFUND_KEY", "k"), ("REFUND_PROFILE", OPERATOR)]);
    assert!(both.code == 2 && both.err.contains("unset one"), "{}", both.err);
    let own = with(&[("REFUND_KEY", &desk.demo.operator), ("REFUND_URL", &desk.demo.base_url)]);
    assert_eq!(own.code, 0, "without any profile: {}", own.err);
    let malformed = with(&[("REFUND_KEY", "two words"), ("REFUND_URL", &desk.demo.base_url)]);
    assert!(malformed.code == 2 && malformed.err.contains("malformed"), "{}", malformed.err);
    let nameless = with(&[("XDG_CONFIG_HOME", "/nowhere")]);
    assert!(nameless.code == 2 && nameless.err.contains("refund profile add demo --demo"), "{}", nameless.err);
}

#[test]
fn profiles_come_and_go() {
    let desk = Desk::open();
    let key = desk.file("key", &format!("{}\n", desk.demo.seller));
    assert_eq!(desk.run(&["profile", "add", "mine", "--url", &desk.demo.base_url, "--key-file", &key]).code, 0);
    let list = desk.run(&["profile", "list", "-o", "json"]).out;
    assert!(list.contains("\"in_use\":true,\"name\":\"mine\""), "{list}");
    hold!("profile-use", told(&desk.run(&["profile", "use", OPERATOR])));
    hold!("profile-remove", told(&desk.run(&["profile", "remove", "mine"])));
    hold!("profile-gone", told(&desk.run(&["profile", "use", "mine"])));
    let named = desk.run(&["profile", "add", "bad", "--url", "http://me:secret@127.0.0.1", "--key-file", &key]);
    assert!(named.code == 2 && !named.err.contains("secret"), "{}", named.err);
}

#[test]
fn the_shell_and_man_know_every_command() {
    let desk = Desk::open();
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.run(&["completions", shell]);
        assert!(script.code == 0 && script.out.contains("waive-return"), "{shell}");
    }
    let page = desk.run(&["man"]).out;
    assert!(
        page.contains("\n.SH \"refund waive-return\"")
            && page.contains("refund profile add demo")
            && page.contains("refused by a rule")
    );
}
