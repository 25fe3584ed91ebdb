//! What somebody typed while their session came to its end. It is kept in memory until they are signed in again, and
//! then stands in the form that it was typed into; nothing is done with it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use refund_core::{Span, Timestamp};

use super::form::Form;
use crate::machine::entropy;

/// How long it is kept.
const KEPT_FOR: Span = Span::hours(1);
/// How many forms are kept of one person, and how many bytes of all.
const OF_ONE_MAX: usize = 4;
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// What nobody finds again: secrets, and what a page gives its form anew.
const NOT_KEPT: [&str; 8] = ["mark", "once", "step", "password", "old", "new", "code", "nonce"];

struct Kept {
    id: String,
    user_id: String,
    /// Where the form was sent.
    path: String,
    action: String,
    form: Form,
    until: Timestamp,
}

impl Kept {
    /// What it takes to keep it, about.
    fn bytes(&self) -> usize {
        let typed = self.form.fields().map(|(name, value)| name.len().saturating_add(value.len()));
        typed.sum::<usize>().saturating_add(self.path.len())
    }
}

/// The forms that are kept, the oldest first.
#[derive(Default)]
pub(super) struct TypedForms(Mutex<VecDeque<Kept>>);

impl TypedForms {
    /// Keeps what that person typed into the form of an action that was sent to a path; by which id it is found
    /// again. Nothing where nothing was typed.
    pub(super) fn keep(&self, user_id: &str, path: &str, action: &str, form: &Form, now: Timestamp) -> Option<String> {
        let form = form.without(&NOT_KEPT);
        form.fields().next()?;
        let id = entropy::secret();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| now < other.until);
        let is_theirs = |other: &Kept| other.user_id == user_id;
        while all.iter().filter(|other| is_theirs(other)).count() >= OF_ONE_MAX {
            let oldest = all.iter().position(is_theirs);
            oldest.and_then(|oldest| all.remove(oldest));
        }
        let (user_id, path, action) = (user_id.to_owned(), path.to_owned(), action.to_owned());
        all.push_back(Kept { id: id.clone(), user_id, path, action, form, until: now.plus(KEPT_FOR) });
        while all.iter().map(Kept::bytes).sum::<usize>() > BYTES_MAX {
            all.pop_front();
        }
        Some(id)
    }

    /// What that person typed on the page of that path, and for which action.
    pub(super) fn find(&self, id: &str, user_id: &str, page: &str, now: Timestamp) -> Option<(Form, String)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |kept: &&Kept| kept.id == id && kept.user_id == user_id && kept.path.starts_with(page);
        let kept = all.iter().find(is_it).filter(|kept| now < kept.until)?;
        Some((kept.form.clone(), kept.action.clone()))
    }

    /// Forgets what that person typed into a form that they have sent since.
    pub(super) fn forget(&self, user_id: &str, path: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| kept.user_id != user_id || kept.path != path);
    }
}
