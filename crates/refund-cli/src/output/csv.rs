//! CSV: quoted right, and harmless in a spreadsheet.

use serde_json::Value;

use super::clean;
use crate::failure::Failure;

/// Items as rows, one column for each dotted path. The heading is the path.
pub(crate) fn write(items: &[Value], paths: &[&str]) -> Result<String, Failure> {
    let broken = |error: csv::Error| Failure::Broken(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(paths).map_err(broken)?;
    for item in items {
        writer.write_record(paths.iter().map(|path| field(item, path))).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::Broken(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| Failure::Broken(error.to_string()))
}

fn field(item: &Value, path: &str) -> String {
    let found = path.split('.').try_fold(item, |value, name| match name.parse::<usize>() {
        Ok(at) => value.get(at),
        Err(_) => value.get(name),
    });
    match found {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(&clean::text(text)),
        Some(Value::Bool(_) | Value::Number(_)) => found.map(Value::to_string).unwrap_or_default(),
        Some(Value::Array(items)) => harmless(&items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Some(Value::Object(_)) => harmless(&clean::json(&found.map(Value::to_string).unwrap_or_default())),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| clean::json(&value.to_string()), clean::text)
}

/// With what a spreadsheet lets a formula begin. Some take full-width signs for it too.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// A spreadsheet takes text that begins like a formula for one: an apostrophe before it says that it is text.
/// An amount below zero is none.
fn harmless(text: &str) -> String {
    let is_amount = text.strip_prefix('-').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit()) && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    if !is_amount && text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_are_text() {
        let item = serde_json::json!({
            "id": "a,\"b\"", "deep": { "reason": "=HYPERLINK(1)" }, "list": [{ "at": "x" }], "names": ["one", "two"], "kept": "-3.00", "minus": "-3+1",
            "wide": "＝HYPERLINK(1)", "none": null, "text": "two\nlines", "yes": true, "n": -3
        });
        let written = write(
            &[item],
            &["id", "deep.reason", "wide", "list.0.at", "names", "none", "text", "yes", "n", "kept", "minus"],
        )
        .unwrap();
        let row = "\"a,\"\"b\"\"\",'=HYPERLINK(1),'＝HYPERLINK(1),x,one two,,\"two\nlines\",true,-3,-3.00,'-3+1\n";
        assert_eq!(written, format!("id,deep.reason,wide,list.0.at,names,none,text,yes,n,kept,minus\n{row}"));
    }
}
