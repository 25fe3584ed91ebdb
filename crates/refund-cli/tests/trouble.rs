//! What is refused, and what is said then; what could go wrong and does not.

use std::os::unix::fs::PermissionsExt;

use crate::support::elsewhere::{Elsewhere, answer};
use crate::support::{Desk, OPERATOR, PLATFORM, SELLER, Said, told};

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
    assert_eq!(odd.code, 2, "{}", odd.err);
    assert_eq!(desk.run(&["show", ""]).code, 2);
    let unasked = desk.run(&["policy", "set", "allow_withdraw=true"]);
    assert!(
        unasked.code == 2 && unasked.err.contains("--yes") && unasked.err.contains("allow_withdraw"),
        "{}",
        unasked.err
    );
}

#[test]
fn a_key_that_the_server_does_not_know_makes_no_profile() {
    let desk = Desk::open();
    let add = ["profile", "add", "typo", "--url", &desk.demo.base_url];
    let said = desk.run_with(&add, &[], "rfk_wrong");
    assert!(said.code == 2 && said.err.contains("does not know that key"), "{}", said.err);
    assert!(!desk.run(&["profile", "list"]).out.contains("typo"));
    let away = desk.run_with(&["profile", "add", "later", "--url", "http://127.0.0.1:9"], &[], "rfk_later");
    assert!(away.code == 0 && away.err.contains("No refund server answers there now."), "{}", away.err);
}

#[test]
fn what_was_mistyped_is_told_where_it_can_be_known() {
    let desk = Desk::open();
    let said = |arguments: &[&str]| desk.redacted(&told(&desk.run(arguments)));
    hold!("mistyped-policy", said(&["policy", "set", "seller_decide=48h"]));
    hold!("mistyped-span", said(&["policy", "set", "seller_decide_seconds=soon"]));
    hold!("same-policy", said(&["policy", "set", "seller_decide_seconds=36h"]));
    hold!("mistyped-seller", said(&["rollout", "batch", "add", "spring", "seller-homewear", "seller-lights"]));
    let gone = desk.run(&["rollout", "batch", "remove", "spring", "seller-homewear"]);
    assert!(gone.code == 0 && gone.out.contains("seller-lights") && !gone.out.contains("homewear"), "{}", gone.out);
    let batch = desk.run(&["rollout", "batch", "remove", "spring", "--yes"]);
    assert!(batch.code == 0 && !batch.out.contains("spring"), "{}", batch.out);
    let status = |status: &str| desk.run(&["list", "--status", status]).out;
    assert_eq!(status("refund-failed"), status("REFUND_FAILED"));
    let sort = desk.run(&["list", "--sort", "urgent"]);
    assert!(sort.code == 2 && sort.err.contains("opened_at"), "{}", sort.err);
}

#[test]
fn what_closes_negotiation_to_sellers_is_asked_about() {
    let desk = Desk::open();
    let spring = desk.run(&["rollout", "batch", "add", "spring", "seller-lights"]);
    assert_eq!(spring.code, 0, "{}", spring.err);
    for closing in [&["percentage", "0"][..], &["batch", "close", "spring"], &["batch", "remove", "spring"]] {
        let asked = desk.run(&[&["rollout"], closing].concat());
        assert!(asked.code == 2 && asked.err.contains("nobody is here to be asked; say --yes"), "{}", asked.err);
    }
    for opening in [&["percentage", "100"][..], &["batch", "open", "spring"]] {
        assert_eq!(desk.run(&[&["rollout"], opening].concat()).code, 0, "{opening:?}");
    }
    let rollout = desk.run(&["rollout", "get", "-o", "json"]).out;
    assert!(rollout.contains("\"percentage\":100") && rollout.contains("spring"), "{rollout}");
}

