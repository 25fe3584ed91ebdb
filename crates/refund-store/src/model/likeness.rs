//! Names that can't be told from each other by looking at them.

use unicode_security::skeleton;

/// How a name looks. A capital i looks like a small l, and a zero like a capital o: as it is typed, in small letters and
/// in capitals. Two names look the same that share a look, as with letters of another script.
pub(crate) fn looks(name: &str) -> [String; 3] {
    let plain = |text: String| text.to_lowercase().split_whitespace().collect::<String>();
    [name.to_owned(), name.to_lowercase(), name.to_uppercase()].map(|name| plain(skeleton(&name).collect()))
}

#[cfg(test)]
mod tests {
    use super::looks;

    fn look_alike(one: &str, other: &str) -> bool {
        looks(one).iter().any(|look| looks(other).contains(look))
    }

    #[test]
    fn letters_of_another_script_digits_capitals_and_spaces_hide_no_difference() {
        for (one, other) in [
            ("Paul Hope", "P\u{430}ul Hope"),
            ("Paul Hope", "Paul\u{a0}Hope"),
            ("Paul Hope", "PAUL HOPE"),
            ("Ian", "lan"),
            ("Ian", "1an"),
            ("ZOLA", "Z0LA"),
            ("ZOLA", "\u{396}OLA"),
        ] {
            assert!(look_alike(one, other) && look_alike(other, one), "{one} {other}");
        }
        for (one, other) in [("Paul Hope", "Paula Hope"), ("ann@shop", "ann@shop2"), ("保羅", "保罗")] {
            assert!(!look_alike(one, other), "{one} {other}");
        }
    }
}
