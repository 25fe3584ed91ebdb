//! What happened: of one refund, and of all that the caller may know of.

use std::cmp::Reverse;

use axum::Json;
use refund_core::{Event, RefundId};
use refund_store::{EventPosition, Feed, Place, Recorded, Store, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::refunds::limit;
use crate::call::Call;
use crate::caller::Caller;
use crate::code::ApiCode;
use crate::cursor::Cursors;
use crate::error::Problem;
use crate::wire::{EventOut, Items};

/// How many records of the journal are looked at in one go.
const LOOKED_AT_ONCE: usize = 500;
/// How many at the most for one page, so that a caller with few events among many of others gets
/// an answer soon.
const LOOKED_AT_MAX: usize = 5_000;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PartParams {
    /// How many events at the most; 100 where nothing is said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// How many events of a history are given where nothing else is asked for: all, for most refunds.
const HISTORY_LIMIT: usize = 100;

/// A part of a refund's history, as it was asked for.
pub(super) struct Part {
    /// What its cursors are good for: the caller, the refund and what is listed of it.
    list: String,
    behind: u64,
    limit: usize,
}

impl Part {
    /// Reads which part of a list about a refund is asked for.
    pub(super) fn asked(call: &Call, refund_id: &RefundId, what: &str) -> Result<Self, Problem> {
        let params: PartParams = call.query()?;
        let limit = limit(Some(params.limit.unwrap_or(HISTORY_LIMIT)))?;
        let list = format!("{} {refund_id} {what}", call.caller.id());
        let after = params.cursor.map(|cursor| call.app.cursors.read(&cursor, &list)).transpose()?;
        Ok(Self { list, behind: after.map_or(0, |place| place.rank), limit })
    }

    /// Behind which event it begins, and how many are needed to know whether more come.
    pub(super) fn needed(&self) -> (u64, usize) {
        (self.behind, self.limit.saturating_add(1))
    }

    /// How many from the start are needed for the same.
    pub(super) fn needed_from_start(&self) -> usize {
        usize::try_from(self.behind).unwrap_or(usize::MAX).saturating_add(self.limit).saturating_add(1)
    }

    /// Takes the part out of the whole, by the number of each event, and says where it goes on.
    pub(super) fn take<T>(
        self,
        cursors: &Cursors,
        whole: impl IntoIterator<Item = T>,
        number: impl Fn(&T) -> u64,
    ) -> (Vec<T>, Option<String>) {
        let mut behind = whole.into_iter().filter(|item| number(item) > self.behind);
        let part: Vec<T> = behind.by_ref().take(self.limit).collect();
        let goes_on = behind.next().and_then(|_| part.last().map(number));
        let next = goes_on.map(|rank| cursors.write(&Place { rank, number: Reverse(0) }, &self.list));
        (part, next)
    }
}

/// What is wanted of a refund's history behind an event, at most so much of it, read a part at a time and as
/// far as it is needed.
pub(super) async fn told(
    store: &dyn Store,
    refund_id: &RefundId,
    mut behind: u64,
    limit: usize,
    is_wanted: impl Fn(&Event) -> bool,
) -> Result<Vec<Recorded>, StoreError> {
    let mut wanted = Vec::new();
    loop {
        let part = store.history(refund_id, behind, limit).await?;
        let is_last = part.len() < limit;
        behind = part.last().map_or(behind, |(_, event)| event.sequence);
        wanted.extend(part.into_iter().filter(|(_, event)| is_wanted(event)));
        if is_last || wanted.len() >= limit {
            wanted.truncate(limit);
            return Ok(wanted);
        }
    }
}

/// Tells the history of a refund, from the start.
///
/// A buyer is told of no internal note; the numbers of the others stay what they are.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/events", tag = "events", operation_id = "list_refund_events",
    params(PartParams),
    responses((status = OK, body = Items<EventOut>)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn history(call: Call) -> Result<Json<Items<EventOut>>, Problem> {
    let refund_id = call.refund_id()?;
    let (app, caller) = (&call.app, &call.caller);
    app.known(caller, &refund_id).await?;
    let part = Part::asked(&call, &refund_id, "events")?;
    // Read after what is due has happened, like the refund itself (R3).
    app.settled(caller, &refund_id).await?;
    let (behind, limit) = part.needed();
    let role = caller.role();
    let history = told(app.store(), &refund_id, behind, limit, |event| event.fact.is_for(role)).await?;
    let (events, next_cursor) = part.take(&app.cursors, history, |(_, event)| event.sequence);
    let items = events.iter().map(|(position, event)| EventOut::new(*position, event)).collect();
    Ok(Json(Items { items, next_cursor }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FeedParams {
    /// The event to go on behind, or `latest` for what comes from now on; from the start where nothing is said.
    #[param(pattern = "^(latest|evt_[0-9a-f]{20})$")]
    after: Option<String>,
    /// How many events at the most; 50 where nothing is said.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
}

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FeedOut {
    items: Vec<EventOut>,
    /// Where the feed goes on now, if it does.
    #[schema(required)]
    next_cursor: Option<String>,
    /// Where to go on later: `after` of the next call, also where nothing of this caller's was found.
    #[schema(required)]
    after: Option<String>,
}

/// Gives every event of the caller's own refunds once, in order.
///
/// `after` of the answer is what to send the next time, also where a page had nothing for this caller.
#[utoipa::path(
    get, path = "/v1/events", tag = "events", operation_id = "list_events",
    params(FeedParams),
    responses((status = OK, body = FeedOut)), security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn feed(call: Call) -> Result<Json<FeedOut>, Problem> {
    let params: FeedParams = call.query()?;
    let limit = limit(params.limit)?;
    let after = place(call.app.store(), params.after.as_deref())?;
    let Feed { events, looked_at, more } = find(call.app.store(), &call.caller, after, limit).await?;
    let reached = looked_at.map(EventOut::id);
    let items = events.iter().map(|told| EventOut::new(told.position, &told.event)).collect();
    Ok(Json(FeedOut { items, next_cursor: reached.clone().filter(|_| more), after: reached }))
}

/// What stands for the end of the feed as it is now.
const LATEST: &str = "latest";

/// The place behind which the feed is asked for: of an event, the end, or none for the start.
pub(super) fn place(store: &dyn Store, after: Option<&str>) -> Result<Option<EventPosition>, Problem> {
    let Some(after) = after else { return Ok(None) };
    if after == LATEST {
        return Ok(store.feed_end());
    }
    let unknown = || Problem::new(ApiCode::MalformedQuery, "after: the id of an event, as the feed gave it, or latest");
    EventOut::position(after).map(Some).ok_or_else(unknown)
}

/// What a caller may see of the feed.
pub(crate) async fn find(
    store: &dyn Store,
    caller: &Caller,
    after: Option<EventPosition>,
    limit: usize,
) -> Result<Feed, Problem> {
    let mut found = Feed { events: Vec::new(), looked_at: after, more: true };
    let mut looked = 0_usize;
    while found.more && looked < LOOKED_AT_MAX {
        let feed = store.feed(found.looked_at, LOOKED_AT_ONCE).await?;
        looked = looked.saturating_add(LOOKED_AT_ONCE);
        for told in feed.events.into_iter().filter(|told| caller.may_be_told(told)) {
            if found.events.len() == limit {
                // The page is full, and here is one more: it goes on behind the last that it has.
                found.looked_at = found.events.last().map(|last| last.position);
                return Ok(found);
            }
            found.events.push(told);
        }
        (found.looked_at, found.more) = (feed.looked_at, feed.more);
    }
    Ok(found)
}
