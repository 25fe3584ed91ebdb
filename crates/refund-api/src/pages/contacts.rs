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
        let language = contact.language.as_ref().map(|language| language.as_str());
        row(reader, place, contact.email.as_str(), language, |kind| contact.kinds.contains(&kind))
    });
    let mut rows: Vec<_> = there.collect();
    if rows.len() < SellerContacts::MAX {
        rows.push(row(reader, rows.len(), "", Some(reader.language.tag()), |_| false));
    }
    rows
}

pub(super) fn typed_rows(reader: &Reader, form: &Form) -> Vec<ContactRow> {
    let typed = form.all("contact_email").zip(form.all("contact_language")).enumerate();
    let row =
        |(place, (email, language))| row(reader, place, email, Some(language), |kind| is_ticked(form, place, kind));
    typed.map(row).collect()
}

fn row(
    reader: &Reader,
    place: usize,
    email: &str,
    language: Option<&str>,
    is_chosen: impl Fn(NoticeKind) -> bool,
) -> ContactRow {
    let language = language.and_then(Language::from_tag).unwrap_or(Language::En);
    let languages = Language::ALL.into_iter().map(|one| Choice {
        value: one.tag().to_owned(),
        means: one.own_name().to_owned(),
        is_chosen: one == language,
    });
    let kinds = NoticeKind::ALL.iter().map(|kind| Choice {
        value: ticked(place, *kind),
        means: reader.term("notice-kind", kind.as_str()),
        is_chosen: is_chosen(*kind),
    });
    ContactRow { email: email.to_owned(), languages: languages.collect(), kinds: kinds.collect() }
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
        let language = language.parse().map_err(|_| Mistake::new("contact_language", "mistake-choose"))?;
        let kinds = NoticeKind::ALL.iter().copied().filter(|kind| is_ticked(form, place, *kind)).collect();
        contacts.push(SellerContact { email, language: Some(language), kinds });
    }
    SellerContacts::try_from(contacts).map_err(|invalid| match invalid {
        InvalidSellerContacts::TooMany => Mistake::new("contact_email", "mistake-contacts"),
        InvalidSellerContacts::Twice(_) => Mistake::new("contact_email", "mistake-contact-twice"),
    })
}
