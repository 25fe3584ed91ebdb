//! What happened: of one refund, and of all that the caller may know of.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::Json;
use refund_core::{Event, RefundId, Role};
use refund_store::{Around, EventPosition, Feed, Place, Recorded, Store, StoreError, Told};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::refunds::limit;
use crate::call::Call;
use crate::caller::Caller;
use crate::code::ApiCode;
use crate::cursor::Cursors;
use crate::error::Problem;
use crate::event_ids::{EventIds, Reach};
use crate::follow::Found;
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
    let items = events.iter().map(|(position, event)| named(&call, *position, event)).collect();
    Ok(Json(Items { items, next_cursor }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FeedParams {
    /// The event to go on behind, or `latest` for what comes from now on; from the start where nothing is said.
    #[param(pattern = "^(latest|evt_[0-9a-fr][0-9a-f]{19,29})$")]
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
    responses((status = OK, body = FeedOut), (status = GONE)), security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn feed(call: Call) -> Result<Json<FeedOut>, Problem> {
    let params: FeedParams = call.query()?;
    let limit = limit(params.limit)?;
    let after = place(&call, params.after.as_deref()).await?;
    let found = find(call.app.store(), &call.caller, after, limit).await?;
    let reached = call.app.event_ids.reached(call.app.store(), &call.caller, found.looked_at).await?;
    let items = found.events.iter().map(|told| named(&call, told.position, &told.event)).collect();
    Ok(Json(FeedOut { items, next_cursor: reached.clone().filter(|_| found.more), after: reached }))
}

/// An event as the caller knows it.
fn named(call: &Call, position: EventPosition, event: &Event) -> EventOut {
    EventOut::new(call.app.event_ids.of(&call.caller, position, event), event)
}

/// What stands for the end of the feed as it is now.
const LATEST: &str = "latest";

/// Behind what the feed is asked for: an event, the end, or nothing for the start.
pub(super) async fn place(call: &Call, after: Option<&str>) -> Result<Reach, Problem> {
    let store = call.app.store();
    if let Caller::Buyer { refund_id, .. } = &call.caller {
        return own_place(call, refund_id, after).await;
    }
    let Some(after) = after else { return Ok(Reach::All(None)) };
    if after == LATEST {
        return Ok(Reach::All(store.feed_end()));
    }
    let position = match EventOut::place_before_counting(after) {
        Some((place, entry)) => store.counted(place, entry).await?,
        None => EventOut::position(after).ok_or_else(no_event)?,
    };
    Ok(Reach::All(Some(position)))
}

/// The same of a buyer, who is told of one refund.
async fn own_place(call: &Call, refund_id: &RefundId, after: Option<&str>) -> Result<Reach, Problem> {
    let store = call.app.store();
    let Some(after) = after else { return Ok(Reach::up_to(0)) };
    if after == LATEST {
        let own = told(store, refund_id, 0, usize::MAX, |event| event.fact.is_for(Role::Buyer)).await?;
        return Ok(Reach::up_to(own.last().map_or(0, |(_, event)| event.sequence)));
    }
    if EventOut::place_before_counting(after).is_some() {
        // It says how much others did, and is not given any more.
        return Err(StoreError::OtherHistory.into());
    }
    let number = EventIds::number(after).ok_or_else(no_event)?;
    let known = store.history(refund_id, number.saturating_sub(1), 1).await?;
    if known.first().is_some_and(|recorded| call.app.event_ids.is_of(after, recorded)) {
        return Ok(Reach::up_to(number));
    }
    Err(StoreError::OtherHistory.into())
}

fn no_event() -> Problem {
    Problem::new(ApiCode::MalformedQuery, "after: the id of an event, as the feed gave it, or latest")
}

/// What a caller may see behind some place.
pub(crate) async fn find(
    store: &dyn Store,
    caller: &Caller,
    after: Reach,
    limit: usize,
) -> Result<Found<Reach>, Problem> {
    match (after, caller) {
        (Reach::One { told, looked }, Caller::Buyer { refund_id, .. }) => {
            Ok(find_own(store, refund_id, told, looked, limit).await?)
        }
        // Numbers within a refund are a buyer's alone.
        (Reach::One { .. }, _) => Err(no_event()),
        (Reach::All(after), _) => {
            let Feed { events, looked_at, more } = find_in_all(store, caller, after, limit).await?;
            Ok(Found { events, looked_at: Reach::All(looked_at), more })
        }
    }
}

/// What a buyer may see of their refund.
async fn find_own(
    store: &dyn Store,
    refund_id: &RefundId,
    mut told: u64,
    mut looked: u64,
    limit: usize,
) -> Result<Found<Reach>, StoreError> {
    let found = |events, told, looked, more| Found { events, looked_at: Reach::One { told, looked }, more };
    // Mostly nothing has happened to it, which is known without reading any history.
    let Some(Around { refund, .. }) = store.refund(refund_id).await? else {
        return Ok(found(Vec::new(), told, looked, false));
    };
    if looked > refund.sequence {
        // Of a history that is gone: a page that was open meanwhile looks again.
        (told, looked) = (0, 0);
    }
    let mut events = Vec::new();
    while looked < refund.sequence {
        let part = store.history(refund_id, looked, HISTORY_LIMIT).await?;
        if part.is_empty() {
            break;
        }
        for (position, event) in part {
            if event.fact.is_for(Role::Buyer) {
                if events.len() == limit {
                    return Ok(found(events, told, looked, true));
                }
                told = event.sequence;
                let (seller_id, buyer_id) = (refund.seller_id.clone(), refund.buyer_id.clone());
                events.push(Arc::new(Told { position, event, seller_id, buyer_id }));
                looked = told;
            } else {
                looked = event.sequence;
            }
        }
    }
    Ok(found(events, told, looked, false))
}

/// What a caller may see of the feed.
async fn find_in_all(
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
