//! The contract, given out by the server that keeps it.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};

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
pub(super) async fn openapi(Extension(contract): Extension<Arc<Contract>>) -> Response {
    let headers = [
        (header::ETAG, contract.tag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
    ];
    (headers, contract.json.clone()).into_response()
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
