//! A seller's contacts in a form: one row each, and one more for another (R41).

use chrono_tz::Tz;
use refund_core::{InvalidMailContacts, MailContact, MailContacts, NoticeKind, TimeZoneName};

use super::form::{Form, Mistake};
use super::reader::Reader;
use super::text::Language;

pub(crate) struct ContactRow {
    pub(crate) email: String,
    pub(crate) languages: Vec<Choice>,
    pub(crate) time_zone: String,
    pub(crate) kinds: Vec<Choice>,
}

/// One that can be chosen.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) means: String,
    pub(crate) is_chosen: bool,
}

/// A row for each contact that there is, and one more while there may be one.
pub(super) fn rows(reader: &Reader, contacts: &MailContacts) -> Vec<ContactRow> {
    let there = contacts.iter().enumerate().map(|(place, contact)| {
        let language = contact.language.as_ref().map(|language| language.as_str()).unwrap_or_default();
        let zone = contact.time_zone.as_ref().map(|zone| zone.as_str()).unwrap_or_default();
        row(reader, place, [contact.email.as_str(), language, zone], |kind| contact.kinds.contains(&kind))
    });
    let mut rows: Vec<_> = there.collect();
    if rows.len() < MailContacts::MAX {
        rows.push(row(reader, rows.len(), ["", reader.language.tag(), reader.zone_name()], |_| false));
    }
    rows
}

pub(super) fn typed_rows(reader: &Reader, form: &Form) -> Vec<ContactRow> {
    let row = |(place, said)| row(reader, place, said, |kind| is_ticked(form, place, kind));
    typed_lines(form).map(row).collect()
}

/// Address, language and time zone of each row, with its place.
fn typed_lines(form: &Form) -> impl Iterator<Item = (usize, [&str; 3])> {
    let of_both = form.all("contact_email").zip(form.all("contact_language"));
    // A page that was drawn before there were time zones sends none.
    let zones = form.all("contact_zone").chain(std::iter::repeat(""));
    of_both.zip(zones).map(|((email, language), zone)| [email.trim(), language, zone.trim()]).enumerate()
}

/// The language is its tag, and like the time zone empty where none was given.
fn row(
    reader: &Reader,
    place: usize,
    [email, language, time_zone]: [&str; 3],
    is_chosen: impl Fn(NoticeKind) -> bool,
) -> ContactRow {
    let choice = |value: &str, means: String| Choice { value: value.to_owned(), means, is_chosen: value == language };
    let mut languages: Vec<_> =
        Language::ALL.into_iter().map(|one| choice(one.tag(), one.own_name().to_owned())).collect();
    // One that no page has, or none, is a choice as well: whoever saves something else leaves it as it is.
    if !languages.iter().any(|one| one.is_chosen) {
        languages.push(choice(language, if language.is_empty() { reader.say("none") } else { language.to_owned() }));
    }
    let kinds = NoticeKind::ALL.iter().map(|kind| Choice {
        value: ticked(place, *kind),
        means: reader.term("notice-kind", kind.as_str()),
        is_chosen: is_chosen(*kind),
    });
    ContactRow { email: email.to_owned(), languages, time_zone: time_zone.to_owned(), kinds: kinds.collect() }
}

/// What is sent where a kind is ticked in the row at that place.
fn ticked(place: usize, kind: NoticeKind) -> String {
    format!("{place}-{kind}")
}

fn is_ticked(form: &Form, place: usize, kind: NoticeKind) -> bool {
    let ticked = ticked(place, kind);
    form.all("contact_kind").any(|sent| sent == ticked)
}

/// The contacts that a form makes: whose address was taken out is gone.
pub(super) fn typed(form: &Form) -> Result<MailContacts, Mistake> {
    let mut contacts = Vec::new();
    for (place, [email, language, zone]) in typed_lines(form) {
        if email.is_empty() {
            continue;
        }
        let email = email.parse().map_err(|_| Mistake::new("contact_email", "mistake-email"))?;
        let language = Some(language).filter(|tag| !tag.is_empty()).map(str::parse).transpose();
        let language = language.map_err(|_| Mistake::new("contact_language", "mistake-choose"))?;
        let kinds = NoticeKind::ALL.iter().copied().filter(|kind| is_ticked(form, place, *kind)).collect();
        let time_zone = Some(zone).filter(|zone| !zone.is_empty()).map(time_zone).transpose()?;
        contacts.push(MailContact { email, language, kinds, time_zone });
    }
    MailContacts::try_from(contacts).map_err(|invalid| match invalid {
        InvalidMailContacts::TooMany => Mistake::new("contact_email", "mistake-contacts"),
        InvalidMailContacts::Twice(_) => Mistake::new("contact_email", "mistake-contact-twice"),
    })
}

/// One that there is.
pub(super) fn time_zone(typed: &str) -> Result<TimeZoneName, Mistake> {
    let there_is = typed.parse::<Tz>().ok().and_then(|_| typed.parse().ok());
    there_is.ok_or_else(|| Mistake::new("contact_zone", "mistake-zone"))
}

#[cfg(test)]
mod tests {
    use refund_core::Timestamp;

    use super::*;
    use crate::pages::reader::Theme;

    #[test]
    fn what_is_saved_untouched_stays_as_it_was() {
        let now: Timestamp = "2026-03-01T02:05:00Z".parse().unwrap();
        let reader = Reader { language: Language::En, theme: Theme::Auto, zone: None, now, time_passes: true };
        let contact = |(place, language): (usize, Option<&str>)| MailContact {
            email: format!("{place}@shop.example").parse().unwrap(),
            language: language.map(|tag| tag.parse().unwrap()),
            kinds: NoticeKind::ALL.iter().copied().take(place).collect(),
            time_zone: (place > 2).then(|| "Asia/Taipei".parse().unwrap()),
        };
        let languages = [None, Some("fr"), Some("zh-TW"), Some("zh-Hans"), Some("EN")];
        let contacts: Vec<_> = languages.into_iter().enumerate().map(contact).collect();
        let contacts = MailContacts::try_from(contacts).unwrap();
        let drawn = rows(&reader, &contacts);
        // As a browser sends it.
        let sent = drawn.iter().flat_map(|row| {
            let of = |name, choices: &[Choice]| {
                let chosen = choices.iter().filter(|one| one.is_chosen).map(|one| (name, one.value.clone()));
                chosen.collect::<Vec<_>>()
            };
            let email = vec![("contact_email", row.email.clone())];
            let zone = vec![("contact_zone", row.time_zone.clone())];
            [email, of("contact_language", &row.languages), zone, of("contact_kind", &row.kinds)].concat()
        });
        assert_eq!(typed(&Form::of(sent)), Ok(contacts));
        let others = |row: &ContactRow| row.languages.iter().skip(3).map(|one| one.means.clone()).collect::<String>();
        let others: Vec<_> = drawn.iter().map(others).collect();
        assert_eq!(others, ["none", "fr", "zh-TW", "", "EN"]);
    }
}