#[test]
fn what_somebody_else_set_meanwhile_is_not_overwritten() {
    let desk = Desk::open();
    let read =
        |body: &str| answer("200 OK", "application/json", body).replace("connection:", "etag: \"t-1\"\r\nconnection:");
    let problem =
        r#"{"status":412,"code":"settings_moved","detail":"The settings are others by now than `If-Match` says."}"#;
    let moved = answer("412 Precondition Failed", "application/problem+json", problem);
    let check =
        answer("200 OK", "application/json", r#"{"changes":[{"field":"allow_withdraw","from":false,"to":true}]}"#);
    let policy = read(r#"{"allow_withdraw":false}"#);
    let rollout = read(r#"{"batches":[],"percentage":100,"allow":[],"deny":[]}"#);
    let seller = read(r#"{"id":"s","name":"S","addresses":[],"policy":{}}"#);
    let endpoint = read(r#"{"id":"whk_1","url":"https://a.example/","description":null,"types":[]}"#);
    let cases: [(&[&str], &[&str]); 4] = [
        (&["policy", "set", "allow_withdraw=true", "--yes"], &[&policy, &check, &moved]),
        (&["rollout", "percentage", "25", "--yes"], &[&rollout, &moved]),
        (&["sellers", "put", "s", "--name", "T"], &[&seller, &moved]),
        (&["webhooks", "set", "whk_1", "--types", "all"], &[&endpoint, &moved]),
    ];
    for (arguments, answers) in cases {
        let (said, heads) = Elsewhere::answering(answers).asked(&desk, arguments);
        assert!(heads.last().unwrap().contains("\r\nif-match: \"t-1\"\r\n"), "{arguments:?}: {heads:?}");
        hold!("settings-moved", told(&Said { out: String::new(), err: last_paragraph(&said.err), ..said }));
    }
}

/// What stands behind the last "refund:".
fn last_paragraph(err: &str) -> String {
    err.rsplit_once("refund:").map_or_else(|| err.to_owned(), |(_, last)| format!("refund:{last}"))
}

#[test]
fn a_link_is_replaced_only_by_who_says_so() {
    let desk = Desk::open();
    let link = |arguments: &[&str]| desk.run(&[&["link"], arguments, &["--profile", PLATFORM]].concat());
    let id = desk.refund("1003");
    let shown = link(&["show", &id]).out;
    let unasked = link(&["replace", &id]);
    assert!(unasked.code == 2 && unasked.err.contains("--yes"), "{}", unasked.err);
    assert_eq!(link(&["show", &id]).out, shown);
    let replaced = link(&["replace", &id, "--yes"]);
    assert!(replaced.code == 0 && replaced.out != shown, "{}", replaced.err);
    assert_eq!(link(&["show", &id]).out, replaced.out);
    assert_eq!(desk.run(&["link", "show", &id]).code, 4, "an operator answers for no buyer");
}

#[test]
fn a_key_for_reading_reads_until_it_ends() {
    let desk = Desk::open();
    let create = ["keys", "create", "audit", "--role", "operator", "--scope", "read", "--expires-at", "6h"];
    let made: serde_json::Value =
        serde_json::from_str(&desk.run(&[&create[..], &["-o", "json"]].concat()).out).unwrap();
    let environment = [("REFUND_KEY", made["secret"].as_str().unwrap()), ("REFUND_URL", &*desk.demo.base_url)];
    let with = |arguments: &[&str]| desk.run_with(arguments, &environment, "");
    assert_eq!(with(&["list"]).code, 0);
    hold!("reads-only", told(&with(&["policy", "set", "allow_withdraw=true", "--yes"])));
    assert_eq!(desk.run(&["clock", "advance", "7h"]).code, 0);
    assert_eq!(with(&["list"]).code, 4, "it has ended");
    let late = desk.run(&["keys", "create", "late", "--role", "operator", "--expires-at", "2020-01-01T00:00:00Z"]);
    assert!(late.code == 3 && late.err.contains("expiry_passed"), "{}", late.err);
}

#[test]
fn a_payout_that_failed_waits_for_somebody_to_try_again() {
    let desk = Desk::open();
    let shown = desk.run(&["show", &desk.refund("2002")]).out;
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let waits = shown.contains("it is overdue and goes on waiting") && shown.contains("payout is reported");
    assert!(waits && shown.contains("payout retry"), "{shown}");
}

#[test]
fn the_operators_own_work_can_be_listed() {
    let desk = Desk::open();
    let ids = |arguments: &[&str]| {
        let out = desk.run(&[arguments, &["-o", "csv"]].concat()).out;
        out.lines().skip(1).map(|row| row.split(',').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&["list", "--escalated"]), [desk.refund("1007")]);
}

#[test]
fn at_40_columns_everything_is_still_there_to_read() {
    let desk = Desk::open();
    let narrow = |arguments: &[&str]| {
        let said = desk.run_with(arguments, &[("COLUMNS", "40")], "");
        let too_wide = said.out.lines().find(|line| line.chars().count() > 40 && !line.contains("  refund "));
        assert_eq!(too_wide, None);
        desk.redacted(&said.out)
    };
    hold!("narrow-list", narrow(&["list", "--limit", "3"]));
    hold!("narrow-show", narrow(&["show", &desk.refund("1002")]));
    hold!("narrow-policy", narrow(&["policy", "get"]));
    hold!("narrow-explain", narrow(&["explain", &desk.refund("1002")]));
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
    let title = "bin\u{200f}00.1";
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
        assert!(!out.contains('\u{200f}') && out.contains("200f"), "{format}: {out}");
    }
    let row = desk.run(&["list", "--order", "8001", "-o", "csv"]).out;
    assert!(row.contains(",'=b,") && row.contains(",'=1+1,"), "{row}");
}

#[test]
fn csv_begins_with_a_byte_order_mark_where_one_is_wanted() {
    let desk = Desk::open();
    for what in [&["list", "--all"][..], &["stats"]] {
        let out = |more: &[&str]| desk.run(&[what, more].concat()).out;
        assert_eq!(out(&["-o", "csv", "--bom"]), format!("\u{feff}{}", out(&["-o", "csv"])));
        assert!(out(&["-o", "jsonl", "--bom"]).starts_with('{'), "JSON has none");
    }
}

#[test]
fn who_agrees_has_seen_to_what() {
    let desk = Desk::open();
    let id = desk.refund("1001");
    let agree = |more: &[&str]| desk.run(&[&["agree", &id, "--profile", SELLER], more].concat());
    let unasked = agree(&[]);
    let asked = "RETURN_AND_REFUND 20.00 CNY";
    assert!(unasked.code == 2 && unasked.err.contains("--yes") && unasked.err.contains(asked), "{}", unasked.err);
    assert!(desk.run(&["show", &id, "-o", "json"]).out.contains("\"version\":1"), "nothing was done");
    assert_eq!(agree(&["--yes"]).code, 0);
    hold!("cannot-agree", desk.redacted(&told(&agree(&[]))));
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
