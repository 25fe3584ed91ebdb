//! A refund's link for its buyer: shown, and replaced where it got into other hands.

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use refund_core::{Refund, Role};
use refund_store::{Request, Work};

use super::refunds::marked;
use crate::call::Call;
use crate::problem::Problem;
use crate::wire::{BuyerLink, Nothing};

/// The refund, if the caller may have the link: who has it can act as the buyer.
async fn refund(call: &Call) -> Result<Arc<Refund>, Problem> {
    let refund = call.app.known(&call.caller, &call.id()?).await?;
    call.caller.only(&[Role::Platform])?;
    call.with_full_scope()?;
    Ok(refund)
}

/// Shows the buyer's present link.
///
/// It takes a key with full scope, because whoever has the link can answer for the buyer.
#[utoipa::path(
    get, path = "/v1/refunds/{id}/buyer-link", tag = "refunds", operation_id = "get_buyer_link",
    responses((status = OK, body = BuyerLink)), security(("key" = ["platform"])),
)]
pub(super) async fn show(call: Call) -> Result<Json<BuyerLink>, Problem> {
    Ok(Json(call.app.buyer_link(&refund(&call).await?.id)))
}

/// Replaces the buyer's link.
///
/// From this answer on those before it open nothing any more. A replay shows the present one.
#[utoipa::path(
    post, path = "/v1/refunds/{id}/buyer-link", tag = "refunds", operation_id = "replace_buyer_link",
    request_body = Nothing, responses((status = OK, body = BuyerLink)), security(("key" = ["platform"])),
)]
pub(super) async fn replace(call: Call) -> Result<Response, Problem> {
    let refund = refund(&call).await?;
    let work = || {
        let Nothing {} = call.body()?;
        let (precondition, viewers) = (call.named_version()?, call.caller.actors(&refund));
        let work = Work::ReplaceBuyerLink { refund_id: refund.id.clone() };
        Ok(Request { precondition, viewers, ..Request::new(call.caller.itself(), work) })
    };
    let answered = call.once(work).await?;
    Ok(marked((StatusCode::OK, Json(call.app.buyer_link(&refund.id))).into_response(), answered.replayed))
}
