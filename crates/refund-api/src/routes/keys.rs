//! API keys: made, listed, revoked. A secret is shown once and kept only as its hash.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::Role;
use refund_store::{Answer, Answered, Key, Request, SetUp};

use super::lists::{ListParams, behind, made_at};
use super::refunds::{marked, unexpected};
use crate::call::Call;
use crate::callers::hash;
use crate::machine::entropy;
use crate::problem::Problem;
use crate::wire::code::ApiCode;
use crate::wire::{Items, KeyIn, KeyOut, Nothing};

/// Lists every key in the order in which they were made, without secrets.
#[utoipa::path(
    get, path = "/v1/keys", tag = "keys", operation_id = "list_keys",
    params(ListParams),
    responses((status = OK, body = Items<KeyOut>)), security(("key" = ["operator"])),
)]
pub(super) async fn list(call: Call) -> Result<Json<Items<KeyOut>>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let page = behind(&call, "keys as made", |last, limit| {
        let placed = call.app.engine.settings().keys().into_iter().map(|key| (made_at(key.created_at, &key.id), key));
        Ok(placed.filter(|(place, _)| last.is_none_or(|last| place.as_str() > last)).take(limit).collect())
    })?;
    Ok(Json(page.map(|key| shown(&call, &key))))
}

/// Shows a key, without its secret.
#[utoipa::path(
    get, path = "/v1/keys/{id}", tag = "keys", operation_id = "get_key",
    responses((status = OK, body = KeyOut)), security(("key" = ["operator"])),
)]
pub(super) async fn show(call: Call) -> Result<Json<KeyOut>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let id: String = call.id()?;
    let key = call.app.engine.settings().key(&id).cloned().ok_or_else(Problem::not_found)?;
    Ok(Json(shown(&call, &key)))
}

/// Makes a key, and shows its secret this once.
///
/// A replay shows the key again as it was made, without its secret, which is kept nowhere.
#[utoipa::path(
    post, path = "/v1/keys", tag = "keys", operation_id = "issue_key",
    request_body = KeyIn, responses((status = CREATED, body = KeyOut)), security(("key" = ["operator"])),
)]
pub(super) async fn issue(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let secret = entropy::key();
    let work = || {
        let body: KeyIn = call.body()?;
        let (role, scope, expires_at) = (body.role()?, body.scope(), body.expires_at);
        let key = Key { scope, expires_at, ..Key::new(entropy::id("key_"), body.name, role, hash(&secret)) };
        let now = call.app.engine.store().now();
        if key.has_expired(now) {
            let detail = format!("it is {now} now");
            return Err(Problem::at(ApiCode::ExpiryPassed, "/expires_at", detail));
        }
        Ok(Request::new(call.caller.itself(), SetUp::IssueKey(Box::new(key))))
    };
    let (key, replayed) = answered(call.once(work).await?)?;
    // A replay is what was answered then: the key as it was made.
    let key = Key { revoked_at: None, last_used_at: None, ..key };
    let body = KeyOut::new(&key, None, Some(secret).filter(|_| !replayed));
    Ok(marked((StatusCode::CREATED, Json(body)).into_response(), replayed))
}

/// Ends a key, at once and for ever, with every stream that it has open.
#[utoipa::path(
    post, path = "/v1/keys/{id}/revoke", tag = "keys", operation_id = "revoke_key",
    request_body = Nothing, responses((status = OK, body = KeyOut)), security(("key" = ["operator"])),
)]
pub(super) async fn revoke(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let work = || {
        let Nothing {} = call.body()?;
        Ok(Request::new(call.caller.itself(), SetUp::RevokeKey { key_id: call.id()? }))
    };
    let (key, replayed) = answered(call.once(work).await?)?;
    Ok(marked(Json(shown(&call, &key)).into_response(), replayed))
}

fn shown(call: &Call, key: &Key) -> KeyOut {
    KeyOut::new(key, call.app.uses.last(key), None)
}

fn answered(answered: Answered) -> Result<(Key, bool), Problem> {
    let Answered { answer: Answer::Key(key), replayed, .. } = answered else { return Err(unexpected()) };
    Ok((*key, replayed))
}
