//! A day at the desk: every command once as a table and once as JSON, on a demo.
//!
//! The second time a command is sent with the same idempotency key, so that the JSON is the answer
//! to the very same thing.

use crate::support::{Desk, LIGHTS, OPERATOR, PLATFORM, SELLER, Said, receiver};
use serde_json::Value;

/// Says a command in both forms, and holds both answers.
fn tell(desk: &Desk, name: &str, profile: &str, arguments: &[&str]) {
    let mut said = Vec::new();
    for format in ["table", "json"] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--profile", profile, "-o", format]);
        let Said { code, out, err } = desk.run(&arguments);
        // What the server said, laid out for whoever reviews it.
        let out = match serde_json::from_str::<Value>(&out) {
            Ok(json) if format == "json" => format!("{:#}\n", in_order(json)),
            _ => out,
        };
        assert!(format != "json" || code != 0 || out.starts_with('{'), "{name}: {out}{err}");
        let told = format!("$ refund {}\n{out}--\n{err}exit {code}", shown(&arguments));
        said.push(told);
    }
    for (said, format) in said.iter().zip(["table", "json"]) {
        let said = desk.redacted(said);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{}.{format}", name.replace(' ', "-")), said);
        });
    }
}

/// Keys come in the order of their ids, which are random.
fn in_order(mut json: Value) -> Value {
    if let Some(items) = json.get_mut("items").and_then(Value::as_array_mut) {
        items.sort_by_key(|item| (item["name"].to_string(), item["role"].to_string()));
    }
    json
}

fn shown(arguments: &[&str]) -> String {
    let quoted = arguments.iter().map(|word| if word.contains(' ') { format!("'{word}'") } else { (*word).to_owned() });
    quoted.collect::<Vec<_>>().join(" ")
}

/// The same with a key, so that it can be said twice.
fn act(desk: &Desk, name: &str, profile: &str, arguments: &[&str]) {
    let mut arguments = arguments.to_vec();
    let key = format!("story-{}", name.replace(' ', "-"));
    arguments.extend(["--idempotency-key", &key]);
    tell(desk, name, profile, &arguments);
}

const LINE: &str = r#"{"seller_id":"seller-homeware","buyer_id":"buyer-7","order_line":{"order_id":"ORDER","line_id":"1","title":"Tea pot","category":"general","paid":{"currency":"CNY","value":"40.00"},"shipped":true,"freight_insurance":false},"type":"REFUND_ONLY","amount":{"currency":"CNY","value":"40.00"},"reason":"The spout is broken."}"#;

/// The SHA-256 of the invoice.
const INVOICE: &str = "3593b4d80c0c7abc201633c16f8cdd8f7dd3b07d73163993512d4ccff7b14bce";

#[test]
fn looking() {
    let desk = Desk::open();
    tell(&desk, "profile list", OPERATOR, &["profile", "list"]);
    tell(&desk, "list", OPERATOR, &["list"]);
    tell(&desk, "show", OPERATOR, &["show", &desk.refund("1002")]);
    tell(&desk, "explain", OPERATOR, &["explain", &desk.refund("1002")]);
    tell(&desk, "options", SELLER, &["options", &desk.refund("1001")]);
    let terms = ["--type", "REFUND_ONLY", "--amount", "2.00", "--message", "It is yours.", "--check"];
    tell(&desk, "offer check", SELLER, &[&["offer", &desk.refund("1001")], &terms[..]].concat());
    tell(&desk, "offer saved check", SELLER, &["offer", &desk.refund("1001"), "--saved", "small", "--check"]);
    tell(&desk, "events", OPERATOR, &["events", "--refund", &desk.refund("1000")]);
    tell(&desk, "clock get", OPERATOR, &["clock", "get"]);
    tell(&desk, "clock advance", OPERATOR, &["clock", "advance", "2h"]);
}

