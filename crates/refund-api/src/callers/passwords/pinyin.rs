//! Passwords as Chinese is typed: names and words in pinyin, numbers that sound like words, birthdays. Whoever guesses
//! begins with them, and lists that were made elsewhere know few. What is common was published of passwords that had
//! come to light (Li, Han and Xu, "A Large-Scale Empirical Analysis of Chinese Web Passwords", USENIX Security 2014).

/// What can begin a syllable.
const INITIALS: [&str; 24] = [
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s", "y",
    "w", "",
];
/// What can end one.
const FINALS: [&str; 37] = [
    "iang", "iong", "uang", "ang", "eng", "ing", "ong", "iao", "ian", "uai", "uan", "van", "ai", "ei", "ao", "ou",
    "an", "en", "in", "un", "vn", "er", "ia", "ie", "iu", "ua", "uo", "ui", "ue", "ve", "a", "o", "e", "i", "u", "v",
    "ng",
];
/// Numbers that sound like words, or that are typed along the keys.
const NUMBERS: [&str; 16] = [
    "5201314",
    "1314520",
    "147258369",
    "123456789",
    "987654321",
    "123456",
    "123123",
    "654321",
    "112233",
    "1314",
    "1234",
    "520",
    "521",
    "168",
    "123",
    "321",
];

/// What a guesser needs for each, in half powers of ten.
const SYLLABLE: usize = 3;
const NUMBER: usize = 2;
const DATE: usize = 8;
const YEAR: usize = 4;
const DIGIT: usize = 2;
/// As many guesses as are too few: 10^8.
const TOO_FEW: usize = 16;

/// Whether all of it is pinyin and numbers that are guessed early. It is given in small letters without anything between.
pub(super) fn is_common(bare: &str) -> bool {
    let (mut rest, mut guesses) = (bare, 0_usize);
    while !rest.is_empty() && guesses <= TOO_FEW {
        let run = if rest.starts_with(|c: char| c.is_ascii_digit()) { digits(rest) } else { letters(rest) };
        let Some((length, needed)) = run else { return false };
        guesses = guesses.saturating_add(needed);
        rest = rest.get(length..).unwrap_or_default();
    }
    guesses <= TOO_FEW
}

/// How long what begins with a digit is, and what it takes to guess it.
fn digits(text: &str) -> Option<(usize, usize)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let run = text.get(..end)?;
    if let Some(number) = NUMBERS.iter().find(|number| run.starts_with(**number)) {
        return Some((number.len(), NUMBER));
    }
    let first = run.chars().next()?;
    let same = run.chars().take_while(|c| *c == first).count();
    if same > 2 {
        return Some((same, NUMBER));
    }
    if run.len() >= 8 && run.get(..8).is_some_and(is_date) {
        return Some((8, DATE));
    }
    let is_year = run.len() == 4 && (run.starts_with("19") || run.starts_with("20"));
    Some(if is_year { (4, YEAR) } else { (1, DIGIT) })
}

/// Whether eight digits are a day of these times.
fn is_date(digits: &str) -> bool {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    (1900..2100).contains(&part(0, 4)) && (1..=12).contains(&part(4, 6)) && (1..=31).contains(&part(6, 8))
}

/// How long the letters at the beginning are, where they are syllables, and what it takes to guess these.
fn letters(text: &str) -> Option<(usize, usize)> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let run = text.get(..end)?;
    // The fewest syllables that each beginning of it is made of.
    let mut fewest = vec![None; run.len().saturating_add(1)];
    *fewest.first_mut()? = Some(0_usize);
    for from in 0..run.len() {
        let Some(so_far) = fewest.get(from).copied().flatten() else { continue };
        for length in 1..=6.min(run.len().saturating_sub(from)) {
            let to = from.saturating_add(length);
            if run.get(from..to).is_some_and(is_syllable) {
                let place = fewest.get_mut(to)?;
                let count = so_far.saturating_add(1);
                *place = Some(place.map_or(count, |known: usize| known.min(count)));
            }
        }
    }
    let syllables = fewest.last().copied().flatten().filter(|_| end > 0)?;
    Some((end, syllables.saturating_mul(SYLLABLE)))
}

/// Whether that is written like a syllable of pinyin.
fn is_syllable(text: &str) -> bool {
    INITIALS.iter().any(|initial| text.strip_prefix(initial).is_some_and(|rest| FINALS.contains(&rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_names_and_numbers_as_they_are_typed_are_common() {
        for common in [
            "woaini1314520",
            "woaini5201314",
            "5201314woaini",
            "520131452013",
            "5201314520131",
            "1314520woaini",
            "zhangwei19880808",
            "wangfang1314",
            "woaiwojia1314",
            "nihaonihao123",
            "aini13145201314",
            "woaizhongguo1949",
            "147258369147",
            "888888666666",
            "li5201314520",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn what_is_longer_or_is_something_else_is_none() {
        for other in [
            "",
            "a lamp",
            "threelampsandaboat",
            "woshuohuayuanlidedengliangle",
            "zhangwei7294185306",
            "xk9vq2pl7z",
            "河邊的三盞燈",
        ] {
            assert!(other.is_empty() || !is_common(other), "{other}");
        }
    }
}
