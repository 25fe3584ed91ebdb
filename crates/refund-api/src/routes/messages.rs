//! What the people around a refund write to each other.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::Event;
use refund_store::{Answer, Answered, Request, Work};

use super::events::{HistoryParams, HistoryPart};
use super::refunds::{marked, unexpected};
use crate::call::Call;
use crate::feed::told;
use crate::problem::Problem;
use crate::wire::{Items, MessageIn, MessageOut};

/// Posts a message on a refund, whatever its status; the refund and its version stay what they are.
///
/// The platform writes for the buyer. An internal note is for the seller, the operator and the platform to see.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/messages", tag = "messages", operation_id = "post_message",
    request_body = MessageIn,
    responses((status = CREATED, body = MessageOut), (status = FORBIDDEN), (status = CONFLICT)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn post(call: Call) -> Result<Response, Problem> {
    let refund_id = call.id()?;
    let refund = call.app.known(&call.caller, &refund_id).await?;
    let work = || {
        let message = call.body::<MessageIn>()?.read()?;
        let actor = call.caller.actor_among(&refund, message.roles())?;
        let (precondition, viewers) = (call.named_version()?, call.caller.actors(&refund));
        let work = Work::PostMessage { refund_id, message: Box::new(message) };
        Ok(Request { precondition, viewers, ..Request::new(actor, work) })
    };
    let Answered { answer: Answer::Message(event), replayed, .. } = call.once(work).await? else {
        return Err(unexpected());
    };
    let message = event.disclosed_to(call.caller.role()).and_then(MessageOut::of).ok_or_else(unexpected)?;
    Ok(marked((StatusCode::CREATED, Json(message)).into_response(), replayed))
}

/// Lists what was written on a refund, the oldest first.
///
/// A buyer is shown no internal note; `sequence` ascends, and other events have the numbers between.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/messages", tag = "messages", operation_id = "list_messages",
    params(HistoryParams),
    responses((status = OK, body = Items<MessageOut>), (status = GONE)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<MessageOut>>, Problem> {
    let refund_id = call.id()?;
    let (app, role) = (&call.app, call.caller.role());
    app.known(&call.caller, &refund_id).await?;
    let part = HistoryPart::asked(&call, &refund_id, "messages").await?;
    let (behind, limit) = part.needed();
    let is_wanted = |event: &Event| event.fact.message().is_some() && event.fact.is_for(role);
    let messages = told(app.engine.store(), &refund_id, behind, limit, is_wanted).await?;
    let (messages, next_cursor) = part.take(&call, messages, |(position, event)| (*position, event));
    let disclosed = messages.iter().filter_map(|(_, event)| event.disclosed_to(role));
    Ok(Json(Items { items: disclosed.filter_map(MessageOut::of).collect(), next_cursor }))
}