#[test]
fn the_seller() {
    let desk = Desk::open();
    desk.add_lights();
    let on = |order: &str| desk.refund(order);
    let offer = ["offer", &on("1001"), "--type", "REFUND_ONLY", "--amount", "2.00", "--message", "As we said."];
    act(&desk, "offer", SELLER, &offer);
    let dent = format!("https://files.example/dent.jpg,{},image/jpeg,81920", "0a".repeat(32));
    desk.run(&["message", &on("1001"), "Here is the dent.", "--attach", &dent, "--profile", PLATFORM]);
    act(&desk, "message", SELLER, &["message", &on("1001"), "-10 % was agreed.", "--internal"]);
    tell(&desk, "messages", SELLER, &["messages", &on("1001")]);
    // Messages have left the version where the offer put it.
    let many = format!(
        "refund_id,version,action,type,amount,currency,reason\n{},1,offer,REFUND_ONLY,1.00,CNY,\n{},2,refuse,,,,No.\n",
        on("1000"),
        on("1001"),
    );
    tell(&desk, "bulk", SELLER, &["bulk", &desk.file("decisions.csv", &many)]);
    prepared(&desk);
    act(&desk, "agree", SELLER, &["agree", &on("1003"), "--yes"]);
    act(&desk, "refuse", SELLER, &["refuse", &on("1004"), "--reason", "-10 % was offered."]);
    act(&desk, "waive-return", SELLER, &["waive-return", &on("1008")]);
    act(&desk, "confirm-receipt", SELLER, &["confirm-receipt", &on("1009")]);
    act(&desk, "ship", PLATFORM, &["ship", &on("1012"), "--carrier", "SF Express", "--tracking-number", "SF-1"]);
    act(&desk, "refuse-receipt", SELLER, &["refuse-receipt", &on("1012"), "--reason", "The box is empty."]);
    told(&desk);
    let unshipped = LINE.replace("ORDER", "2010").replace("\"shipped\":true", "\"shipped\":false");
    desk.run(&["open", "--file", &desk.file("unshipped.json", &unshipped), "--profile", PLATFORM]);
    act(&desk, "mark-shipped", PLATFORM, &["mark-shipped", &on("2010")]);
    let file = desk.file("lamp.json", &LINE.replace("ORDER", "2009").replace("homeware", "lights"));
    desk.run(&["open", "--file", &file, "--profile", PLATFORM]);
    let offered = desk.run(&[
        "offer",
        &on("2009"),
        "--type",
        "return",
        "--amount",
        "40",
        "--return-address",
        "shop",
        "--profile",
        LIGHTS,
    ]);
    assert_eq!(offered.code, 0, "{}", offered.err);
    act(&desk, "withdraw", LIGHTS, &["withdraw", &on("2009")]);
    let (on, invoice) = (on("1004"), desk.file("invoice.pdf", "%PDF-1.7\nan invoice"));
    tell(&desk, "file add", SELLER, &["file", "add", &on, &invoice]);
    tell(&desk, "file get", SELLER, &["file", "get", &on, INVOICE, "--to", &format!("{invoice}.saved")]);
    tell(&desk, "file erase", OPERATOR, &["file", "erase", &on, INVOICE, "--yes"]);
}

/// Who is told of what, where the policy says so.
fn told(desk: &Desk) {
    for (notices, order) in [("notices=true", "2012"), ("notices=false", "2013")] {
        assert_eq!(desk.run(&["policy", "set", notices, "--yes", "--profile", OPERATOR]).code, 0);
        let file = desk.file("told.json", &LINE.replace("ORDER", order));
        assert_eq!(desk.run(&["open", "--file", &file, "--profile", PLATFORM]).code, 0);
    }
    let id = desk.refund("2012");
    tell(desk, "notices", PLATFORM, &["notices", &id]);
    act(desk, "report-notice", PLATFORM, &["report-notice", &format!("ntc_{id}-2"), "accepted"]);
}

/// A prepared offer is shown with what it comes to before it is made, and asked about.
fn prepared(desk: &Desk) {
    let file = desk.file("pot.json", &LINE.replace("ORDER", "2010").replace("40.00", "39.99"));
    assert_eq!(desk.run(&["open", "--file", &file, "--profile", PLATFORM]).code, 0);
    let id = desk.refund("2010");
    let offer = |more: &[&str]| {
        let saved = ["offer", &id, "--saved", "small", "--language", "zh-Hans", "--profile", SELLER];
        desk.run(&[&saved[..], more].concat())
    };
    let unasked = offer(&[]);
    assert!(unasked.code == 2 && unasked.err.contains("REFUND_ONLY 3.99 CNY"), "{}", unasked.err);
    assert!(unasked.err.contains("say --yes"), "{}", unasked.err);
    let made = offer(&["--yes"]);
    assert!(
        made.code == 0 && made.out.contains("3.99 CNY") && made.out.contains("不用退货"),
        "{}{}",
        made.out,
        made.err
    );
    let again = offer(&["--yes"]);
    assert!(again.code == 3 && again.err.contains("negotiation_already_used, rule R9"), "{}", again.err);
    for wrong in [&["--saved", "small", "--type", "REFUND_ONLY"][..], &["--language", "en"], &["--type", "REFUND_ONLY"]]
    {
        assert_eq!(desk.run(&[&["offer", &id], wrong].concat()).code, 2, "{wrong:?}");
    }
    let none = desk.run(&["offer", &id, "--saved", "none", "--profile", SELLER]);
    assert!(none.code == 3 && none.err.contains("saved_offer_unknown"), "{}", none.err);
    let set = |more: &[&str]| {
        let set = ["saved-offer", "set", "seller-homeware", "small", "--profile", SELLER];
        desk.run(&[&set[..], more].concat())
    };
    let changed = set(&["--percent", "7", "--message", "en="]);
    assert!(changed.out.contains("7 % of what is requested") && changed.out.contains("zh-Hant"), "{}", changed.out);
    assert!(!changed.out.contains("  en "), "{}", changed.out);
    for percent in ["0", "101", "12.345", "ten"] {
        let no = set(&["--percent", percent]);
        assert!(no.code == 2 && no.err.contains("/share/percent"), "{}", no.err);
    }
    let gone = set(&["--type", "return", "--return-address", "west"]);
    assert!(gone.code == 3 && gone.err.contains("return_address_unknown, rule R12"), "{}", gone.err);
}

