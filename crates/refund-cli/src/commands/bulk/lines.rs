//! The commands of a file: JSON lines, or CSV with headings. All are looked at before any is sent.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::strict;

/// One command.
#[derive(Debug)]
pub(super) struct Line {
    /// From 1, as an editor counts.
    pub(super) number: u64,
    /// As the API takes it.
    pub(super) item: Value,
}

impl Line {
    pub(super) fn action(&self) -> &str {
        self.item.get("action").and_then(Value::as_str).unwrap_or_default()
    }
}

/// What each action needs beside the refund, its version and the action itself.
const NEEDED: &[(&str, &[&str])] = &[("agree", &[]), ("refuse", &["reason"]), ("offer", &["type", "amount"])];

/// Reads a file, or standard input for `-`.
pub(super) fn read(path: &Path) -> Result<Vec<Line>, Failure> {
    let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
    let text =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    let text = text.map_err(|error| wrong(error.to_string()))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = if text.trim_start().starts_with('{') { json_lines(text) } else { csv_lines(text) };
    let mistakes: Vec<String> = lines.iter().filter_map(|line| line.as_ref().err().cloned()).collect();
    if !mistakes.is_empty() {
        return Err(wrong(format!("nothing was sent:\n  {}", mistakes.join("\n  "))));
    }
    let lines: Vec<Line> = lines.into_iter().flatten().collect();
    if lines.is_empty() { Err(wrong("there is no command in it".to_owned())) } else { Ok(lines) }
}

type Read = Result<Line, String>;

fn json_lines(text: &str) -> Vec<Read> {
    let numbered = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let read = |(number, line): (u64, &str)| match strict::read(line) {
        Ok(Value::Object(item)) => checked(number, item),
        Ok(_) => Err(format!("line {number}: not a JSON object")),
        Err(error) => {
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default();
            Err(format!("line {number}: column {}: {what}", error.column()))
        }
    };
    numbered.map(read).collect()
}

fn csv_lines(text: &str) -> Vec<Read> {
    if let Some(why) = misquoted(text) {
        return vec![Err(why)];
    }
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headings = match reader.headers() {
        Ok(headings) => headings.clone(),
        Err(error) => return vec![Err(error.to_string())],
    };
    let mut known = BTreeSet::new();
    if let Some(twice) = headings.iter().find(|heading| !known.insert(*heading)) {
        return vec![Err(format!("line 1: the column {twice:?} is there twice"))];
    }
    let read = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(|error| misread(text, &error))?;
        let number = record.position().map_or(0, |position| line_of(text, position));
        let cells = headings.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
        checked(number, item(cells).map_err(|why| format!("line {number}: {why}"))?)
    };
    reader.records().map(read).collect()
}

/// Why a record can't be read, by its line.
fn misread(text: &str, error: &csv::Error) -> String {
    let csv::ErrorKind::UnequalLengths { pos: Some(position), expected_len, len } = error.kind() else {
        return error.to_string();
    };
    format!("line {}: {len} cells, where the headings are {expected_len}", line_of(text, position))
}

/// Where a character of CSV stands.
#[derive(Clone, Copy)]
enum Place {
    /// Before the first of a cell.
    Start,
    /// In a cell without quotation marks around it; one in it is as good as any other character.
    Bare,
    /// Between the quotation marks of a cell, the first of which is on that line.
    Between(u64),
    /// Behind the second one, which may also be the first half of one that stands for itself.
    Behind(u64),
    /// Behind that one and a blank.
    Apart(u64),
}

/// What is wrong with the quotation marks. A cell whose mark is missing goes on to the next one that there is, and all
/// the lines up to there would be in it: as a command that nobody carries out, and as words that somebody is shown.
fn misquoted(text: &str) -> Option<String> {
    let (mut place, mut line) = (Place::Start, 1);
    for sign in text.chars() {
        place = match (place, sign) {
            (Place::Start, '"') => Place::Between(line),
            (Place::Between(opened), '"') => Place::Behind(opened),
            (Place::Behind(opened), '"') => Place::Between(opened),
            (Place::Between(opened), _) => Place::Between(opened),
            (Place::Start | Place::Bare | Place::Behind(_) | Place::Apart(_), ',' | '\r' | '\n') => Place::Start,
            (Place::Behind(opened) | Place::Apart(opened), ' ' | '\t') => Place::Apart(opened),
            (Place::Behind(opened) | Place::Apart(opened), _) => {
                return Some(format!(
                    "line {opened}: a quotation mark opens a cell, and behind the one that closes it, on line {line}, \
                     the cell goes on; a quotation mark within a cell is written twice"
                ));
            }
            (Place::Start | Place::Bare, _) => Place::Bare,
        };
        if sign == '\n' {
            line += 1;
        }
    }
    match place {
        Place::Between(opened) => Some(format!("line {opened}: a quotation mark opens a cell, and none closes it")),
        Place::Start | Place::Bare | Place::Behind(_) | Place::Apart(_) => None,
    }
}

