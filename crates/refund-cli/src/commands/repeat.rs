//! The command that was typed, in the form in which it can be sent again safely.

/// What was typed, with each of these flags holding what was found out for it.
///
/// A span that counts from now, or an offer that waits, may be another one the second time; the
/// idempotency key is good only for exactly what was sent with it.
pub(super) fn command(typed: &[String], pinned: &[(&str, String)]) -> String {
    let mut words = vec!["refund".to_owned()];
    let mut typed = typed.iter().peekable();
    while let Some(word) = typed.next_if(|word| *word != "--") {
        let (name, has_value) = word.split_once('=').map_or((word.as_str(), false), |(name, _)| (name, true));
        if !pinned.iter().any(|(flag, _)| *flag == name) {
            words.push(word.clone());
        } else if !has_value {
            typed.next();
        }
    }
    for (flag, value) in pinned {
        words.extend([(*flag).to_owned(), value.clone()]);
    }
    words.extend(typed.cloned());
    let quoted = shlex::try_join(words.iter().map(String::as_str));
    quoted.unwrap_or_else(|_| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_out_takes_the_place_of_what_was_typed() {
        let typed = |line: &str| shlex::split(line).unwrap();
        let pinned = [("--to", "T".to_owned()), ("--version", "3".to_owned()), ("--idempotency-key", "k".to_owned())];
        let again = |line: &str| command(&typed(line), &pinned);
        assert_eq!(again("extend rfd_1 --to 6h"), "refund extend rfd_1 --to T --version 3 --idempotency-key k");
        assert_eq!(
            again("extend --to=6h --version 2 -- -odd"),
            "refund extend --to T --version 3 --idempotency-key k -- -odd"
        );
        let quoted = command(&typed("refuse r --reason 'it'\\''s fine; $x'"), &[]);
        assert_eq!(typed(&quoted), ["refund", "refuse", "r", "--reason", "it's fine; $x"]);
    }
}
