//! The picture of the goods that a refund is about, where the platform said where it lies.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use refund_core::RefundId;

use super::visit::Visit;
use crate::callers::Caller;
use crate::problem::Problem;

/// Others' pages can't have it, and a browser asks for it once an hour.
const OWN: HeaderValue = HeaderValue::from_static("same-origin");
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// Shows it to whoever is signed in.
pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    let caller = visit.person()?.caller.clone();
    let id = visit.refund_id()?;
    shown(&visit, &caller, &id).await
}

/// Shows it to the buyer.
pub(super) async fn show_to_buyer(visit: Visit) -> Result<Response, Problem> {
    let (caller, id) = visit.buyer().await?;
    shown(&visit, &caller, &id).await
}

async fn shown(visit: &Visit, caller: &Caller, id: &RefundId) -> Result<Response, Problem> {
    let refund = visit.app.known(caller, id).await?;
    let url = refund.line.image_url.as_ref().ok_or_else(Problem::not_found)?;
    let picture = visit.app.goods.small(&refund.seller_id, url).await?;
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (header::CACHE_CONTROL, FOR_AN_HOUR),
        (header::HeaderName::from_static("cross-origin-resource-policy"), OWN),
    ];
    Ok((head, picture).into_response())
}
