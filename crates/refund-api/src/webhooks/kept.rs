//! What is kept of what a receiver said of a delivery. It may repeat what it was sent, and the book is not looked through
//! where something of a refund is erased (R46): so nothing is kept of a yes, and of all else a beginning without addresses.

use refund_store::Attempt;

/// How much of it, in characters.
const KEPT_MAX: usize = 200;

/// The attempt as it is written down.
pub(super) fn kept(attempt: Attempt) -> Attempt {
    let said = if attempt.has_succeeded() { String::new() } else { without_addresses(&attempt.response) };
    Attempt { response: said.chars().take(KEPT_MAX).collect(), ..attempt }
}

fn without_addresses(text: &str) -> String {
    let is_apart = |sign: char| !sign.is_alphanumeric() && !"@!#$%&'*+-/=?^_`|~.".contains(sign);
    let words = text.split_inclusive(is_apart).map(|part| {
        let word = part.trim_end_matches(is_apart);
        if word.contains('@') { format!("…{}", part.strip_prefix(word).unwrap_or_default()) } else { part.to_owned() }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use refund_core::Timestamp;

    use super::*;

    fn kept_of(status: u16, said: &str) -> String {
        let at: Timestamp = "2026-03-01T02:05:00Z".parse().unwrap();
        kept(Attempt { status: Some(status), response: said.to_owned(), ..Attempt::begun(at) }).response
    }

    #[test]
    fn no_address_and_nothing_of_a_yes_is_kept_of_what_a_receiver_says() {
        assert_eq!(kept_of(200, "taken: kim@example.com"), "");
        assert_eq!(
            kept_of(400, r#"{"error":"no such thing","to":"o'neil+1@example.com"}"#),
            r#"{"error":"no such thing","to":"…"}"#
        );
        assert_eq!(kept_of(500, "kim@example.com, <kim@例え.jp> and @"), "…, <…> and …");
        assert_eq!(kept_of(500, "no address"), "no address");
        assert_eq!(kept_of(503, &"字".repeat(500)).chars().count(), KEPT_MAX);
    }
}