#[test]
fn the_buyer_and_the_platform() {
    let desk = Desk::open();
    let on = |order: &str| desk.refund(order);
    let open = [
        "open",
        "--seller",
        "seller-homeware",
        "--buyer",
        "buyer-7",
        "--order",
        "5001",
        "--line",
        "1",
        "--title",
        "不鏽鋼垃圾桶 12 L",
        "--paid",
        "20.00",
        "--currency",
        "CNY",
        "--shipped",
        "--image-url",
        "https://cdn.example/bin.jpg",
        "--type",
        "return",
        "--amount",
        "20.00",
        "--reason",
        "凹了一塊",
        "--external-reference",
        "case/5001",
        "--metadata",
        "channel:app",
        "--metadata",
        "ticket:A:17",
    ];
    act(&desk, "open", PLATFORM, &open);
    for found in [["--external-reference", "case/5001"], ["--metadata", "ticket:A:17"]] {
        assert!(desk.run(&[&["list", "-o", "csv", "--profile", PLATFORM], &found[..]].concat()).out.contains("5001"));
    }
    assert!(!desk.run(&["list", "--metadata", "ticket:A", "--profile", PLATFORM]).out.contains("5001"));
    assert_eq!(desk.run(&["open", "--metadata", "ticket"]).code, 2);
    let file =
        desk.file("refunds.jsonl", &format!("{}\n{}\n", LINE.replace("ORDER", "5002"), LINE.replace("ORDER", "5003")));
    tell(&desk, "import", PLATFORM, &["import", &file]);
    act(&desk, "accept", PLATFORM, &["accept", &on("1002")]);
    act(&desk, "reject", PLATFORM, &["reject", &on("1003")]);
    let modify =
        ["modify", &on("1006"), "--type", "REFUND_ONLY", "--amount", "50", "--reason", "A part of it will do."];
    act(&desk, "modify", PLATFORM, &modify);
    act(&desk, "cancel", PLATFORM, &["cancel", &on("1001")]);
    act(&desk, "escalate", PLATFORM, &["escalate", &on("1010"), "--reason", "I never used it."]);
    tell(&desk, "link show", PLATFORM, &["link", "show", &on("1003")]);
    act(&desk, "link replace", PLATFORM, &["link", "replace", &on("1003"), "--yes"]);
    act(&desk, "payout report", PLATFORM, &["payout", "report", &on("2001"), "succeeded"]);
}

#[test]
fn the_operator() {
    let desk = Desk::open();
    let on = |order: &str| desk.refund(order);
    act(
        &desk,
        "rule",
        OPERATOR,
        &["rule", &on("1007"), "--decision", "REFUND", "--amount", "49.50", "--reason", "Half is fair."],
    );
    act(&desk, "payout retry", OPERATOR, &["payout", "retry", &on("2002")]);
    act(&desk, "erase", OPERATOR, &["erase", &on("1007"), "--because", "final", "--reason", "Letter 17", "--yes"]);
    // More time is counted from where the clock stands, so the second time would be another thing.
    tell(&desk, "extend", OPERATOR, &["extend", &on("1006"), "--to", "12h"]);
    tell(&desk, "keys list", OPERATOR, &["keys", "list"]);
    act(
        &desk,
        "keys create",
        OPERATOR,
        &["keys", "create", "night shift", "--role", "seller", "--seller", "seller-homeware"],
    );
    let made = desk.run(&["keys", "create", "to revoke", "--role", "operator", "-o", "json"]);
    let key: Value = serde_json::from_str(&made.out).unwrap();
    let audit = ["keys", "create", "audit", "--role", "operator", "--scope", "read", "--expires-at", "30days"];
    let made = desk.run(&[&audit[..], &["-o", "json"]].concat());
    let reads: Value = serde_json::from_str(&made.out).unwrap();
    tell(&desk, "keys show", OPERATOR, &["keys", "show", reads["id"].as_str().unwrap()]);
    tell(&desk, "keys revoke", OPERATOR, &["keys", "revoke", key["id"].as_str().unwrap()]);
}

