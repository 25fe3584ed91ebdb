//! What was sent to an endpoint, what came of it, and sending it again.

use axum::Json;
use refund_store::{Chosen, DeliveryState, EventPosition, Store, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lists::Limit;
use super::webhooks::webhook;
use crate::call::Call;
use crate::feed::named_by;
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::wire::code::ApiCode;
use crate::wire::{AttemptOut, DeliveryOut, DeliveryStateIn, EventOut, Items, Nothing, RedeliverIn, RedeliveredOut};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveriesParams {
    /// Those that stand so.
    #[param(inline)]
    state: Option<DeliveryStateIn>,
    /// How many at the most.
    #[param(inline)]
    limit: Option<Limit>,
    /// Where the list goes on: `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the deliveries to an endpoint, those of the latest events first, with each attempt.
///
/// Deliveries that came to an end are forgotten after a while.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "list_deliveries",
    params(DeliveriesParams), responses((status = OK, body = Items<DeliveryOut>)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<DeliveryOut>>, Problem> {
    let webhook = webhook(&call)?;
    let params: DeliveriesParams = call.query()?;
    let limit = params.limit.unwrap_or_default();
    let state = params.state.map(DeliveryState::from);
    let list = format!("{} deliveries {} {state:?}", call.caller.id(), webhook.id);
    let last = params.cursor.map(|cursor| call.app.cursors.read_id(&cursor, &list)).transpose()?;
    let last = last.map(|id| EventOut::position(&id).ok_or_else(another_lists)).transpose()?;
    let chosen = Chosen { state, ..Chosen::default() };
    let mut found = call.app.webhooks.deliveries(&webhook.id, &chosen, last, limit.and_one_more()).await?;
    let goes_on = limit.cut(&mut found);
    let last = found.last().filter(|_| goes_on);
    let next_cursor = last.map(|delivery| call.app.cursors.write_id(&EventOut::id(delivery.event), &list));
    Ok(Json(Items { items: found.into_iter().map(DeliveryOut::from).collect(), next_cursor }))
}

/// Has deliveries made again: of these events, of what was recorded in a time, of all that failed.
///
/// The messages have the ids that they had, so that the receiver can tell. No idempotency key is
/// remembered: what waits to be sent again is not sent twice, and what arrived again since is.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/redeliver", tag = "webhooks", operation_id = "redeliver_events",
    request_body = RedeliverIn, responses((status = OK, body = RedeliveredOut), (status = GONE)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn redeliver(call: Call) -> Result<Json<RedeliveredOut>, Problem> {
    let webhook = webhook(&call)?;
    call.idempotency()?;
    let body: RedeliverIn = call.body()?;
    let named = body.events()?;
    let mut events = Vec::new();
    for (index, id) in named.iter().enumerate() {
        events.push(event(call.app.engine.store(), index, id).await?);
    }
    let (chosen, now) = (body.chosen(events)?, call.app.engine.store().now());
    Ok(Json(call.app.webhooks.deliver_again(&webhook.id, &chosen, now).await?.into()))
}

/// The event of that id, which is the one at `index` of those that the body names.
async fn event(store: &dyn Store, index: usize, id: &str) -> Result<EventPosition, Problem> {
    let none = || {
        let what = format!("the id of an event, as the feed or a message gave it, and not {id:.40}");
        Problem::at(ApiCode::MalformedBody, format!("/events/{index}"), what)
    };
    let position = named_by(store, id).await?.ok_or_else(none)?;
    match store.feed(Some(position), 1).await {
        Ok(_) => Ok(position),
        Err(StoreError::NoSuchPosition(_)) => Err(none()),
        Err(error) => Err(error.into()),
    }
}

/// Sends a message now that only tries whether messages arrive, and shows what came of it.
///
/// Its type is `webhook.ping`. It is not tried again and not listed among the deliveries.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/ping", tag = "webhooks", operation_id = "ping_webhook",
    request_body = Nothing, responses((status = OK, body = AttemptOut)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn ping(call: Call) -> Result<Json<AttemptOut>, Problem> {
    let webhook = webhook(&call)?;
    call.idempotency()?;
    let Nothing {} = call.body()?;
    call.with_full_scope()?;
    let now = call.app.engine.store().now();
    Ok(Json(call.app.webhooks.ping(webhook, now).await?.into()))
}
