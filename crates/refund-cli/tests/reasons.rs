//! Reasons that a policy lists (R44), and how one of them is named.

use serde_json::Value;

use crate::support::{Desk, OPERATOR, PLATFORM, SELLER};

fn shown(desk: &Desk, id: &str) -> Value {
    serde_json::from_str(&desk.run(&["show", id, "-o", "json"]).out).unwrap()
}

#[test]
fn the_usual_reasons_are_put_and_then_one_is_named() {
    let desk = Desk::open();
    let as_seller = |arguments: &[&str]| desk.run(&[arguments, &["--profile", SELLER]].concat());
    let put = desk.run(&["policy", "set", "reasons=usual", "--yes", "--profile", OPERATOR]);
    assert!(put.code == 0 && put.err.contains("refuse used"), "{} {}", put.out, put.err);
    let id = desk.refund("1001");
    let refuse = ["refuse", &id, "--reason", "It was whole.", "--version", "1"];
    let none = as_seller(&refuse);
    assert!(none.code != 0 && none.err.contains("reason_code") && none.err.contains("as_described"), "{}", none.err);
    let named = as_seller(&[&refuse[..], &["--reason-code", "as_described"]].concat());
    assert_eq!(named.code, 0, "{}", named.err);
    assert!(desk.run(&["show", &id]).out.contains("as_described: It was whole."));
    let of_buyer = ["--reason", "It is not.", "--reason-code", "refusal_untrue", "--profile", PLATFORM];
    assert_eq!(desk.run(&[&["escalate", &id], &of_buyer[..]].concat()).code, 0);
    assert_eq!(shown(&desk, &id)["escalated"]["reason_code"], "refusal_untrue");
    let counted = as_seller(&["stats"]).out;
    assert!(counted.contains("1 as_described") && counted.contains("1 refusal_untrue"), "{counted}");
    let other = desk.refund("1002");
    let file = format!(
        "refund_id,version,action,reason,reason_code\n{other},{},refuse,It was whole.,used\n",
        shown(&desk, &other)["version"]
    );
    assert_eq!(as_seller(&["bulk", &desk.file("refuse.csv", &file)]).code, 0);
    assert_eq!(shown(&desk, &other)["seller_refusal_code"], "used");
    let opened = desk.run(&[
        "open",
        "--seller",
        "seller-homeware",
        "--buyer",
        "b",
        "--order",
        "o-1",
        "--line",
        "1",
        "--title",
        "Bin",
        "--paid",
        "20.00",
        "--currency",
        "CNY",
        "--type",
        "REFUND_ONLY",
        "--amount",
        "5.00",
        "--reason",
        "It has a dent.",
        "--reason-code",
        "damaged",
        "-o",
        "json",
        "--profile",
        PLATFORM,
    ]);
    let opened: Value = serde_json::from_str(&opened.out).unwrap();
    assert_eq!(opened["requested"]["reason_code"], "damaged");
    let less = ["--type", "REFUND_ONLY", "--amount", "4.00", "--reason", "less", "--reason-code", "other"];
    let id = opened["id"].as_str().unwrap();
    assert_eq!(desk.run(&[&["modify", id, "--profile", PLATFORM], &less[..]].concat()).code, 0);
    assert_eq!(shown(&desk, id)["requested"]["reason_code"], "other");
}

#[test]
fn reasons_are_put_from_a_file_and_taken_away() {
    let desk = Desk::open();
    let own = r#"[{"code":"worn","for":"refuse","fault":"buyer","text":{"en":"It was worn"}}]"#;
    let set = |what: &str| desk.run(&["policy", "set", &format!("reasons={what}"), "--yes"]);
    assert_eq!(set(&desk.file("reasons.json", own)).code, 0);
    assert!(desk.run(&["policy", "get"]).out.contains("refuse worn"));
    let seller = |what: &str| {
        let own = format!("reasons={what}");
        desk.run(&["sellers", "put", "seller-homeware", "--policy", &own])
    };
    assert_eq!(seller("none").code, 0);
    let told = desk.run(&["sellers", "get", "seller-homeware", "-o", "json"]).out;
    assert!(told.contains("\"reasons\":[]"), "{told}");
    assert_eq!((seller("").code, set("none").code), (0, 0));
    assert_eq!(set("nowhere.json").code, 2);
    let wrong = set(&desk.file("wrong.json", &own.replace("buyer", "cat")));
    assert!(wrong.code != 0 && wrong.err.contains("/reasons/0/fault"), "{}", wrong.err);
}

#[test]
fn who_at_the_operators_is_told_is_a_file_or_nobody() {
    let desk = Desk::open();
    let file = desk.file("contacts.json", r#"[{ "email": "desk@ops.example", "time_zone": "Asia/Taipei" }]"#);
    let set = |what: &str| {
        let field = format!("operator_contacts={what}");
        desk.run(&["policy", "set", &field, "--yes", "--profile", OPERATOR])
    };
    let put = set(&file);
    assert!(put.code == 0 && put.out.contains("desk@ops.example"), "{}{}", put.out, put.err);
    let gone = set("none");
    assert!(gone.code == 0 && !gone.out.contains("desk@ops.example"), "{}{}", gone.out, gone.err);
}