#[test]
fn settings() {
    let desk = Desk::open();
    tell(&desk, "sellers get", OPERATOR, &["sellers", "get", "seller-orchard"]);
    let address = ["--recipient", "Desk", "--phone", "0571-5550-0109", "--address", "9 Leaf Lane, Hangzhou"];
    let put = [
        &["sellers", "put", "seller-9", "--name", "茶館 Tea House", "--policy", "seller_decide_seconds=48h"],
        &address[..],
    ]
    .concat();
    tell(&desk, "sellers put", OPERATOR, &put);
    let south = [&["sellers", "add-address", "seller-9", "south"], &address[..], &["--default"]].concat();
    tell(&desk, "sellers add-address", OPERATOR, &south);
    let kinds = ["--language", "zh-Hant", "--time-zone", "Asia/Taipei", "--kinds", "payment,escalation"];
    let contact = [&["sellers", "add-contact", "seller-9", "desk@example.com"], &kinds[..]].concat();
    tell(&desk, "sellers add-contact", OPERATOR, &contact);
    tell(&desk, "sellers remove-contact", OPERATOR, &["sellers", "remove-contact", "seller-9", "desk@example.com"]);
    tell(&desk, "sellers list", OPERATOR, &["sellers", "list"]);
    let small = ["--name", "A small refund", "--type", "REFUND_ONLY", "--message", "en=Keep it."];
    let share = ["--percent", "12.5", "--of", "paid"];
    let set = [&["saved-offer", "set", "seller-9", "small"], &small[..], &share].concat();
    tell(&desk, "saved-offer set", OPERATOR, &set);
    tell(&desk, "saved-offer list", OPERATOR, &["saved-offer", "list", "seller-homeware"]);
    // Said twice: the second time it is not there.
    tell(&desk, "saved-offer remove", OPERATOR, &["saved-offer", "remove", "seller-9", "small", "--yes"]);
    tell(&desk, "policy get", OPERATOR, &["policy", "get"]);
    tell(
        &desk,
        "policy set",
        OPERATOR,
        &["policy", "set", "fresh_goods=refund_only", "seller_decide_seconds=48h", "--yes"],
    );
    tell(&desk, "rollout batch add", OPERATOR, &["rollout", "batch", "add", "spring", "seller-9", "seller-orchard"]);
    tell(&desk, "rollout batch open", OPERATOR, &["rollout", "batch", "open", "spring"]);
    tell(&desk, "rollout batch close", OPERATOR, &["rollout", "batch", "close", "spring", "--yes"]);
    tell(&desk, "rollout batch remove", OPERATOR, &["rollout", "batch", "remove", "spring", "seller-9"]);
    tell(&desk, "rollout percentage", OPERATOR, &["rollout", "percentage", "0", "--yes"]);
    tell(&desk, "rollout allow", OPERATOR, &["rollout", "allow", "seller-homeware"]);
    tell(&desk, "rollout deny", OPERATOR, &["rollout", "deny", "seller-lights"]);
    tell(&desk, "rollout get", OPERATOR, &["rollout", "get"]);
    tell(&desk, "rollout check", OPERATOR, &["rollout", "check", "seller-orchard"]);
    tell(&desk, "audit", OPERATOR, &["audit", "--type", "policy,rollout", "--since", "30days"]);
}

/// A new refund, and the attempt to tell of it that the endpoint was shown.
fn opened_and_told(desk: &Desk, endpoint: &str, order: &str, format: &str) -> String {
    let tail = ["webhooks", "tail", endpoint, "--last", "0", "-o", format, "--profile", SELLER];
    let mut going = desk.begin(&tail, "Each attempt is shown from now on");
    let file = desk.file("line.json", &LINE.replace("ORDER", order));
    assert_eq!(desk.run(&["open", "--file", &file, "--profile", PLATFORM]).code, 0);
    going.line()
}

