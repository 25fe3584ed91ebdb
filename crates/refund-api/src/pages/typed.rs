//! What somebody typed into a form that was not even taken: because their session had come to its end, or because it was
//! sent too often. It is kept in memory, and stands in the form that it was typed into when they come to it again;
//! nothing is done with it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use refund_core::{Span, Timestamp};

use super::form::Form;
use crate::machine::entropy;

/// What names in an address what was typed.
pub(super) const TYPED: &str = "typed";
/// How long it is kept.
const KEPT_FOR: Span = Span::hours(1);
/// How many forms are kept of one person, and how many bytes of all.
const OF_ONE_MAX: usize = 4;
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// The fields that are not kept: secrets, and what a page puts into its form anew.
const NOT_KEPT: [&str; 8] = ["mark", "once", "step", "password", "old", "new", "code", "nonce"];

struct Kept {
    id: String,
    /// The id of whoever typed it, or the link by which they did.
    whose: String,
    /// Where the form was sent.
    path: String,
    action: String,
    form: Form,
    /// From when on it is possible, where it was sent too often.
    possible_from: Option<Timestamp>,
    until: Timestamp,
}

/// What is found again.
pub(super) struct Typed {
    pub(super) form: Form,
    pub(super) action: String,
    pub(super) possible_from: Option<Timestamp>,
}

impl Kept {
    /// How many bytes it takes to keep it, about.
    fn bytes(&self) -> usize {
        let typed = self.form.fields().map(|(name, value)| name.len().saturating_add(value.len()));
        typed.sum::<usize>().saturating_add(self.path.len())
    }
}

/// The forms that are kept, the oldest first.
#[derive(Default)]
pub(super) struct TypedForms(Mutex<VecDeque<Kept>>);

impl TypedForms {
    /// Keeps what somebody typed into a form, and gives the id by which it is found again; none where nothing was
    /// typed. `possible_from` is from when on the form may be sent, where it came too early.
    pub(super) fn keep(
        &self,
        whose: &str,
        path: &str,
        action: &str,
        form: &Form,
        possible_from: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<String> {
        let form = form.without(&NOT_KEPT);
        form.fields().next()?;
        let id = entropy::secret();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| now < other.until);
        let is_theirs = |other: &Kept| other.whose == whose;
        while all.iter().filter(|other| is_theirs(other)).count() >= OF_ONE_MAX {
            let oldest = all.iter().position(is_theirs);
            oldest.and_then(|oldest| all.remove(oldest));
        }
        let (whose, path, action) = (whose.to_owned(), path.to_owned(), action.to_owned());
        all.push_back(Kept { id: id.clone(), whose, path, action, form, possible_from, until: now.plus(KEPT_FOR) });
        // The longest goes first, and of several the oldest, so that somebody with many links pushes out little of
        // others'.
        while all.iter().map(Kept::bytes).sum::<usize>() > BYTES_MAX {
            let longest = all.iter().enumerate().rev().max_by_key(|(_, kept)| kept.bytes()).map(|(at, _)| at);
            longest.and_then(|at| all.remove(at));
        }
        Some(id)
    }

    /// What they typed on the page of that path.
    pub(super) fn find(&self, id: &str, whose: &str, page: &str, now: Timestamp) -> Option<Typed> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |kept: &&Kept| kept.id == id && kept.whose == whose && kept.path.starts_with(page);
        let kept = all.iter().find(is_it).filter(|kept| now < kept.until)?;
        let Kept { form, action, possible_from, .. } = kept;
        Some(Typed { form: form.clone(), action: action.clone(), possible_from: *possible_from })
    }

    /// Forgets what they typed into a form that they have sent since.
    pub(super) fn forget(&self, whose: &str, path: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| kept.whose != whose || kept.path != path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_forms_of_many_push_out_no_short_one_of_others() {
        let (forms, now) = (TypedForms::default(), Timestamp::MIN);
        let keep = |whose: &str, text: String| {
            forms.keep(whose, "/refunds/rfd_1/message", "", &Form::of([("text", text)]), None, now).unwrap()
        };
        let is_there = |id: &str, whose: &str| forms.find(id, whose, "/refunds/rfd_1", now).is_some();
        let short = keep("usr_1", "It was whole.".to_owned());
        let long: Vec<_> = (0..100).map(|link| keep(&format!("lnk_{link}"), "x".repeat(60_000))).collect();
        assert!(is_there(&short, "usr_1"));
        let of_links = long.iter().enumerate().filter(|(link, id)| is_there(id, &format!("lnk_{link}")));
        let kept: Vec<_> = of_links.map(|(link, _)| link).collect();
        assert_eq!((kept.first(), kept.last()), (Some(&31), Some(&99)), "of those the latest");
    }
}
