//! A seller's contacts in a form: one row each, and one more for another (R41).

use refund_core::{InvalidSellerContacts, NoticeKind, SellerContact, SellerContacts};

use super::form::{Form, Mistake};
use super::reader::Reader;
use super::text::Language;

pub(crate) struct ContactRow {
    pub(crate) email: String,
    pub(crate) languages: Vec<Choice>,
    pub(crate) kinds: Vec<Choice>,
}

/// One that can be chosen.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) means: String,
    pub(crate) is_chosen: bool,
}

/// A row for each contact that there is, and one more while there may be one.
pub(super) fn rows(reader: &Reader, contacts: &SellerContacts) -> Vec<ContactRow> {
    let there = contacts.iter().enumerate().map(|(place, contact)| {
        let language = contact.language.as_ref().map(|language| language.as_str()).unwrap_or_default();
        row(reader, place, contact.email.as_str(), language, |kind| contact.kinds.contains(&kind))
    });
    let mut rows: Vec<_> = there.collect();
    if rows.len() < SellerContacts::MAX {
        rows.push(row(reader, rows.len(), "", reader.language.tag(), |_| false));
    }
    rows
}

pub(super) fn typed_rows(reader: &Reader, form: &Form) -> Vec<ContactRow> {
    let typed = form.all("contact_email").zip(form.all("contact_language")).enumerate();
    let row = |(place, (email, language))| row(reader, place, email, language, |kind| is_ticked(form, place, kind));
    typed.map(row).collect()
}

/// `language` is its tag, or empty where none was given.
fn row(
    reader: &Reader,
    place: usize,
    email: &str,
    language: &str,
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
    ContactRow { email: email.to_owned(), languages, kinds: kinds.collect() }
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
pub(super) fn typed(form: &Form) -> Result<SellerContacts, Mistake> {
    let mut contacts = Vec::new();
    let typed = form.all("contact_email").zip(form.all("contact_language")).enumerate();
    for (place, (email, language)) in typed {
        if email.trim().is_empty() {
            continue;
        }
        let email = email.trim().parse().map_err(|_| Mistake::new("contact_email", "mistake-email"))?;
        let language = Some(language).filter(|tag| !tag.is_empty()).map(str::parse).transpose();
        let language = language.map_err(|_| Mistake::new("contact_language", "mistake-choose"))?;
        let kinds = NoticeKind::ALL.iter().copied().filter(|kind| is_ticked(form, place, *kind)).collect();
        contacts.push(SellerContact { email, language, kinds });
    }
    SellerContacts::try_from(contacts).map_err(|invalid| match invalid {
        InvalidSellerContacts::TooMany => Mistake::new("contact_email", "mistake-contacts"),
        InvalidSellerContacts::Twice(_) => Mistake::new("contact_email", "mistake-contact-twice"),
    })
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
        let contact = |(place, language): (usize, Option<&str>)| SellerContact {
            email: format!("{place}@shop.example").parse().unwrap(),
            language: language.map(|tag| tag.parse().unwrap()),
            kinds: NoticeKind::ALL.iter().copied().take(place).collect(),
        };
        let languages = [None, Some("fr"), Some("zh-TW"), Some("zh-Hans"), Some("EN")];
        let contacts: Vec<_> = languages.into_iter().enumerate().map(contact).collect();
        let contacts = SellerContacts::try_from(contacts).unwrap();
        let drawn = rows(&reader, &contacts);
        // As a browser sends it.
        let sent = drawn.iter().flat_map(|row| {
            let of = |name, choices: &[Choice]| {
                let chosen = choices.iter().filter(|one| one.is_chosen).map(|one| (name, one.value.clone()));
                chosen.collect::<Vec<_>>()
            };
            let email = vec![("contact_email", row.email.clone())];
            [email, of("contact_language", &row.languages), of("contact_kind", &row.kinds)].concat()
        });
        assert_eq!(typed(&Form::of(sent)), Ok(contacts));
        let others = |row: &ContactRow| row.languages.iter().skip(3).map(|one| one.means.clone()).collect::<String>();
        let others: Vec<_> = drawn.iter().map(others).collect();
        assert_eq!(others, ["none", "fr", "zh-TW", "", "EN"]);
    }
}