/// The line on which a record begins. The reader counts empty lines before it as the record's own.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).ok().and_then(|start| text.get(start..)).unwrap_or_default();
    let empty = start.chars().take_while(|c| matches!(c, '\r' | '\n')).filter(|c| *c == '\n');
    empty.fold(position.line(), |line, _| line.saturating_add(1))
}

/// The command of a row.
fn item<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Map<String, Value>, String> {
    let mut item = Map::new();
    let (mut amount, mut currency) = (None, None);
    for (heading, cell) in cells {
        match heading {
            "amount" => amount = Some(cell),
            "currency" => currency = Some(cell),
            "version" => {
                let version: u64 = cell.parse().map_err(|_| format!("version: {cell:?} is no whole number"))?;
                item.insert(heading.to_owned(), json!(version));
            }
            "agreed_offline" => {
                let is_so: bool = cell.parse().map_err(|_| format!("agreed_offline: {cell:?} is not true or false"))?;
                item.insert(heading.to_owned(), json!(is_so));
            }
            // Hashes have no blank in them.
            "files" => {
                item.insert(heading.to_owned(), cell.split_whitespace().collect());
            }
            "refund_id" | "action" | "type" | "return_address_id" | "message" | "reason" | "reason_code" => {
                item.insert(heading.to_owned(), json!(cell));
            }
            other => return Err(format!("{other:?} is no column that a command has")),
        }
    }
    match (amount, currency) {
        (Some(value), Some(currency)) => {
            item.insert("amount".to_owned(), json!({ "currency": currency, "value": value }));
        }
        (None, None) => {}
        (Some(_), None) => return Err("an amount without a currency".to_owned()),
        (None, Some(_)) => return Err("a currency without an amount".to_owned()),
    }
    Ok(item)
}

