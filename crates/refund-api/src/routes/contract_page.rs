//! The contract, given out by the server that keeps it.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::call::tag;
use crate::contract::Contract;

/// Gives this contract out: an OpenAPI 3.1 document.
///
/// It stays the same as long as the server runs; `If-None-Match` with its `ETag` spares sending it again.
#[utoipa::path(
    get, path = "/openapi.json", tag = "server", operation_id = "get_contract",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the one that you have.")),
    responses((status = OK, body = Object, description = "The contract."),
        (status = NOT_MODIFIED, description = "The one that you have.")),
    security(()),
)]
pub(super) async fn openapi(Extension(contract): Extension<Arc<Contract>>, headers: HeaderMap) -> Response {
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    let tag = contract.tag.clone();
    let own = tag.to_str().ok().and_then(tag::own);
    let is_known = known.flat_map(|known| known.split(',')).any(|known| own.is_some() && tag::own(known.trim()) == own);
    let headers = [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, json, contract.json.clone()).into_response()
}

/// Shows this contract to people: every operation, type and code on one page, with nothing from elsewhere.
#[utoipa::path(
    get, path = "/docs", tag = "server", operation_id = "get_contract_page",
    responses((status = OK, body = String, content_type = "text/html", description = "A page for people.")),
    security(()),
)]
pub(super) async fn page(Extension(contract): Extension<Arc<Contract>>) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, contract.policy.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, Html(contract.page.clone())).into_response()
}
