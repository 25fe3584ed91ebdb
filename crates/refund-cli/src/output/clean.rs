//! Text from elsewhere, made harmless for a terminal.
//!
//! A title or a reason is written by strangers. Raw, an escape sequence in it could repaint the
//! screen, and a change of direction could make an amount read backwards.

use std::fmt::Write;

use serde_json::Value;

/// Whether a character would act on the terminal, or be there without being seen.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with everything that acts written out, such as `\u{202e}`. Lines stay lines.
pub(crate) fn text(given: &str) -> String {
    let mut clean = String::with_capacity(given.len());
    let mut rest = given.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\t' => clean.push(' '),
            '\r' if rest.peek() == Some(&'\n') => {}
            _ if acts(c) => clean.extend(c.escape_unicode()),
            _ => clean.push(c),
        }
    }
    clean
}

/// Every text in a JSON value, cleaned.
pub(crate) fn value(given: Value) -> Value {
    match given {
        Value::String(given) => Value::String(text(&given)),
        Value::Array(items) => Value::Array(items.into_iter().map(value).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, field)| (text(&name), value(field))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => given,
    }
}

/// JSON in which such characters are escaped: for a program it is the same document.
pub(crate) fn json(given: &str) -> String {
    let mut clean = String::with_capacity(given.len());
    for c in given.chars() {
        if acts(c) && !matches!(c, '\r' | '\t') {
            let mut units = [0_u16; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a string can't fail.
                let _ = write!(clean, "\\u{unit:04x}");
            }
        } else if matches!(c, '\n' | '\r') {
            // Between two tokens only: inside a string JSON has them escaped.
            clean.push(' ');
        } else {
            clean.push(c);
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_written_out() {
        assert_eq!(text("a\u{1b}[2Jb\u{9b}c\u{7}"), "a\\u{1b}[2Jb\\u{9b}c\\u{7}");
        assert_eq!(text("5\u{202e}00.1"), "5\\u{202e}00.1");
        assert_eq!(text("one\r\ntwo\tthree\rfour"), "one\ntwo three\\u{d}four");
        assert_eq!(text("垃圾桶 👩‍🔧 é"), "垃圾桶 👩‍🔧 é");
    }

    #[test]
    fn json_stays_the_same_document() {
        let document = "{\"a\":\"x\u{9b}\u{202e}\u{e0041}垃圾\"}";
        let cleaned = json(document);
        assert_eq!(cleaned, "{\"a\":\"x\\u009b\\u202e\\udb40\\udc41垃圾\"}");
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(read(&cleaned), read(document));
    }
}
