//! What is nobody's password: what is too short, and what is guessed early.

use zxcvbn::Score;

use super::pinyin;

/// The fewest characters that a password has.
pub(crate) const PASSWORD_MIN: usize = 12;
/// The most: nobody types more, and hashing it costs time.
pub(crate) const PASSWORD_MAX: usize = 200;

/// Why something is nobody's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// It has too few characters, or too many.
    Length,
    /// Whoever guesses tries it early: a common one, a pattern, or one with their name in it.
    Guessable,
}

/// The shortest name that may stand in nobody's own password: shorter ones are parts of words.
const NAME_MIN: usize = 3;
/// How much of a password is judged: what begins well goes on well, and to judge more takes seconds where it is odd.
const JUDGED: usize = 32;

/// What stands against that password for somebody who has, and whose shop has, these names.
pub(super) fn unfit(password: &str, names: &[String]) -> Option<Unfit> {
    if !has_length(password) {
        return Some(Unfit::Length);
    }
    let bare =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let names: Vec<String> = names.iter().map(|name| bare(name)).collect();
    let own = bare(password);
    let has_name = names.iter().any(|name| name.chars().count() >= NAME_MIN && own.contains(name));
    let judged: String = password.chars().take(JUDGED).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_weak = || zxcvbn::zxcvbn(&judged, &names).score() < Score::Three;
    (has_name || pinyin::is_common(&own) || is_weak()).then_some(Unfit::Guessable)
}

/// Whether it is neither too short nor too long: that is seen at once.
pub(super) fn has_length(password: &str) -> bool {
    (PASSWORD_MIN..=PASSWORD_MAX).contains(&password.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_nothing_that_is_guessed_early() {
        let names = ["Ann Lee", "seller-homeware", "Evergreen Homeware"].map(str::to_owned);
        for short in ["", "xK9!vQ2#pL7", "correcthors", &"x".repeat(201)] {
            assert_eq!(unfit(short, &names), Some(Unfit::Length), "{short}");
        }
        for guessed in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "password1234",
            "qwertyuiop12",
            "123456789012",
            "iloveyou2024",
            "woaini1314520",
            "Woaini-5201314",
            "520131452013",
            "zhangwei19880808",
            "evergreen homeware!",
            "Evergreen Homeware 7Qx",
            "evergreen-homeware-7Qx",
            "seller_homeware_7Qx!",
            "xann.lee!Qv7#pLz",
        ] {
            assert_eq!(unfit(guessed, &names), Some(Unfit::Guessable), "{guessed}");
        }
        for good in ["xK9!vQ2#pL7z", "a lamp and two spoons", "河邊的三盞燈與一隻慢慢走的貓"] {
            assert_eq!(unfit(good, &names), None, "{good}");
        }
    }

    #[test]
    fn no_more_of_a_password_is_judged_than_its_beginning() {
        let good = "a lamp and two spoons, all green";
        assert_eq!(good.chars().count(), JUDGED);
        assert_eq!(unfit(&format!("{good}{}", "a".repeat(100)), &[]), None);
        assert_eq!(unfit(&format!("{}{good}", "a".repeat(JUDGED)), &[]), Some(Unfit::Guessable));
    }
}
