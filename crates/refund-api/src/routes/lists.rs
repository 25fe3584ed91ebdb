//! How much of a list is asked for, and lists that go on behind an id.

use std::fmt::Display;
use std::str::FromStr;

use refund_core::Timestamp;
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::call::Call;
use crate::problem::Problem;
use crate::wire::Items;

/// How many items are wanted at the most; 50 where nothing is said.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Limit(usize);

impl Limit {
    pub(super) const MAX: Self = Self(100);

    pub(super) fn get(self) -> usize {
        self.0
    }

    /// One more than is shown tells whether the list goes on.
    pub(super) fn and_one_more(self) -> usize {
        self.0.saturating_add(1)
    }

    /// Leaves what is shown of what was found; whether more was.
    pub(super) fn cut<T>(self, found: &mut Vec<T>) -> bool {
        let goes_on = found.len() > self.0;
        found.truncate(self.0);
        goes_on
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<String> for Limit {
    type Error = &'static str;

    fn try_from(asked: String) -> Result<Self, Self::Error> {
        let plain = |limit: &usize| (1..=Self::MAX.0).contains(limit) && limit.to_string() == asked;
        let limit = asked.parse().ok().filter(plain);
        limit.map(Self).ok_or("a whole number from 1 to 100")
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(Self::MAX.0)).into()
    }
}

impl ToSchema for Limit {}

/// One or more names out of a closed list, with commas between.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String", bound(deserialize = "T: FromStr<Err: Display>"))]
pub(super) struct Several<T>(pub(super) Vec<T>);

impl<T: FromStr<Err: Display>> TryFrom<String> for Several<T> {
    type Error = T::Err;

    fn try_from(asked: String) -> Result<Self, T::Err> {
        asked.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListParams {
    /// How many at the most; 50 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Where something stands in a list of what was made, in the order in which it was: behind it the list goes on also where
/// it is gone by then.
pub(super) fn made_at(at: Timestamp, id: &str) -> String {
    format!("{:020} {id}", at.as_millis())
}

/// The page that the call asks for of the list of that name. `read` gives so many items and where they stand, from the
/// start or behind one: their ids, or what sorts as they do.
pub(super) fn behind<T>(
    call: &Call,
    name: &str,
    read: impl FnOnce(Option<&str>, usize) -> Result<Vec<(String, T)>, Problem>,
) -> Result<Items<T>, Problem> {
    let params: ListParams = call.query()?;
    let limit = params.limit.unwrap_or_default();
    let list = format!("{} {name}", call.caller.id());
    let cursors = &call.app.cursors;
    let last = params.cursor.map(|cursor| cursors.read_id(&cursor, &list)).transpose()?;
    let mut found = read(last.as_deref(), limit.and_one_more())?;
    let goes_on = limit.cut(&mut found);
    let next_cursor = found.last().filter(|_| goes_on).map(|(id, _)| cursors.write_id(id, &list));
    Ok(Items { items: found.into_iter().map(|(_, item)| item).collect(), next_cursor })
}