/// What the server would not take, as far as it can be told from here.
fn checked(number: u64, item: Map<String, Value>) -> Read {
    let is_there = |name: &&&str| item.get(**name).is_none_or(Value::is_null);
    let action = item.get("action").and_then(Value::as_str).unwrap_or_default();
    let Some((_, needed)) = NEEDED.iter().find(|(name, _)| *name == action) else {
        return Err(format!("line {number}: action: {action:?} is not agree, refuse or offer"));
    };
    let missing: Vec<&str> = ["refund_id", "version"].iter().chain(*needed).filter(is_there).copied().collect();
    if !missing.is_empty() {
        return Err(format!("line {number}: {} is missing", missing.join(", ")));
    }
    Ok(Line { number, item: Value::Object(item) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_words(lines: Vec<Read>) -> Vec<String> {
        let line = |line: Read| line.map_or_else(|error| error, |line| format!("{} {}", line.number, line.item));
        lines.into_iter().map(line).collect()
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let csv = "refund_id,version,action,type,amount,currency,reason\na,1,agree,,,,\n\n\
                   b, 2 ,refuse,,,,\"It was,\nwhole\"\nc,1,offer,REFUND_ONLY,2.00,CNY,\n";
        let json = concat!(
            "{\"refund_id\":\"a\",\"version\":1,\"action\":\"agree\"}\n\n",
            "{\"refund_id\":\"b\",\"version\":2,\"action\":\"refuse\",\"reason\":\"It was,\\nwhole\"}\n\n",
            "{\"refund_id\":\"c\",\"version\":1,\"action\":\"offer\",\"type\":\"REFUND_ONLY\",",
            "\"amount\":{\"currency\":\"CNY\",\"value\":\"2.00\"}}",
        );
        let items = |lines: Vec<Read>| lines.into_iter().map(|line| line.unwrap().item).collect::<Vec<_>>();
        assert_eq!(items(csv_lines(csv)), items(json_lines(json)));
        let numbers: Vec<u64> = csv_lines(csv).into_iter().map(|line| line.unwrap().number).collect();
        assert_eq!(numbers, [2, 4, 6]);
    }

    #[test]
    fn r43_a_cell_names_files_with_blanks_between_them() {
        let csv = "refund_id,version,action,reason,files\na,1,refuse,worn,aa  bb\nb,1,agree,,\n";
        let said = [
            r#"2 {"action":"refuse","files":["aa","bb"],"reason":"worn","refund_id":"a","version":1}"#,
            r#"3 {"action":"agree","refund_id":"b","version":1}"#,
        ];
        assert_eq!(in_words(csv_lines(csv)), said);
    }

    #[test]
    fn what_can_be_meant_in_two_ways_is_not_guessed_at() {
        let told = |text: &str| {
            let lines = if text.starts_with('{') { json_lines(text) } else { csv_lines(text) };
            in_words(lines)[0].clone()
        };
        assert_eq!(
            told("refund_id,version,action,action\na,1,refuse,agree\n"),
            "line 1: the column \"action\" is there twice"
        );
        let json = r#"{"refund_id":"a","version":1,"action":"offer","amount":{"value":"2.00","value":"9.00"}}"#;
        assert!(told(json).contains("\"value\" is there twice"), "{}", told(json));
        let open = "refund_id,version,action,reason\na,1,refuse,\"was \"\"whole\"\"\"\nb,1,refuse,\"never closed\nc,1,agree,\n";
        assert_eq!(told(open), "line 3: a quotation mark opens a cell, and none closes it");
        for well in ["a,12\" disk,\"two\nlines\"\n", "\"a\" ,\"\"\t\r\n\"b\",\"\"\"c\"\"\"", "a, \"b\"c", ""] {
            assert_eq!(misquoted(well), None, "{well}");
        }
    }

    #[test]
    fn two_marks_that_are_missing_make_no_cell_of_the_lines_between_them() {
        let csv = "refund_id,version,action,reason\na,1,refuse,\"was whole\nb,1,agree,\nc,1,refuse,\"it was used\n";
        let why = "line 2: a quotation mark opens a cell, and behind the one that closes it, on line 4, the cell goes on; \
                   a quotation mark within a cell is written twice";
        assert_eq!(in_words(csv_lines(csv)), [why]);
        // A mark within a cell that is written once.
        let once = "refund_id,version,action,reason\na,1,refuse,\"a 12\" disk\"\n";
        assert_eq!(in_words(csv_lines(once)), [why.replace("line 4", "line 2")]);
        let apart = "refund_id,version,action,reason\na,1,refuse,\"whole\" \"\nb,1,agree,\n";
        assert_eq!(in_words(csv_lines(apart)), [why.replace("line 4", "line 2")]);
    }

    #[test]
    fn what_is_wrong_is_said_by_its_line() {
        let csv = "refund_id,version,action,amount,currency,colour\na,one,agree,,,\nb,1,cancel,,,\n\
                   c,1,offer,2.00,,\n,1,agree,,,\ne,1,agree,,,red\nf,1\n";
        assert_eq!(
            in_words(csv_lines(csv))[..5],
            [
                "line 2: version: \"one\" is no whole number",
                "line 3: action: \"cancel\" is not agree, refuse or offer",
                "line 4: an amount without a currency",
                "line 5: refund_id is missing",
                "line 6: \"colour\" is no column that a command has",
            ]
        );
        assert_eq!(in_words(csv_lines(csv))[5], "line 7: 2 cells, where the headings are 6");
        let spaced = "\n\nrefund_id,version,action\n\n\r\na,1\n\n\nb,1,agree\nc,1,agree,more\n";
        assert_eq!(
            in_words(csv_lines(spaced)),
            [
                "line 6: 2 cells, where the headings are 3",
                "9 {\"action\":\"agree\",\"refund_id\":\"b\",\"version\":1}",
                "line 10: 4 cells, where the headings are 3",
            ]
        );
        let json = "{\"refund_id\":\"a\",\"version\":1,\"action\":\"refuse\"}\n[]\n{\"a\":";
        let told = in_words(json_lines(json));
        assert_eq!(told[0], "line 1: reason is missing");
        assert!(told[1].starts_with("line 2: ") && told[2].starts_with("line 3: "), "{told:?}");
    }
}
