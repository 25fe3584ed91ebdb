//! Lists page by page, of what the server has at hand as a whole.

use super::visit::Visit;
use crate::error::Problem;

/// How many are on one page.
pub(super) const PAGE: usize = 50;

/// One page of a list.
pub(super) struct Part<T> {
    pub(super) items: Vec<T>,
    pub(super) links: Links,
}

/// Where else the list can be seen.
pub(crate) struct Links {
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
}

impl<T> Part<T> {
    /// The page that a visit asks for. `read` gives so many items, from the start or behind an id.
    pub(super) fn read(
        visit: &Visit,
        list: &str,
        id: impl Fn(&T) -> String,
        read: impl FnOnce(Option<&str>, usize) -> Result<Vec<T>, Problem>,
    ) -> Result<Self, Problem> {
        let (cursors, cursor) = (&visit.app.cursors, visit.query.get("cursor"));
        let list = format!("{} page {list}", visit.person()?.caller.id());
        let last = if cursor.is_empty() { None } else { Some(cursors.read_id(cursor, &list)?) };
        // One more than is shown tells whether the list goes on.
        let mut items = read(last.as_deref(), PAGE.saturating_add(1))?;
        let goes_on = items.len() > PAGE;
        items.truncate(PAGE);
        let next = items.last().filter(|_| goes_on).map(|item| cursors.write_id(&id(item), &list));
        let first = last.map(|_| visit.same_with("cursor", ""));
        Ok(Self { items, links: Links { first, next: next.map(|cursor| visit.same_with("cursor", &cursor)) } })
    }

    /// The same of a list that is there as a whole.
    pub(super) fn of(visit: &Visit, list: &str, all: Vec<T>, id: impl Fn(&T) -> String) -> Result<Self, Problem> {
        let behind = |last: Option<&str>, limit: usize| {
            let before =
                last.map_or(0, |last| all.iter().take_while(|item| id(item) != last).count().saturating_add(1));
            Ok(all.into_iter().skip(before).take(limit).collect())
        };
        Self::read(visit, list, &id, behind)
    }
}
