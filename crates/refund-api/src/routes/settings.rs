//! The platform's policy and the roll-out.

use axum::Json;
use axum::response::{IntoResponse, Response};
use refund_core::{Policy, PolicyOverrides, Role, Rollout};
use refund_store::{PolicyChange, SetUp, Tag};
use serde::Serialize;

use super::refunds::tagged;
use crate::call::{Call, on_own_thread};
use crate::problem::Problem;
use crate::wire::code::ApiCode;
use crate::wire::{CheckIn, PolicyCheckOut, Unusable, VerdictOut, zones_are_known};

/// Shows the policy.
#[utoipa::path(
    get, path = "/v1/policy", tag = "settings", operation_id = "get_policy",
    responses((status = OK, body = Policy)), security(("key" = ["operator"])),
)]
pub(super) async fn policy(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    answer(&*call.app.engine.settings().policy)
}

/// Replaces the policy.
///
/// What the body leaves out is as the rules have it by default.
#[utoipa::path(
    put, path = "/v1/policy", tag = "settings", operation_id = "put_policy",
    request_body = PolicyOverrides, responses((status = OK, body = Policy)), security(("key" = ["operator"])),
)]
pub(super) async fn put_policy(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let policy = asked_for(&call)?;
    call.replace(SetUp::PutPolicy(Box::new(policy.clone()))).await?;
    answer(&policy)
}

/// Settings, with what they are now as `ETag`.
fn answer<T: Serialize>(settings: &T) -> Result<Response, Problem> {
    let tag = Tag::of(settings)?.to_string();
    Ok(tagged(Json(settings).into_response(), &tag))
}

/// The policy that the body makes.
fn asked_for(call: &Call) -> Result<Policy, Problem> {
    let body: PolicyOverrides = call.body()?;
    zones_are_known(&body)?;
    Ok(Policy::default().with(&body))
}

/// Says what putting that policy would mean.
///
/// It changes nothing, and so it settles nothing either.
#[utoipa::path(
    post, path = "/v1/policy/check", tag = "settings", operation_id = "check_policy",
    request_body = PolicyOverrides, responses((status = OK, body = PolicyCheckOut)), security(("key" = ["operator"])),
)]
pub(super) async fn check_policy(call: Call) -> Result<Json<PolicyCheckOut>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let to = asked_for(&call)?;
    let settings = call.app.engine.settings();
    let check = move || {
        PolicyCheckOut::new(PolicyChange::look(&settings, to))
            .map_err(|error| Problem::new(ApiCode::Internal, error.to_string()))
    };
    Ok(Json(on_own_thread(check).await?))
}

/// Shows to which sellers negotiation is open.
#[utoipa::path(
    get, path = "/v1/rollout", tag = "settings", operation_id = "get_rollout",
    responses((status = OK, body = Rollout)), security(("key" = ["operator"])),
)]
pub(super) async fn rollout(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    answer(&*call.app.engine.settings().rollout)
}

/// Replaces the roll-out.
#[utoipa::path(
    put, path = "/v1/rollout", tag = "settings", operation_id = "put_rollout",
    request_body = Rollout, responses((status = OK, body = Rollout)), security(("key" = ["operator"])),
)]
pub(super) async fn put_rollout(call: Call) -> Result<Response, Problem> {
    call.caller.only(&[Role::Operator])?;
    let rollout: Rollout = call.body()?;
    // A roll-out of before names were each their own can still be changed.
    let was_so = call.app.engine.settings().rollout.called_like_another().is_some();
    if let Some(second) = rollout.called_like_another().filter(|_| !was_so) {
        return Err(Unusable::malformed(format!("/batches/{second}/name"), "another batch is called so").into());
    }
    call.replace(SetUp::PutRollout(Box::new(rollout.clone()))).await?;
    answer(&rollout)
}

/// Says whether negotiation is open to a seller, and why.
#[utoipa::path(
    post, path = "/v1/rollout/check", tag = "settings", operation_id = "check_rollout",
    request_body = CheckIn, responses((status = OK, body = VerdictOut)), security(("key" = ["operator"])),
)]
pub(super) async fn check_rollout(call: Call) -> Result<Json<VerdictOut>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let body: CheckIn = call.body()?;
    let store = call.app.engine.store();
    Ok(Json(store.settings().rollout.check(&body.seller_id, store.now()).into()))
}
