//! The server's numbers, for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::health::measured_now;
use crate::metrics::MEDIA_TYPE;
use crate::problem::Problem;
use crate::wire::code::ApiCode;

/// Gives what the server counts and measures of itself, for Prometheus.
///
/// It needs no key, and holds none: no ids, names or amounts. `docs/operating.md` says what each number is.
#[utoipa::path(
    get, path = "/metrics", tag = "server", operation_id = "get_metrics",
    responses(
        (status = OK, body = String, content_type = "text/plain", description = "The text format of Prometheus, version 0.0.4."),
        (status = INTERNAL_SERVER_ERROR),
    ),
    security(()),
)]
pub(super) async fn show(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let failed = |error: String| Problem::new(ApiCode::Internal, error);
    let _turn = app.engine.metrics.turn.acquire().await.map_err(|error| failed(error.to_string()))?;
    let now = measured_now(&app).await;
    let text = app.engine.metrics.text(&now).map_err(|error| failed(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
