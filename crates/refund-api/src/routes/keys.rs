//! API keys: made, listed, revoked. A secret is shown once and kept only as its hash.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::{Role, Timestamp};
use refund_store::{Answer, Answered, Key, Work};

use super::refunds::{mark, unexpected};
use crate::call::Call;
use crate::caller::hash;
use crate::entropy;
use crate::error::Problem;
use crate::wire::{Items, KeyIn, KeyOut};

#[utoipa::path(get, path = "/v1/keys", tag = "keys")]
pub(super) async fn list(call: Call) -> Result<Json<Items<KeyOut>>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let keys = call.app.store().keys()?;
    let items = keys.iter().map(|key| KeyOut::new(key, None)).collect();
    Ok(Json(Items { items, next_cursor: None }))
}

/// Makes a key. A replay shows the key again without its secret, which is kept nowhere.
#[utoipa::path(post, path = "/v1/keys", tag = "keys")]
pub(super) async fn issue(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let secret = entropy::key();
    let work = || {
        let body: KeyIn = call.body()?;
        let key = Key {
            id: entropy::id("key_"),
            role: body.role()?,
            name: body.name,
            secret: hash(&secret),
            created_at: Timestamp::MIN,
            revoked_at: None,
        };
        Ok((Work::IssueKey { key: Box::new(key), actor: call.caller.itself() }, Vec::new()))
    };
    let answered = call.once(work).await?;
    shown(answered, StatusCode::CREATED, Some(secret))
}

#[utoipa::path(post, path = "/v1/keys/{id}/revoke", tag = "keys")]
pub(super) async fn revoke(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let work = || Ok((Work::RevokeKey { key_id: call.key_id()?, actor: call.caller.itself() }, Vec::new()));
    let answered = call.once(work).await?;
    shown(answered, StatusCode::OK, None)
}

fn shown(answered: Answered, status: StatusCode, secret: Option<String>) -> Result<Response, Problem> {
    let Answered { answer: Answer::Key(key), replayed, .. } = answered else { return Err(unexpected()) };
    let body = KeyOut::new(&key, secret.filter(|_| !replayed));
    let mut response = (status, Json(body)).into_response();
    mark(&mut response, replayed);
    Ok(response)
}
