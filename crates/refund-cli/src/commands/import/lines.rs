//! The lines of a file, each with a key of its own.

use std::collections::HashMap;
use std::io::{BufRead, Read};

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::spelled;
use super::tally::Failed;
use crate::failure::Failure;
use crate::strict;

/// One line that says something.
pub(super) struct Line {
    /// From 1, empty ones counted.
    pub(super) number: u64,
    /// In bytes, with its end.
    pub(super) length: u64,
    pub(super) text: String,
    /// How many of its bytes are UTF-8, where not all are.
    utf8_up_to: Option<usize>,
    /// Made from what the line says and how often the file has said it before: the same file, or
    /// one with lines put in between, opens nothing twice.
    pub(super) idempotency_key: String,
}

/// The lines that are left.
pub(super) struct Lines {
    input: Box<dyn BufRead + Send>,
    number: u64,
    seen: HashMap<[u8; 32], u64>,
}

/// The server takes no larger body.
const LINE_MAX: u64 = 65_536;

impl Lines {
    pub(super) fn new(input: Box<dyn BufRead + Send>) -> Self {
        Self { input, number: 0, seen: HashMap::new() }
    }

    fn read(&mut self) -> Result<Option<Line>, std::io::Error> {
        loop {
            let mut bytes = Vec::new();
            let read = self.input.by_ref().take(LINE_MAX + 2).read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            let mut length = read as u64;
            if !bytes.ends_with(b"\n") && length > LINE_MAX {
                length += skip_line(&mut self.input)?;
            }
            let utf8_up_to = std::str::from_utf8(&bytes).err().map(|error| error.valid_up_to());
            let text = String::from_utf8_lossy(&bytes).trim().trim_start_matches('\u{feff}').to_owned();
            if !text.is_empty() {
                // However it is written: another blank, order or spelling says nothing else, and must open nothing else.
                let text = strict::read(&text).map_or(text, |said| spelled::alike(said).to_string());
                let idempotency_key = self.key(&text);
                return Ok(Some(Line { number: self.number, length, text, utf8_up_to, idempotency_key }));
            }
        }
    }

    fn key(&mut self, text: &str) -> String {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let before = self.seen.entry(digest).or_default();
        let key = format!("import-{}-{before}", HEXLOWER.encode(digest.get(..16).unwrap_or(&digest)));
        *before += 1;
        key
    }
}

/// Leaves the rest of a line unread, and says how long it was.
fn skip_line(input: &mut dyn BufRead) -> Result<u64, std::io::Error> {
    let mut skipped = 0;
    loop {
        let part = input.fill_buf()?;
        let end = part.iter().position(|byte| *byte == b'\n');
        let read = end.map_or(part.len(), |end| end + 1);
        input.consume(read);
        skipped += read as u64;
        if end.is_some() || read == 0 {
            return Ok(skipped);
        }
    }
}

impl Iterator for Lines {
    type Item = Result<Line, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().map_err(|error| Failure::Broken(format!("the file can't be read on: {error}"))).transpose()
    }
}

impl Line {
    /// Whether it is a JSON object at all. What is in it is for the server to judge.
    pub(super) fn check(&self) -> Result<(), Failed> {
        let malformed = |detail: String| Err(Failed::Line { code: "malformed_line".to_owned(), detail });
        if self.text.len() as u64 > LINE_MAX {
            return malformed(format!("longer than {LINE_MAX} bytes"));
        }
        if let Some(good) = self.utf8_up_to {
            return malformed(format!("not UTF-8 from byte {} on: save the file as UTF-8", good + 1));
        }
        match strict::read(&self.text) {
            Ok(Value::Object(_)) => Ok(()),
            Ok(_) => malformed("not a JSON object".to_owned()),
            Err(error) => {
                let what = error.to_string();
                let what = what.split(" at line ").next().unwrap_or_default();
                malformed(format!("column {}: {what}", error.column()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str) -> Vec<Line> {
        Lines::new(Box::new(text.as_bytes())).map(Result::unwrap).collect()
    }

    #[test]
    fn a_key_stays_with_what_a_line_says() {
        let before = lines("{\"a\":1}\n{\"b\":2}\n{\"a\":1}\n");
        let after = lines("\u{feff}{\"b\":2}\n\n{\"new\":3}\r\n{\"a\":1}\n{\"a\":1}");
        assert_ne!(before[0].idempotency_key, before[2].idempotency_key, "said twice, opened twice");
        assert_eq!(before[0].idempotency_key, after[2].idempotency_key);
        assert_eq!(before[1].idempotency_key, after[0].idempotency_key);
        assert_eq!(after.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 3, 4, 5]);
        let [one, other]: [Line; 2] =
            [r#"{"a":1,"b":"x y"}"#, r#" { "b" : "x\u0020y", "a":1 }"#].map(|text| lines(text).remove(0));
        assert_eq!((&one.idempotency_key, &one.text), (&other.idempotency_key, &other.text), "written otherwise");
        let twice = lines(r#"{"a":1,"a":2}"#).remove(0);
        assert!(twice.check().is_err() && twice.text.contains("2"), "nothing is left out of it");
    }

    #[test]
    fn a_line_that_is_no_utf8_is_refused_by_its_place_and_not_guessed_at() {
        let [gbk, utf8]: [Line; 2] = Lines::new(Box::new(&b"{\"reason\":\"\xcb\xe9\"}\n{}\n"[..]))
            .map(Result::unwrap)
            .collect::<Vec<_>>()
            .try_into()
            .unwrap_or_else(|_| panic!("two lines"));
        let Err(Failed::Line { code, detail }) = gbk.check() else { panic!("it was taken") };
        assert_eq!(code, "malformed_line");
        assert_eq!(detail, "not UTF-8 from byte 12 on: save the file as UTF-8");
        assert!(utf8.check().is_ok());
    }

    #[test]
    fn a_line_that_is_too_long_is_one_line() {
        let long = format!("{{\"a\":\"{}\"}}\n{{}}\n", "x".repeat(200_000));
        let found = lines(long.leak());
        assert_eq!(found.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2]);
        assert!(found[0].check().is_err() && found[1].check().is_ok());
    }
}
