//! Many commands from a file, and what people write.

use serde_json::{Value, json};

use crate::support::{Desk, PLATFORM, SELLER, told};

#[test]
fn a_file_of_commands_is_looked_at_whole_before_any_is_sent() {
    let desk = Desk::open();
    let id = desk.refund("1001");
    let file = desk.file(
        "half.csv",
        &format!("refund_id,version,action,reason\n{id},1,agree,\n{id},one,agree,\n{id},1,refuse,\n"),
    );
    let refused = desk.run(&["bulk", &file, "--profile", SELLER]);
    hold!("bulk-mistakes", desk.redacted(&told(&refused)));
    let blank = format!(
        "{{\"refund_id\":\"{id}\",\"version\":1,\"action\":\"agree\"}}\n\n{{\"refund_id\":\"{id}\",\"version\":1,\"action\":\"refuse\",\"reason\":\" \"}}\n"
    );
    let refused = desk.run_with(&["bulk", "-", "--profile", SELLER], &[], &blank);
    assert!(refused.code == 2 && refused.err.contains("line 3 reason: must not be blank"), "{}", refused.err);
    let shown = desk.run(&["show", &id, "-o", "json"]).out;
    assert!(shown.contains("\"version\":1"), "nothing was done: {shown}");
}

#[test]
fn a_file_of_commands_sent_again_does_nothing_twice() {
    let desk = Desk::open();
    let lines: String = (0..150)
        .map(|_| format!("{{\"refund_id\":\"{}\",\"version\":1,\"action\":\"agree\"}}\n", desk.refund("1001")))
        .collect();
    let file = desk.file("many.jsonl", &lines);
    let first = desk.run(&["bulk", &file, "-o", "jsonl", "--profile", SELLER]);
    assert_eq!((first.code, first.out.lines().count()), (7, 150), "{}", first.err);
    assert!(first.err.contains("149 of 150 were refused"), "{}", first.err);
    let again = desk.run(&["bulk", &file, "-o", "jsonl", "--profile", SELLER]);
    assert_eq!((again.code, again.out.lines().next()), (7, first.out.lines().next()));
    assert_eq!(desk.run(&["bulk", "nowhere.csv", "--profile", SELLER]).code, 2);
}

#[test]
fn r43_a_file_of_commands_names_the_files_that_show_it() {
    let desk = Desk::open();
    let id = desk.refund("1001");
    let (invoice, receipt) = (desk.file("invoice.pdf", "%PDF-1.7\n1"), desk.file("receipt.pdf", "%PDF-1.7\n2"));
    assert_eq!(desk.run(&["file", "add", &id, &invoice, &receipt, "--profile", SELLER]).code, 0);
    let shown = || serde_json::from_str::<Value>(&desk.run(&["show", &id, "-o", "json"]).out).unwrap();
    let files = shown()["files"].clone();
    let [invoice, receipt] = [0, 1].map(|place: usize| files[place]["sha256"].as_str().unwrap());
    let line = format!("{id},1,offer,REFUND_ONLY,2.00,CNY,{invoice} {receipt}\n");
    let file = desk.file("offer.csv", &format!("refund_id,version,action,type,amount,currency,files\n{line}"));
    let done = desk.run(&["bulk", &file, "--profile", SELLER]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(shown()["negotiation"]["offer"]["files"], json!([invoice, receipt]));
}

#[test]
fn a_message_that_is_too_much_or_of_the_wrong_hand_is_refused() {
    let desk = Desk::open();
    let id = desk.refund("1001");
    let long = "x".repeat(4001);
    let refused = desk.run(&["message", &id, &long, "--profile", SELLER]);
    assert!(refused.code == 2 && refused.err.contains("at most 4000"), "{}", refused.err);
    let refused = desk.run(&["message", &id, "a note", "--internal", "--profile", PLATFORM]);
    assert!(refused.code == 4 && refused.err.contains("the seller's key"), "{}", refused.err);
    assert_eq!(desk.run(&["message", &id, "x", "--attach", "https://a.example/x,jpeg"]).code, 2);
    assert_eq!(desk.run(&["messages", &id]).out, "no messages\n");
}

#[test]
fn what_was_refused_and_what_was_written_can_be_read_at_40_columns() {
    let desk = Desk::open();
    let id = desk.refund("1001");
    let text = "Two lines:\n不鏽鋼垃圾桶凹了一塊，我想把它留下來，賣家多退一點錢就好。";
    let file = format!("https://files.example/dent-of-the-bin.jpg,{},image/jpeg,81920", "0a".repeat(32));
    assert_eq!(desk.run(&["message", &id, text, "--attach", &file, "--profile", PLATFORM]).code, 0);
    assert_eq!(desk.run(&["message", &id, "The third one.", "--internal", "--profile", SELLER]).code, 0);
    let many = desk.file("many.csv", &format!("refund_id,version,action,reason\n{id},7,agree,\n{id},1,refuse,No.\n"));
    let narrow = |arguments: &[&str]| {
        let said = desk.run_with(&[arguments, &["--profile", SELLER]].concat(), &[("COLUMNS", "40")], "");
        let is_wide = |line: &&str| !line.contains("https:") && line.chars().count() > 40;
        assert_eq!(said.out.lines().find(is_wide), None);
        desk.redacted(&said.out)
    };
    hold!("narrow-messages", narrow(&["messages", &id]));
    hold!("narrow-bulk", narrow(&["bulk", &many]));
}
