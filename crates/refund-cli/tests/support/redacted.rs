//! The one place where what is random, or comes from the machine's clock, is made the same for every run.
//! Everything keeps its width, so that tables stay tables.

use std::path::Path;

use refund_api::Demo;

/// The text with ids named after their orders and with neither instants, addresses, keys nor folders.
pub(super) fn redacted(text: &str, listed: &str, demo: &Demo, folder: &Path) -> String {
    let mut text = text.replace(&demo.base_url, "http://demo.test");
    for (name, key) in [("operator", &demo.operator), ("platform", &demo.platform), ("seller", &demo.seller)] {
        assert!(!text.contains(key.as_str()), "the {name}'s key is in: {text}");
    }
    text = text.replace(folder.to_str().unwrap(), "FOLDER");
    for refund in listed.lines().skip(1) {
        let fields: Vec<&str> = refund.split(',').collect();
        let suffix = fields[0].trim_start_matches("rfd_");
        text = text.replace(suffix, &format!("{:.<width$}", format!("order{}", fields[6]), width = suffix.len()));
    }
    for kind in ["neg_", "evt_", "aud_", "key_", "usr_", "req_", "rfk_", "lnk_", "whk_", "whsec_", "127.0.0.1:"] {
        text = masked(&text, kind);
    }
    instants(&durations(&text))
}

/// How long a message was under way, as N: "after 3 ms", `"duration_ms": 3`.
fn durations(text: &str) -> String {
    let after = |text: &str, before: &str| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{text}{before}{}{rest}", if rest.len() < part.len() { "N" } else { "" })
        })
    };
    ["\"duration_ms\": ", "\"duration_ms\":"].iter().fold(after(text, " after "), |text, before| after(&text, before))
}

/// Whatever stands behind that prefix, as x.
fn masked(text: &str, prefix: &str) -> String {
    let mut parts = text.split(prefix);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A secret of webhooks is in base64.
        let more: &[char] = if prefix == "whsec_" { &['+', '/', '='] } else { &['_', '-', '.'] };
        let goes_on = |c: char| c.is_ascii_alphanumeric() || more.contains(&c);
        let length = part.find(|c| !goes_on(c)).unwrap_or(part.len());
        masked += &format!("{prefix}{}{}", "x".repeat(length), &part[length..]);
    }
    masked
}

/// Instants with zeros for digits: 0000-00-00T00:00:00.000Z, 0000-00-00 00:00.
fn instants(text: &str) -> String {
    let shape = |text: &[u8]| -> usize {
        let is = |pattern: &str| {
            text.len() >= pattern.len()
                && pattern.bytes().zip(text).all(|(p, t)| if p == b'0' { t.is_ascii_digit() } else { p == *t })
        };
        let shapes = ["0000-00-00T00:00:00.000Z", "0000-00-00 00:00"];
        shapes.iter().find(|pattern| is(pattern)).map_or(0, |pattern| pattern.len())
    };
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let length = shape(&bytes[at..]);
        for byte in &mut bytes[at..at + length] {
            if byte.is_ascii_digit() {
                *byte = b'0';
            }
        }
        at += length.max(1);
    }
    String::from_utf8(bytes).unwrap()
}
