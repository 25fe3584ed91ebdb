//! The picture of the goods that a refund is about, where the platform said where it lies.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use refund_core::RefundId;

use super::visit::Visit;
use crate::callers::Caller;
use crate::problem::Problem;

/// Others' pages can't have it, and a browser asks for it once an hour.
const OWN: HeaderValue = HeaderValue::from_static("same-origin");
const FOR_AN_HOUR: HeaderValue = HeaderValue::from_static("private, max-age=3600");
const ASKED_FOR: HeaderValue = HeaderValue::from_static("no-store");
/// Stands where there is none: nothing, on the ground that the page gives it.
const NONE: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>"#;

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
    let (status, kind, picture) = match visit.app.goods.small(&refund.seller_id, url).await {
        Ok(picture) => (StatusCode::OK, "image/jpeg", picture),
        // A browser would draw a broken picture.
        Err(none) => (none.code().status(), "image/svg+xml", Bytes::from_static(NONE)),
    };
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, if status == StatusCode::OK { FOR_AN_HOUR } else { ASKED_FOR }),
        (header::HeaderName::from_static("cross-origin-resource-policy"), OWN),
    ];
    Ok((status, head, picture).into_response())
}
