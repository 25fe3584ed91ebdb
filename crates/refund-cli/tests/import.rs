//! Many refunds from a file: what fails of them, and what is opened once.

use crate::support::elsewhere::{Elsewhere, answer};
use crate::support::{Desk, PLATFORM, SELLER, told};

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
fn a_line_that_is_spelled_otherwise_opens_nothing_again() {
    let desk = Desk::open();
    let line = |amount: &str, more: &str| {
        format!(
            r#"{{"seller_id":"seller-homeware","buyer_id":"b","order_line":{{"order_id":"7101","line_id":"1","title":"bin","category":"general","paid":{{"currency":"CNY","value":"50.00"}},"shipped":true,"freight_insurance":false}},"type":"REFUND_ONLY","amount":{{"currency":"CNY","value":"{amount}"}},"reason":"r"{more}}}"#
        )
    };
    let import = |line: String| {
        let said = desk.run(&["import", &desk.file("one.jsonl", &line), "--profile", PLATFORM]);
        (said.code, said.out)
    };
    let counts = |opened: u8, there: u8| (0, format!("{opened} opened, {there} were there, 0 failed.\n"));
    assert_eq!(import(line("5.00", "")), counts(1, 0));
    // It is over, so that the order line is free for another one.
    assert_eq!(desk.run(&["agree", &desk.refund("7101"), "--yes", "--profile", SELLER]).code, 0);
    for (amount, more) in
        [("5.0", ""), ("5", ""), ("5.00", r#","metadata":null"#), ("5.00", r#","metadata":{},"files":[]"#)]
    {
        assert_eq!(import(line(amount, more)), counts(0, 1), "{amount} {more}");
    }
    assert_eq!(import(line("5.01", "")), counts(1, 0));
}

#[test]
fn what_failed_is_not_told_in_the_file_that_is_read() {
    let desk = Desk::open();
    let (text, wrong) = ("[]\n{}\n", "the lines are read from this file");
    let file = desk.file("read.jsonl", text);
    let beside = |name: &str| desk.folder.path().join(name);
    std::os::unix::fs::symlink(&file, beside("link.jsonl")).unwrap();
    std::fs::hard_link(&file, beside("same.jsonl")).unwrap();
    for failed in ["read.jsonl", "./read.jsonl", "link.jsonl", "same.jsonl"] {
        let said = desk.run(&["import", &file, "--failed", failed, "--profile", PLATFORM]);
        assert!(said.code == 2 && said.err.contains(wrong), "{failed}: {}", said.err);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text, "{failed}");
    }
    // What stood in another file is no word of this run.
    let other = desk.file("other.tsv", "of before\n");
    assert_eq!(desk.run(&["import", &file, "--failed", &other, "--profile", PLATFORM]).code, 7);
    let told = std::fs::read_to_string(&other).unwrap();
    assert!(told.starts_with("1\tmalformed_line") && !told.contains("of before"), "{told}");
}

#[test]
fn a_busy_server_is_asked_again_for_what_it_had_no_time_for() {
    let desk = Desk::open();
    let file = desk.file("two.jsonl", "{\"a\":1}\n{\"b\":2}\n");
    let problem = r#"{"status":503,"code":"busy","detail":"More requests wait than can be stored soon."}"#;
    let busy = answer("503 Service Unavailable", "application/problem+json", problem);
    let busy = busy.replace("connection:", "retry-after: 0\r\nconnection:");
    let opened = answer("201 Created", "application/json", r#"{"id":"rfd_1"}"#);
    let import = |answers: &[&str]| Elsewhere::answering(answers).reached(&desk, &["import", &file, "--parallel", "1"]);
    // The first line comes again behind the others.
    let again = import(&[&busy, &opened, &opened]);
    assert_eq!((again.code, again.out.as_str()), (0, "2 opened, 0 were there, 0 failed.\n"), "{}", again.err);
    let never = import(&[&busy, &opened, &busy, &busy, &busy]);
    hold!("import-busy", told(&never));
}

#[test]
fn what_every_line_would_fail_by_ends_an_import_at_once() {
    let desk = Desk::open();
    let file = desk.file("two.jsonl", "{\"a\":1}\n{\"b\":2}\n");
    let problem =
        r#"{"status":503,"code":"not_stored","detail":"It could not be stored.","remedy":"Send it again later."}"#;
    let full = answer("503 Service Unavailable", "application/problem+json", problem);
    let said = Elsewhere::answering(&[&full]).reached(&desk, &["import", &file, "--parallel", "1"]);
    assert!(said.code == 5 && said.err.contains("It stopped at line 1"), "{}", said.err);
}
