//! The platform's policy and the roll-out.

use axum::Json;
use refund_core::{Policy, PolicyOverrides, Role, Rollout};
use refund_store::{Request, Work};

use crate::call::Call;
use crate::error::Problem;
use crate::wire::{CheckIn, VerdictOut};

pub(super) async fn policy(call: Call) -> Result<Json<Policy>, Problem> {
    call.caller.only(&[Role::Operator])?;
    Ok(Json((*call.app.store().policy()?).clone()))
}

/// Replaces the policy. What the body leaves out is as the rules have it by default.
pub(super) async fn put_policy(call: Call) -> Result<Json<Policy>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let body: PolicyOverrides = call.body()?;
    let policy = Policy::default().with(&body);
    let work = Work::PutPolicy { policy: Box::new(policy.clone()), actor: call.caller.itself() };
    call.app.change(Request::new(work)).await?;
    Ok(Json(policy))
}

pub(super) async fn rollout(call: Call) -> Result<Json<Rollout>, Problem> {
    call.caller.only(&[Role::Operator])?;
    Ok(Json((*call.app.store().rollout()?).clone()))
}

pub(super) async fn put_rollout(call: Call) -> Result<Json<Rollout>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let rollout: Rollout = call.body()?;
    let work = Work::PutRollout { rollout: Box::new(rollout.clone()), actor: call.caller.itself() };
    call.app.change(Request::new(work)).await?;
    Ok(Json(rollout))
}

pub(super) async fn check_rollout(call: Call) -> Result<Json<VerdictOut>, Problem> {
    call.caller.only(&[Role::Operator])?;
    let body: CheckIn = call.body()?;
    let store = call.app.store();
    Ok(Json(store.rollout()?.check(&body.seller_id, store.now()).into()))
}
