//! Endpoints of webhooks: made, changed, switched on and off, removed; their secrets rotated.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_store::{Answer, Answered, DisabledBecause, Request, SetUp, Tag, Webhook, WebhookChange};

use super::lists::{behind, made_at};
use super::refunds::{marked, tagged, unexpected};
use crate::call::Call;
use crate::problem::Problem;
use crate::webhooks::{another, may_see, owner};
use crate::wire::{Items, Nothing, WebhookIn, WebhookOut};

/// Lists the caller's endpoints in the order in which they were made; an operator's list has everybody's.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    responses((status = OK, body = Items<WebhookOut>)), security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<WebhookOut>>, Problem> {
    let owner = owner(&call.caller)?;
    let page = behind(&call, "webhooks as made", |last, limit| {
        let all = call.app.engine.settings().webhooks().into_iter().filter(|webhook| may_see(&owner, webhook));
        let placed = all.map(|webhook| (made_at(webhook.created_at, &webhook.id), webhook));
        Ok(placed.filter(|(place, _)| last.is_none_or(|last| place.as_str() > last)).take(limit).collect())
    })?;
    Ok(Json(page.map(|webhook| WebhookOut::new(&webhook, None))))
}

/// Makes an endpoint, and shows the secret that its messages are signed with.
///
/// It is told of what happens from then on: a seller's endpoint of that seller's refunds, others of all.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "webhooks", operation_id = "make_webhook",
    request_body = WebhookIn,
    responses((status = CREATED, body = WebhookOut), (status = CONFLICT), (status = UNPROCESSABLE_ENTITY)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn make(call: Call) -> Result<Response, Problem> {
    let owner = owner(&call.caller)?;
    let work = || {
        let webhook = another(call.app.engine.store(), owner.clone(), terms(&call)?)?;
        Ok(Request::new(call.caller.itself(), SetUp::MakeWebhook(Box::new(webhook))))
    };
    let answered = call.once(work).await?;
    answer(&call, answered, StatusCode::CREATED, true)
}

/// Shows an endpoint.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "get_webhook",
    responses((status = OK, body = WebhookOut)), security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn show(call: Call) -> Result<Response, Problem> {
    let webhook = webhook(&call)?;
    let backlog = call.app.webhooks.backlog(std::slice::from_ref(&webhook)).await?;
    let tag = Tag::of(&*webhook)?.to_string();
    Ok(tagged(Json(WebhookOut::new(&webhook, None).with(backlog)).into_response(), &tag))
}

/// Changes where an endpoint is and what it is told of.
#[utoipa::path(
    put, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "put_webhook",
    request_body = WebhookIn, responses((status = OK, body = WebhookOut), (status = UNPROCESSABLE_ENTITY)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn put(call: Call) -> Result<Response, Problem> {
    let webhook = webhook(&call)?;
    let change = WebhookChange::Terms(terms(&call)?);
    let answered = call.replace(SetUp::ChangeWebhook { webhook_id: webhook.id.clone(), change }).await?;
    answer(&call, answered, StatusCode::OK, false)
}

/// Removes an endpoint, with all that waits to be sent to it.
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", tag = "webhooks", operation_id = "remove_webhook",
    responses((status = OK, body = WebhookOut, description = "The endpoint as it was.")),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn remove(call: Call) -> Result<Response, Problem> {
    let webhook = webhook(&call)?;
    let answered = call.replace(SetUp::RemoveWebhook { webhook_id: webhook.id.clone() }).await?;
    answer(&call, answered, StatusCode::OK, false)
}

/// Gives an endpoint another secret, and shows it.
///
/// For 24 hours messages are signed with the one before too, but never with more than two: another rotation within
/// that time ends the first at once.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/rotate", tag = "webhooks", operation_id = "rotate_webhook_secret",
    request_body = Nothing, responses((status = OK, body = WebhookOut)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn rotate(call: Call) -> Result<Response, Problem> {
    change(&call, WebhookChange::Rotated).await
}

/// Switches an endpoint on: it is told of what happens from then on, and of what waited.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/enable", tag = "webhooks", operation_id = "enable_webhook",
    request_body = Nothing, responses((status = OK, body = WebhookOut)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn enable(call: Call) -> Result<Response, Problem> {
    change(&call, WebhookChange::Enabled).await
}

/// Switches an endpoint off: it is not told of what happens until it is switched on.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/disable", tag = "webhooks", operation_id = "disable_webhook",
    request_body = Nothing, responses((status = OK, body = WebhookOut)),
    security(("key" = ["operator", "platform", "seller"])),
)]
pub(super) async fn disable(call: Call) -> Result<Response, Problem> {
    change(&call, WebhookChange::Disabled(DisabledBecause::Asked)).await
}

async fn change(call: &Call, change: WebhookChange) -> Result<Response, Problem> {
    let webhook = webhook(call)?;
    let shows_secret = change == WebhookChange::Rotated;
    let work = || {
        let Nothing {} = call.body()?;
        let webhook_id = webhook.id.clone();
        let request = Request::new(call.caller.itself(), SetUp::ChangeWebhook { webhook_id, change });
        Ok(Request { precondition: call.settings_tag()?, ..request })
    };
    let answered = call.once(work).await?;
    answer(call, answered, StatusCode::OK, shows_secret)
}

fn terms(call: &Call) -> Result<refund_store::WebhookTerms, Problem> {
    let body: WebhookIn = call.body()?;
    Ok(body.terms(|url| call.app.webhooks.address(url))?)
}

/// The endpoint in the path, if it is the caller's to deal with.
pub(super) fn webhook(call: &Call) -> Result<Arc<Webhook>, Problem> {
    let owner = owner(&call.caller)?;
    let webhook = call.app.engine.settings().webhook(&call.id::<String>()?).cloned();
    webhook.filter(|webhook| may_see(&owner, webhook)).ok_or_else(Problem::not_found)
}

fn answer(call: &Call, answered: Answered, status: StatusCode, shows_secret: bool) -> Result<Response, Problem> {
    let Answered { answer: Answer::Webhook(webhook), replayed, .. } = answered else { return Err(unexpected()) };
    let secret = || Ok::<_, Problem>(call.app.webhooks.secrets.secret(&webhook.id, webhook.generation).text());
    let secret = shows_secret.then(secret).transpose()?;
    let tag = Tag::of(&*webhook)?.to_string();
    let response = (status, Json(WebhookOut::new(&webhook, secret))).into_response();
    Ok(marked(tagged(response, &tag), replayed))
}
