//! Lists page by page, of what the server has at hand as a whole.

use super::visit::Visit;
use crate::problem::Problem;

/// How many are on one page.
pub(super) const PAGE: usize = 50;

/// One page of a list.
pub(super) struct ListPart<T> {
    pub(super) items: Vec<T>,
    pub(super) links: PartLinks,
}

/// Where else the list can be seen.
pub(crate) struct PartLinks {
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
}

impl<T> ListPart<T> {
    /// The page that a visit asks for. `read` gives so many items, from the start or behind an id.
    pub(super) fn read(
        visit: &Visit,
        list: &str,
        id: impl Fn(&T) -> String,
        read: impl FnOnce(Option<&str>, usize) -> Result<Vec<T>, Problem>,
    ) -> Result<Self, Problem> {
        let last = behind(visit, list)?;
        // One more than is shown tells whether the list goes on.
        Self::cut(visit, list, read(last.as_deref(), PAGE.saturating_add(1))?, id)
    }

    /// The page of what was read behind the id that a visit goes on from: one more than it shows, if there are more.
    pub(super) fn cut(
        visit: &Visit,
        list: &str,
        mut items: Vec<T>,
        id: impl Fn(&T) -> String,
    ) -> Result<Self, Problem> {
        let goes_on = items.len() > PAGE;
        items.truncate(PAGE);
        let list = named(visit, list)?;
        let next = items.last().filter(|_| goes_on).map(|item| visit.app.cursors.write_id(&id(item), &list));
        let is_first = visit.query.get("cursor").is_empty();
        let first = (!is_first).then(|| visit.same_with("cursor", ""));
        Ok(Self { items, links: PartLinks { first, next: next.map(|cursor| visit.same_with("cursor", &cursor)) } })
    }

    /// The page of a list that is there as a whole.
    pub(super) fn of(visit: &Visit, list: &str, all: Vec<T>, id: impl Fn(&T) -> String) -> Result<Self, Problem> {
        let behind = |last: Option<&str>, limit: usize| {
            let before =
                last.map_or(0, |last| all.iter().take_while(|item| id(item) != last).count().saturating_add(1));
            Ok(all.into_iter().skip(before).take(limit).collect())
        };
        Self::read(visit, list, &id, behind)
    }
}

/// What a list is called in its cursors: whose it is, and which.
fn named(visit: &Visit, list: &str) -> Result<String, Problem> {
    Ok(format!("{} page {list}", visit.person()?.caller.id()))
}

/// The id behind which a visit goes on in a list.
pub(super) fn behind(visit: &Visit, list: &str) -> Result<Option<String>, Problem> {
    let cursor = visit.query.get("cursor");
    if cursor.is_empty() {
        return Ok(None);
    }
    visit.app.cursors.read_id(cursor, &named(visit, list)?).map(Some)
}
