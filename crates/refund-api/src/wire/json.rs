//! Reading JSON strictly, and saying where it is wrong.

use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use super::unusable::Unusable;

/// The mark that some programs write before UTF-8. It says nothing.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a whole body. No body at all reads as `{}`, for calls in which nothing is needed.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unusable> {
    let body = body.strip_prefix(MARK).unwrap_or(body);
    let body = if body.is_empty() { b"{}" } else { body };
    let text = std::str::from_utf8(body).map_err(|error| {
        let detail = format!("byte {} is not UTF-8", error.valid_up_to());
        Unusable::malformed("", detail)
    })?;
    read_text(text).or_else(|error| read_with_plain_integers(text, error))
}

fn read_text<T: DeserializeOwned>(text: &str) -> Result<T, Unusable> {
    // To know the way to each value costs more than to read it, and is asked only where one is wrong.
    if let Ok(Object(value)) = serde_json::from_str(text) {
        return Ok(value);
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Object(value) = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| Unusable::malformed(pointer(error.path()), error.inner().to_string()))?;
    deserializer.end().map_err(|error| Unusable::malformed("", error.to_string()))?;
    Ok(value)
}

/// Reads a value that was read as JSON before, as strictly.
pub(crate) fn read_members<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Unusable> {
    let value = Value::Object(members);
    serde_path_to_error::deserialize(&value)
        .map_err(|error| Unusable::malformed(pointer(error.path()), error.inner().to_string()))
        .or_else(|error| read_with_plain_integers(&value.to_string(), error))
}

/// Reads a text in which a whole number may be why it could not be read as it is.
fn read_with_plain_integers<T: DeserializeOwned>(text: &str, error: Unusable) -> Result<T, Unusable> {
    let plain = with_plain_integers(text);
    if plain == text { Err(error) } else { read_text(&plain) }
}

/// JSON with `60` for `60.0`: both are whole numbers, and some programs write all their numbers so. Amounts are no
/// numbers but texts, and stay as they are.
fn with_plain_integers(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((bare, from_quote)) = rest.find('"').and_then(|at| rest.split_at_checked(at)) {
        plain.extend(bare.split_inclusive(ends_number).flat_map(plain_integer));
        let (string, behind) = from_quote.split_at_checked(end_of_string(from_quote)).unwrap_or((from_quote, ""));
        plain.push_str(string);
        rest = behind;
    }
    plain.extend(rest.split_inclusive(ends_number).flat_map(plain_integer));
    plain
}

fn ends_number(next: char) -> bool {
    matches!(next, ',' | ']' | '}') || next.is_ascii_whitespace()
}

/// A number and what ends it, without a fraction that says nothing.
fn plain_integer(number: &str) -> [&str; 2] {
    let Some((whole, fraction)) = number.split_once('.') else { return [number, ""] };
    let behind = fraction.trim_start_matches('0');
    let says_nothing = behind.len() < fraction.len() && behind.chars().all(ends_number);
    // Behind anything but digits it is no fraction, and what is no JSON stays none.
    let before = whole.trim_end_matches(|digit: char| digit.is_ascii_digit());
    let has_digits = before.len() < whole.len();
    let before = before.strip_suffix('-').unwrap_or(before);
    let is_number = has_digits && (before.is_empty() || before.ends_with([':', '[']));
    if is_number && says_nothing { [whole, behind] } else { [number, ""] }
}

/// The length of the string that a text begins with, with both quotes.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = true;
    let ends = |(_, byte): &(usize, u8)| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    };
    text.bytes().enumerate().find(ends).map_or(text.len(), |(at, _)| at.saturating_add(1))
}

/// A JSON pointer (RFC 6901) to where it went wrong.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// A JSON object, and nothing else: by themselves, derived readers also take an array of the values.
#[derive(Debug, Clone)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfObject(PhantomData)).map(Self)
    }
}

struct OfObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfObject<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        seconds: u32,
        text: String,
    }

    fn asked(body: &str) -> Option<u32> {
        read::<Asked>(body.as_bytes()).ok().map(|asked| asked.seconds)
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_that_says_nothing() {
        for seconds in ["60", "60.0", "60.000"] {
            for body in [
                format!(r#"{{"seconds":{seconds},"text":""}}"#),
                format!(r#"{{"text":"7.0, \"8.0","seconds":{seconds}}}"#),
                format!("{{ \"text\": \"\\\\\", \"seconds\" : {seconds}\n}}"),
            ] {
                assert_eq!(asked(&body), Some(60), "{body}");
            }
        }
        for seconds in ["60.5", "60.", "60.0.0", "60.0e1", "60.01", ".0", "-60.0", "\"60.0\"", "60.0x"] {
            assert_eq!(asked(&format!(r#"{{"seconds":{seconds},"text":""}}"#)), None, "{seconds}");
        }
    }

    #[test]
    fn what_is_no_json_stays_none_and_the_mistake_is_what_is_told() {
        for body in [
            "{.0}",
            r#"{"seconds":[.0],"text":""}"#,
            r#"{"seconds":60 .0,"text":""}"#,
            r#"{"seconds":60,"text":"".0}"#,
            r#"{"seconds":60,"text":"", .000 }"#,
            r#"{"seconds":60,"text":""}.0"#,
            r#"{"seconds":6e1.0,"text":""}"#,
            r#"{"seconds":6-0.0,"text":""}"#,
        ] {
            assert_eq!(asked(body), None, "{body}");
        }
        let mistaken = read::<Asked>(br#"{"seconds":60.0,"text":1}"#).unwrap_err();
        assert!(format!("{mistaken:?}").contains("/text"), "{mistaken:?}");
    }

    #[test]
    fn what_stands_in_a_text_stays() {
        let body = r#"{"text":"2.0, 3.00\\\" 4.0, ","seconds":5.0}"#;
        let text = "2.0, 3.00\\\" 4.0, ".to_owned();
        assert_eq!(read(body.as_bytes()).ok(), Some(Asked { seconds: 5, text }));
        let Value::Object(members) = serde_json::from_str(body).unwrap() else { panic!("an object") };
        assert_eq!(read_members::<Asked>(members).ok().map(|asked| asked.seconds), Some(5));
    }
}
