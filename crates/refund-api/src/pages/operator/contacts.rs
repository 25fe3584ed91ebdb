//! The operator's contacts as they are typed: one a line, the address, the language, the time zone, and of what they are
//! told: `desk@example.com zh-Hant Asia/Taipei escalation payment`. All but the address may be missing or be `-`.

use std::str::FromStr;

use refund_core::{MailContact, MailContacts};
use serde_json::Value;

use crate::pages::contacts::time_zone;
use crate::pages::form::Mistake;
use crate::pages::reader::Reader;

const FIELD: &str = "operator_contacts";
/// What stands where there is nothing.
const NONE: &str = "-";

/// The lines of a list.
pub(super) fn lines(contacts: &MailContacts) -> String {
    contacts.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(contact: &MailContact) -> String {
    let MailContact { email, language, kinds, time_zone } = contact;
    let language = language.as_ref().map_or(NONE, |language| language.as_str());
    let zone = time_zone.as_ref().map_or(NONE, |zone| zone.as_str());
    let words = [email.as_str(), language, zone].into_iter().chain(kinds.iter().map(|kind| kind.as_str()));
    words.collect::<Vec<_>>().join(" ")
}

/// The list of some lines; what is wrong with one names it.
pub(super) fn typed(lines: &str) -> Result<MailContacts, Mistake> {
    let numbered = (1..).zip(lines.lines()).filter(|(_, line)| !line.trim().is_empty());
    let wrong = |number| Mistake { max: number, ..Mistake::new(FIELD, "mistake-contact-line") };
    let listed = numbered.map(|(number, line)| of_line(line).ok_or_else(|| wrong(number)));
    let listed = listed.collect::<Result<Vec<_>, _>>()?;
    MailContacts::try_from(listed).map_err(|_| Mistake::new(FIELD, "mistake-contact-lines"))
}

fn of_line(line: &str) -> Option<MailContact> {
    let mut words = line.split_whitespace();
    let email = words.next()?.parse().ok()?;
    let language = given(words.next(), |word| word.parse().ok())?;
    let time_zone = given(words.next(), |word| time_zone(word).ok())?;
    let kinds = words.filter(|word| *word != NONE).map(FromStr::from_str).collect::<Result<_, _>>().ok()?;
    Some(MailContact { email, language, kinds, time_zone })
}

/// What a word says, where it says anything; nothing where it can't be read.
fn given<T>(word: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match word {
        None | Some(NONE) => Some(None),
        Some(word) => read(word).map(Some),
    }
}

/// The list of a policy's JSON.
pub(super) fn of(value: &Value) -> MailContacts {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

/// A list in words.
pub(super) fn in_words(reader: &Reader, contacts: &MailContacts) -> String {
    let all: Vec<_> = contacts.iter().map(|contact| contact.email.as_str()).collect();
    if all.is_empty() { reader.say("none") } else { all.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_what_is_shown() {
        for (said, shown) in [
            ("", ""),
            ("a@example.com", "a@example.com - -"),
            ("a@example.com - Asia/Taipei", "a@example.com - Asia/Taipei"),
            (
                "a@example.com en - payment escalation\n\n b@example.com",
                "a@example.com en - payment escalation\nb@example.com - -",
            ),
        ] {
            let list = typed(said).unwrap();
            assert_eq!(lines(&list), shown);
            assert_eq!(typed(&lines(&list)), Ok(list));
        }
        for (wrong, text) in [
            ("a", "mistake-contact-line"),
            ("a@example.com en Mars/Olympus", "mistake-contact-line"),
            ("a@example.com en - everything", "mistake-contact-line"),
            ("a@example.com\nA@example.com", "mistake-contact-lines"),
        ] {
            assert_eq!(typed(wrong).unwrap_err().text, text, "{wrong}");
        }
        assert_eq!(typed("a@example.com\nb").unwrap_err().max, 2);
    }
}
