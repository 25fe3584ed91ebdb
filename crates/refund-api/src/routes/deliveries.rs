//! What was sent to an endpoint, what came of it, and sending it again.

use std::collections::BTreeMap;

use axum::Json;
use refund_store::{Chosen, Delivery, DeliveryState, KeyRole, StoreError, Told};
use serde::Deserialize;
use utoipa::IntoParams;

use super::lists::Limit;
use super::webhooks::webhook;
use crate::call::Call;
use crate::feed::{at, named_by};
use crate::problem::Problem;
use crate::secrets::cursor::another_lists;
use crate::webhooks::may_be_told;
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
    let now = call.app.engine.store().now();
    let mut found = call.app.webhooks.deliveries(&webhook, &chosen, last, limit.and_one_more(), now).await?;
    let goes_on = limit.cut(&mut found);
    let last = found.last().filter(|_| goes_on);
    let next_cursor = last.map(|delivery| call.app.cursors.write_id(&EventOut::id(delivery.event), &list));
    // Whoever looks sees the ids that its messages have.
    let (ids, role) = (&call.app.event_ids, webhook.owner.role());
    let out = |delivery: Delivery| DeliveryOut::new(ids.at(role, delivery.event), delivery);
    let items = found.into_iter().map(out).collect();
    Ok(Json(Items { items, next_cursor }))
}

/// Has deliveries made again: of these events, of what was recorded in a time, of all that failed.
///
/// Events that are named are sent whether or not they were sent before: also what happened while the endpoint was off,
/// and what its `types` leave out. To an endpoint that is off they are sent once it is switched on.
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
    let mut named = BTreeMap::new();
    for (index, id) in body.events()?.iter().enumerate() {
        let told = event(&call, &webhook.owner, index, id).await?;
        named.insert(told.position, told);
    }
    let (chosen, now) = (body.chosen(named.keys().copied().collect())?, call.app.engine.store().now());
    let webhooks = &call.app.webhooks;
    // An event that was never to be sent there has no state, and is sent because it is named.
    let again = if named.is_empty() || chosen.state.is_some() {
        webhooks.deliver_again(&webhook.id, &chosen, now).await?
    } else {
        webhooks.deliver(&webhook.id, named.into_values(), &chosen, now).await?
    };
    Ok(Json(again.into()))
}

/// The event of that id, which is the one at `index` of those that the body names. What its owner may not be told of is
/// no event to an endpoint.
async fn event(call: &Call, owner: &KeyRole, index: usize, id: &str) -> Result<Told, Problem> {
    let store = call.app.engine.store();
    let none = || {
        let what = format!("the id of an event, as the feed or a message gave it, and not {id:.40}");
        Problem::at(ApiCode::MalformedBody, format!("/events/{index}"), what)
    };
    let position = named_by(store, &call.app.event_ids, &call.caller, id).await?.ok_or_else(none)?;
    let told = match at(store, position).await {
        Err(StoreError::NoSuchPosition(_)) => None,
        found => found?,
    };
    told.filter(|told| may_be_told(owner, told)).ok_or_else(none)
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
