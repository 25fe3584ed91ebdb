//! What is random, made the same for every run: ids are counted, secrets are hidden.

use std::collections::BTreeMap;

use serde_json::Value;

/// What ids begin with.
const IDS: &[&str] = &["rfd_", "neg_", "evt_", "key_", "req_", "whk_", "aud_", "usr_"];
const REFUND: &str = "rfd_";
/// A word of the contract's, such as `key_reads_only`, is no id.
const ID_MIN: usize = 12;
const LINK: &str = "lnk_";
/// What begins the name of a notice: its refund's id and a number are behind it.
const NOTICE: &str = "ntc_";
const SECRET: &str = "rfk_";
const SIGNING_SECRET: &str = "whsec_";
/// How long something took is of the moment.
const DURATION: &str = "duration_ms";
/// How long a link's signature is.
const SIGNATURE: usize = 43;

/// The ids of one example, by what they are called in it.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<String, String>,
}

impl Names {
    /// The same with names for ids.
    pub(super) fn masked(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    let is_opaque =
                        name == "next_cursor" && value.as_str().is_some_and(|text| !text.starts_with("evt_"));
                    let is_secret = value.as_str().is_some_and(|text| text.starts_with(SIGNING_SECRET));
                    let shown = if is_opaque {
                        Value::from("opaque")
                    } else if is_secret {
                        Value::from(format!("{SIGNING_SECRET}{}=", "x".repeat(SIGNATURE)))
                    } else if name == DURATION {
                        Value::from(12)
                    } else {
                        self.masked(value)
                    };
                    (name.clone(), shown)
                };
                Value::Object(members.iter().map(member).collect())
            }
            Value::Array(items) => items.iter().map(|item| self.masked(item)).collect(),
            Value::String(text) => Value::String(self.text(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Words with names for ids, between whatever stands between them.
    fn text(&mut self, text: &str) -> String {
        let is_of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let mut masked = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_of_word) {
            let (between, from) = rest.split_at(start);
            let (word, behind) = from.split_at(from.find(|c| !is_of_word(c)).unwrap_or(from.len()));
            masked += between;
            masked += &self.word(word);
            rest = behind;
        }
        masked + rest
    }

    fn word(&mut self, word: &str) -> String {
        if word.starts_with(SECRET) {
            return format!("{SECRET}{}", "x".repeat(SIGNATURE));
        }
        if let Some(link) = word.strip_prefix(LINK) {
            let mut parts = link.split('.');
            let refund = self.word(parts.next().unwrap_or_default());
            return format!("{LINK}{refund}.{}.{}", parts.next().unwrap_or_default(), "x".repeat(SIGNATURE));
        }
        if let Some(notice) = word.strip_prefix(NOTICE) {
            return format!("{NOTICE}{}", self.word(notice));
        }
        // The key of an attempt at a payout is the refund's id with a number behind it.
        if let Some((refund, number)) = word.rsplit_once('-').filter(|(refund, _)| refund.starts_with(REFUND)) {
            return format!("{}-{number}", self.word(refund));
        }
        let bare = word.trim_end_matches('.');
        let is_id =
            |prefix: &&&str| bare.strip_prefix(**prefix).is_some_and(|rest| rest.len() >= ID_MIN && is_random(rest));
        match IDS.iter().find(is_id) {
            Some(prefix) => format!("{}{}", self.name(prefix, bare), word.get(bare.len()..).unwrap_or_default()),
            None => word.to_owned(),
        }
    }

    fn name(&mut self, prefix: &str, id: &str) -> String {
        let count = self.known.keys().filter(|known| known.starts_with(prefix)).count().saturating_add(1);
        let width = id.len().saturating_sub(prefix.len());
        self.known.entry(id.to_owned()).or_insert_with(|| format!("{prefix}{count:0width$}")).clone()
    }
}

fn is_random(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_counted_and_secrets_are_hidden() {
        let said = json!({
            "id": "rfd_06eadces031uvrehcrh1n3c2", "code": "key_reads_only", "next_cursor": "AbC",
            "detail": "it names rfd_06eadces031uvrehcrh1n3c2.", "other": "rfd_16eadces031uvrehcrh1n3c2",
            "url": "http://h/b/lnk_rfd_06eadces031uvrehcrh1n3c2.1.9hTKc_DRX-tRUI", "secret": "rfk_abc_-9",
        });
        let (one, two) = ("rfd_000000000000000000000001", "rfd_000000000000000000000002");
        let hidden = "x".repeat(SIGNATURE);
        let expected = json!({
            "id": one, "code": "key_reads_only", "next_cursor": "opaque", "detail": format!("it names {one}."),
            "other": two, "url": format!("http://h/b/lnk_{one}.1.{hidden}"), "secret": format!("rfk_{hidden}"),
        });
        assert_eq!(Names::default().masked(&said), expected);
    }
}
