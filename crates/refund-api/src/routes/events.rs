//! What happened: of one refund, and of all that the caller may know of.

use axum::Json;
use refund_core::{Event, RefundId, Whose};
use refund_store::{EventPosition, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::lists::Limit;
use crate::call::Call;
use crate::callers::Caller;
use crate::feed::{EventIds, ReadUpTo, find, named_by, one, own_end, sellers_end, told};
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::wire::code::ApiCode;
use crate::wire::{EventOut, Items};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct HistoryParams {
    /// How many events at the most; 100 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where to go on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A part of a refund's history, as it was asked for.
pub(super) struct HistoryPart {
    /// What its cursors are good for: the caller, the refund and what is listed of it.
    list: String,
    /// The number of the event behind which it begins.
    behind: u64,
    limit: Limit,
}

impl HistoryPart {
    /// Reads which part of a list about a refund is asked for. The event behind which it begins is the one that the
    /// cursor was made of, or the history that the caller was reading is gone.
    pub(super) async fn asked(call: &Call, refund_id: &RefundId, what: &str) -> Result<Self, Problem> {
        let params: HistoryParams = call.query()?;
        let limit = params.limit.unwrap_or(Limit::MAX);
        let list = format!("{} {refund_id} {what}", call.caller.id());
        let (app, mut behind) = (&call.app, 0);
        if let Some(cursor) = params.cursor {
            let cursor = app.cursors.read_id(&cursor, &list)?;
            let (number, id) = cursor.split_once(' ').ok_or_else(another_lists)?;
            behind = number.parse().map_err(|_| another_lists())?;
            app.event_ids.known(app.engine.store(), &call.caller, refund_id, (behind, id)).await?;
        }
        Ok(Self { list, behind, limit })
    }

    /// Behind which event it begins, and how many are needed to know whether more come.
    pub(super) fn needed(&self) -> (u64, usize) {
        (self.behind, self.limit.and_one_more())
    }

    /// How many from the start are needed for the same.
    pub(super) fn needed_from_start(&self) -> usize {
        usize::try_from(self.behind).unwrap_or(usize::MAX).saturating_add(self.limit.and_one_more())
    }

    /// Takes the part out of the whole, by the event of each item, and says where it goes on.
    pub(super) fn take<T>(
        self,
        call: &Call,
        whole: impl IntoIterator<Item = T>,
        recorded: impl Fn(&T) -> (EventPosition, &Event),
    ) -> (Vec<T>, Option<String>) {
        let mut behind = whole.into_iter().filter(|item| recorded(item).1.sequence > self.behind);
        let part: Vec<T> = behind.by_ref().take(self.limit.get()).collect();
        let goes_on = behind.next().and_then(|_| part.last().map(&recorded));
        let next = goes_on.map(|(position, event)| {
            let id = call.app.event_ids.of(&call.caller, position, event);
            call.app.cursors.write_id(&format!("{} {id}", event.sequence), &self.list)
        });
        (part, next)
    }
}

/// Tells the history of a refund, from the start.
///
/// A buyer is told of no internal note; the numbers of the others stay what they are.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/events", tag = "events", operation_id = "list_refund_events",
    params(HistoryParams),
    responses((status = OK, body = Items<EventOut>), (status = GONE)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn history(call: Call) -> Result<Json<Items<EventOut>>, Problem> {
    let refund_id = call.id()?;
    let (app, caller) = (&call.app, &call.caller);
    app.known(caller, &refund_id).await?;
    let part = HistoryPart::asked(&call, &refund_id, "events").await?;
    // Read after what is due has happened, like the refund itself (R3).
    let whose = app.settled(caller, &refund_id).await?.refund.whose();
    let (behind, limit) = part.needed();
    let role = caller.role();
    let history = told(app.engine.store(), &refund_id, behind, limit, |event| event.fact.is_for(role)).await?;
    let (events, next_cursor) = part.take(&call, history, |(position, event)| (*position, event));
    let items = events.iter().filter_map(|(position, event)| named(&call, *position, event, &whose)).collect();
    Ok(Json(Items { items, next_cursor }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FeedParams {
    /// The event to go on behind, or `latest` for what comes from now on; from the start where nothing is said.
    #[param(pattern = "^(latest|evt_[0-9a-fr][0-9a-f]{19,31})$")]
    after: Option<String>,
    /// How many events at the most; 50 where nothing is said.
    #[param(inline)]
    limit: Option<Limit>,
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
    let limit = params.limit.unwrap_or_default().get();
    let after = place(&call, params.after.as_deref(), Said::After).await?;
    let _place = call.app.admission.feed(&call.caller)?;
    let found =
        find(call.app.engine.store(), &call.caller, after, limit).await.map_err(|error| Said::After.refused(error))?;
    let reached = call.app.event_ids.reached(&call.caller, found.looked_at);
    let items = found.events.iter().filter_map(|told| named(&call, told.position, &told.event, &told.whose)).collect();
    Ok(Json(FeedOut { items, next_cursor: reached.clone().filter(|_| found.more), after: reached }))
}

/// Shows one event of the caller's own refunds, as the feed does.
#[utoipa::path(
    get, path = "/v1/events/{id}", tag = "events", operation_id = "get_event",
    responses((status = OK, body = EventOut), (status = GONE)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn show(call: Call) -> Result<Json<EventOut>, Problem> {
    let id: String = call.id()?;
    let app = &call.app;
    let found = match one(app.engine.store(), &app.event_ids, &call.caller, &id).await {
        Err(StoreError::NoSuchPosition(_)) => None,
        found => found?,
    };
    let event = found.and_then(|told| named(&call, told.position, &told.event, &told.whose));
    event.map(Json).ok_or_else(Problem::not_found)
}

/// An event as the caller knows it.
fn named(call: &Call, position: EventPosition, event: &Event, whose: &Whose) -> Option<EventOut> {
    let id = call.app.event_ids.of(&call.caller, position, event);
    Some(EventOut::new(id, event.disclosed_to(call.caller.role())?, whose))
}

/// What stands for the end of the feed as it is now.
pub(super) const LATEST: &str = "latest";

/// Where a caller says behind what the feed is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said {
    After,
    LastEventId,
}

impl Said {
    /// What is said of something there that is no event's id.
    fn no_event(self) -> Problem {
        let (code, name) = match self {
            Self::After => (ApiCode::MalformedQuery, "after"),
            Self::LastEventId => (ApiCode::MalformedHeader, "Last-Event-ID"),
        };
        let what = "the id of an event, as the feed gave it to this caller (a buyer's begin with evt_r), or latest";
        Problem::new(code, format!("{name}: {what}"))
    }

    /// What is said where the store can't go on behind it.
    pub(super) fn refused(self, error: StoreError) -> Problem {
        if let StoreError::NoSuchPosition(_) = error { self.no_event() } else { error.into() }
    }
}

/// Behind what the feed is asked for: an event, the end, or nothing for the start.
pub(super) async fn place(call: &Call, after: Option<&str>, said: Said) -> Result<ReadUpTo, Problem> {
    let store = call.app.engine.store();
    if let Caller::Buyer { refund_id, .. } = &call.caller {
        return own_place(call, refund_id, after, said).await;
    }
    let seller_id = if let Caller::Seller { seller_id, .. } = &call.caller { Some(seller_id) } else { None };
    let behind = |place| if seller_id.is_some() { ReadUpTo::of_seller(place) } else { ReadUpTo::All(place) };
    let Some(after) = after else { return Ok(behind(None)) };
    if after == LATEST {
        return match seller_id {
            Some(seller_id) => Ok(sellers_end(store, seller_id).await?),
            None => Ok(ReadUpTo::All(store.feed_end())),
        };
    }
    let named = named_by(store, &call.app.event_ids, &call.caller, after).await?;
    let none = || if EventOut::is_place(after) { StoreError::OtherHistory.into() } else { said.no_event() };
    Ok(behind(Some(named.ok_or_else(none)?)))
}

/// Behind what of their refund a buyer asks.
async fn own_place(call: &Call, refund_id: &RefundId, after: Option<&str>, said: Said) -> Result<ReadUpTo, Problem> {
    let store = call.app.engine.store();
    let Some(after) = after else { return Ok(ReadUpTo::up_to(None)) };
    if after == LATEST {
        return Ok(own_end(store, refund_id).await?);
    }
    if EventOut::place_before_counting(after).is_some() {
        // It says how much others did, and is not given any more.
        return Err(StoreError::OtherHistory.into());
    }
    let number = EventIds::number(after).ok_or_else(|| said.no_event())?;
    let known = call.app.event_ids.known(store, &call.caller, refund_id, (number, after)).await?;
    Ok(ReadUpTo::up_to(Some(known)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::{Request, header};
    use futures_util::future::join_all;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;

    use crate::server::router;
    use crate::trial::{self, Machine};

    #[tokio::test(start_paused = true)]
    async fn one_caller_reads_four_pages_of_the_feed_at_once_and_no_more() {
        let app = trial::on_a_lazy_store(&Machine::start(), || Duration::from_secs(1)).await;
        let server = TowerToHyperService::new(router(app));
        let read = || {
            let bearer = format!("Bearer {}", trial::KEY);
            server.call(Request::get("/v1/events").header(header::AUTHORIZATION, bearer).body(Body::empty()).unwrap())
        };
        for _ in 0..2 {
            let answers = join_all((0..6).map(|_| read())).await;
            let statuses: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
            assert_eq!(statuses, [200, 200, 200, 200, 429, 429]);
        }
    }
}
