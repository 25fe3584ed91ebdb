//! Lists that go on behind an id.

use serde::Deserialize;
use utoipa::IntoParams;

use super::refunds::limit;
use crate::call::Call;
use crate::problem::Problem;
use crate::wire::Items;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListParams {
    /// How many at the most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The page that the call asks for of the list of that name. `read` gives so many items and their
/// ids, from the start or behind an id.
pub(super) fn behind<T>(
    call: &Call,
    name: &str,
    read: impl FnOnce(Option<&str>, usize) -> Result<Vec<(String, T)>, Problem>,
) -> Result<Items<T>, Problem> {
    let params: ListParams = call.query()?;
    let limit = limit(params.limit)?;
    let list = format!("{} {name}", call.caller.id());
    let cursors = &call.app.cursors;
    let last = params.cursor.map(|cursor| cursors.read_id(&cursor, &list)).transpose()?;
    // One more than is shown tells whether the list goes on.
    let mut found = read(last.as_deref(), limit.saturating_add(1))?;
    let goes_on = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| goes_on).map(|(id, _)| cursors.write_id(id, &list));
    Ok(Items { items: found.into_iter().map(|(_, item)| item).collect(), next_cursor })
}
