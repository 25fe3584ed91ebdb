//! What the people around a refund write to each other.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_store::{Answer, Answered, Request, Store, StoreError, Work};

use super::events::{Part, PartParams, kept, told};
use super::refunds::{mark, unexpected};
use crate::call::Call;
use crate::error::Problem;
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
    let refund_id = call.refund_id()?;
    let refund = call.app.known(&call.caller, &refund_id)?;
    let work = || {
        let message = call.body::<MessageIn>()?.read()?;
        let actor = call.caller.actor_among(&refund, message.roles())?;
        let work = Work::PostMessage { refund_id, actor, message: Box::new(message) };
        Ok(Request { viewers: call.caller.actors(&refund), version: call.version()?, ..Request::new(work) })
    };
    let Answered { answer: Answer::Message(event), replayed, .. } = call.once(work).await? else {
        return Err(unexpected());
    };
    let message = MessageOut::of(&event).ok_or_else(unexpected)?;
    let mut response = (StatusCode::CREATED, Json(message)).into_response();
    mark(&mut response, replayed);
    Ok(response)
}

/// Lists what was written on a refund, the oldest first.
///
/// A buyer is shown no internal note; `sequence` ascends, and other events have the numbers between.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/messages", tag = "messages", operation_id = "list_messages",
    params(PartParams),
    responses((status = OK, body = Items<MessageOut>)),
    security(("key" = ["operator", "platform", "seller"]), ("link" = [])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<MessageOut>>, Problem> {
    let refund_id = call.refund_id()?;
    let (app, role) = (&call.app, call.caller.role());
    app.known(&call.caller, &refund_id)?;
    let part = Part::asked(&call, &refund_id, "messages")?;
    let (behind, limit) = part.needed();
    let read = move |store: &dyn Store| {
        let history = told(store, &refund_id, behind, limit);
        let messages = kept(history, |event| event.fact.message().is_some() && event.fact.is_for(role));
        Ok(messages.take(limit).collect::<Result<Vec<_>, StoreError>>()?)
    };
    let (messages, next_cursor) = part.take(&app.cursors, app.reading(read).await?, |(_, event)| event.sequence);
    Ok(Json(Items { items: messages.iter().filter_map(|(_, event)| MessageOut::of(event)).collect(), next_cursor }))
}