#[test]
fn webhooks() {
    let desk = Desk::open();
    let receiver = receiver::receiver();
    let (there, gone) = (format!("{receiver}/200"), format!("{receiver}/410"));
    let create = ["webhooks", "create", &there, "--description", "the shop's", "--types", "refund.opened"];
    act(&desk, "webhooks create", SELLER, &create);
    let made = |url: &str| -> String {
        let made =
            desk.run(&["webhooks", "create", url, "--types", "refund.opened", "-o", "json", "--profile", SELLER]);
        let webhook: Value = serde_json::from_str(&made.out).unwrap();
        webhook["id"].as_str().unwrap().to_owned()
    };
    let listed = desk.run(&["webhooks", "list", "-o", "json", "--profile", SELLER]).out;
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let endpoint = listed["items"][0]["id"].as_str().unwrap();
    tell(&desk, "webhooks list", OPERATOR, &["webhooks", "list"]);
    tell(&desk, "webhooks show", SELLER, &["webhooks", "show", endpoint]);
    tell(&desk, "webhooks ping", SELLER, &["webhooks", "ping", endpoint]);
    for (format, form, order) in [("table", "table", "3001"), ("jsonl", "json", "3002")] {
        let line = desk.redacted(&opened_and_told(&desk, endpoint, order, format));
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("webhooks-tail.{form}"), line);
        });
    }
    let lost = made(&gone);
    opened_and_told(&desk, &lost, "3003", "jsonl");
    tell(&desk, "webhooks deliveries", SELLER, &["webhooks", "deliveries", &lost, "--state", "failed"]);
    tell(&desk, "webhooks redeliver", SELLER, &["webhooks", "redeliver", &lost, "--from", "1h"]);
    tell(&desk, "webhooks set", SELLER, &["webhooks", "set", endpoint, "--types", "all", "--description", ""]);
    act(&desk, "webhooks rotate", SELLER, &["webhooks", "rotate", endpoint, "--yes"]);
    tell(&desk, "webhooks disable", OPERATOR, &["webhooks", "disable", endpoint]);
    tell(&desk, "webhooks enable", OPERATOR, &["webhooks", "enable", endpoint]);
    // Said twice: the second time it is not there.
    tell(&desk, "webhooks remove", OPERATOR, &["webhooks", "remove", endpoint, "--yes"]);
}

#[test]
fn statistics() {
    let desk = Desk::open();
    // Far from the demo's own days, so that the days are the same whenever this is run.
    let at = |instant: &str| assert_eq!(desk.run(&["clock", "advance", instant]).code, 0);
    at("2099-03-30T22:00:00Z");
    let offer = |order: &str, currency: &str| {
        let file = desk.file("line.json", &LINE.replace("ORDER", order).replace("CNY", currency));
        assert_eq!(desk.run(&["open", "--file", &file, "--profile", PLATFORM]).code, 0);
        let id = desk.refund(order);
        let offer = ["offer", &id, "--type", "REFUND_ONLY", "--amount", "2.50", "--profile", SELLER];
        assert_eq!(desk.run(&offer).code, 0);
        id
    };
    let (one, two) = (offer("4001", "CNY"), offer("4002", "USD"));
    at("2099-03-31T05:30:00Z");
    for (what, id) in [("accept", &one), ("accept", &two), ("reject", &offer("4003", "CNY"))] {
        assert_eq!(desk.run(&[what, id, "--profile", PLATFORM]).code, 0);
    }
    offer("4004", "CNY");
    at("2099-04-03T00:00:00Z");
    tell(&desk, "stats", SELLER, &["stats", "--from", "2099-03-30", "--to", "2099-04-02"]);
    let held = |name: &str, arguments: &[&str], columns: &str| {
        let stats = [&["stats", "--seller", "seller-homeware"], arguments].concat();
        let said = desk.run_with(&stats, &[("COLUMNS", columns)], "");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("stats-{name}"), format!("{}--\n{}exit {}", said.out, said.err, said.code));
        });
    };
    held("chart", &["--chart", "--days", "5"], "80");
    held("chart-narrow", &["--chart", "--days", "5"], "40");
    held("chart-kept", &["--chart=kept", "--days", "5"], "60");
    held("narrow", &["--days", "5"], "40");
    held("wide", &["--days", "5"], "120");
    held("csv", &["--days", "5", "-o", "csv"], "80");
    held("chart-json", &["--chart", "-o", "json"], "80");
    held("backwards", &["--to", "2099-01-01", "--from", "2099-02-01"], "80");
    assert_eq!(desk.run(&["stats", "--profile", PLATFORM]).code, 4);
    let wrong = desk.run(&["stats", "--from", "yesterday"]);
    assert!(wrong.code == 2 && wrong.err.contains("--from <DAY>"), "{}", wrong.err);
}
